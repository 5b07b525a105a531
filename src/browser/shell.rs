//! Runs a session: does what it asks for, at once, and tells the page, afterwards.
//!
//! No borrow of the session is held while JavaScript runs, so every method can be called
//! from inside every callback. A page's method never runs callbacks itself: they follow
//! in a microtask, or, where the method was called by a callback, after that.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::WebSocket;

use super::credentials::{self, Credentials, LoginText};
use super::host::Host;
use super::json::Json;
use super::socket::Socket;
use super::wake::WakeUps;
use crate::core::Ms;
use crate::core::session::{Io, Notice, Session};

/// The longest time that a browser's timer takes, in ms.
const LONGEST_TIMER: Ms = i32::MAX as Ms;

/// One session with its socket and its timer.
pub struct Shell {
    host: Host,
    session: RefCell<Session<Json>>,
    /// The class of which sockets are made.
    sockets: RefCell<JsValue>,
    socket: RefCell<Option<Rc<Socket>>>,
    timer: RefCell<Option<(Ms, Timeout)>>,
    /// Callbacks are running, or will in a microtask: whoever adds a notice needn't.
    telling: Cell<bool>,
    /// A method of the page's is on its way: what happens inside it (a page's own mock of
    /// a socket may answer inside `send`) is told after it.
    commanded: Cell<bool>,
    held: Cell<bool>,
    wake_ups: RefCell<Option<WakeUps>>,
    me: Weak<Shell>,
}

impl Shell {
    /// A shell around a new session.
    pub fn new(host: Host) -> Rc<Shell> {
        Rc::new_cyclic(|me| Shell {
            host,
            session: RefCell::new(Session::new(seed())),
            sockets: RefCell::default(),
            socket: RefCell::new(None),
            timer: RefCell::new(None),
            telling: Cell::new(false),
            commanded: Cell::new(false),
            held: Cell::new(false),
            wake_ups: RefCell::new(None),
            me: me.clone(),
        })
    }

    /// The page's side.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Reads the session.
    pub fn read<R>(&self, read: impl FnOnce(&Session<Json>) -> R) -> R {
        read(&self.session.borrow())
    }

    /// Makes sockets of this class from now on.
    pub fn use_sockets(&self, class: JsValue) {
        self.sockets.replace(class);
    }

    /// Runs a command of the page's; its callbacks follow when it has returned.
    pub fn command<R>(&self, command: impl FnOnce(&mut Session<Json>, Ms) -> R) -> R {
        let result = command(&mut self.session.borrow_mut(), now());
        let outer = self.commanded.replace(true);
        self.follow();
        self.commanded.set(outer);
        if self.session.borrow().has_notice() && !self.telling.replace(true) {
            let shell = self.me.clone();
            spawn_local(async move {
                if let Some(shell) = shell.upgrade() {
                    shell.tell();
                }
            });
        }
        result
    }

    /// Runs something that happened while none of the page's code did.
    pub fn happened(&self, event: impl FnOnce(&mut Session<Json>, Ms)) {
        event(&mut self.session.borrow_mut(), now());
        self.follow();
        if !self.commanded.get() && !self.telling.replace(true) {
            self.tell();
        }
    }

    fn follow(&self) {
        while let Some(io) = self.next_io() {
            self.perform(io);
        }
        self.set_timer();
        self.hold();
    }

    // A function of its own, so that the borrow ends with it.
    fn next_io(&self) -> Option<Io> {
        self.session.borrow_mut().next_io()
    }

    fn next_notice(&self) -> Option<Notice<Json>> {
        self.session.borrow_mut().next_notice()
    }

    fn perform(&self, io: Io) {
        match io {
            Io::Open { socket, url } => match self.open(&url) {
                Ok(opening) => {
                    let opening = Socket::new(&self.me, socket, opening);
                    drop(self.socket.replace(Some(Rc::new(opening))));
                }
                // Not in the browser's words, which quote the address.
                Err(_) => {
                    let message = "socketUrl cannot be used: the browser refuses it, as it does \
                                   ws: on an https: page, or a blocked port";
                    self.session.borrow_mut().unusable(socket, message.into());
                }
            },
            Io::Send { socket, text } => {
                let open = self.socket.borrow().clone();
                if let Some(open) = open.filter(|open| open.id == socket) {
                    open.send(&text);
                }
            }
            Io::Close { socket } => {
                let mut slot = self.socket.borrow_mut();
                let closing = slot.take_if(|open| open.id == socket);
                drop(slot);
                drop(closing);
            }
            Io::Credentials { socket } => self.ask_credentials(socket),
            Io::Release { sernos } => sernos.iter().for_each(|one| self.host.release(*one)),
            Io::Log(text) => self.host.log(&text),
        }
    }

