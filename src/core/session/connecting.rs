//! The way to a login: a socket is opened, the page is asked for its credentials, the login
//! is sent. What the server answers to it comes in a frame: see `incoming.rs`.

use super::requesting::LOGIN;
use super::{Config, Io, Notice, Phase, Question, QuestionId, Request, Session, SocketId};
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::rpc::{CallId, Expect, Owner};
use crate::core::value::Value;

impl<V: Value> Session<V> {
    /// Connects, after closing silently what was open. `call` settles at the first login
    /// or at the session's end.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// session.connect(1_000, 2, Box::new(config()));
    /// assert_eq!(session.state(), State::Connecting);
    /// assert_eq!(session.next_io(), Some(Io::Close { socket: 1 }));
    /// assert!(matches!(session.next_io(), Some(Io::Open { socket: 2, .. })));
    /// ```
    pub fn connect(&mut self, now: Ms, call: CallId, config: Box<Config>) {
        self.clock(now);
        let was_open = self.phase.is_open();
        let in_outage = matches!(self.phase, Phase::Reconnecting { .. });
        #[cfg(feature = "calls")]
        self.hang_up_all();
        self.unsay(true);
        self.abandon(Error::new(Kind::Closed, "closed by a newer connect()"));
        let former = self.config.as_ref();
        if was_open {
            let removed = self.subscriptions.clear();
            self.released(removed.sernos);
        } else if former.is_some_and(|one| one.login != config.login) {
            if self.is_active() {
                self.subscriptions.session_ended();
            }
            let removed = self.subscriptions.end_former();
            self.released(removed);
        }
        self.login.begin(call, config.sessid.as_ref(), in_outage);
        self.answers_pings = false;
        self.config = Some(config);
        self.open(now);
    }

    /// The socket is open: the page is asked for its credentials.
    pub fn opened(&mut self, now: Ms, socket: SocketId) {
        self.clock(now);
        if self.socket == Some(socket) && matches!(self.phase, Phase::Connecting { .. }) {
            self.phase = Phase::Asking { deadline: now };
            self.tell_state(0, None, None);
            self.ask_credentials(now);
        }
    }

    /// The page gave the login's parameters (the text of a JSON object without `sessid`), or
    /// failed to. An empty text means that there are none, which ends the session. An answer that
    /// comes while there is no open socket is for the next one.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, Box::new(config()));
    /// session.opened(20, 1);
    /// assert!(sent(&mut session).is_empty());
    /// session.credentials(30, 1, Ok(r#"{"login":"1007@switch.example"}"#.to_owned()));
    /// assert_eq!(sent(&mut session), ["login"]);
    /// ```
    pub fn credentials(&mut self, now: Ms, question: QuestionId, login: Result<String, Error<V>>) {
        self.clock(now);
        let is_open = |one: &mut Question| {
            question == self.last_question && one.answer.is_none() && one.deadline > now
        };
        let Some(mut question) = self.question.take_if(is_open) else {
            return;
        };
        if matches!(self.phase, Phase::Ready) {
            return self.log_in_again(now, login);
        }
        let is_asking = matches!(self.phase, Phase::Asking { .. });
        match login {
            Ok(params) if params.is_empty() => {
                let error = no_credentials();
                let failure = Some(error.clone());
                let told = Notice::Login { error: failure };
                self.finish(error, Kind::Auth.name(), Some(told));
            }
            Ok(params) if is_asking => self.log_in(now, &params),
            Ok(params) => {
                question.answer = Some(params);
                self.question = Some(question);
            }
            // Credentials that the page gave as they are stay unusable; a function may give
            // better ones at the next attempt.
            Err(error) if error.kind == Kind::InvalidArgument && !self.is_fresh() => {
                self.finish(error, Kind::InvalidArgument.name(), None);
            }
            Err(error) if is_asking => self.lost(now, error),
            Err(_) => {}
        }
    }

    /// `login()`, while there is a connection or one is being made. A second socket is never made:
    /// on the live one a login is sent, which changes nothing if it is refused (FreeSWITCH,
    /// transcript s44). Otherwise `call` settles with the login that comes, as `connect`'s does.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// session.login(0, 2);
    /// assert_eq!(session.next_io(), Some(Io::Credentials { question: 2 }));
    /// session.credentials(0, 2, Ok(r#"{"login":"1008@switch.example"}"#.to_owned()));
    /// assert_eq!(sent(&mut session), ["login"]);
    /// ```
    pub fn login(&mut self, now: Ms, call: CallId) {
        self.clock(now);
        self.login.wait(call);
        if matches!(self.phase, Phase::Ready) {
            self.question = Some(self.question(now));
        }
    }

