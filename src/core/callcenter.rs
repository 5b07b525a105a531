//! The call-centre commands: which arguments they take, and how they look on the wire.
//!
//! `{"command":"lua","data":{"method":"ccc","func":F,"data":{…}}}` in a `jsapi` request
//! (XSwitch reference); the arguments and their order are the specification's.

use serde::Serialize;

use crate::core::error::Error;

/// The group that the back end assumes, and in which an agent is written without it
/// (specification).
pub const DEFAULT_GROUP: &str = "default";

/// The parameters of a `jsapi` request that runs one command `D` of the call centre.
#[derive(Clone, Debug, Serialize)]
pub struct Jsapi<'a, D> {
    command: &'static str,
    data: Ccc<'a, D>,
}

#[derive(Clone, Debug, Serialize)]
struct Ccc<'a, D> {
    method: &'static str,
    func: &'a str,
    data: D,
}

/// The request for the command `func` with the arguments `data`.
pub fn jsapi<D: Serialize>(func: &str, data: D) -> Jsapi<'_, D> {
    Jsapi {
        command: "lua",
        data: Ccc {
            method: "ccc",
            func,
            data,
        },
    }
}

/// A command of the specification's, with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Command {
    /// `ccLogin`: the agent signs in at a queue with an extension.
    #[serde(rename_all = "camelCase")]
    Login {
        /// The queue's name.
        queue: String,
        /// The agent's number.
        agent: String,
        /// The extension where the agent's calls ring.
        extn: String,
    },
    /// `ccLogout`, `ccGoReady`: the agent signs out, or takes calls.
    At {
        /// The queue's name.
        queue: String,
        /// The agent's number.
        agent: String,
    },
    /// `ccGoBreak`: the agent takes no calls.
    Break {
        /// The queue's name.
        queue: String,
        /// The agent's number.
        agent: String,
        /// Why, for the statistics; left out where not given.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// `ccDial`: rings the agent's extension first and then the destination.
    #[serde(rename_all = "camelCase")]
    Dial {
        /// The agent's number.
        agent: String,
        /// The extension that is rung first.
        extn: String,
        /// The caller's number that the destination sees.
        cid_number: String,
        /// The number to call.
        dest_number: String,
        /// Whether the agent hears the destination's early media.
        early_media: bool,
    },
}

/// What a page gives as an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Left out: `undefined`, `null`.
    Missing,
    /// A string, or a number that stands for one.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// Anything else.
    Other,
}

impl Command {
    /// The command `func` from the arguments in the specification's order, for an agent of
    /// `group`.
    ///
    /// # Errors
    /// The first argument that is missing or of a wrong type, by its name; a `func` that
    /// is none of the specification's.
    pub fn new<V>(
        func: &str,
        group: &str,
        arguments: impl IntoIterator<Item = Argument>,
    ) -> Result<Self, Error<V>> {
        let mut arguments = arguments.into_iter();
        let mut next = || arguments.next().unwrap_or(Argument::Missing);
        let mut text = |name: &str| required(name, next());
        let command = match func {
            "ccLogin" => Command::Login {
                queue: text("queue")?,
                agent: in_group(group, text("agent")?),
                extn: text("extn")?,
            },
            "ccLogout" | "ccGoReady" => Command::At {
                queue: text("queue")?,
                agent: in_group(group, text("agent")?),
            },
            "ccGoBreak" => Command::Break {
                queue: text("queue")?,
                agent: in_group(group, text("agent")?),
                reason: optional("reason", next())?,
            },
            "ccDial" => Command::Dial {
                agent: in_group(group, text("agent")?),
                extn: text("extn")?,
                cid_number: text("cidNumber")?,
                dest_number: text("destNumber")?,
                early_media: match next() {
                    Argument::Missing => false,
                    Argument::Bool(early_media) => early_media,
                    _ => return Err(Error::argument("earlyMedia", "must be true or false")),
                },
            },
            _ => return Err(Error::argument("func", "is not a call-centre command")),
        };
        Ok(command)
    }
}

fn required<V>(name: &str, argument: Argument) -> Result<String, Error<V>> {
    match argument {
        Argument::Text(text) if !text.trim().is_empty() => Ok(text),
        Argument::Missing => Err(Error::argument(name, "is missing")),
        _ => Err(Error::argument(
            name,
            "must be a non-empty string (or a number)",
        )),
    }
}

