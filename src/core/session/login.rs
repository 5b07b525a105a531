//! What a session remembers of its attempts to log in: under which id, where, how many have
//! failed and how, and what was tried once already.
//!
//! It changes no phase and sends nothing. It answers the session's questions: what comes
//! next, and is this to be told.

use super::Config;
use crate::core::Ms;
use crate::core::random::Random;
use crate::core::reconnect::Backoff;
use crate::core::rpc::CallId;

/// How often the time that a login may take is doubled.
pub const MOST_DOUBLINGS: u32 = 5;
/// The server's reason where another user holds the sessid (seen with FreeSWITCH).
const SESSION_IN_USE: &str = "Session in use";

/// What follows a login that the server refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterRefusal {
    /// A login on another socket, under a sessid that was made anew.
    OpenAgain,
    /// A login on the same socket, with credentials that the page is asked for again.
    AskAgain,
    /// The session ends.
    End,
}

/// The login that is tried, from `connect` on and across reconnects.
#[derive(Debug)]
pub(super) struct Login {
    /// The source of sessids and of delays.
    random: Random,
    /// The id under which the server knows the session; empty before the first `connect`.
    sessid: String,
    /// The page chose the sessid: it is not to be replaced by one of ours.
    is_pages_sessid: bool,
    /// The calls of `connect` and of `login`, which wait for the next login.
    calls: Vec<CallId>,
    backoff: Backoff,
    /// At which address the present attempt is: 0 is `url`, the others are fallback addresses.
    address: usize,
    /// How many logins in a row the server didn't answer in time, [`MOST_DOUBLINGS`] at most.
    unanswered: u32,
    /// A login under the page's own sessid went unanswered. The server may read it until this
    /// time, and then takes the session from the login that followed it: no stranger's takeover.
    own_takeover: Ms,
    /// A refused login was tried once more with fresh credentials.
    retried_credentials: bool,
    /// A login was tried once more under a new sessid.
    retried_sessid: bool,
    /// `onWSClose(false)` was told, and no login succeeded since.
    outage_told: bool,
}

impl Login {
    /// Before the first `connect`. `seed` decides the sessids and the delays.
    pub(super) fn new(seed: u64) -> Self {
        Login {
            random: Random::new(seed),
            sessid: String::new(),
            is_pages_sessid: false,
            calls: Vec::new(),
            backoff: Backoff::default(),
            address: 0,
            unanswered: 0,
            own_takeover: 0,
            retried_credentials: false,
            retried_sessid: false,
            outage_told: false,
        }
    }

    /// The page connects: everything begins anew, under the sessid that it gives or under a
    /// random one. Only an outage that it has heard of goes on, where it connects
    /// `in_outage`, as pages do in `onWSClose(false)`.
    pub(super) fn begin(&mut self, call: CallId, sessid: Option<&String>, in_outage: bool) {
        self.is_pages_sessid = sessid.is_some();
        self.sessid = match sessid {
            Some(sessid) => sessid.clone(),
            None => self.random.uuid(),
        };
        self.calls.push(call);
        self.backoff.reset();
        self.unanswered = 0;
        self.own_takeover = 0;
        self.retried_credentials = false;
        self.retried_sessid = false;
        self.outage_told &= in_outage;
    }

    /// The page was reloaded: its calls are under this id.
    #[cfg(feature = "calls")]
    pub(super) fn resume(&mut self, sessid: String) {
        self.sessid = sessid;
    }

    /// The id under which the server knows the session.
    pub(super) fn sessid(&self) -> &str {
        &self.sessid
    }

    /// Whether the page chose that id, so that calls of an earlier page may be under it.
    #[cfg(feature = "calls")]
    pub(super) fn is_pages_sessid(&self) -> bool {
        self.is_pages_sessid
    }

    /// How many attempts have failed since the last login.
    pub(super) fn attempt(&self) -> u32 {
        self.backoff.attempt()
    }

    /// At which address the present attempt is: 0 is `url`, the others are fallback addresses.
    pub(super) fn address(&self) -> usize {
        self.address
    }

    /// Where the next attempt goes, and whether that is another server than before.
    pub(super) fn next_address(&mut self, config: &Config) -> (String, bool) {
        let fallbacks = &config.fallback_urls;
        let address = self.backoff.turn(fallbacks.len() + 1);
        let moves = std::mem::replace(&mut self.address, address) != address;
        let fallback = address.checked_sub(1).and_then(|one| fallbacks.get(one));
        (fallback.unwrap_or(&config.url).clone(), moves)
    }

