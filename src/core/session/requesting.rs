//! The page's requests: sent, waiting, answered or failed, each settled once.

use super::{Notice, Phase, Session};
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::frame::{self, LARGEST_FRAME};
use crate::core::memory::has_room;
use crate::core::rpc::{Call, CallId, Expect, Owner};
use crate::core::subscriptions::Answer;
use crate::core::value::{Field, Value};

/// The method of a login, also of one on a connection that is logged in already.
pub(super) const LOGIN: &str = "login";

/// The method by which a [`Request`] is a speed test, in frames that are no JSON (FreeSWITCH,
/// transcript s09). Its `params` are the first of these frames, `#SPU <bytes>`.
pub const SPEED_TEST: &str = "speedTest";

/// Under this id a speed test waits for its figures. It is never written. The server works in
/// order, so that the figures are those of the oldest test.
pub const SPEED_TEST_ID: u32 = u32::MAX;

/// A request of the page's.
#[derive(Clone, Debug)]
pub struct Request {
    /// The page's number for the call.
    pub call: CallId,
    /// The method.
    pub method: String,
    /// The parameters: the text of a JSON object without `sessid`; of a [`SPEED_TEST`] its first frame.
    pub params: String,
    /// Which answers count as success.
    pub expect: Expect,
    /// How long it may take from now, in ms; `None` for the configured time.
    pub timeout: Option<Ms>,
}

impl<V: Value> Session<V> {
    /// Makes a request. It leaves at once, or waits for the login; see [`Notice::Settle`].
    /// Whether there is memory for it was asked before, by [`Self::has_room`].
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// let request = Request {
    ///     call: 2,
    ///     method: "jsapi".to_owned(),
    ///     params: r#"{"command":"status"}"#.to_owned(),
    ///     expect: Expect::Result,
    ///     timeout: None,
    /// };
    /// session.request(0, request);
    /// serve(&mut session);
    /// assert!(matches!(told(&mut session)[..], [Notice::Settle { call: 2, outcome: Ok(_) }]));
    /// ```
    pub fn request(&mut self, now: Ms, request: Request) {
        self.clock(now);
        let Request {
            call: id,
            method,
            params,
            expect,
            timeout,
        } = request;
        let call = Call { id, method, expect };
        let Some(config) = self.config.as_ref().filter(|_| self.is_active()) else {
            let message = "there is no connection: call connect() first";
            return self.fail(&call, Error::new(Kind::Closed, message), false);
        };
        let usual = match call.method.as_str() {
            "jsapi" => config.jsapi_timeout,
            _ => config.timeout,
        };
        let deadline = now.saturating_add(timeout.unwrap_or(usual));
        if let Some(error) = self.too_large(&call.method, &params) {
            return self.fail(&call, error, false);
        }
        if matches!(self.phase, Phase::Ready) {
            let method = call.method.clone();
            self.send(deadline, Owner::Page(call), &method, &params);
        } else if let Err(call) = self.rpc.wait(call, params, deadline) {
            let message = "too many requests wait for the connection";
            self.fail(&call, Error::new(Kind::Overflow, message), false);
        }
    }

    /// Whether there is memory for one more request, and for all of them to fail at once. Without
    /// it [`Self::request`] could end half-way, so that it is to be asked first.
    pub fn has_room(&self, method: &str, params: &str) -> bool {
        has_room(frame::most_bytes(method, params, self.login.sessid()) + self.rpc.failure_bytes())
    }

    /// Fails a call whose arguments were wrong, like any other call: once, and only after the
    /// page's own call has returned.
    pub fn refuse(&mut self, call: CallId, error: Error<V>) {
        let outcome = Err(error);
        self.notices.push(Notice::Settle { call, outcome });
    }

    /// Ends a call that the page gives up with `error`. A request that waits is never sent,
    /// and what the server answers to one in flight is ignored. A call that has ended
    /// already stays as it is.
    ///
    /// ```
    /// # use testkit::*;
    /// use verto_wasm::core::error::{Error, Kind};
    ///
    /// let mut session = logged_in();
    /// let request = Request {
    ///     call: 2,
    ///     method: "jsapi".to_owned(),
    ///     params: r#"{"command":"status"}"#.to_owned(),
    ///     expect: Expect::Result,
    ///     timeout: None,
    /// };
    /// session.request(0, request);
    /// session.cancel(2, Error::new(Kind::Aborted, "the page gave it up"));
    /// let [Notice::Settle { call: 2, outcome: Err(error) }] = &told(&mut session)[..] else { panic!() };
    /// assert_eq!((error.kind, error.sent), (Kind::Aborted, Some(true)));
    /// ```
    pub fn cancel(&mut self, call: CallId, error: Error<V>) {
        if let Some((call, sent)) = self.rpc.cancel(call) {
            self.fail(&call, error, sent);
        }
    }

