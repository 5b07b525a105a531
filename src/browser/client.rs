//! What the glue in `pkg-template/` calls: one `Client` behind each `Verto` of the page.
//!
//! The glue has checked the page's arguments already and written its objects as JSON text.
//! No method throws: a call's failure settles the call.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::connect_options::{ConnectOptions, config};
use super::host::Host;
use super::json::Json;
use super::params;
use super::shell::Shell;
use crate::core::callcenter;
use crate::core::error::{Error, Kind};
use crate::core::session::{Request, Route, SocketId};
use crate::core::{CallId, Expect, Ms};

/// One instance's core. It holds the page's object only through [`Host`].
#[wasm_bindgen]
#[allow(missing_debug_implementations)] // There is nothing to show but the shell.
pub struct Client {
    pub(super) shell: Rc<Shell>,
}

#[wasm_bindgen]
impl Client {
    /// A core that has never connected. The two numbers are random bits, for sessids and
    /// backoff.
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

    /// An event came in whose route is known ([`Host::event`]): the short way. Says whether it
    /// is to be delivered, and [`Self::tell`] called then; otherwise it must come as a frame.
    /// `serno` is -1 where it has none.
    pub fn event(&self, socket: SocketId, version: u32, counter: u32, serno: f64) -> bool {
        self.shell.event(socket, Route { version, counter }, serno)
    }

    /// Runs the callbacks for what has happened: after [`Self::event`], and in
    /// [`Host::tell_soon`]'s microtask.
    pub fn tell(&self) {
        self.shell.tell();
    }

    /// The network is back, or the machine or the page may have slept.
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

    /// Any request; says whether there was memory for it. `params` is a JSON object's text, and
    /// comes first: where there is no memory for it nothing is left behind. With `may_refuse` a
    /// result whose `code` isn't 200 is a failure; a `timeout` (ms) of 0 stands for the usual
    /// one.
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

    /// A command of the specification's call centre, its arguments in their order; says whether
    /// there was memory for it.
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

    /// Any command of the call centre's back end: `data` is a JSON object's text. Says whether
    /// there was memory for it.
    pub fn cc_call(&self, call: CallId, data: &str, func: &str, timeout: f64) -> bool {
        self.shell.read(|session| session.has_room(func, data)) && {
            let params = callcenter::jsapi(func, data);
            self.make(call, "jsapi".into(), params, Expect::Code200, timeout)
        }
    }

    /// Gives a call up for the page's `reason`; `made` says whether its request was made.
    pub fn abort(&self, call: CallId, made: bool, reason: JsValue) {
        let message = "the page gave this request up";
        let error = Error::new(Kind::Aborted, message).with_data(Json(reason));
        self.shell.command(|session, _| match made {
            true => session.cancel(call, error),
            false => session.refuse(call, error),
        });
    }

    /// Registers a listener on channels; returns the registrations' numbers.
    pub fn subscribe(
        &self,
        channels: &js_sys::Array,
        listener: u32,
        sub_params: Option<String>,
        local: bool,
    ) -> js_sys::Array {
        let channels = texts(channels);
        let sernos = self.shell.command(|session, now| {
            session.subscribe(now, &channels, listener, sub_params.as_deref(), local)
        });
        let array = js_sys::Array::new();
        for serno in sernos {
            array.push(&serno.into());
        }
        array
    }

    /// Ends the registrations `sernos` of `channels`, in pairs; a number of 0 means all of
    /// that channel.
    pub fn unsubscribe(&self, channels: &js_sys::Array, sernos: &js_sys::Array) {
        let channels = texts(channels);
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

fn texts(array: &js_sys::Array) -> Vec<String> {
    array.iter().filter_map(|text| text.as_string()).collect()
}
