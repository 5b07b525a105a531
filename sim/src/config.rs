//! The configuration file: users with their permissions, tokens, and the call centre.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::center::CenterConfig;
use crate::limits::{LARGEST_QUEUE, LONGEST_MS, LONGEST_SECONDS};

/// The built-in configuration, which is also the example to copy.
pub const BUILT_IN: &str = include_str!("../default.toml");

/// The entry of a permission list that allows everything.
const ANY: &str = "__ANY__";

/// Everything the configuration file can say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The only domain with which users can log in.
    #[serde(default = "default_domain")]
    pub domain: String,
    /// Logs everybody in to `domain`, whatever domain they give, even none.
    #[serde(default)]
    pub force_register_domain: bool,
    /// Which ancestors of a channel get an event.
    #[serde(default)]
    pub hierarchy: Hierarchy,
    /// Which frame of a connection fixes its sessid.
    #[serde(default)]
    pub sessid_binding: SessidBinding,
    /// After so many seconds without a frame the server sends a `verto.ping`.
    #[serde(default = "default_idle_ping")]
    pub idle_ping: u64,
    /// For how many milliseconds a client must be silent before the server writes events and its
    /// own requests to it. It is 50 in mod_verto, so that a client that sends without pause hears
    /// nothing of its events.
    #[serde(default = "default_event_silence")]
    pub event_silence: u64,
    /// How many frames may wait for a slow client before further ones are dropped.
    #[serde(default = "default_send_queue")]
    pub send_queue: usize,
    /// For how many seconds a user's browsers ring.
    #[serde(default = "default_ring_time")]
    pub ring_time: u64,
    /// For how many seconds a call may be without its WebSocket.
    #[serde(default = "default_detach_time")]
    pub detach_time: u64,
    /// How many seconds an HTTP request may take until its head, and then its body, has come.
    #[serde(default = "default_request_timeout")]
    pub request_timeout: u64,
    /// A connection that takes nothing for so many seconds while frames wait for it is cut.
    #[serde(default = "default_write_timeout")]
    pub write_timeout: u64,
    /// How many seconds a token from the HTTP API is valid.
    #[serde(default = "default_token_lifetime")]
    pub token_lifetime: u64,
    /// Keys with which a back end gets tokens for any extension.
    #[serde(default)]
    pub dev_keys: Vec<String>,
    /// Who can log in; without it the users of the built-in configuration.
    #[serde(default = "built_in_users")]
    pub users: Vec<User>,
    /// The agents, queues and times of the call centre; without it the built-in ones.
    #[serde(default = "built_in_center")]
    pub center: CenterConfig,
}

/// Who gets an event besides the subscribers of exactly its channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hierarchy {
    /// The subscribers of each dotted ancestor, as XSwitch promises.
    #[default]
    Every,
    /// The subscribers of the first component only, as mod_verto does.
    Freeswitch,
}

/// Which frame of a connection fixes its sessid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessidBinding {
    /// The one that logs in.
    #[default]
    Login,
    /// The very first one, as older servers do.
    FirstFrame,
}

/// One user. A permission list that is left out allows what a call-centre page needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The number, which is also the extension; the login is `<number>@<domain>`.
    pub login: String,
    /// The password, unless `jsonrpc_password` is given.
    pub password: String,
    /// The password for WebSocket logins.
    pub jsonrpc_password: Option<String>,
    /// Whether a login says so.
    #[serde(default)]
    pub moderator: bool,
    /// Methods, or the parts before their first dot.
    #[serde(default = "default_methods")]
    pub allowed_methods: Vec<String>,
    /// Commands of the method `jsapi`.
    #[serde(default = "default_jsapi")]
    pub allowed_jsapi: Vec<String>,
    /// Commands of the method `fsapi`.
    #[serde(default)]
    pub allowed_fsapi: Vec<String>,
    /// Channels, or the parts before their first dot.
    #[serde(default = "default_channels")]
    pub allowed_channels: Vec<String>,
    /// The connection is closed this many seconds after its login.
    pub login_expires: Option<u64>,
    /// Tokens that never expire.
    #[serde(default)]
    pub tokens: Vec<String>,
}

impl User {
    /// Whether the user may call `method`.
    pub fn may_call(&self, method: &str) -> bool {
        allows(&self.allowed_methods, method)
    }

    /// Whether the user may give `command` to `jsapi`.
    pub fn may_jsapi(&self, command: &str) -> bool {
        allows(&self.allowed_jsapi, command)
    }

    /// Whether the user may give `command` to `fsapi`.
    pub fn may_fsapi(&self, command: &str) -> bool {
        allows(&self.allowed_fsapi, command)
    }

    /// Whether the user may subscribe to `channel` and broadcast on it.
    pub fn may_use(&self, channel: &str) -> bool {
        allows(&self.allowed_channels, channel)
    }
}

fn allows(list: &[String], name: &str) -> bool {
    let first = name.split_once('.').map_or(name, |(first, _)| first);
    list.iter().any(|entry| {
        entry == ANY || entry.eq_ignore_ascii_case(name) || entry.eq_ignore_ascii_case(first)
    })
}

