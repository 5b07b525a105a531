//! One dialog: its life, and what the media part reports of it.

use super::commands::Tracks;
use super::effect::{Asked, Asker, DialogId, End, Epoch, Media, Notice, Sender};
use super::line::{LATE, Line, quoted, with_member};
use super::outage::Outage;
use super::report::{Connection, Report};
use super::state::State;
use super::time::Wait;
use crate::core::Ms;
use crate::core::error::Error;
use crate::core::rpc::CallId;
use crate::core::value::Value;

/// The local tracks of a new dialog: switched on, but not there yet.
const TRACKS: Tracks = Tracks {
    enabled: true,
    there: false,
};

/// How far the server's description is.
#[derive(Debug)]
pub enum Remote<V> {
    /// None has come.
    Missing,
    /// It came before the reply to the invite.
    Kept(V),
    /// The media part is at it.
    Applying,
    /// It is set.
    Applied,
}

/// One dialog. It is in the table until its state is [`State::Destroy`].
#[derive(Debug)]
pub struct Dialog<V> {
    pub id: DialogId,
    pub call_id: String,
    /// `dialogParams` as the page gave them: a JSON object's text.
    pub params: String,
    /// `node_uuid` of `verto.trying`, which every later request repeats (XSwitch over XCtrl).
    pub node: Option<String>,
    pub state: State,
    /// It was made by an attach, and goes through the original client's states for that.
    pub fresh: bool,
    /// The page rings for it, or gives the caller the ring-back tone.
    pub rings: bool,
    /// The server knows the call.
    pub known: bool,
    /// The invite was answered.
    pub replied: bool,
    /// The call is answered, by whichever side.
    pub answered: bool,
    /// The server holds it.
    pub held: bool,
    /// A `toggleHold` is in flight.
    pub toggling: bool,
    /// The connection was lost, and the call isn't back.
    pub away: bool,
    pub wait: Option<(Wait, Ms)>,
    /// The server's offer, of a call that came in.
    pub offer: Option<V>,
    /// Our offer, while it waits for the login.
    pub local: Option<String>,
    /// The server's answer to our offer.
    pub remote: Remote<V>,
    /// The number that was last given to a peer connection.
    pub last_epoch: Epoch,
    /// The newest peer connection that is open; 0 before the first.
    pub epoch: Epoch,
    /// The one whose remote stream is played; 0 before the first.
    pub playing: Epoch,
    /// What that one's media said last.
    pub connection: Connection,
    /// Its media are dead, or awaited after an attach.
    pub outage: Option<Outage>,
    /// The socket was given up because of this outage.
    pub socket_blamed: bool,
    /// The local tracks.
    pub audio: Tracks,
    pub video: Tracks,
}

impl<V: Value> Dialog<V> {
    pub fn new(id: DialogId, call_id: String, params: String, state: State) -> Box<Self> {
        Box::new(Dialog {
            id,
            call_id,
            params,
            node: None,
            state,
            fresh: false,
            rings: false,
            known: false,
            replied: false,
            answered: false,
            held: false,
            toggling: false,
            away: false,
            wait: None,
            offer: None,
            local: None,
            remote: Remote::Missing,
            last_epoch: 0,
            epoch: 0,
            playing: 0,
            connection: Connection::Connected,
            outage: None,
            socket_blamed: false,
            audio: TRACKS,
            video: TRACKS,
        })
    }

    fn dialog_params(&self) -> String {
        let params = with_member(&self.params, "callID", &quoted(&self.call_id));
        match &self.node {
            Some(node) => with_member(&params, "node_uuid", &quoted(node)),
            None => params,
        }
    }

    /// A request of this dialog; `params` is a JSON object's text.
    pub fn send(&self, line: &mut Line<V>, sender: Sender, method: &'static str, params: &str) {
        let params = with_member(params, "dialogParams", &self.dialog_params());
        line.send(sender, method, params);
    }

    /// A request with our description, beside these `params`.
    pub fn ask(&self, line: &mut Line<V>, asked: Asked, params: &str, sdp: &str) {
        let params = with_member(params, "sdp", &quoted(sdp));
        self.send(line, self.asker(asked, None), asked.method(), &params);
    }

    /// Who gets the reply to a request that changes this dialog.
    pub fn asker(&self, asked: Asked, call: Option<CallId>) -> Sender {
        Sender::Dialog(Asker {
            dialog: self.id,
            asked,
            call,
        })
    }

    pub fn tell(&mut self, line: &mut Line<V>, state: State) {
        self.state = state;
        line.tell(Notice::State {
            dialog: self.id,
            state,
            end: None,
        });
    }

    pub fn media(&self, line: &mut Line<V>, media: Media<V>) {
        line.media(self.id, media);
    }

    /// Rings, or stops it.
    pub fn ring(&mut self, line: &mut Line<V>, on: bool) {
        if std::mem::replace(&mut self.rings, on) != on {
            self.media(line, Media::Ring { on });
        }
    }

    /// The one way in which a dialog ends. `bye` says whether the server is to be told, if it
    /// knows the call.
    pub fn end(&mut self, line: &mut Line<V>, state: State, end: End<V>, bye: bool) {
        self.ring(line, false);
        let (cause, code) = (end.cause.clone(), end.code);
        line.tell(Notice::State {
            dialog: self.id,
            state,
            end: Some(end),
        });
        if bye && self.known {
            line.bye(&self.call_id, &self.dialog_params(), &cause, code);
        }
        self.tell(line, State::Destroy);
        self.media(line, Media::Release);
    }

