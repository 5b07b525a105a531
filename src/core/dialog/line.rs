//! What all dialogs of an instance share: the connection, the time, what comes out, and which
//! calls ended here of which the server may know nothing yet.

use super::effect::{DialogId, Media, Notice, Output, Send, Sender};
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::json::{push_number, push_string};
use crate::core::queue::Queue;
use crate::core::rpc::CallId;

/// What the log says of what is ignored.
pub const LATE: &str = "what came too late, or twice, for a call";

/// The cause of a normal end.
pub const NORMAL: &str = "NORMAL_CLEARING";

/// How long the reply to a dialog's request may take, in ms. An `unhold` may keep the server's hands full for 5 s, and all
/// else of this socket waits meanwhile (mod_verto's source).
pub const REPLY: Ms = 15_000;

/// How many calls that ended are remembered: more than anybody has at once.
const MOST_ENDED: usize = 32;

/// A call that ended here.
#[derive(Debug)]
struct Ended {
    call_id: String,
    /// The parameters of its `verto.bye`.
    params: String,
    /// There was no connection to say it on.
    owed: bool,
}

/// What all dialogs of one instance share.
#[derive(Debug)]
pub struct Line<V> {
    /// Logged in: requests can leave.
    pub online: bool,
    /// The time that was last given.
    pub now: Ms,
    /// What comes out.
    pub out: Queue<Output<V>>,
    ended: Vec<Ended>,
}

impl<V> Line<V> {
    /// Not connected yet.
    pub fn new() -> Self {
        Line {
            online: false,
            now: 0,
            out: Queue::default(),
            ended: Vec::new(),
        }
    }

    /// For the page.
    pub fn tell(&mut self, notice: Notice<V>) {
        self.out.push(Output::Notice(notice));
    }

    /// For the media part.
    pub fn media(&mut self, dialog: DialogId, media: Media<V>) {
        self.tell(Notice::Media { dialog, media });
    }

    /// For the log.
    pub fn ignored(&mut self, what: &'static str) {
        self.out.push(Output::Ignored(what));
    }

    /// For a call of the page's, for which nothing is sent.
    pub fn refuse(&mut self, call: CallId, kind: Kind, message: &str) {
        let error = Error::new(kind, message);
        self.out.push(Output::Refuse { call, error });
    }

    /// For the server.
    pub fn send(&mut self, sender: Sender, method: &'static str, params: String) {
        self.out.push(Output::Send(Send {
            sender,
            method,
            params,
        }));
    }

    /// Says that a call ended, now or as soon as there is a connection.
    pub fn bye(&mut self, call_id: &str, dialog_params: &str, cause: &str, code: Option<u32>) {
        let mut params = with_member("{}", "dialogParams", dialog_params);
        // The server prefers the cause's name to the code. `NORMAL_CLEARING` only means that no name
        // was given, so beside a code it is left out.
        if code.is_none() || cause != NORMAL {
            params = with_member(&params, "cause", &quoted(cause));
        }
        if let Some(code) = code {
            let mut number = String::new();
            push_number(&mut number, code.into());
            params = with_member(&params, "causeCode", &number);
        }
        // While there is a connection every bye has been sent, so the list may be emptied. At worst
        // an ended call that the server offers again is not recognised.
        if self.online && self.ended.len() >= MOST_ENDED {
            self.ended.clear();
        }
        self.ended.push(Ended {
            call_id: call_id.into(),
            params,
            owed: true,
        });
        self.say_byes();
    }

    /// Says what is owed, if there is a connection.
    fn say_byes(&mut self) {
        for one in self.ended.iter_mut().filter(|_| self.online) {
            if std::mem::take(&mut one.owed) {
                self.out.push(bye(one.params.clone()));
            }
        }
    }

    /// The server offers to go on with a call. If it ended here, that is said once more.
    pub fn ended_before(&mut self, call_id: &str) -> bool {
        let ended = self.ended.iter().rfind(|one| one.call_id == call_id);
        if let Some(ended) = ended {
            self.out.push(bye(ended.params.clone()));
        }
        ended.is_some()
    }

    /// Logged in: what is owed is said.
    pub fn logged_in(&mut self) {
        self.online = true;
        self.say_byes();
    }

    /// The session ended for good. What it owes is said by the next one, since the server would keep
    /// such a call, unless the calls are another page's now.
    pub fn closed(&mut self, taken_over: bool) {
        self.online = false;
        self.ended.retain(|one| one.owed && !taken_over);
    }
}

fn bye<V>(params: String) -> Output<V> {
    Output::Send(Send {
        sender: Sender::Nobody,
        method: "verto.bye",
        params,
    })
}

/// The text of `object`, a JSON object's text, with one more member; `value` is JSON itself.
pub fn with_member(object: &str, name: &str, value: &str) -> String {
    let end = object.len().saturating_sub(1);
    let members = object.get(..end).filter(|text| !text.is_empty());
    let members = members.unwrap_or("{");
    let comma = if members.len() > 1 { "," } else { "" };
    [members, comma, "\"", name, "\":", value, "}"].concat()
}

/// `text` as JSON.
pub fn quoted(text: &str) -> String {
    let mut json = String::new();
    push_string(&mut json, text);
    json
}