    pub(super) fn log_in_again(&mut self, now: Ms, login: Result<String, Error<V>>) {
        let login = login.and_then(|params| match self.unfit(LOGIN, &params) {
            Some(error) => Err(error.of(LOGIN, false)),
            None if params.is_empty() => Err(no_credentials()),
            None => Ok(params),
        });
        while let Some(call) = self.login.take_call() {
            match &login {
                Ok(params) => {
                    let request = Request {
                        call,
                        method: LOGIN.into(),
                        params: params.clone(),
                        expect: Expect::Result,
                        timeout: None,
                    };
                    self.request(now, request);
                }
                Err(error) => self.refuse(call, error.clone()),
            }
        }
        if let Err(error) = login
            && error.kind == Kind::Auth
        {
            let error = Some(error);
            self.notices.push(Notice::Login { error });
        }
    }

    fn log_in(&mut self, now: Ms, params: &str) {
        match self.unfit(LOGIN, params) {
            None => {
                self.phase = Phase::LoggingIn;
                let timeout = self.login.patience(self.timeout());
                self.send(now.saturating_add(timeout), Owner::Login, LOGIN, params);
            }
            Some(error) if error.kind == Kind::TooLarge => {
                self.finish(error.of(LOGIN, false), Kind::TooLarge.name(), None);
            }
            // There may be memory for it at the next attempt.
            Some(error) => self.lost(now, error.of(LOGIN, false)),
        }
    }

    /// Whether functions of the page's give the credentials from now on.
    ///
    /// ```
    /// # use testkit::*;
    /// use verto_wasm::core::error::{Error, Kind};
    ///
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, Box::new(config()));
    /// session.fresh_credentials(true);
    /// session.opened(20, 1);
    /// // A function may give something better at the next attempt.
    /// session.credentials(30, 1, Err(Error::new(Kind::InvalidArgument, "no token")));
    /// assert_eq!(session.state(), State::Reconnecting);
    /// ```
    pub fn fresh_credentials(&mut self, fresh: bool) {
        if let Some(config) = &mut self.config {
            config.fresh_credentials = fresh;
        }
    }

    /// The browser refuses to open a socket to this address at all, as it does with `ws:` on a page
    /// of `https:`. That ends the session, unless it is a fallback address, which is forgotten.
    pub fn unusable(&mut self, socket: SocketId, message: String) {
        if self.socket == Some(socket) {
            let error = Error::new(Kind::InvalidArgument, message);
            let fallback = self.login.address().wrapping_sub(1);
            if let Some(config) = &mut self.config
                && fallback < config.fallback_urls.len()
            {
                // Only this address cannot be used; the others are as good as before.
                config.fallback_urls.remove(fallback);
                return self.lost(self.now, error);
            }
            self.finish(error, Kind::InvalidArgument.name(), None);
        }
    }

    /// Opens a socket for the next attempt.
    pub(super) fn open(&mut self, now: Ms) {
        let address = self.config.as_ref().map(|one| self.login.next_address(one));
        let (url, is_other_server) = address.unwrap_or_default();
        if is_other_server {
            // What was learned of one server says nothing of another.
            self.answers_pings = false;
        }
        self.last_socket += 1;
        let socket = self.last_socket;
        self.socket = Some(socket);
        self.rpc.restart();
        self.phase = Phase::Connecting {
            deadline: self.due(now),
        };
        self.io.push(Io::Open { socket, url });
        self.tell_state(0, None, None);
    }

    /// Asks the page for its credentials, unless an earlier attempt has asked and that question
    /// still counts: who types a password is not asked again because the network failed.
    pub(super) fn ask_credentials(&mut self, now: Ms) {
        let question = self.question(now);
        if let Some(params) = question.answer {
            return self.log_in(now, &params);
        }
        self.phase = Phase::Asking {
            deadline: question.deadline,
        };
        self.question = Some(question);
    }

    /// The question that still counts, or a new one.
    fn question(&mut self, now: Ms) -> Question {
        let asked = self.question.take().filter(|one| one.deadline > now);
        asked.unwrap_or_else(|| {
            self.last_question += 1;
            self.io.push(Io::Credentials {
                question: self.last_question,
            });
            let config = self.config.as_ref();
            let timeout = config.map_or(0, |one| one.credentials_timeout);
            Question {
                deadline: now.saturating_add(timeout),
                answer: None,
            }
        })
    }

    /// Whether the page gives its credentials by functions, which may give others each time.
    pub(super) fn is_fresh(&self) -> bool {
        self.config
            .as_ref()
            .is_some_and(|one| one.fresh_credentials)
    }
}

fn no_credentials<V>() -> Error<V> {
    Error::new(Kind::Auth, "passwd and loginParams give no credentials")
}