    /// Ends it for a failure on this side.
    pub fn fail(&mut self, line: &mut Line<V>, cause: &str, code: Option<u32>, error: Error<V>) {
        let end = End {
            cause: cause.into(),
            code,
            error: Some(error),
        };
        self.end(line, State::Hangup, end, true);
    }

    /// Makes the next peer connection.
    pub fn connect(&mut self, line: &mut Line<V>, offer: Option<V>) {
        // The peer connection before was never played, so it is closed at once.
        self.close_newest(line);
        self.last_epoch += 1;
        self.epoch = self.last_epoch;
        let connect = Media::Connect {
            epoch: self.epoch,
            offer,
            microphone: self.audio.enabled,
            camera: self.video.enabled,
        };
        self.media(line, connect);
        self.waits(line, Wait::Stream);
    }

    pub fn report(&mut self, line: &mut Line<V>, epoch: Epoch, report: Report) {
        let wait = self.wait.map(|(wait, _)| wait);
        match (report, wait) {
            (Report::Connection(connection), _) => self.connection(line, epoch, connection),
            _ if epoch != self.epoch => line.ignored(LATE),
            (report, _) if self.renewal(line, &report) => {}
            (Report::Granted { audio, video }, Some(Wait::Stream)) => {
                self.audio.there = audio;
                self.video.there = video;
                self.tell_permission(line, true);
                self.waits(line, Wait::Local);
            }
            (Report::Local { sdp }, Some(Wait::Local)) => self.described(line, sdp),
            (Report::Applied, _) if matches!(self.remote, Remote::Applying) => {
                self.remote = Remote::Applied;
                self.progress(line);
            }
            (Report::Failed { kind, message }, Some(Wait::Stream | Wait::Local | Wait::Remote)) => {
                self.media_failed(line, Error::new(kind, message));
            }
            _ => line.ignored(LATE),
        }
    }

    // After an attach the stream is there already, and the page isn't asked again.
    fn tell_permission(&self, line: &mut Line<V>, granted: bool) {
        if self.epoch == 1 {
            line.tell(Notice::Permission {
                dialog: self.id,
                granted,
            });
        }
    }

    /// It cannot go on without its media.
    pub fn media_failed(&mut self, line: &mut Line<V>, error: Error<V>) {
        if matches!(self.wait, Some((Wait::Stream, _))) {
            self.tell_permission(line, false);
            return self.fail(line, "Device or Permission Error", None, error);
        }
        // To the other side: INCOMPATIBLE_DESTINATION.
        self.fail(line, "Media Error", Some(88), error);
    }

    fn described(&mut self, line: &mut Line<V>, sdp: String) {
        self.wait = None;
        match self.state {
            State::New => {
                self.local = Some(sdp);
                self.invite(line);
            }
            State::Active | State::Held if !self.attaching() => self.offer_again(line, &sdp),
            State::Ringing => {
                self.tell(line, State::Answering);
                self.ask(line, Asked::Answer, "{}", &sdp);
            }
            _ => {
                if self.fresh {
                    self.tell(line, State::Answering);
                }
                self.ask(line, Asked::Attach(self.epoch), "{}", &sdp);
            }
        }
    }

    /// Sends the invite, as soon as there are an offer and a connection.
    pub fn invite(&mut self, line: &mut Line<V>) {
        if !line.online {
            return self.waits(line, Wait::Login);
        }
        if let Some(sdp) = self.local.take() {
            self.wait = None;
            self.known = true;
            self.tell(line, State::Requesting);
            self.ask(line, Asked::Invite, "{}", &sdp);
        }
    }

    /// Goes on with an outgoing call as far as the server's words and the media allow.
    pub fn progress(&mut self, line: &mut Line<V>) {
        if !self.replied {
            return;
        }
        match std::mem::replace(&mut self.remote, Remote::Applying) {
            Remote::Kept(sdp) => {
                self.ring(line, false);
                let epoch = self.epoch;
                self.media(line, Media::Remote { epoch, sdp });
                self.waits(line, Wait::Remote);
            }
            Remote::Applied => {
                self.remote = Remote::Applied;
                // It may be the call's return that is awaited, after a lost connection.
                self.wait = self.wait.filter(|(wait, _)| *wait != Wait::Remote);
                let state = match self.answered {
                    true => State::Active,
                    false => State::Early,
                };
                self.tell(line, state);
                // It was held while its media were being set.
                if self.held {
                    self.tell(line, State::Held);
                }
                self.play(line);
                self.examine(line);
            }
            Remote::Applying => {}
            Remote::Missing => {
                self.remote = Remote::Missing;
                // Answered without a description: it may still come.
                if self.answered {
                    self.waits(line, Wait::Remote);
                }
            }
        }
    }

    /// The newest connection's remote stream is heard from now on.
    pub fn play(&mut self, line: &mut Line<V>) {
        if self.playing == self.epoch {
            return;
        }
        let old = std::mem::replace(&mut self.playing, self.epoch);
        self.connection = Connection::Connected;
        self.media(line, Media::Play { epoch: self.epoch });
        if old > 0 {
            self.media(line, Media::Close { epoch: old });
        }
    }
}