    /// How long a login may take, in ms, where other requests may take `timeout`. After each
    /// that went unanswered the next may take twice as long: a restarted server has a queue
    /// of everybody's logins, and clients that all give up before their turn keep it busy
    /// with nothing (see docs/restart.md).
    pub(super) fn patience(&self, timeout: Ms) -> Ms {
        timeout.saturating_mul(1 << self.unanswered)
    }

    /// The connection ended before the login was answered. The server may read that login
    /// later, and under the same sessid it would take the session away from the login that
    /// follows. That is believed for as long as the login might have taken, counted from `now`.
    ///
    /// Such is the page's own sessid, and one under which calls are to come back (`has_calls`).
    pub(super) fn interrupted(&mut self, now: Ms, timeout: Ms, has_calls: bool) {
        if self.is_pages_sessid || has_calls {
            self.own_takeover = now.saturating_add(self.patience(timeout));
        } else {
            self.sessid = self.random.uuid();
        }
    }

    /// The server didn't answer the login in time.
    pub(super) fn timed_out(&mut self, now: Ms, timeout: Ms, has_calls: bool) {
        self.interrupted(now, timeout, has_calls);
        self.unanswered = MOST_DOUBLINGS.min(self.unanswered + 1);
    }

    /// Whether the takeover that the server tells of is the doing of our own earlier login;
    /// it is so once, and only while the server may still read that login.
    pub(super) fn is_own_takeover(&mut self, now: Ms) -> bool {
        now < std::mem::take(&mut self.own_takeover)
    }

    /// The clock was set back by this much.
    pub(super) fn set_back(&mut self, by: Ms) {
        self.own_takeover = self.own_takeover.saturating_sub(by);
    }

    /// The server refused the login with this `reason`. `fresh` says whether the page gives
    /// its credentials by functions.
    pub(super) fn refused(&mut self, reason: Option<&str>, fresh: bool) -> AfterRefusal {
        let in_use = reason == Some(SESSION_IN_USE);
        if in_use && !self.is_pages_sessid && !self.retried_sessid {
            self.retried_sessid = true;
            self.sessid = self.random.uuid();
            AfterRefusal::OpenAgain
        } else if fresh && !in_use && !self.retried_credentials {
            self.retried_credentials = true;
            AfterRefusal::AskAgain
        } else {
            AfterRefusal::End
        }
    }

    /// The login succeeded. `sessid` is the id that the server made where it didn't take ours.
    pub(super) fn succeeded(&mut self, sessid: Option<String>) {
        if let Some(sessid) = sessid {
            self.sessid = sessid;
        }
        self.backoff.reset();
        self.unanswered = 0;
        self.retried_credentials = false;
        self.retried_sessid = false;
        self.outage_told = false;
    }

    /// The attempt failed, or the connection was lost; returns the delay before the next
    /// attempt, in ms.
    pub(super) fn failed(&mut self) -> Ms {
        self.backoff.failed(&mut self.random)
    }

    /// Whether the page must hear `onWSClose(false)` now: once in each outage.
    pub(super) fn tells_outage(&mut self) -> bool {
        !std::mem::replace(&mut self.outage_told, true)
    }

    /// Whether the page has heard of this outage already.
    pub(super) fn outage_told(&self) -> bool {
        self.outage_told
    }

    /// The session ended: there is no next attempt to count for.
    pub(super) fn ended(&mut self) {
        self.backoff.reset();
    }

    /// `call` waits for the next login too.
    pub(super) fn wait(&mut self, call: CallId) {
        self.calls.push(call);
    }