impl Config {
    /// Reads `path`, or the built-in configuration. The error is one line.
    pub fn load(path: Option<&Path>) -> Result<Config, String> {
        let Some(path) = path else {
            return Config::parse(BUILT_IN);
        };
        let text =
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Config::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Reads a configuration. The error is one line.
    pub fn parse(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|error| {
            let message = error.message().trim().replace('\n', ", ");
            match error.span() {
                Some(span) => {
                    let before = text.get(..span.start).unwrap_or(text);
                    format!(
                        "line {}: {message}",
                        before.matches('\n').count().saturating_add(1)
                    )
                }
                None => message,
            }
        })?;
        config.check()?;
        Ok(config)
    }

    /// The user with the number `login`.
    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }

    fn check(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        for user in &self.users {
            if user.login.is_empty() || user.login.contains('@') {
                return Err(format!(
                    "a user's login must be a number or a name without a domain: {:?}",
                    user.login
                ));
            }
            if !seen.insert(&user.login) {
                return Err(format!("user {} is configured twice", user.login));
            }
        }
        let seconds = [
            ("idle_ping", self.idle_ping, 1),
            ("request_timeout", self.request_timeout, 1),
            ("write_timeout", self.write_timeout, 1),
            ("token_lifetime", self.token_lifetime, 0),
            ("ring_time", self.ring_time, 1),
            ("detach_time", self.detach_time, 0),
        ];
        let logins = self.users.iter().filter_map(|user| user.login_expires);
        let logins = logins.map(|seconds| ("login_expires", seconds, 0));
        for (name, value, least) in seconds.into_iter().chain(logins) {
            if !(least..=LONGEST_SECONDS).contains(&value) {
                return Err(format!("{name} must be from {least} to {LONGEST_SECONDS}"));
            }
        }
        if self.event_silence > LONGEST_MS {
            return Err(format!("event_silence must be from 0 to {LONGEST_MS}"));
        }
        if !(1..=LARGEST_QUEUE).contains(&self.send_queue) {
            return Err(format!("send_queue must be from 1 to {LARGEST_QUEUE}"));
        }
        self.center.check()
    }
}

fn built_in() -> Config {
    // It is never unreadable: a test reads it.
    toml::from_str(BUILT_IN).unwrap_or_else(|error| unreachable!("default.toml: {error}"))
}

fn built_in_users() -> Vec<User> {
    built_in().users
}

fn built_in_center() -> CenterConfig {
    built_in().center
}

fn default_domain() -> String {
    "xswitch.cn".to_owned()
}

fn default_idle_ping() -> u64 {
    30
}

fn default_request_timeout() -> u64 {
    30
}

fn default_write_timeout() -> u64 {
    60
}

fn default_event_silence() -> u64 {
    50
}

fn default_send_queue() -> usize {
    10_000
}

fn default_ring_time() -> u64 {
    30
}

fn default_detach_time() -> u64 {
    120
}

fn default_token_lifetime() -> u64 {
    24 * 60 * 60
}

fn default_methods() -> Vec<String> {
    ["verto", "echo", "jsapi", "fsapi"]
        .map(str::to_owned)
        .into()
}

fn default_jsapi() -> Vec<String> {
    ["lua", "status", "fsapi"].map(str::to_owned).into()
}

fn default_channels() -> Vec<String> {
    ["vcc", "demo", "conference", "presence"]
        .map(str::to_owned)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_configuration_has_users_who_are_agents() {
        let config = Config::parse("").unwrap();
        for number in 1001..=1010 {
            let user = config.user(&number.to_string()).unwrap();
            assert_eq!(user.password, "1234");
            assert!(config.center.agents.iter().any(|a| a.extn == user.login));
        }
    }

    #[test]
    fn each_mistake_is_told_in_one_line_that_names_it() {
        for (text, words) in [
            (
                "domain = 5",
                "line 1: invalid type: integer `5`, expected a string",
            ),
            ("\ndomian = 'x'", "line 2: unknown field `domian`"),
            ("users = [{login = '1'}]", "missing field `password`"),
            (
                "users = [{login = '1', password = ''}, {login = '1', password = ''}]",
                "user 1 is configured twice",
            ),
            (
                "users = [{login = '1@x', password = ''}]",
                "without a domain",
            ),
            ("idle_ping = 0", "idle_ping must be from 1 to 315360000"),
            ("send_queue = 10000000000", "send_queue must be from 1 to"),
            (
                "token_lifetime = 9000000000000000000",
                "token_lifetime must be",
            ),
            ("hierarchy = 'all'", "unknown variant `all`"),
            ("= 1", "line 1: "),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.contains(words), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
        let error = Config::load(Some(Path::new("no/such.toml"))).unwrap_err();
        assert!(error.starts_with("no/such.toml: "), "{error}");
    }

    #[test]
    fn permissions_look_at_the_name_and_its_first_component() {
        let list = ["vcc".to_owned(), "secret.one".to_owned()];
        for allowed in ["vcc", "vcc.default.1", "VCC.x", "secret.one"] {
            assert!(allows(&list, allowed), "{allowed}");
        }
        for denied in ["vccx", "secret", "secret.one.two", "secret.two", ""] {
            assert!(!allows(&list, denied), "{denied}");
        }
        assert!(allows(&[ANY.to_owned()], "anything"));
        assert!(!allows(&[], "vcc"));
    }
}
