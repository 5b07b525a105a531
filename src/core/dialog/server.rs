//! What a dialog does with what the server says.

use super::effect::{Asked, DialogId, End, Incoming, Notice};
use super::line::{LATE, Line, NORMAL};
use super::machine::{Dialog, Remote};
use super::recovery::Expected;
use super::state::State;
use crate::core::error::{Error, Kind};
use crate::core::value::{Field, Value};

/// The server's requests about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `verto.invite`: a call comes in.
    Invite,
    /// `verto.attach`: a call from before the connection was lost goes on, or its media are to be
    /// made anew.
    Attach,
    /// `verto.trying`: the invite is taken (XSwitch over XCtrl).
    Trying,
    /// `verto.media`: the other side is heard before it answers.
    Media,
    /// `verto.answer`: the other side has answered.
    Answer,
    /// `verto.display`: who is at the other end.
    Display,
    /// `verto.info`: a message or text of the call.
    Info,
    /// `verto.bye`: it is over.
    Bye,
}

/// The methods with their names.
const METHODS: [(Method, &str); 8] = [
    (Method::Invite, "verto.invite"),
    (Method::Attach, "verto.attach"),
    (Method::Trying, "verto.trying"),
    (Method::Media, "verto.media"),
    (Method::Answer, "verto.answer"),
    (Method::Display, "verto.display"),
    (Method::Info, "verto.info"),
    (Method::Bye, "verto.bye"),
];

impl Method {
    /// The method of this name.
    ///
    /// ```
    /// use verto_wasm::core::dialog::Method;
    /// assert_eq!(Method::of("verto.bye"), Some(Method::Bye));
    /// assert_eq!(Method::of("verto.prompt"), None);
    /// ```
    pub fn of(name: &str) -> Option<Method> {
        let row = METHODS.iter().find(|(_, one)| *one == name);
        row.map(|(method, _)| *method)
    }

    /// The method's name.
    pub fn name(self) -> &'static str {
        let row = METHODS.iter().find(|(method, _)| *method == self);
        row.map_or("", |(_, name)| name)
    }
}

/// The member `field` where it is a text that isn't empty.
fn text_of<V: Value>(params: &V, field: Field) -> Option<String> {
    params.text_of(field).filter(|text| !text.is_empty())
}

/// The member `sdp` where it is a text.
pub fn sdp_of<V: Value>(params: &V) -> Option<V> {
    params.field(Field::Sdp).filter(|sdp| sdp.text().is_some())
}

// Not by `contains`, which brings in a search of its own.
fn has(sdp: &str, what: &str) -> bool {
    let mut windows = sdp.as_bytes().windows(what.len());
    windows.any(|window| window == what.as_bytes())
}

/// The cause that the server gives in a bye or in a refusal.
fn cause_of<V: Value>(said: Option<&V>, error: Option<Error<V>>) -> End<V> {
    let cause = said.and_then(|said| text_of(said, Field::Cause));
    let code = said.and_then(|said| said.field(Field::CauseCode)?.number());
    End {
        cause: cause.unwrap_or_else(|| NORMAL.into()),
        code: code.filter(|code| *code >= 1.0).map(|code| code as u32),
        error,
    }
}

impl<V: Value> Dialog<V> {
    /// A call that came in, by `verto.invite` or by the attach of one that the page doesn't know,
    /// of which this is known; the page is told of it.
    pub fn incoming(
        line: &mut Line<V>,
        id: DialogId,
        call_id: String,
        params: &V,
        attached: Option<Expected>,
    ) -> Box<Self> {
        let attach = attached.is_some();
        let mut dialog = Dialog::new(id, call_id, "{}".into(), State::New);
        dialog.known = true;
        dialog.fresh = attach;
        dialog.offer = sdp_of(params).filter(|_| !attach);
        let direction = params.text_of(Field::DisplayDirection);
        let (name, number) = match direction.as_deref() {
            Some("outbound") => (Field::CallerIdName, Field::CallerIdNumber),
            _ => (Field::CalleeIdName, Field::CalleeIdNumber),
        };
        let sdp = params.text_of(Field::Sdp).unwrap_or_default();
        line.tell(Notice::New(Box::new(Incoming {
            dialog: id,
            call_id: dialog.call_id.clone(),
            params: params.clone(),
            name: text_of(params, name).unwrap_or_else(|| "Nobody".into()),
            number: text_of(params, number).unwrap_or_else(|| "UNKNOWN".into()),
            video: has(&sdp, "m=video"),
            stereo: has(&sdp, "stereo=1"),
            attach,
        })));
        if let Some(before) = attached {
            dialog.held = before.held;
            dialog.audio.enabled = before.microphone;
            dialog.video.enabled = before.camera;
            dialog.attached(line, sdp_of(params));
        } else {
            dialog.tell(line, State::Ringing);
            dialog.ring(line, true);
        }
        dialog
    }

