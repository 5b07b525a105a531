//! The methods `jsapi` and `fsapi`: call-centre commands and a little of the console.

use std::time::Duration;

use super::request::{MethodResult, Request, denied};
use crate::json::Json;
use crate::limits::{LARGEST_BURST, LONGEST_NAME, LONGEST_SLEEP};

/// The version that the recorded server gives.
const VERSION: &str = "FreeSWITCH Version 1.11.3-dev~64bit ( 64bit)\n";
/// Answers the method `jsapi`.
pub(super) fn call(request: &mut Request<'_>, params: &Json) -> MethodResult {
    let command = params.get_str("command").unwrap_or_default();
    if !request.user().is_some_and(|user| user.may_jsapi(command)) {
        return Err(denied());
    }
    let data = params.get("data").ok_or_else(denied)?;
    match command.to_ascii_lowercase().as_str() {
        "lua" => Ok(lua(request, data)),
        "status" => Ok(status(request)),
        "fsapi" => fsapi(request, Some(data)),
        _ => Err(denied()),
    }
}

/// Runs the script that a back end provides: the call-centre commands, and some for tests.
fn lua(request: &mut Request<'_>, data: &Json) -> Json {
    let method = data.get_str("method").unwrap_or_default();
    if method != "ccc" {
        return code(404, &format!("unknown method {method}"));
    }
    let func = data.get_str("func").unwrap_or_default();
    let arguments = data.get("data").cloned().unwrap_or_else(Json::object);
    match func {
        "ccEcho" => code(200, "OK")
            .with("data", arguments)
            .with("sockData", socket_data(request)),
        "ccFail" => code(400, "agent not found"),
        "ccCrash" => code(500, "Lua script error"),
        "ccSleep" => {
            let pause = Duration::from_millis(arguments.get_u64("ms").unwrap_or(0));
            // The sleeps of one frame, which may be a batch, are limited together.
            let pause = request.outcome.pause.saturating_add(pause);
            request.outcome.pause = pause.min(LONGEST_SLEEP);
            code(200, "slept")
        }
        "ccBurst" => burst(request, &arguments),
        _ => {
            let center = &mut request.switch.center;
            center
                .command(request.now, func, &arguments.to_value())
                .into()
        }
    }
}

/// Publishes `n` events on the channel of `agent`.
fn burst(request: &mut Request<'_>, arguments: &Json) -> Json {
    let agent = arguments.get_str("agent").unwrap_or_default();
    if agent.len() > LONGEST_NAME {
        return code(
            400,
            &format!("agent must have at most {LONGEST_NAME} bytes"),
        );
    }
    let channel = format!("vcc.default.{agent}");
    let events = arguments.get_u64("n").unwrap_or(0);
    // The bursts of one frame, which may be a batch, are limited together.
    let all = request.burst.saturating_add(events);
    if all > LARGEST_BURST {
        return code(
            400,
            &format!("the bursts of one frame can have {LARGEST_BURST} events in all"),
        );
    }
    request.burst = all;
    for number in 1..=events {
        let data = Json::object().with("action", "burst").with("n", number);
        let event = Json::object()
            .with("eventChannel", channel.as_str())
            .with("data", data);
        request.switch.hub.publish(&event);
    }
    code(200, "OK")
}

/// What a script learns about its caller.
fn socket_data(request: &Request<'_>) -> Json {
    let login = request.login_name();
    let (number, domain) = login.split_once('@').unwrap_or((&login, ""));
    let client = request.switch.hub.client(request.conn);
    Json::object()
        .with("verto_user", login.as_str())
        .with("verto_id", number)
        .with("verto_domain", domain)
        .with(
            "verto_client_address",
            client
                .map(|client| client.remote.to_string())
                .unwrap_or_default(),
        )
}

fn status(request: &Request<'_>) -> Json {
    let uptime = request.switch.started.elapsed();
    let seconds = uptime.as_secs();
    let sessions = request.switch.center.call_count() as u64;
    Json::object()
        .with("systemStatus", "ready")
        .with(
            "uptime",
            Json::object()
                .with("years", 0)
                .with("days", seconds / 86_400)
                .with("hours", seconds / 3_600 % 24)
                .with("minutes", seconds / 60 % 60)
                .with("seconds", seconds % 60)
                .with("milliseconds", u64::from(uptime.subsec_millis()))
                .with("microseconds", u64::from(uptime.subsec_micros() % 1_000)),
        )
        .with("version", "1.11.3-dev  64bit")
        .with(
            "sessions",
            Json::object().with("count", Json::object().with("active", sessions)),
        )
}

/// Answers the method `fsapi`.
pub(super) fn fsapi(request: &Request<'_>, params: Option<&Json>) -> MethodResult {
    let params = params.ok_or_else(denied)?;
    let command = params.get_str("cmd").unwrap_or_default();
    if !request.user().is_some_and(|user| user.may_fsapi(command)) {
        return Err(denied());
    }
    let argument = params.get_str("arg").unwrap_or_default();
    let message = match command {
        "echo" => argument.to_owned(),
        "version" => VERSION.to_owned(),
        _ => format!("-ERR {command} Command not found!\n"),
    };
    Ok(Json::object().with("message", message))
}

fn code(code: i32, message: &str) -> Json {
    Json::object().with("code", code).with("message", message)
}
