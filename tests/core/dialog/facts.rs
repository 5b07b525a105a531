//! What is known of a dialog, and what follows from that.

use verto_wasm::core::dialog::{Connection, Epoch, State};

/// The ways that the page may be told of (the original client's table, `V2652-2704`), and ours for
/// a call that comes back.
pub fn allowed(from: State, to: State) -> bool {
    use State::*;
    match (from, to) {
        // Purge is checked before the table.
        (Destroy | Purge, _) => to == Destroy && from == Purge,
        (Hangup, _) => to == Destroy,
        (_, Purge | Hangup) => true,
        (New, Requesting | Recovering | Ringing) => true,
        (Requesting, Trying) => true,
        (Recovering, Answering) => true,
        (Trying, Active | Early) => true,
        (Ringing, Answering) => true,
        (Answering, Active) => true,
        (Active, Held) => true,
        (Held | Early, Active) => true,
        // Ours.
        (Requesting | Trying | Ringing | Answering | Early | Active | Held, Recovering) => true,
        (Recovering | Answering, Active | Held) => true,
        _ => false,
    }
}

/// What is known of one dialog.
#[derive(Debug)]
pub struct Facts {
    pub call_id: String,
    pub outbound: bool,
    pub alive: bool,
    pub told: State,
    /// The newest connection that is open, and the number of the last that was made.
    pub epoch: Epoch,
    pub last_epoch: Epoch,
    /// The server knows it: its invite was sent, or the server made it.
    pub known: bool,
    pub taken: bool,
    pub answered: bool,
    /// A description has come from the server.
    pub sdp: bool,
    pub remote: bool,
    pub applied: bool,
    pub granted: bool,
    pub described: bool,
    pub answering: bool,
    pub answer_sent: bool,
    pub established: bool,
    /// It is being attached, by the connection of this epoch; and the frame was sent.
    pub attaching: bool,
    pub attach_sent: bool,
    pub fresh: bool,
    pub held: bool,
    pub away: bool,
    pub closed: Vec<Epoch>,
    pub playing: Epoch,
    /// What the media of the one that plays said last.
    pub media: Connection,
    /// Dead media are to be mended, or those of an attach awaited.
    pub mending: bool,
    pub rings: bool,
    pub released: bool,
    pub invites: u32,
    /// Byes that were sent; one more is allowed after each attach that came for it too late.
    pub byes: u32,
    /// One is due, now or as soon as there is a connection.
    pub owes: bool,
    pub byes_allowed: u32,
}

impl Facts {
    pub fn new(call_id: &str, outbound: bool) -> Self {
        Facts {
            call_id: call_id.into(),
            outbound,
            alive: true,
            told: State::New,
            epoch: 0,
            last_epoch: 0,
            known: !outbound,
            taken: false,
            answered: false,
            sdp: false,
            remote: false,
            applied: false,
            granted: false,
            described: false,
            answering: false,
            answer_sent: false,
            established: false,
            attaching: false,
            attach_sent: false,
            fresh: false,
            held: false,
            away: false,
            closed: Vec::new(),
            playing: 0,
            media: Connection::Connected,
            mending: false,
            rings: false,
            released: false,
            invites: 0,
            byes: 0,
            owes: false,
            byes_allowed: 1,
        }
    }

    /// It ends from this side.
    pub fn end(&mut self) {
        self.owes |= self.alive && self.known;
        self.alive = false;
    }

    /// A fresh connection takes the place of dead media, or is awaited after an attach.
    pub fn renewing(&self) -> bool {
        self.mending && !self.attaching && self.epoch != self.playing
    }

    /// After all that a step led to: whether there are media to be mended.
    pub fn examine(&mut self) {
        let talks = self.established && !self.attaching && !self.away;
        if talks && self.epoch == self.playing {
            self.mending = self.media != Connection::Connected;
        }
    }

    /// What the page must have been told last.
    pub fn expected(&self) -> State {
        if self.attaching {
            return match self.fresh && self.attach_sent {
                true => State::Answering,
                false => State::Recovering,
            };
        }
        if self.established {
            return match self.held {
                true => State::Held,
                false => State::Active,
            };
        }
        match (self.outbound, self.known, self.taken, self.applied) {
            (true, false, ..) => State::New,
            (true, _, false, _) => State::Requesting,
            (true, _, _, false) => State::Trying,
            (true, _, _, true) => State::Early,
            (false, ..) if self.answer_sent => State::Answering,
            (false, ..) => State::Ringing,
        }
    }

    /// Somebody is called, here or, as whoever calls hears it, there.
    pub fn must_ring(&self) -> bool {
        match self.told {
            State::Ringing => !self.answering,
            State::Trying => !self.remote,
            _ => false,
        }
    }

    /// It waits for something that must come by itself: a timer is set.
    pub fn waits(&self, online: bool) -> bool {
        if self.away {
            return online;
        }
        self.mending || self.prepares()
    }

    /// It waits for the media part, or for what a new call needs.
    pub fn prepares(&self) -> bool {
        let connecting = self.epoch > 0 && !(self.granted && self.described);
        let remote = self.outbound && !self.established && !self.attaching && self.taken;
        let remote = remote && (self.remote || self.answered) && !self.applied;
        let login = self.outbound && !self.known && self.described;
        connecting || remote || login
    }
}
