//! What the JavaScript in `pkg-template/` (the glue) calls: there is one `Client` behind each
//! `Verto` of the page.
//!
//! The glue has already checked the page's arguments, and written its objects as JSON text.
//! No method throws: if a call fails, the failure settles the call.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::connect_options::{ConnectOptions, config};
use super::host::Host;
use super::json::Json;
use super::params;
use super::shell::Shell;
use crate::core::callcenter;
use crate::core::error::{Error, Kind};
use crate::core::session::{Listener, Origin, Request, Route, SocketId};
use crate::core::{CallId, Expect, Ms};

/// One instance's core. It holds the page's object only through [`Host`].
#[wasm_bindgen]
#[allow(missing_debug_implementations)] // There is nothing to show but the shell.
pub struct Client {
    pub(super) shell: Rc<Shell>,
}

#[wasm_bindgen]
impl Client {
    /// A core that has never connected. The two numbers are random bits: sessids and the delays
    /// before a reconnect are made from them.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, random: u32, more: u32) -> Client {
        let seed = u64::from(random) << 32 | u64::from(more);
        let shell = Shell::new(host, seed);
        Client { shell }
    }

    /// `verto.state`, a string.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> JsValue {
        self.shell.read(|session| session.state().name().into())
    }

    /// `verto.sessid`, a string.
    #[wasm_bindgen(getter)]
    pub fn sessid(&self) -> JsValue {
        self.shell.read(|session| session.sessid().into())
    }

    /// Connects; `options` are the page's, which the glue has checked.
    pub fn connect(&self, call: CallId, options: &ConnectOptions) {
        let config = Box::new(config(options));
        self.shell
            .command(|session, now| session.connect(now, call, config));
    }

    /// Logs in on the live connection, or waits for the login of the one that is being made.
    pub fn login(&self, call: CallId) {
        self.shell.command(|session, now| session.login(now, call));
    }

    /// A socket that [`Host::socket`] made is open.
    pub fn opened(&self, socket: SocketId) {
        self.shell
            .happened(|session, now| session.opened(now, socket));
    }

    /// A socket closed with `code`.
    pub fn closed(&self, socket: SocketId, code: u16) {
        self.shell
            .happened(|session, now| session.closed(now, socket, code));
    }

    /// A frame came in, parsed.
    pub fn frame(&self, socket: SocketId, frame: JsValue) {
        let frame = Json(frame);
        self.shell
            .happened(|session, now| session.frame(now, socket, &frame));
    }

    /// A frame came in that isn't JSON.
    pub fn garbage(&self, socket: SocketId) {
        self.shell
            .happened(|session, now| session.garbage(now, socket));
    }

    /// An event came in whose route is known from [`Host::event`]. Returns whether the glue may
    /// deliver it, and must then call [`Self::tell`]; otherwise it must give the event to
    /// [`Self::frame`]. `event_serno` is -1 if the event has no number.
    pub fn event(&self, socket: SocketId, version: u32, counter: u32, event_serno: f64) -> bool {
        let route = Route { version, counter };
        self.shell.event(socket, route, event_serno)
    }

    /// Runs the callbacks for what has happened. The glue calls this after [`Self::event`], and in
    /// the microtask that [`Host::tell_soon`] asks for.
    pub fn tell(&self) {
        self.shell.tell();
    }

    /// The network is back, or the machine or the page may have been asleep.
    pub fn woke(&self) {
        self.shell.woke();
    }

    /// Whether functions of the page's give the credentials from now on.
    pub fn fresh_credentials(&self, fresh: bool) {
        self.shell
            .command(|session, _| session.fresh_credentials(fresh));
    }

    /// Ends the session and its subscriptions.
    pub fn logout(&self) {
        self.shell.command(|session, _| session.logout());
    }

    /// Makes any request. Returns whether there was memory for it. `params` is the text of a JSON
    /// object. It stands before the other text, because the arguments are copied in their order:
    /// if there is no memory for this long one, nothing else has been copied yet. With
    /// `may_refuse` a result whose `code` isn't 200 is a failure. A `timeout` (ms) of 0 stands for
    /// the usual one.
    pub fn request(
        &self,
        call: CallId,
        params: String,
        method: String,
        may_refuse: bool,
        timeout: f64,
    ) -> bool {
        let expect = match may_refuse {
            true => Expect::NoRefusal,
            false => Expect::Result,
        };
        self.make(call, method, params, expect, timeout)
    }

    /// Runs a command of the specification's call centre, with its arguments in their order.
    /// Returns whether there was memory for it.
    pub fn command(
        &self,
        call: CallId,
        func: &str,
        group: &str,
        arguments: &js_sys::Array,
        timeout: f64,
    ) -> bool {
        let argument = |index| params::argument(&arguments.get(index));
        match callcenter::arguments(func, group, argument) {
            Ok(arguments) => self.cc_call(call, &params::write(&arguments), func, timeout),
            Err(error) => {
                self.shell.command(|session, _| session.refuse(call, error));
                true
            }
        }
    }

    /// Runs any command of the call centre's back end. `data` is the text of a JSON object. Returns
    /// whether there was memory for it.
    pub fn cc_call(&self, call: CallId, data: &str, func: &str, timeout: f64) -> bool {
        self.shell.read(|session| session.has_room(func, data)) && {
            let params = callcenter::jsapi(func, data);
            self.make(call, "jsapi".into(), params, Expect::Code200, timeout)
        }
    }

    /// Gives a call up, for a `reason` of the page's. `made` says whether its request was made.
    pub fn abort(&self, call: CallId, made: bool, reason: JsValue) {
        let message = "the page gave this request up";
        let error = Error::new(Kind::Aborted, message).with_data(Json(reason));
        self.shell.command(|session, _| match made {
            true => session.cancel(call, error),
            false => session.refuse(call, error),
        });
    }

    /// Registers a listener on channels. `twin` is equal for handlers with the same source text and
    /// `userData`; `origin` is 0 for `subscribe()`, 1 for `events()`, 2 for a page's signal. Returns the numbers of the registrations, in the order of
    /// the channels.
    pub fn subscribe(
        &self,
        channels: &js_sys::Array,
        listener: u32,
        twin: u32,
        origin: u32,
        sub_params: Option<String>,
        local: bool,
    ) -> js_sys::Array {
        let channels = params::texts(channels);
        let listener = Listener {
            number: listener,
            twin,
            origin: match origin {
                0 => Origin::Subscribe,
                1 => Origin::Loop,
                _ => Origin::Signal,
            },
        };
        let sernos = self.shell.command(|session, now| {
            session.subscribe(now, &channels, listener, sub_params.as_deref(), local)
        });
        let array = js_sys::Array::new();
        for serno in sernos {
            array.push(&serno.into());
        }
        array
    }

    /// Ends registrations: those of the numbers in `sernos`, each on the channel at the same place
    /// in `channels`. A number of 0 stands for all registrations of that channel.
    pub fn unsubscribe(&self, channels: &js_sys::Array, sernos: &js_sys::Array) {
        let channels = params::texts(channels);
        let sernos: Vec<_> = sernos
            .iter()
            .filter_map(|serno| serno.as_f64())
            .map(|n| n as u32)
            .collect();
        self.shell
            .command(|session, now| session.unsubscribe(now, &channels, &sernos));
    }

    /// Ends all registrations.
    pub fn unsubscribe_all(&self) {
        self.shell
            .command(|session, now| session.unsubscribe_all(now));
    }

    fn make(
        &self,
        call: CallId,
        method: String,
        params: String,
        expect: Expect,
        timeout: f64,
    ) -> bool {
        if !self
            .shell
            .read(|session| session.has_room(&method, &params))
        {
            return false;
        }
        let request = Request {
            call,
            method,
            params,
            expect,
            timeout: (timeout > 0.0).then_some(timeout as Ms),
        };
        self.shell
            .command(|session, now| session.request(now, request));
        true
    }
}
