//! Runs a session: first it does what the session asks for, then it tells the page what happened.
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
use crate::core::session::{Io, Notice, QuestionId, Route, Session, SocketId};

/// The longest time that a browser's timer takes, in ms.
const LONGEST_TIMER: Ms = i32::MAX as Ms;

/// How many things that the session asks for are done in one go: more than a login with a thousand
/// waiting requests needs. If a WebSocket class of the page's makes requests inside its `send`
/// without end, the browser still gets its turn after so many.
const MOST_AT_ONCE: u32 = 4_000;

/// One session with its socket and its timer.
pub struct Shell {
    host: Host,
    session: RefCell<Session<Json>>,
    socket: RefCell<Option<Rc<Socket>>>,
    timer: RefCell<Option<(Ms, Timeout)>>,
    /// Callbacks are running, or will run in a microtask. Whoever adds a notice meanwhile needn't
    /// see to it that it is told.
    telling: Cell<bool>,
    /// What the session asks for is being done. That may run code of the page's (a credential
    /// function, or a stand-in for a socket that answers inside `send`). What this code calls is
    /// done and told afterwards, so that nothing nests.
    following: Cell<bool>,
    /// [`MOST_AT_ONCE`] was reached: the timer goes on with the rest.
    pausing: Cell<bool>,
    held: Cell<bool>,
    listening: Cell<bool>,
    /// By how many ms the wall clock is behind the timers that have fired: it may stand still, as
    /// in tests of pages.
    behind: Cell<Ms>,
}

impl Shell {
    /// A shell around a new session, whose random numbers come from `seed`.
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
            behind: Cell::new(0),
        })
    }

    /// The time by the wall clock, which goes on while the machine sleeps. A monotonic clock may
    /// not. The page may have replaced it by one that throws, so no borrow may be held meanwhile.
    fn now(&self) -> Ms {
        (js_sys::Date::now() as Ms).saturating_add(self.behind.get())
    }

    /// Reads the session.
    pub fn read<R>(&self, read: impl FnOnce(&Session<Json>) -> R) -> R {
        read(&self.session.borrow())
    }

    /// Runs a command of the page's; its callbacks follow when it has returned.
    pub fn command<R>(self: &Rc<Self>, command: impl FnOnce(&mut Session<Json>, Ms) -> R) -> R {
        let now = self.now();
        let result = command(&mut self.session.borrow_mut(), now);
        self.after_command();
        result
    }

    // This isn't in the generic function, because the compiler makes one of those for each command.
    fn after_command(self: &Rc<Self>) {
        self.follow();
        if self.session.borrow().has_notice() && !self.telling.replace(true) {
            self.host.tell_soon();
        }
    }

    /// Takes in something that happened. Its callbacks run at once, unless code of the page's is
    /// running: then they run after that.
    pub fn happened(self: &Rc<Self>, event: impl FnOnce(&mut Session<Json>, Ms)) {
        let now = self.now();
        event(&mut self.session.borrow_mut(), now);
        self.after_event();
    }

    /// An event came in for which there is a route. Returns whether it may be delivered at once;
    /// afterwards [`Self::tell`] must be called. If anything about the event is unusual, it must
    /// come as a frame instead. An event that goes by its route makes the session ask for nothing,
    /// so there is nothing to do here but to deliver it.
    pub fn event(&self, socket: SocketId, route: Route, event_serno: f64) -> bool {
        if self.telling.get() || self.following.get() {
            return false;
        }
        let now = self.now();
        let mut session = self.session.borrow_mut();
        self.telling
            .set(session.routed(now, socket, route, event_serno));
        self.telling.get()
    }

    fn after_event(self: &Rc<Self>) {
        self.follow();
        if !self.following.get() && !self.telling.replace(true) {
            self.tell();
        }
    }

    /// The page may have slept. A browser's timer stands still meanwhile, so it is set anew.
    pub fn woke(self: &Rc<Self>) {
        self.unset_timer();
        self.happened(|session, now| session.woke(now));
    }

    fn follow(self: &Rc<Self>) {
        if self.pausing.get() || self.following.replace(true) {
            // A caller further up, or the timer, goes on with it.
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

    // This is a function of its own, so that the borrow ends when it returns.
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
                    // A WebSocket class of the page's may have called logout() or connect() in its
                    // constructor: then the session doesn't want this socket any more.
                    if self.read(|session| session.uses(id)) {
                        drop(self.socket.replace(Some(opening)));
                    }
                }
                Err(why) => {
                    // The host throws texts. Only wasm-bindgen's glue, which calls it by this
                    // function, can fail before it.
                    let apply = || "this page's Function.prototype.apply fails".to_owned();
                    let message = why.as_string().unwrap_or_else(apply);
                    self.session.borrow_mut().unusable(id, message);
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
            Io::Credentials { question } => self.ask_credentials(question),
            Io::Release { sernos } => sernos.iter().for_each(|one| self.host.release(*one)),
            Io::Log(text) => self.host.log(&text),
        }
    }

    /// Asks the page for its credentials. An answer that comes late does no harm: the session
    /// ignores it, unless `question` is still its newest.
    fn ask_credentials(self: &Rc<Self>, question: QuestionId) {
        let answer = match self.host.credentials() {
            Ok(promise) if !promise.is_string() => {
                let promise = JsFuture::from(promise.unchecked_into::<Promise>());
                // The promise is the page's, and may never settle. So the task that waits for it
                // must not keep the shell alive.
                let shell = Rc::downgrade(self);
                spawn_local(async move {
                    let answer = read_answer(promise.await);
                    if let Some(shell) = shell.upgrade() {
                        shell.happened(|session, now| session.credentials(now, question, answer));
                    }
                });
                return;
            }
            answer => read_answer(answer),
        };
        let now = self.now();
        self.session.borrow_mut().credentials(now, question, answer);
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
            let now = self.now();
            let delay = at.saturating_sub(now).min(LONGEST_TIMER);
            let shell = Rc::downgrade(self);
            let timeout = Timeout::new(delay as u32, move || {
                if let Some(shell) = shell.upgrade() {
                    shell.unset_timer();
                    // A timer that has fired is time that has passed.
                    let behind = now.saturating_add(delay).saturating_sub(shell.now());
                    shell.behind.set(shell.behind.get() + behind);
                    shell.happened(Session::timer);
                }
            });
            (at, timeout)
        });
        drop(self.timer.replace(timer));
    }

    /// Keeps the page's object alive while it is connected or has something to hear, even if the
    /// page holds no reference to it.
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
