//! Runs a session: does what it asks for, at once, and tells the page, afterwards.
//!
//! No borrow of the session is held while JavaScript runs, so every method can be called
//! from inside every callback. A page's method never runs callbacks itself: they follow
//! in a microtask, or, where the method was called by a callback, after that.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::credentials::read_answer;
use super::host::Host;
use super::json::Json;
use super::socket::Socket;
use crate::core::Ms;
use crate::core::session::{Io, Notice, Route, Session, SocketId};

/// The longest time that a browser's timer takes, in ms.
const LONGEST_TIMER: Ms = i32::MAX as Ms;

/// How much is done at once: more than a login with a thousand waiting requests asks for. Where a
/// page's own WebSocket class sends in its `send` without end, the browser gets its turns too.
const MOST_AT_ONCE: u32 = 4_000;

/// One session with its socket and its timer.
pub struct Shell {
    host: Host,
    session: RefCell<Session<Json>>,
    socket: RefCell<Option<Rc<Socket>>>,
    timer: RefCell<Option<(Ms, Timeout)>>,
    /// Callbacks are running, or will in a microtask: whoever adds a notice needn't.
    telling: Cell<bool>,
    /// What the session asks for is being done. What the page's code calls inside that (its
    /// credential functions answer, a mock of a socket may answer inside `send`) is done and told
    /// after it, so that nothing nests.
    following: Cell<bool>,
    /// It was too much at once: the timer goes on with the rest.
    pausing: Cell<bool>,
    held: Cell<bool>,
    listening: Cell<bool>,
}

impl Shell {
    /// A shell around a new session, whose random numbers come of `seed`.
    pub fn new(host: Host, seed: u64) -> Rc<Shell> {
        Rc::new(Shell {
            host,
            session: RefCell::new(Session::new(seed)),
            socket: RefCell::new(None),
            timer: RefCell::new(None),
            telling: Cell::new(false),
            following: Cell::new(false),
            pausing: Cell::new(false),
            held: Cell::new(false),
            listening: Cell::new(false),
        })
    }

    /// Reads the session.
    pub fn read<R>(&self, read: impl FnOnce(&Session<Json>) -> R) -> R {
        read(&self.session.borrow())
    }

    /// Runs a command of the page's; its callbacks follow when it has returned.
    pub fn command<R>(self: &Rc<Self>, command: impl FnOnce(&mut Session<Json>, Ms) -> R) -> R {
        let result = command(&mut self.session.borrow_mut(), now());
        self.after_command();
        result
    }

    // Apart from the generic function, of which there is one for each command.
    fn after_command(self: &Rc<Self>) {
        self.follow();
        if self.session.borrow().has_notice() && !self.telling.replace(true) {
            self.host.tell_soon();
        }
    }

    /// Runs something that happened; its callbacks run at once, unless the page's code does.
    pub fn happened(self: &Rc<Self>, event: impl FnOnce(&mut Session<Json>, Ms)) {
        event(&mut self.session.borrow_mut(), now());
        self.after_event();
    }

    /// An event came in for which there is a route; says whether it is to be delivered at once,
    /// and then [`Self::tell`] called. Where anything about it is unusual it goes the long way,
    /// as a frame. No wire frame, deadline or notice comes of it, so that there is nothing to
    /// follow.
    pub fn event(&self, socket: SocketId, route: Route, serno: f64) -> bool {
        if self.telling.get() || self.following.get() {
            return false;
        }
        let mut session = self.session.borrow_mut();
        self.telling
            .set(session.routed(now(), socket, route, serno));
        self.telling.get()
    }

    fn after_event(self: &Rc<Self>) {
        self.follow();
        if !self.following.get() && !self.telling.replace(true) {
            self.tell();
        }
    }

    /// The page may have slept, and a browser's timer doesn't count meanwhile: it is set anew.
    pub fn woke(self: &Rc<Self>) {
        self.unset_timer();
        self.happened(|session, now| session.woke(now));
    }

    fn follow(self: &Rc<Self>) {
        if self.pausing.get() || self.following.replace(true) {
            // Whoever is at it goes on with it.
            return;
        }
        let mut left = MOST_AT_ONCE;
        while let Some(io) = self.next_io() {
            self.perform(io);
            left -= 1;
            if left == 0 {
                self.pausing.set(true);
                break;
            }
        }
        self.following.set(false);
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

    fn perform(self: &Rc<Self>, io: Io) {
        match io {
            Io::Open { socket: id, url } => match self.host.socket(id, &url) {
                Ok(socket) => {
                    let host = self.host.clone();
                    let opening = Rc::new(Socket { id, socket, host });
                    // A class of the page's may have ended the connection, or made another.
                    if self.read(|session| session.uses(id)) {
                        drop(self.socket.replace(Some(opening)));
                    }
                }
                // Not in the browser's words, which quote the address.
                Err(_) => {
                    let message = "socketUrl cannot be used: the browser refuses it, as it does \
                                   ws: on an https: page, or a blocked port";
                    self.session.borrow_mut().unusable(id, message.into());
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

    /// Asks the page for the credentials of the login on `socket`. The session ignores an answer
    /// for any but its newest socket, so one that comes late does no harm.
    fn ask_credentials(self: &Rc<Self>, socket: SocketId) {
        let answer = match self.host.credentials() {
            Ok(promise) if !promise.is_string() => {
                let promise = JsFuture::from(promise.unchecked_into::<Promise>());
                // The page's promise may never settle; it must not keep the shell alive then.
                let shell = Rc::downgrade(self);
                spawn_local(async move {
                    let answer = read_answer(promise.await);
                    if let Some(shell) = shell.upgrade() {
                        shell.happened(|session, now| session.credentials(now, socket, answer));
                    }
                });
                return;
            }
            answer => read_answer(answer),
        };
        self.session.borrow_mut().credentials(now(), socket, answer);
    }

    fn unset_timer(&self) {
        self.pausing.set(false);
        drop(self.timer.take());
    }

    fn set_timer(self: &Rc<Self>) {
        let deadline = match self.pausing.get() {
            true => Some(0),
            false => self.session.borrow().deadline(),
        };
        if self.timer.borrow().as_ref().map(|(at, _)| *at) == deadline {
            return;
        }
        let timer = deadline.map(|at| {
            let delay = at.saturating_sub(now()).min(LONGEST_TIMER) as u32;
            let shell = Rc::downgrade(self);
            let timeout = Timeout::new(delay, move || {
                if let Some(shell) = shell.upgrade() {
                    shell.unset_timer();
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
        if self.listening.replace(active) != active {
            self.host.listen(active);
        }
        if self.held.replace(held) != held {
            self.host.hold(held);
        }
    }

    /// Runs the callbacks for what has happened, in its order.
    pub fn tell(&self) {
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
            Notice::Event {
                sernos,
                params,
                route: Route { version, counter },
            } => host.event(sernos, &params.0, version, counter),
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
            #[cfg(feature = "calls")]
            Notice::Dialog(notice) => super::calls::tell(host, notice),
        }
    }
}

/// The wall clock: unlike a monotonic one it goes on while the machine sleeps.
fn now() -> Ms {
    js_sys::Date::now() as Ms
}