    /// Sends a request that has waited for the login. It may have become too large, since the
    /// server may have made a longer sessid, and there may be no memory any more.
    pub(super) fn depart(&mut self, call: Call, params: &str, deadline: Ms) {
        if let Some(error) = self.unfit(&call.method, params) {
            return self.fail(&call, error, false);
        }
        let method = call.method.clone();
        self.send(deadline, Owner::Page(call), &method, params);
    }

    /// Why this request cannot be written, if it cannot.
    pub(super) fn unfit(&self, method: &str, params: &str) -> Option<Error<V>> {
        if self.has_room(method, params) {
            return self.too_large(method, params);
        }
        let message = "no memory is left for this call";
        Some(Error::new(Kind::Overflow, message))
    }

    /// The failure of a request that no server would accept, if this is one.
    pub(super) fn too_large(&self, method: &str, params: &str) -> Option<Error<V>> {
        let sessid = self.login.sessid();
        // Only what may be too large is written to be measured, with the longest id: which id
        // it will have is known when it leaves.
        let is_too_large = frame::most_bytes(method, params, sessid) > LARGEST_FRAME
            && frame::request(method, params, sessid, u32::MAX).len() > LARGEST_FRAME;
        let message = "the request is larger than the 1,000,000 bytes that a server accepts";
        is_too_large.then(|| Error::new(Kind::TooLarge, message))
    }

    /// Fails every call in flight.
    pub(super) fn fail_in_flight(&mut self, error: &Error<V>) {
        for entry in self.rpc.take_in_flight() {
            self.fail_owner(entry.owner, error.clone(), true);
        }
    }

    /// Fails a request, for the page or a dialog of its; `sent` says whether it was written.
    pub(super) fn fail_owner(&mut self, owner: Owner, error: Error<V>, sent: bool) {
        match owner {
            Owner::Page(call) => self.fail(&call, error, sent),
            #[cfg(feature = "calls")]
            Owner::Dialog(asker) => {
                let error = error.of(asker.asked.method(), sent);
                self.dialog_answered(asker, Err(error));
            }
            _ => {}
        }
    }

    /// Fails a call; `sent` says whether its request was written.
    pub(super) fn fail(&mut self, call: &Call, error: Error<V>, sent: bool) {
        self.notices.push(Notice::Settle {
            call: call.id,
            outcome: Err(error.of(&call.method, sent)),
        });
    }

    /// The request `id` was not answered in time; 0 is one that was never written.
    pub(super) fn timed_out(&mut self, now: Ms, owner: Owner, id: u32) {
        let error = Error::new(Kind::Timeout, "the server didn't answer in time");
        match owner {
            Owner::Login => {
                let has_calls = self.awaits_calls();
                self.login.timed_out(now, self.timeout(), has_calls);
                self.lost(now, error.of("login", true));
            }
            Owner::Subscribe(channels) => {
                let error = error.of("verto.subscribe", true);
                self.not_granted(&channels, id, Answer::Missing, &error);
                self.subscriptions.asked_in_vain(channels, id);
            }
            // Whether the server is silent is judged by the time since it was heard, not by
            // this ping.
            Owner::Nobody | Owner::Ping => {}
            owner => self.fail_owner(owner, error, id != 0),
        }
    }

    /// The server answered a call.
    pub(super) fn settle(&mut self, call: Call, outcome: Result<V, V>) {
        let is_login = call.method == LOGIN;
        let kind = if is_login { Kind::Auth } else { Kind::Rejected };
        let outcome = match outcome {
            Ok(result) if succeeded(&result, call.expect) => Ok(result),
            Ok(answer) | Err(answer) => Err(Error::refusal(kind, &call.method, answer)),
        };
        let call = call.id;
        let error = outcome.as_ref().err().cloned();
        self.notices.push(Notice::Settle { call, outcome });
        if is_login {
            self.notices.push(Notice::Login { error });
        }
    }
}

fn succeeded<V: Value>(result: &V, expect: Expect) -> bool {
    let code = result.field(Field::Code);
    let is_200 = |code: V| match code.number() {
        Some(number) => number == 200.0,
        None => code.text().as_deref() == Some("200"),
    };
    match expect {
        Expect::Result => true,
        Expect::Code200 => code.is_some_and(is_200),
        Expect::NoRefusal => code.is_none_or(is_200),
    }
}