    fn open(&self, url: &str) -> Result<WebSocket, JsValue> {
        // A clone, because the class may be the page's.
        let class = self.sockets.borrow().clone();
        self.host.socket(&class, url)
    }

    fn ask_credentials(&self, socket: u32) {
        match credentials::ask(&self.host.options()) {
            Credentials::Now(login) => {
                let login = self.reported(login);
                let mut session = self.session.borrow_mut();
                session.credentials(now(), socket, login);
            }
            Credentials::Later(login) => {
                let shell = self.me.clone();
                spawn_local(async move {
                    let login = login.await;
                    if let Some(shell) = shell.upgrade() {
                        let login = shell.reported(login);
                        shell.happened(|session, now| session.credentials(now, socket, login));
                    }
                });
            }
        }
    }

    fn reported(&self, login: LoginText) -> LoginText {
        login.map_err(|mut error| {
            if let Some(thrown) = error.data.take() {
                self.host.report(&thrown.0);
            }
            error
        })
    }

    fn set_timer(&self) {
        let deadline = self.session.borrow().deadline();
        if self.timer.borrow().as_ref().map(|(at, _)| *at) == deadline {
            return;
        }
        let timer = deadline.map(|at| {
            let delay = at.saturating_sub(now()).min(LONGEST_TIMER) as u32;
            let shell = self.me.clone();
            let timeout = Timeout::new(delay, move || {
                if let Some(shell) = shell.upgrade() {
                    shell.timer.take();
                    shell.happened(Session::timer);
                }
            });
            (at, timeout)
        });
        drop(self.timer.replace(timer));
    }

    /// The page's object lives on without a reference while it is connected, or has
    /// something to hear.
    fn hold(&self) {
        let session = self.session.borrow();
        let active = session.is_active();
        let held = active || session.has_notice() || self.telling.get();
        drop(session);
        if self.wake_ups.borrow().is_some() != active {
            let wake_ups = active.then(|| WakeUps::listen(&self.me));
            drop(self.wake_ups.replace(wake_ups));
        }
        if self.held.replace(held) != held {
            self.host.hold(held);
        }
    }

    fn tell(&self) {
        while let Some(notice) = self.next_notice() {
            self.tell_one(notice);
        }
        self.telling.set(false);
        self.hold();
    }

    fn tell_one(&self, notice: Notice<Json>) {
        let host = &self.host;
        let error = |error: Option<_>| error.map_or(JsValue::UNDEFINED, |one| host.error(one));
        match notice {
            Notice::Settle { call, outcome } => match outcome {
                Ok(result) => host.settle(call, true, &result.0),
                Err(failure) => host.settle(call, false, &host.error(failure)),
            },
            Notice::State {
                state,
                attempt,
                delay,
                reason,
                error: failure,
            } => {
                let reason = reason.map(String::from);
                host.state(state.name(), attempt, delay as f64, reason, &error(failure));
            }
            Notice::Login { error: failure } => {
                let success = failure.is_none();
                let failure = error(failure);
                if success {
                    self.session.borrow_mut().login_callback_begins();
                }
                host.login(success, &failure);
                self.session.borrow_mut().login_callback_ended();
            }
            Notice::Closed { asked } => host.closed(asked),
            Notice::Message { message, data } => {
                let data = data.map_or(JsValue::UNDEFINED, |data| data.0);
                host.message(message.name(), &data);
            }
            Notice::Event { sernos, params } => {
                for serno in sernos {
                    host.event(serno, &params.0);
                }
            }
            Notice::Confirmed { sernos, channel } => {
                for serno in sernos {
                    host.ready(serno, &channel);
                }
            }
            Notice::Refused {
                channel,
                error: failure,
            } => host.refused(&channel, &host.error(failure)),
            Notice::Gap(gap) => {
                host.gap(&gap.channel, gap.expected as f64, gap.received as f64);
            }
        }
    }
}

/// What was thrown, in words.
pub fn words(thrown: &JsValue) -> String {
    let message = js_sys::Reflect::get(thrown, &"message".into());
    message
        .ok()
        .and_then(|message| message.as_string())
        .or_else(|| thrown.as_string())
        .unwrap_or_else(|| "it failed".into())
}

/// The wall clock: unlike a monotonic one it goes on while the machine sleeps.
fn now() -> Ms {
    js_sys::Date::now() as Ms
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn fill_random(bytes: &mut [u8]) -> Result<(), JsValue>;
}

fn seed() -> u64 {
    let mut bytes = [0; 8];
    match fill_random(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        // Without `crypto` sessids are still distinct, which is all that they must be.
        Err(_) => js_sys::Math::random().to_bits() ^ now().rotate_left(20),
    }
}
