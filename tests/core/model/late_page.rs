//! The same session once more, on a page that hears of things late.
//!
//! The session that [`super::judge`] judges tells its page everything after each input. A real
//! page calls methods inside its callbacks, while there is more to be told, and its own socket
//! class may answer in the meantime. So a second session gets the same inputs, but its page is
//! told one thing at a time, and the program's next steps happen in between. The second session
//! must do the same to its socket, and must tell the same things in the same order, except for
//! what a `logout` or a `connect` takes back.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Debug;

use serde_json::Value as Tree;
use testkit::{Io, Json, Ms, Notice, Routes, Session, SocketId};

use super::world::World;

/// The page that hears of things late, with its session.
pub struct LatePage {
    session: Session<Json>,
    routes: Routes,
    /// What the other page was told and this one is still to be told.
    owed: VecDeque<String>,
    /// An event that went the short way: this page has been told already, the other has not.
    ahead: Option<String>,
    /// The registrations whose handlers this page holds.
    handlers: BTreeSet<u32>,
    /// The page has logged out and has not connected since. The value says whether that ended
    /// a connection.
    logged_out: Option<bool>,
}

impl LatePage {
    pub fn new(seed: u64) -> Self {
        LatePage {
            session: Session::new(seed),
            routes: Routes::default(),
            owed: VecDeque::new(),
            ahead: None,
            handlers: BTreeSet::new(),
            logged_out: None,
        }
    }

    /// Whether there is something that this page is still to be told.
    pub fn waits(&self) -> bool {
        !self.owed.is_empty()
    }

    /// The other page was told `notice`, so that this one must be told it, too.
    fn owe(&mut self, notice: &Notice<Json>) {
        let shown = format!("{notice:?}");
        match self.ahead.take() {
            Some(ahead) => assert_eq!(ahead, shown, "told by the short way"),
            None => self.owed.push_back(shown),
        }
    }

    /// The page ends the connection. What it has not been told about that connection is taken
    /// back, except how its calls and the connection end. `open` is whether there was one to end.
    fn unsay(&mut self, open: bool) {
        self.owed.retain(|shown| outlives(shown, open));
    }
}

/// Whether this must still be told after the page has called `logout` or `connect`. `open` is
/// whether that call ended a connection.
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
        assert_eq!(result, input(&mut self.late_page.session, self.now));
        result
    }

    /// A frame comes in. An event takes the short way if there is one.
    pub fn input_frame(&mut self, socket: SocketId, frame: Tree) {
        let Self {
            routes,
            session,
            now,
            ..
        } = self;
        self.short = routes.frame(session, *now, socket, frame.clone());
        let LatePage {
            routes, session, ..
        } = &mut self.late_page;
        let told = routes.frame(session, *now, socket, frame);
        if let Some(event) = told {
            assert!(
                !self.late_page.waits(),
                "an event overtook what came before it"
            );
            self.late_page.ahead = Some(format!("{event:?}"));
            self.page_hears(&event);
        }
    }

    pub fn next_io(&mut self) -> Option<Io> {
        let io = self.session.next_io();
        assert_eq!(
            io,
            self.late_page.session.next_io(),
            "to the late page's socket"
        );
        if let Some(Io::Release { sernos }) = &io {
            sernos.iter().for_each(|serno| {
                self.late_page.handlers.remove(serno);
            });
        }
        io
    }

    pub fn next_notice(&mut self) -> Option<Notice<Json>> {
        let notice = self.short.take().or_else(|| self.session.next_notice())?;
        self.late_page.owe(&notice);
        Some(notice)
    }

    pub fn holds_handlers(&mut self, sernos: &[u32]) {
        self.late_page.handlers.extend(sernos);
    }

    pub fn late_page_connects(&mut self) {
        self.late_page.unsay(true);
        self.late_page.logged_out = None;
    }

    pub fn late_page_logs_out(&mut self, was_active: bool) {
        self.late_page.unsay(was_active);
        self.late_page.logged_out.get_or_insert(was_active);
    }

    /// Tells the late page up to `most` things. The callback for the last of them does not end
    /// here: whatever method the page calls next, it calls inside that callback.
    pub fn tell(&mut self, most: usize) {
        for _ in 0..most {
            let notice = self.late_page.session.next_notice();
            let shown = notice.as_ref().map(|notice| format!("{notice:?}"));
            assert_eq!(shown, self.late_page.owed.pop_front(), "what is told late");
            let Some(notice) = notice else {
                break;
            };
            self.late_page.routes.learn(&notice);
            self.page_hears(&notice);
        }
        if !self.late_page.waits() {
            assert!(
                !self.late_page.session.has_notice(),
                "there is more to tell"
            );
        }
    }

    fn page_hears(&mut self, notice: &Notice<Json>) {
        self.end_login_callback();
        let shown = format!("{notice:?}");
        let open = self.late_page.logged_out;
        let silent = open.is_some_and(|open| !outlives(&shown, open));
        match notice {
            // The package calls no handler whose registration has ended, so that only those
            // which the page still holds may be wrong.
            Notice::Event { sernos, .. } | Notice::Confirmed { sernos, .. } => {
                let held = sernos
                    .iter()
                    .filter(|one| self.late_page.handlers.contains(one));
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
