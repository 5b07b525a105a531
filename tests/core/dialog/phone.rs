//! A table of dialogs with page, server and media part around it, each of which does what the
//! test says.
//!
//! What came out is shown in one line each, so that a test reads as a list of what happened:
//! `> verto.invite` was sent, `1 trying` told of dialog 1, `1: play 1` done with its media.

use serde_json::{Value as Tree, json};
use verto_wasm::core::Ms;
use verto_wasm::core::dialog::{
    Ask, Asker, Change, Connection, DialogId, Dialogs, Epoch, Media, Method, Notice, Output,
    Report, Send, Sender,
};
use verto_wasm::core::error::{Error, Kind};

use testkit::Json;

/// What the page gives with each call: its own `dialogParams`.
pub const PARAMS: &str = r#"{"destination_number":"9196","useVideo":false}"#;

pub struct Phone {
    pub dialogs: Dialogs<Json>,
    pub now: Ms,
    /// What came out and wasn't asked for yet.
    lines: Vec<String>,
    /// The requests that were sent, oldest first, with their parameters.
    pub sent: Vec<(Send, Tree)>,
}

impl Phone {
    /// Logged in.
    pub fn online() -> Self {
        let mut phone = Self::offline();
        phone.dialogs().logged_in(false);
        phone.drain();
        phone
    }