    /// Takes out a call that waits for a login.
    pub(super) fn take_call(&mut self) -> Option<CallId> {
        self.calls.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN_USE: Option<&str> = Some(SESSION_IN_USE);
    const WRONG_PASSWORD: Option<&str> = Some("Authentication Failure");

    fn begun(sessid: Option<&str>) -> Login {
        let mut login = Login::new(1);
        login.begin(9, sessid.map(String::from).as_ref(), false);
        login
    }

    fn config(fallback_urls: &[&str]) -> Config {
        Config {
            url: "wss://a.test".into(),
            fallback_urls: fallback_urls.iter().copied().map(String::from).collect(),
            login: "1007@switch.example".into(),
            sessid: None,
            auto_reconnect: true,
            fresh_credentials: false,
            keep_alive: None,
            timeout: 10_000,
            credentials_timeout: 300_000,
            jsapi_timeout: 60_000,
        }
    }

    #[test]
    fn an_interrupted_login_leaves_a_new_sessid_or_a_takeover_of_our_own() {
        let mut ours = begun(None);
        let before = ours.sessid().to_owned();
        assert_eq!(before.len(), 36, "a UUID");
        ours.interrupted(0, 10, false);
        assert_ne!(ours.sessid(), before);
        assert!(!ours.is_own_takeover(1));

        let mut pages = begun(Some("1111"));
        pages.interrupted(5, 10, false);
        assert_eq!(pages.sessid(), "1111");
        assert!(pages.is_own_takeover(14));
        assert!(!pages.is_own_takeover(14), "only once");

        // A call is to come back under the sessid that it had.
        let mut calls = begun(None);
        let before = calls.sessid().to_owned();
        calls.interrupted(0, 10, true);
        assert_eq!(calls.sessid(), before);
        assert!(calls.is_own_takeover(9));

        // A server that was slow once may take as long as the login that it didn't answer.
        pages.timed_out(5, 10, false);
        pages.timed_out(5, 10, false);
        assert!(pages.is_own_takeover(24));
        pages.timed_out(5, 10, false);
        assert!(!pages.is_own_takeover(45), "a takeover is believed");
    }

    #[test]
    fn each_unanswered_login_doubles_the_patience_up_to_32_times() {
        let mut login = begun(None);
        let mut times = Vec::new();
        for _ in 0..7 {
            times.push(login.patience(10));
            login.timed_out(0, 10, false);
        }
        assert_eq!(times, [10, 20, 40, 80, 160, 320, 320]);
        login.succeeded(None);
        assert_eq!(login.patience(10), 10);
        login.timed_out(0, 10, false);
        assert_eq!(login.patience(Ms::MAX), Ms::MAX, "it doesn't overflow");
    }

    #[test]
    fn a_sessid_in_use_is_replaced_once_unless_it_is_the_pages() {
        let mut login = begun(None);
        let before = login.sessid().to_owned();
        assert_eq!(login.refused(IN_USE, true), AfterRefusal::OpenAgain);
        assert_ne!(login.sessid(), before);
        assert_eq!(login.refused(IN_USE, true), AfterRefusal::End);
        login.succeeded(None);
        assert_eq!(login.refused(IN_USE, false), AfterRefusal::OpenAgain);

        assert_eq!(begun(Some("1111")).refused(IN_USE, true), AfterRefusal::End);
    }

    #[test]
    fn fresh_credentials_are_asked_for_once() {
        let mut login = begun(None);
        assert_eq!(login.refused(WRONG_PASSWORD, true), AfterRefusal::AskAgain);
        assert_eq!(login.refused(WRONG_PASSWORD, true), AfterRefusal::End);
        login.succeeded(None);
        assert_eq!(login.refused(WRONG_PASSWORD, false), AfterRefusal::End);
        assert_eq!(login.refused(None, true), AfterRefusal::AskAgain);
    }

    #[test]
    fn the_servers_own_sessid_counts() {
        let mut login = begun(None);
        login.succeeded(Some("made by the server".into()));
        assert_eq!(login.sessid(), "made by the server");
    }

    #[test]
    fn the_addresses_take_turns_and_the_caller_hears_of_a_move() {
        let both = config(&["wss://b.test"]);
        let mut login = begun(None);
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(login.next_address(&both));
            login.failed();
        }
        let (first, second) = ("wss://a.test", "wss://b.test");
        let wanted = [
            (first, false),
            (first, false),
            (second, true),
            (second, false),
            (first, true),
        ];
        assert_eq!(seen, wanted.map(|(url, moves)| (url.to_owned(), moves)));

        let mut alone = begun(None);
        alone.failed();
        alone.failed();
        let only = config(&[]);
        assert_eq!(alone.next_address(&only), ("wss://a.test".into(), false));
    }

    #[test]
    fn an_outage_is_told_once_and_outlives_a_connect_inside_it() {
        let mut login = begun(None);
        assert!(login.tells_outage());
        assert!(!login.tells_outage());
        login.begin(10, None, true);
        assert!(!login.tells_outage());
        login.begin(11, None, false);
        assert!(login.tells_outage());
        login.succeeded(None);
        assert!(login.tells_outage());
    }
}
