//! The call-centre commands: which arguments they take, and how they are written.
//!
//! `{"command":"lua","data":{"method":"ccc","func":F,"data":{…}}}` in a `jsapi` request
//! (XSwitch reference); the arguments and their order are the specification's.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::core::error::Error;
use crate::core::frame::most_bytes;
use crate::core::json::push_string;

/// The group that the back end assumes, and in which an agent is written without it
/// (specification).
pub const DEFAULT_GROUP: &str = "default";

/// What stands at a place among a command's arguments.
#[derive(Clone, Copy, Debug)]
enum Parameter {
    /// A string that must be there.
    Text(&'static str),
    /// `agent`, which is written with its group.
    Agent,
    /// A string that may be left out, and then isn't sent.
    Optional(&'static str),
    /// `false` unless it is given.
    Flag(&'static str),
}
use Parameter::{Agent, Flag, Optional, Text};

/// The commands of the specification, their parameters in its order, under the names that
/// the server knows (XSwitch reference).
const COMMANDS: [(&str, &[Parameter]); 5] = [
    ("ccLogin", &[Text("queue"), Agent, Text("extn")]),
    ("ccLogout", &[Text("queue"), Agent]),
    ("ccGoReady", &[Text("queue"), Agent]),
    ("ccGoBreak", &[Text("queue"), Agent, Optional("reason")]),
    (
        "ccDial",
        &[
            Agent,
            Text("extn"),
            Text("cidNumber"),
            Text("destNumber"),
            Flag("earlyMedia"),
        ],
    ),
];

/// What a page gives as an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Left out: `undefined`, `null`.
    Missing,
    /// A string, or a number that stands for one.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
    /// Anything else.
    Other,
}

impl Serialize for Argument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Argument::Text(text) => serializer.serialize_str(text),
            Argument::Flag(flag) => serializer.serialize_bool(*flag),
            Argument::Missing | Argument::Other => serializer.serialize_unit(),
        }
    }
}

/// A command's arguments under their names, as an object. To serde it is a map and no struct:
/// serde-wasm-bindgen keeps a table of the names of structs' fields, which is 3 KB of wasm.
#[derive(Clone, Debug, PartialEq)]
pub struct Arguments(Vec<(&'static str, Argument)>);

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, argument) in &self.0 {
            map.serialize_entry(name, argument)?;
        }
        map.end()
    }
}

