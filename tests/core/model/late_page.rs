//! The same session once more, on a page that hears of things late.
//!
//! The session that [`super::judge`] judges is told out after each input. A real page calls
//! methods inside its callbacks, while more waits to be told, and its own socket class may
//! answer meanwhile. So a second session gets the same inputs, and its page is told one thing
//! at a time, with the program's next steps in between. It must do the same to the socket, and
//! tell the same in the same order, but for what a `logout` or `connect` takes back.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Debug;

use serde_json::Value as Tree;
use verto_wasm::core::Ms;
use verto_wasm::core::session::{Io, Notice, Session, SocketId};

use super::world::World;
use testkit::Json;
use testkit::Routes;

/// The page that hears of things late, with its session.
pub struct Page {
    session: Session<Json>,
    routes: Routes,
    /// What it is still to be told.
    owed: VecDeque<String>,
    /// An event that went the short way has been told before all others knew of it.
    ahead: Option<String>,
    /// The registrations whose handlers it holds.
    handlers: BTreeSet<u32>,
    /// It has logged out and not connected since: whether that ended a connection.
    logged_out: Option<bool>,
}

impl Page {
    pub fn new(seed: u64) -> Self {
        Page {
            session: Session::new(seed),
            routes: Routes::default(),
            owed: VecDeque::new(),
            ahead: None,
            handlers: BTreeSet::new(),
            logged_out: None,
        }
    }

    /// Whether it is still to be told something.
    pub fn waits(&self) -> bool {
        !self.owed.is_empty()
    }

    /// It gets what the other page is told.
    fn owe(&mut self, notice: &Notice<Json>) {
        let shown = format!("{notice:?}");
        match self.ahead.take() {
            Some(ahead) => assert_eq!(ahead, shown, "told by the short way"),
            None => self.owed.push_back(shown),
        }
    }

    /// What it hasn't heard of the connection that it ends is taken back, but for the end.
    fn unsay(&mut self, open: bool) {
        self.owed.retain(|shown| outlives(shown, open));
    }
}

/// Whether this is told though the page ended the connection, or found that it has ended.
fn outlives(shown: &str, open: bool) -> bool {
    let kinds = ["Settle", "State", "Closed"];
    let refusal = shown.starts_with("Login { error: Some");
    kinds.iter().any(|kind| shown.starts_with(kind)) || (refusal && !open)
}

impl World {
    /// Passes an input to both sessions, which must answer alike.
    pub fn input<R: PartialEq + Debug>(
        &mut self,
        input: impl Fn(&mut Session<Json>, Ms) -> R,
    ) -> R {
        let result = input(&mut self.session, self.now);
        assert_eq!(result, input(&mut self.page.session, self.now));
        result
    }

    /// A frame comes in, by the short way where there is one.
    pub fn input_frame(&mut self, socket: SocketId, frame: Tree) {
        let Self {
            routes,
            session,
            now,
            ..
        } = self;
        self.short = routes.frame(session, *now, socket, frame.clone());
        let Page {
            routes, session, ..
        } = &mut self.page;
        let told = routes.frame(session, *now, socket, frame);
        if let Some(event) = told {
            assert!(!self.page.waits(), "an event overtook what came before it");
            self.page.ahead = Some(format!("{event:?}"));
            self.page_hears(&event);
        }
    }

    pub fn next_io(&mut self) -> Option<Io> {
        let io = self.session.next_io();
        assert_eq!(io, self.page.session.next_io(), "to the late page's socket");
        if let Some(Io::Release { sernos }) = &io {
            sernos.iter().for_each(|serno| {
                self.page.handlers.remove(serno);
            });
        }
        io
    }

    pub fn next_notice(&mut self) -> Option<Notice<Json>> {
        let notice = self.short.take().or_else(|| self.session.next_notice())?;
        self.page.owe(&notice);
        Some(notice)
    }

    pub fn holds_handlers(&mut self, sernos: &[u32]) {
        self.page.handlers.extend(sernos);
    }

    pub fn late_page_connects(&mut self) {
        self.page.unsay(true);
        self.page.logged_out = None;
    }

    pub fn late_page_logs_out(&mut self, was_active: bool) {
        self.page.unsay(was_active);
        self.page.logged_out.get_or_insert(was_active);
    }

    /// Tells the late page up to `most` things. The last of them runs on: a method that the
    /// page calls next it calls inside that callback.
    pub fn tell(&mut self, most: usize) {
        for _ in 0..most {
            let notice = self.page.session.next_notice();
            let shown = notice.as_ref().map(|notice| format!("{notice:?}"));
            assert_eq!(shown, self.page.owed.pop_front(), "what is told late");
            let Some(notice) = notice else {
                break;
            };
            self.page.routes.learn(&notice);
            self.page_hears(&notice);
        }
        if !self.page.waits() {
            assert!(!self.page.session.has_notice(), "there is more to tell");
        }
    }

    fn page_hears(&mut self, notice: &Notice<Json>) {
        self.end_login_callback();
        let shown = format!("{notice:?}");
        let open = self.page.logged_out;
        let silent = open.is_some_and(|open| !outlives(&shown, open));
        match notice {
            // A handler that has ended isn't called, whoever the event was for.
            Notice::Event { sernos, .. } | Notice::Confirmed { sernos, .. } => {
                let held = sernos.iter().filter(|one| self.page.handlers.contains(one));
                for serno in held {
                    assert!(!silent, "after a logout {serno} hears {shown}");
                    let mut registered = self.channels.values().flatten();
                    let registered = registered.any(|one| one.serno == *serno);
                    assert!(registered, "{serno} has ended and hears {shown}");
                }
            }
            _ => assert!(!silent, "told after a logout: {shown}"),
        }
        if let Notice::Login { error: None } = notice {
            self.begin_login_callback();
        }
    }

    pub fn begin_login_callback(&mut self) {
        self.input(|one, _| one.login_callback_begins());
        self.run += 1;
        self.in_run = true;
    }

    pub fn end_login_callback(&mut self) {
        if std::mem::take(&mut self.in_run) {
            self.input(|one, _| one.login_callback_ended());
        }
    }
}
