//! The control API's faults: what tests and people let go wrong.

mod calls;
mod connections;
mod frames;
mod parts;
mod requests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;

use super::answer::Answer;
use crate::sim::Sim;
use calls::{call_frames, detach_twice, media, network, reattached, slow_modify, unanswered};
pub use connections::drop_connections;
use connections::{freeze, punt, refuse, restart, thaw};
use frames::{delay, duplicate, flood, gap, garbage, reorder};
use parts::ok;
use requests::{channels, expire_tokens, login, ping};

/// What `GET /sim/` says of them. Where nothing else is said, a fault is for the
/// connections of "login", for "conn", or for all.
pub const OVERVIEW: [(&str, &str); 24] = [
    (
        "POST /sim/fault/drop",
        r#"{"login" or "conn" or nothing,"code"? or "inFrame"?}: the same as /sim/drop"#,
    ),
    (
        "POST /sim/fault/punt",
        r#"{"login" or "conn" or nothing}: verto.punt and close 1000"#,
    ),
    (
        "POST /sim/fault/freeze",
        r#"{"login" or "conn" or nothing,"what"?,"ms"?}: connections stand still until thawed or for that time. "what": "all" (nothing is read or written, no close), "answers" (frames are read and never answered), "close" (only the close handshake never completes)"#,
    ),
    (
        "POST /sim/fault/thaw",
        r#"{"login" or "conn" or nothing}: frozen connections work off what waits, in order"#,
    ),
    (
        "POST /sim/fault/refuse",
        r#"{"how"?,"count"?,"ms"?}: the next connections, those within that time, or all until cleared. "how": "http" (503), "cut" (no answer), "hang" (no answer to the upgrade while this is on), "silent" (accepted, nothing is ever answered)"#,
    ),
    (
        "POST /sim/fault/restart",
        r#"{"downMs"?,"forget"?}: all connections are cut and new ones refused for downMs (1000); with "forget":true tokens and the call centre begin anew"#,
    ),
    (
        "POST /sim/fault/login",
        r#"{"login" or "conn" or nothing,"code"?,"message"?,"close"?,"count"?,"ms"?}: refuses logins with that JSON-RPC error (-32001, "Authentication Failure"), then closes with "close":true"#,
    ),
    (
        "POST /sim/fault/expire-tokens",
        r#"{"token"? or "login"?}: tokens of the HTTP API, that one, those of a user, or all"#,
    ),
    (
        "POST /sim/fault/channels",
        r#"{"channels"}: subscribing to these is refused from now on, to everybody"#,
    ),
    (
        "POST /sim/fault/ping",
        r#"{"login" or "conn" or nothing,"answer"}: verto.ping gets "none", "error" (-32601) or "normal""#,
    ),
    (
        "POST /sim/fault/delay",
        r#"{"login" or "conn" or nothing,"ms"}: every frame to the client waits that long, in order, on connections to come as well; 0 ends it"#,
    ),
    (
        "POST /sim/fault/reorder",
        r#"{"login" or "conn" or nothing,"ms"?,"seed"?}: every frame to the client waits up to that long (20), events of each channel and replies independently; 0 ends it"#,
    ),
    (
        "POST /sim/fault/garbage",
        r#"{"login" or "conn" or nothing,"count"?,"bytes"?,"seed"?,"binary"?}: frames of random content, up to that long (100), text and binary in turn or only one"#,
    ),
    (
        "POST /sim/fault/flood",
        r#"{"eventChannel","count","bytes"?}: events as fast as they can be written"#,
    ),
    (
        "POST /sim/fault/gap",
        r#"{"login" or "conn" or nothing,"eventChannel","count"?}: eventSerno of that subscription skips (1)"#,
    ),
    (
        "POST /sim/fault/duplicate",
        r#"{"login" or "conn" or nothing}: the last event once more"#,
    ),
    (
        "POST /sim/fault/media",
        r#"{"login" or "conn" or nothing,"in"?,"out"?}: what goes wrong with the sound of calls, also of those to come, from the browser (in) and to it (out), each {"lossPercent"?,"delayMs"?,"stopped"?}: datagrams lost (0 to 100), delayed (0 to 10000), sound lost while all else arrives; what is left out ends"#,
    ),
    (
        "POST /sim/fault/unanswered",
        r#"{"login" or "conn" or nothing,"method","missing"?,"count"?,"ms"?}: a method of calls gets no answer. "missing": "reply" (it is carried out), "request" (it isn't)"#,
    ),
    (
        "POST /sim/fault/call-frames",
        r#"{"lateReply"?,"mediaTwice"?,"answerWithoutSdp"?,"assumeConnected"?}: the reply to an invite comes after the first other frame of the call; verto.media comes again without sdp; verto.answer has no sdp though no media came before; new calls count as connected though no sound can flow, for clients without any. What is left out ends"#,
    ),
    (
        "POST /sim/fault/reattached",
        r#"{"form"}: what reattached_sessions holds: "calls" (ids of calls), "session" (the sessid for each call), "empty" (nothing)"#,
    ),
    (
        "POST /sim/fault/slow-modify",
        r#"{"ms"}: verto.modify takes that much longer (0 to 60000), in which the connection does nothing else; 0 ends it"#,
    ),
    (
        "POST /sim/fault/network",
        r#"{"login" or "conn" or nothing,"what"?}: the browsers of the calls that are there change their network; where a call has no media yet, the browser's description that is under way is of no use. "what": "all" (nothing passes any more), "sound" (ICE goes on from another address, whose sound is dropped); an ICE restart, a fresh connection or an attach mends it"#,
    ),
    (
        "POST /sim/fault/detach-twice",
        r#"{"login" or "conn" or nothing,"count"?,"ms"?}: after a login that brings calls back they are detached once more, so that the media just offered never come"#,
    ),
    (
        "POST /sim/fault/clear",
        "all faults off; frozen connections go on",
    ),
];

/// The routes below `/sim/fault`.
pub fn routes() -> Router<Arc<Sim>> {
    let routes = Router::new()
        .route("/drop", post(drop_connections))
        .route("/punt", post(punt))
        .route("/freeze", post(freeze))
        .route("/thaw", post(thaw))
        .route("/refuse", post(refuse))
        .route("/restart", post(restart))
        .route("/login", post(login))
        .route("/expire-tokens", post(expire_tokens))
        .route("/channels", post(channels))
        .route("/ping", post(ping))
        .route("/delay", post(delay))
        .route("/reorder", post(reorder))
        .route("/garbage", post(garbage))
        .route("/flood", post(flood))
        .route("/gap", post(gap))
        .route("/duplicate", post(duplicate))
        .route("/media", post(media))
        .route("/unanswered", post(unanswered))
        .route("/call-frames", post(call_frames))
        .route("/reattached", post(reattached))
        .route("/slow-modify", post(slow_modify))
        .route("/network", post(network))
        .route("/detach-twice", post(detach_twice))
        .route("/clear", post(clear));
    Router::new().nest("/sim/fault", routes)
}

async fn clear(State(sim): State<Arc<Sim>>) -> Answer {
    sim.update(|switch| switch.faults.clear());
    ok()
}