    /// A request of the server's about this call.
    pub fn request(&mut self, line: &mut Line<V>, method: Method, params: &V) {
        let sdp = sdp_of(params);
        match (method, self.state) {
            (Method::Bye, _) => {
                self.end(line, State::Hangup, cause_of(Some(params), None), false);
            }
            (Method::Attach, _) if self.known && sdp.is_some() => self.attached(line, sdp),
            (Method::Info, _) => self.message(line, false, params),
            (Method::Display, _) => line.tell(Notice::Display {
                dialog: self.id,
                name: text_of(params, Field::DisplayName),
                number: text_of(params, Field::DisplayNumber),
            }),
            // After a lost connection all else must wait for the call to be back.
            _ if self.away => line.ignored(LATE),
            (Method::Trying, _) => {
                self.node = text_of(params, Field::NodeUuid).or(self.node.take());
                self.taken(line);
            }
            (Method::Answer, State::Requesting | State::Trying | State::Early)
                if !self.answered =>
            {
                self.answered = true;
                self.described_by(sdp);
                self.progress(line);
            }
            (Method::Media, State::Requesting | State::Trying) => match self.described_by(sdp) {
                true => self.progress(line),
                false => line.ignored(LATE),
            },
            _ => line.ignored(LATE),
        }
    }

    /// Keeps the server's description, if it is one and the first; says whether it is.
    fn described_by(&mut self, sdp: Option<V>) -> bool {
        match (&self.remote, sdp) {
            (Remote::Missing, Some(sdp)) => {
                self.remote = Remote::Kept(sdp);
                true
            }
            _ => false,
        }
    }

    /// A message of the call, or a private event on its channel.
    pub fn message(&self, line: &mut Line<V>, private: bool, data: &V) {
        line.tell(Notice::Message {
            dialog: self.id,
            private,
            data: data.clone(),
        });
    }

    /// The server has taken the invite.
    fn taken(&mut self, line: &mut Line<V>) {
        if self.state == State::Requesting {
            self.replied = true;
            self.tell(line, State::Trying);
            self.progress(line);
            // Whoever calls hears nothing until the server's description is there.
            self.ring(line, matches!(self.remote, Remote::Missing));
        }
    }

    /// The reply to a request of this dialog.
    pub fn replied(&mut self, line: &mut Line<V>, asked: Asked, outcome: Result<&V, &Error<V>>) {
        if asked == Asked::Hold {
            self.toggling = false;
        }
        // What a lost connection means for the call is decided by `Dialog::lost`.
        if outcome.is_err_and(|error| matches!(error.kind, Kind::ConnectionLost | Kind::Closed)) {
            return;
        }
        match asked {
            Asked::Invite if self.state == State::Requesting => match outcome {
                Err(error) if !self.heard_of(error) => self.refused(line, error),
                _ => self.taken(line),
            },
            Asked::Answer if self.state == State::Answering => match outcome {
                Ok(_) => self.established(line),
                Err(error) => self.refused(line, error),
            },
            Asked::Attach(epoch) if self.awaits_attach(epoch) => match outcome {
                Ok(_) => self.established(line),
                Err(error) if error.kind == Kind::Timeout && self.blames_socket(line) => {}
                Err(error) => self.refused(line, error),
            },
            Asked::Update(epoch) => self.updated(line, epoch, outcome),
            Asked::Hold => {
                if let Ok(result) = outcome {
                    self.hold_state(line, result.text_of(Field::HoldState).as_deref());
                }
            }
            _ => line.ignored(LATE),
        }
    }

    /// The invite's reply is missing, but the server has shown that it took it.
    fn heard_of(&self, error: &Error<V>) -> bool {
        error.kind == Kind::Timeout && (self.answered || matches!(self.remote, Remote::Kept(_)))
    }

    fn established(&mut self, line: &mut Line<V>) {
        let attached = self.answered;
        self.answered = true;
        self.fresh = false;
        let state = match self.held {
            true => State::Held,
            false => State::Active,
        };
        self.tell(line, state);
        // After an attach the old connection plays until the new one is connected.
        match attached {
            true => self.await_media(line),
            false => self.play(line),
        }
        self.examine(line);
    }

    /// The server refused an invite, an answer or an attach, or said nothing to it. What it
    /// refused it has ended itself, or it is another's call (an invite with a `callID` in use).
    fn refused(&mut self, line: &mut Line<V>, error: &Error<V>) {
        let end = cause_of(error.data.as_ref(), Some(error.clone()));
        let bye = error.kind == Kind::Timeout || self.state == State::Answering;
        self.end(line, State::Hangup, end, bye);
    }

    fn hold_state(&mut self, line: &mut Line<V>, state: Option<&str>) {
        self.held = match state {
            Some("held") => self.answered,
            Some("active") => false,
            _ => return,
        };
        match (self.state, self.held) {
            (State::Active, true) => self.tell(line, State::Held),
            (State::Held, false) => self.tell(line, State::Active),
            _ => {}
        }
    }
}
