//! What all dialogs of an instance share: the connection, the time, what comes out, and which
//! calls ended here of which the server may know nothing yet.

use super::effect::{DialogId, Media, Notice, Output, Send, Sender};
use crate::core::Ms;
use crate::core::json::{push_number, push_string};
use crate::core::queue::Queue;

/// The cause of a normal end.
pub const NORMAL: &str = "NORMAL_CLEARING";

/// How long a reply may take, in ms. An `unhold` may keep the server's hands full for 5 s, and all
/// else of this socket waits meanwhile (mod_verto's source).
const REPLY: Ms = 15_000;

/// How many calls that ended are remembered: more than anybody has at once.
const MOST_ENDED: usize = 32;

/// Whether the server knows that a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bye {
    /// It was said on this connection.
    Said,
    /// It was said on an earlier connection, with which it may have been lost.
    Before,
    /// There was no connection to say it on.
    Owed,
}

/// A call that ended here.
#[derive(Debug)]
struct Ended {
    call_id: String,
    /// The parameters of its `verto.bye`.
    params: String,
    bye: Bye,
}

/// See the module.
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

    /// For the server.
    pub fn send(&mut self, sender: Sender, method: &str, params: String) {
        self.out.push(Output::Send(Send {
            sender,
            method: method.into(),
            params,
            timeout: REPLY,
        }));
    }

    /// Says that a call ended, now or as soon as there is a connection.
    pub fn bye(&mut self, call_id: &str, dialog_params: &str, cause: &str, code: Option<u32>) {
        let mut params = with_member("{}", "dialogParams", dialog_params);
        // At the server a name wins over the code, and this one stands for none.
        if code.is_none() || cause != NORMAL {
            params = with_member(&params, "cause", &quoted(cause));
        }
        if let Some(code) = code {
            let mut number = String::new();
            push_number(&mut number, code.into());
            params = with_member(&params, "causeCode", &number);
        }
        if self.ended.len() >= MOST_ENDED {
            self.ended.remove(0);
        }
        self.ended.push(Ended {
            call_id: call_id.into(),
            params,
            bye: Bye::Owed,
        });
        self.say_byes(&|one| one.bye == Bye::Owed);
    }

    fn say_byes(&mut self, wanted: &dyn Fn(&Ended) -> bool) {
        if !self.online {
            return;
        }
        let mut said = Vec::new();
        for one in &mut self.ended {
            if wanted(one) {
                one.bye = Bye::Said;
                said.push(one.params.clone());
            }
        }
        for params in said {
            self.send(Sender::Nobody, "verto.bye", params);
        }
    }

    /// The server offers to go on with a call that ended here: it is told again, unless it was
    /// on this connection. Says whether there was such a call.
    pub fn ended_before(&mut self, call_id: &str) -> bool {
        let ended = self.ended.iter().any(|one| one.call_id == call_id);
        self.say_byes(&|one| one.call_id == call_id && one.bye != Bye::Said);
        ended
    }

    /// Logged in: what is owed is said.
    pub fn logged_in(&mut self) {
        self.online = true;
        self.say_byes(&|one| one.bye == Bye::Owed);
    }

    /// The connection is lost.
    pub fn lost(&mut self) {
        self.online = false;
        for one in &mut self.ended {
            if one.bye == Bye::Said {
                one.bye = Bye::Before;
            }
        }
    }

    /// The session ended for good: the next one is another.
    pub fn closed(&mut self) {
        self.online = false;
        self.ended.clear();
    }
}

/// The text of `object`, a JSON object's text, with one more member; `value` is JSON itself.
pub fn with_member(object: &str, name: &str, value: &str) -> String {
    let members = object.trim_end().strip_suffix('}').unwrap_or("{");
    let comma = if members.len() > 1 { "," } else { "" };
    [members, comma, "\"", name, "\":", value, "}"].concat()
}

/// `text` as JSON.
pub fn quoted(text: &str) -> String {
    let mut json = String::new();
    push_string(&mut json, text);
    json
}
