//! What the page does.

use serde_json::{Value as Tree, json};
use verto_wasm::core::error::{Error, Kind};
use verto_wasm::core::session::{Config, Listener, Request};
use verto_wasm::core::{CallId, Expect, Ms};

use super::{CONNECT, Harness};
use crate::Json;

impl Harness {
    /// `connect()`; its Promise is the call [`CONNECT`].
    pub fn connect(&mut self, config: Config) {
        self.connect_as(CONNECT, config);
    }

    /// `connect()`; its Promise is this call.
    pub fn connect_as(&mut self, call: CallId, config: Config) {
        self.session.connect(self.now, call, Box::new(config));
        self.drain();
    }

    /// `login()`; its Promise is this call.
    pub fn login(&mut self, call: CallId) {
        self.session.login(self.now, call);
        self.drain();
    }

    /// `logout()`.
    pub fn logout(&mut self) {
        self.session.logout();
        self.drain();
    }

    /// Calls the server's method `echo` with `{"n":call}`.
    pub fn call(&mut self, call: CallId) {
        self.call_with(call, "echo", &json!({ "n": call }), Expect::Result, None);
    }

    /// Calls a method of the server's. `timeout` is in ms; `None` takes that of the options.
    pub fn call_with(
        &mut self,
        call: CallId,
        method: &str,
        params: &Tree,
        expect: Expect,
        timeout: Option<Ms>,
    ) {
        let request = Request {
            call,
            method: method.into(),
            params: params.to_string(),
            expect,
            timeout,
        };
        self.session.request(self.now, request);
        self.drain();
    }

    /// Gives up a call.
    pub fn cancel(&mut self, call: CallId) {
        let error = Error::new(Kind::Aborted, "given up");
        self.session.cancel(call, error);
        self.drain();
    }

    /// `subscribe()` with the handler that `listener` stands for. Returns the number of each
    /// registration.
    pub fn subscribe(&mut self, channels: &[&str], listener: u32) -> Vec<u32> {
        self.subscribe_with(channels, listener, None, false)
    }

    /// `subscribe()` with the options `subParams` (JSON text) and `local`.
    pub fn subscribe_with(
        &mut self,
        channels: &[&str],
        listener: u32,
        sub_params: Option<&str>,
        local: bool,
    ) -> Vec<u32> {
        let names: Vec<String> = channels.iter().map(|&name| name.into()).collect();
        let sernos = self
            .session
            .subscribe(self.now, &names, listener, sub_params, local);
        self.drain();
        sernos
    }

    /// `subscribe()` with a handler of which more is known than its number.
    pub fn subscribe_as(&mut self, channels: &[&str], listener: Listener) -> Vec<u32> {
        let names: Vec<String> = channels.iter().map(|&name| name.into()).collect();
        let sernos = self
            .session
            .subscribe(self.now, &names, listener, None, false);
        self.drain();
        sernos
    }

    /// Ends one registration on a channel, or with `None` all of them.
    pub fn unsubscribe(&mut self, channel: &str, serno: Option<u32>) {
        self.session
            .unsubscribe(self.now, &[channel.into()], &[serno.unwrap_or(0)]);
        self.drain();
    }

    /// Ends all registrations.
    pub fn unsubscribe_all(&mut self) {
        self.session.unsubscribe_all(self.now);
        self.drain();
    }

    /// Runs `page` as the page's `onWSLogin(true)`.
    pub fn in_login_callback(&mut self, page: impl FnOnce(&mut Self)) {
        self.session.login_callback_begins();
        page(self);
        self.session.login_callback_ended();
    }

    /// Gives the login's parameters, or fails to.
    pub fn credentials(&mut self, login: Result<String, Error<Json>>) {
        self.session.credentials(self.now, self.question, login);
        self.drain();
    }
}