    pub fn offline() -> Self {
        Phone {
            dialogs: Dialogs::new(),
            now: 1_000_000_000_000,
            lines: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// The dialogs, at this time.
    pub fn dialogs(&mut self) -> &mut Dialogs<Json> {
        self.dialogs.at(self.now);
        &mut self.dialogs
    }

    pub fn drain(&mut self) {
        while let Some(output) = self.dialogs.next_output() {
            let line = match output {
                Output::Send(send) => {
                    let line = format!("> {}", send.method);
                    let params = serde_json::from_str(&send.params).expect("parameters are JSON");
                    self.sent.push((send, params));
                    line
                }
                Output::Notice(notice) => show(&notice),
                Output::Refuse { call, error } => format!("refused {call}: {}", error.message),
                Output::Reconnect => "reconnect".to_owned(),
                Output::Ignored(what) => format!("ignored {what}"),
            };
            self.lines.push(line);
        }
    }

    /// What came out since the last time.
    pub fn took(&mut self) -> Vec<String> {
        self.drain();
        std::mem::take(&mut self.lines)
    }

    /// Expects exactly this since the last time.
    #[track_caller]
    pub fn expect(&mut self, lines: &[&str]) {
        assert_eq!(self.took(), lines);
    }

    /// The same for a call that went out and was in `state`: in `trying` the ring-back tone ends
    /// first.
    #[track_caller]
    pub fn expect_after(&mut self, state: &str, lines: &[&str]) {
        let tone = ["1: ring false"];
        let tone = if state == "trying" { &tone[..] } else { &[] };
        self.expect(&[tone, lines].concat());
    }

    // The page.

    /// `newCall` under this `callID`.
    pub fn call(&mut self, call_id: &str) -> DialogId {
        let dialog = self.dialogs().new_call(call_id.into(), PARAMS.into());
        self.drain();
        dialog.expect("no call of this id is there")
    }

    pub fn answer(&mut self, dialog: DialogId) -> bool {
        let params = r#"{"callee_id_name":"Bob"}"#.to_owned();
        let answers = self.dialogs().answer(dialog, params);
        self.drain();
        answers
    }

    pub fn hangup(&mut self, dialog: DialogId) -> bool {
        self.hangup_with(dialog, None, None)
    }

    pub fn hangup_with(
        &mut self,
        dialog: DialogId,
        cause: Option<&str>,
        code: Option<u32>,
    ) -> bool {
        let cause = cause.map(str::to_owned);
        let ended = self.dialogs().hangup(dialog, cause, code);
        self.drain();
        ended
    }

    pub fn hold(&mut self, call: u32, dialog: DialogId, action: &str) {
        let ask = match action {
            "toggleHold" => Ask::ToggleHold,
            _ => Ask::Hold,
        };
        self.ask(call, dialog, ask, &json!({ "action": action }));
    }

    pub fn ask(&mut self, call: u32, dialog: DialogId, ask: Ask, params: &Tree) {
        self.dialogs().ask(call, dialog, ask, &params.to_string());
        self.drain();
    }

    /// What `setMute` returns: whether it is silent now.
    pub fn mute(&mut self, dialog: DialogId, change: Change) -> bool {
        let tracks = self.dialogs().enable(dialog, false, change);
        self.drain();
        tracks.there && !tracks.enabled
    }

    // The media part.

    pub fn report(&mut self, dialog: DialogId, epoch: Epoch, report: Report) {
        self.dialogs().report(dialog, epoch, report);
        self.drain();
    }

    pub fn granted(&mut self, dialog: DialogId, epoch: Epoch) {
        let (audio, video) = (true, false);
        self.report(dialog, epoch, Report::Granted { audio, video });
    }

    pub fn local(&mut self, dialog: DialogId, epoch: Epoch) {
        let sdp = "v=0 ours".to_owned();
        self.report(dialog, epoch, Report::Local { sdp });
    }

    /// The stream and the description, as it usually goes.
    pub fn prepare(&mut self, dialog: DialogId, epoch: Epoch) {
        self.granted(dialog, epoch);
        self.local(dialog, epoch);
    }

    pub fn applied(&mut self, dialog: DialogId, epoch: Epoch) {
        self.report(dialog, epoch, Report::Applied);
    }

    pub fn failed(&mut self, dialog: DialogId, epoch: Epoch, kind: Kind) {
        let message = "it went wrong".to_owned();
        self.report(dialog, epoch, Report::Failed { kind, message });
    }

    pub fn connected(&mut self, dialog: DialogId, epoch: Epoch) {
        self.report(dialog, epoch, Report::Connection(Connection::Connected));
    }

    pub fn disconnected(&mut self, dialog: DialogId, epoch: Epoch) {
        let disconnected = Connection::Disconnected;
        self.report(dialog, epoch, Report::Connection(disconnected));
    }

    pub fn dead(&mut self, dialog: DialogId, epoch: Epoch) {
        self.report(dialog, epoch, Report::Connection(Connection::Failed));
    }

    // The server.

    /// A request about a call; says whether it was taken as one.
    pub fn says(&mut self, method: &str, params: Tree) -> bool {
        let method = Method::of(method).expect("a method of calls");
        let taken = self.dialogs().request(method, &Json(params));
        self.drain();
        taken
    }

    pub fn media(&mut self, call_id: &str) {
        self.says(
            "verto.media",
            json!({ "callID": call_id, "sdp": "v=0 theirs" }),
        );
    }

    pub fn answered(&mut self, call_id: &str) {
        self.says(
            "verto.answer",
            json!({ "callID": call_id, "sdp": "v=0 theirs" }),
        );
    }

    pub fn invite(&mut self, call_id: &str) {
        let params = json!({
            "callID": call_id,
            "sdp": "v=0 theirs",
            "caller_id_name": "Alice",
            "caller_id_number": "1001",
            "callee_id_name": "Outbound Call",
            "callee_id_number": "sessid",
            "display_direction": "outbound",
        });
        self.says("verto.invite", params);
    }

    pub fn attach(&mut self, call_id: &str) {
        let params = json!({
            "callID": call_id,
            "sdp": "v=0 theirs anew",
            "display_direction": "inbound",
            "callee_id_name": "Bob",
            "callee_id_number": "1002",
        });
        self.says("verto.attach", params);
    }

    pub fn bye(&mut self, call_id: &str, cause: &str, code: u32) {
        let params = json!({ "callID": call_id, "cause": cause, "causeCode": code });
        self.says("verto.bye", params);
    }

    /// Who gets the reply to the last request of this method.
    fn asked(&self, method: &str) -> Asker {
        let last = self
            .sent
            .iter()
            .rev()
            .find(|(send, _)| send.method == method);
        match last.expect("it was sent").0.sender {
            Sender::Dialog(asker) => asker,
            other => panic!("nobody's: {other:?}"),
        }
    }

    /// The reply to the last request of this method.
    pub fn reply(&mut self, method: &str, result: Tree) {
        let asker = self.asked(method);
        let result = Json(result);
        self.dialogs().replied(asker, Ok(&result));
        self.drain();
    }

    /// The refusal, as it stands in the frame's `error`.
    pub fn refuse(&mut self, method: &str, error: Tree) {
        self.fail(method, Error::refusal(Kind::Rejected, method, Json(error)));
    }

    pub fn fail(&mut self, method: &str, error: Error<Json>) {
        let asker = self.asked(method);
        self.dialogs().replied(asker, Err(&error));
        self.drain();
    }

    // The connection and the time.

    pub fn lost(&mut self) {
        self.dialogs().lost();
        self.drain();
    }

    pub fn logged_in(&mut self) {
        self.dialogs().logged_in(false);
        self.drain();
    }

    pub fn client_ready(&mut self) {
        self.dialogs().client_ready();
        self.drain();
    }

    /// The next timer rings.
    #[track_caller]
    pub fn ring(&mut self) {
        self.now = self.dialogs.deadline().expect("a timer is set");
        self.dialogs().timer();
        self.drain();
    }

    // Ways that many tests go.

    /// An outgoing call up to this state; what led there is taken out.
    pub fn outgoing(&mut self, call_id: &str, state: &str) -> DialogId {
        let dialog = self.call(call_id);
        for step in ["requesting", "trying", "early", "active"] {
            match step {
                _ if state == "new" => {}
                "requesting" => self.prepare(dialog, 1),
                "trying" => self.reply("verto.invite", json!({})),
                "early" => {
                    self.media(call_id);
                    self.applied(dialog, 1);
                }
                _ => self.answered(call_id),
            }
            if step == state {
                break;
            }
        }
        self.took();
        dialog
    }

    /// A call that came in, up to this state.
    pub fn incoming(&mut self, call_id: &str, state: &str) -> DialogId {
        self.invite(call_id);
        let told = self.took();
        let dialog = told[0].split(' ').next().unwrap().parse().unwrap();
        if state != "ringing" {
            self.answer(dialog);
            self.prepare(dialog, 1);
        }
        if state == "active" {
            self.reply("verto.answer", json!({}));
        }
        self.took();
        dialog
    }
}

pub fn show(notice: &Notice<Json>) -> String {
    match notice {
        Notice::New(new) => {
            let mut line = format!(
                "{} new {} of {} <{}>",
                new.dialog, new.call_id, new.name, new.number
            );
            let what = [
                (new.video, "video"),
                (new.stereo, "stereo"),
                (new.attach, "attach"),
            ];
            for (_, what) in what.iter().filter(|(has, _)| *has) {
                line = format!("{line}, {what}");
            }
            line
        }
        Notice::State { dialog, state, end } => {
            let mut line = format!("{dialog} {}", state.name());
            if let Some(end) = end {
                line = format!("{line} {}", end.cause);
                if let Some(code) = end.code {
                    line = format!("{line} {code}");
                }
                if let Some(error) = &end.error {
                    line = format!("{line}, {}", error.kind.name());
                }
            }
            line
        }
        Notice::Permission { dialog, granted } => match granted {
            true => format!("{dialog} onGranted"),
            false => format!("{dialog} onDenied"),
        },
        Notice::Display {
            dialog,
            name,
            number,
        } => format!(
            "{dialog} display {} <{}>",
            name.as_deref().unwrap_or("-"),
            number.as_deref().unwrap_or("-")
        ),
        Notice::Message {
            dialog,
            private,
            data,
        } => match private {
            true => format!("{dialog} pvtEvent {}", data.0),
            false => format!("{dialog} info {}", data.0),
        },
        Notice::Media { dialog, media } => format!("{dialog}: {}", show_media(media)),
    }
}

fn show_media(media: &Media<Json>) -> String {
    let text = |json: &Json| json.0.as_str().unwrap().to_owned();
    match media {
        Media::Connect {
            epoch,
            offer,
            microphone,
            camera,
        } => {
            let mut line = format!("connect {epoch}");
            if let Some(offer) = offer {
                line = format!("{line} to {}", text(offer));
            }
            if !microphone {
                line = format!("{line}, silent");
            }
            if !camera {
                line = format!("{line}, dark");
            }
            line
        }
        Media::Remote { epoch, sdp } => format!("remote {epoch} {}", text(sdp)),
        Media::Enable { video: false, on } => format!("microphone {on}"),
        Media::Enable { video: true, on } => format!("camera {on}"),
        Media::Ring { on } => format!("ring {on}"),
        Media::Play { epoch } => format!("play {epoch}"),
        Media::Close { epoch } => format!("close {epoch}"),
        Media::Release => "release".into(),
    }
}