/// The arguments of the command `func` for an agent of `group`; `given` gives the page's by
/// their place.
///
/// # Errors
/// The first argument that is missing or of a wrong type, by its name; a `func` that is
/// none of the specification's.
///
/// ```
/// use verto_wasm::core::callcenter::{Argument, DEFAULT_GROUP, arguments};
///
/// let given = |texts: &'static [&str]| {
///     move |place| match texts.get(place as usize) {
///         Some(text) => Argument::Text((*text).to_owned()),
///         None => Argument::Missing,
///     }
/// };
/// let agent = arguments::<()>("ccGoReady", "sales", given(&["test", "1007"])).unwrap();
/// let json = serde_json::to_string(&agent).unwrap();
/// assert_eq!(json, r#"{"queue":"test","agent":"sales.1007"}"#);
///
/// let error = arguments::<()>("ccLogin", DEFAULT_GROUP, given(&["test", "1007"])).unwrap_err();
/// assert_eq!(error.message, "extn is missing");
/// ```
pub fn arguments<V>(
    func: &str,
    group: &str,
    given: impl Fn(u32) -> Argument,
) -> Result<Arguments, Error<V>> {
    let Some((_, parameters)) = COMMANDS.iter().find(|(name, _)| *name == func) else {
        return Err(Error::argument("func", "is not a call-centre command"));
    };
    let mut arguments = Vec::with_capacity(parameters.len());
    for (place, parameter) in (0..).zip(*parameters) {
        let (name, must) = match parameter {
            Text(name) => (*name, "must be a non-empty string (or a number)"),
            Agent => ("agent", "must be a non-empty string (or a number)"),
            Optional(name) => (*name, "must be a string"),
            Flag(name) => (*name, "must be true or false"),
        };
        let argument = match (given(place), parameter) {
            (Argument::Text(text), Optional(_)) if text.is_empty() => continue,
            (Argument::Missing, Optional(_)) => continue,
            (Argument::Missing, Flag(_)) => Argument::Flag(false),
            (Argument::Missing, _) => return Err(Error::argument(name, "is missing")),
            (Argument::Flag(flag), Flag(_)) => Argument::Flag(flag),
            (Argument::Text(text), Optional(_)) => Argument::Text(text),
            (Argument::Text(text), Text(_)) if !text.is_empty() => Argument::Text(text),
            (Argument::Text(text), Agent) if !text.is_empty() => {
                Argument::Text(in_group(group, text))
            }
            _ => return Err(Error::argument(name, must)),
        };
        arguments.push((name, argument));
    }
    Ok(Arguments(arguments))
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

/// The parameters of a `jsapi` request that runs the command `func`; `data` is the JSON
/// text of its arguments.
///
/// ```
/// use verto_wasm::core::callcenter::jsapi;
/// let params = jsapi("ccGoReady", r#"{"queue":"q","agent":"1001"}"#);
/// assert!(params.starts_with(r#"{"command":"lua","data":{"method":"ccc","func":"ccGoReady""#));
/// ```
pub fn jsapi(func: &str, data: &str) -> String {
    let mut params = String::with_capacity(most_bytes(func, data, ""));
    params.push_str("{\"command\":\"lua\",\"data\":{\"method\":\"ccc\",\"func\":");
    push_string(&mut params, func);
    params.push_str(",\"data\":");
    params.push_str(data);
    params.push_str("}}");
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<Argument> {
        list.iter()
            .map(|one| Argument::Text((*one).into()))
            .collect()
    }

    fn check(func: &str, group: &str, given: &[Argument]) -> Result<String, Error<()>> {
        let given = |place| given.get(place as usize).cloned();
        let arguments = arguments(func, group, |place| {
            given(place).unwrap_or(Argument::Missing)
        })?;
        Ok(serde_json::to_string(&arguments).unwrap())
    }

    fn written(func: &str, group: &str, given: Vec<Argument>) -> String {
        jsapi(func, &check(func, group, &given).unwrap())
    }

    #[test]
    fn commands_are_exactly_those_of_the_protocol() {
        let at = |func, data| {
            format!(
                r#"{{"command":"lua","data":{{"method":"ccc","func":"{func}","data":{data}}}}}"#
            )
        };
        assert_eq!(
            written("ccLogin", "default", texts(&["q1", "1001", "1001"])),
            at("ccLogin", r#"{"queue":"q1","agent":"1001","extn":"1001"}"#)
        );
        assert_eq!(
            written("ccLogout", "default", texts(&["q1", "1001"])),
            at("ccLogout", r#"{"queue":"q1","agent":"1001"}"#)
        );
        assert_eq!(
            written("ccGoReady", "default", texts(&["q1", "1001"])),
            at("ccGoReady", r#"{"queue":"q1","agent":"1001"}"#)
        );
        assert_eq!(
            written("ccGoBreak", "default", texts(&["100000", "1001", "lunch"])),
            at(
                "ccGoBreak",
                r#"{"queue":"100000","agent":"1001","reason":"lunch"}"#
            )
        );
        assert_eq!(
            written("ccGoBreak", "default", texts(&["100000", "1001"])),
            at("ccGoBreak", r#"{"queue":"100000","agent":"1001"}"#)
        );
        assert_eq!(
            written("ccDial", "default", texts(&["1001", "1001", "010", "138"])),
            at(
                "ccDial",
                r#"{"agent":"1001","extn":"1001","cidNumber":"010","destNumber":"138","earlyMedia":false}"#
            )
        );
    }

    #[test]
    fn what_may_be_left_out_may_be_empty_and_is_sent_when_it_is_given() {
        let rest = |reason| check("ccGoBreak", "default", &texts(&["q", "1001", reason])).unwrap();
        assert_eq!(rest(""), r#"{"queue":"q","agent":"1001"}"#);
        assert_eq!(
            rest("tea"),
            r#"{"queue":"q","agent":"1001","reason":"tea"}"#
        );
        for early_media in [false, true] {
            let mut dial = texts(&["1001", "1001", "010", "138"]);
            dial.push(Argument::Flag(early_media));
            let written = check("ccDial", "default", &dial).unwrap();
            assert!(written.ends_with(&format!(r#""earlyMedia":{early_media}}}"#)));
        }
    }

    #[test]
    fn an_agent_of_another_group_is_written_with_it_once() {
        let agent = |group, agent| {
            let written = check("ccGoReady", group, &texts(&["q", agent])).unwrap();
            serde_json::from_str::<serde_json::Value>(&written).unwrap()["agent"].clone()
        };
        assert_eq!(agent("sales", "1001"), "sales.1001");
        assert_eq!(agent("sales", "other.1001"), "other.1001");
        assert_eq!(agent("default", "1001"), "1001");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let message = |func, given: Vec<Argument>| {
            let error = check(func, "default", &given).unwrap_err();
            error.message.clone()
        };
        assert_eq!(message("ccLogin", texts(&[])), "queue is missing");
        assert_eq!(message("ccLogin", texts(&["q", "1"])), "extn is missing");
        assert!(message("ccGoReady", texts(&["q", ""])).starts_with("agent must be"));
        assert!(message("ccGoReady", texts(&["", "1"])).starts_with("queue must be"));
        assert!(message("ccLogout", vec![Argument::Other]).starts_with("queue must be"));
        let mut dial = texts(&["1", "1", "2", "3"]);
        dial.push(Argument::Other);
        assert!(message("ccDial", dial).starts_with("earlyMedia must be"));
        assert!(message("ccFly", vec![]).starts_with("func"));
    }
}