fn optional<V>(name: &str, argument: Argument) -> Result<Option<String>, Error<V>> {
    match argument {
        Argument::Missing => Ok(None),
        Argument::Text(text) if text.is_empty() => Ok(None),
        Argument::Text(text) => Ok(Some(text)),
        _ => Err(Error::argument(name, "must be a string")),
    }
}

/// An agent of another group than `default` is written `<group>.<agent>` (XSwitch's REST
/// reference; that commands take it so is inferred). One that has a dot already stays.
fn in_group(group: &str, agent: String) -> String {
    if group == DEFAULT_GROUP || agent.contains('.') {
        agent
    } else {
        [group, ".", &agent].concat()
    }
}

/// The channel of a group's events, or of one agent's: `vcc.<group>[.<agent>]`
/// (specification).
///
/// ```
/// use verto_wasm::core::callcenter::channel;
/// assert_eq!(channel("default", None), "vcc.default");
/// assert_eq!(channel("default", Some("1007")), "vcc.default.1007");
/// ```
pub fn channel(group: &str, agent: Option<&str>) -> String {
    match agent {
        Some(agent) => ["vcc.", group, ".", agent].concat(),
        None => ["vcc.", group].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<Argument> {
        list.iter()
            .map(|one| Argument::Text((*one).into()))
            .collect()
    }

    fn wire(func: &str, group: &str, arguments: Vec<Argument>) -> String {
        let command = Command::new::<()>(func, group, arguments).unwrap();
        serde_json::to_string(&jsapi(func, &command)).unwrap()
    }

    #[test]
    fn commands_are_exactly_those_of_the_protocol() {
        let at = |func, data| {
            format!(
                r#"{{"command":"lua","data":{{"method":"ccc","func":"{func}","data":{data}}}}}"#
            )
        };
        assert_eq!(
            wire("ccLogin", "default", texts(&["q1", "1001", "1001"])),
            at("ccLogin", r#"{"queue":"q1","agent":"1001","extn":"1001"}"#)
        );
        assert_eq!(
            wire("ccLogout", "default", texts(&["q1", "1001"])),
            at("ccLogout", r#"{"queue":"q1","agent":"1001"}"#)
        );
        assert_eq!(
            wire("ccGoReady", "default", texts(&["q1", "1001"])),
            at("ccGoReady", r#"{"queue":"q1","agent":"1001"}"#)
        );
        assert_eq!(
            wire("ccGoBreak", "default", texts(&["100000", "1001", "lunch"])),
            at(
                "ccGoBreak",
                r#"{"queue":"100000","agent":"1001","reason":"lunch"}"#
            )
        );
        assert_eq!(
            wire("ccGoBreak", "default", texts(&["100000", "1001"])),
            at("ccGoBreak", r#"{"queue":"100000","agent":"1001"}"#)
        );
        assert_eq!(
            wire("ccDial", "default", texts(&["1001", "1001", "010", "138"])),
            at(
                "ccDial",
                r#"{"agent":"1001","extn":"1001","cidNumber":"010","destNumber":"138","earlyMedia":false}"#
            )
        );
    }

    #[test]
    fn an_agent_of_another_group_is_written_with_it_once() {
        let agent =
            |group, agent| match Command::new::<()>("ccGoReady", group, texts(&["q", agent])) {
                Ok(Command::At { agent, .. }) => agent,
                other => panic!("{other:?}"),
            };
        assert_eq!(agent("sales", "1001"), "sales.1001");
        assert_eq!(agent("sales", "other.1001"), "other.1001");
        assert_eq!(agent("default", "1001"), "1001");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let message = |func, arguments| {
            Command::new::<()>(func, "default", arguments)
                .unwrap_err()
                .message
        };
        assert_eq!(message("ccLogin", texts(&[])), "queue is missing");
        assert_eq!(message("ccLogin", texts(&["q", "1"])), "extn is missing");
        assert!(message("ccGoReady", texts(&["q", " "])).starts_with("agent must be"));
        assert!(message("ccLogout", vec![Argument::Other]).starts_with("queue must be"));
        let mut dial = texts(&["1", "1", "2", "3"]);
        dial.push(Argument::Other);
        assert!(message("ccDial", dial).starts_with("earlyMedia must be"));
        assert!(message("ccFly", vec![]).starts_with("func"));
    }
}
