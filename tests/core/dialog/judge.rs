//! What must hold of everything that comes out of the dialogs.

use serde_json::Value as Tree;
use verto_wasm::core::dialog::{Connection, Media, Notice, Output, Send, Sender, State};

use super::facts::{Facts, allowed};
use super::world::World;
use testkit::Json;

impl World {
    /// After each step.
    pub fn judge(&mut self) {
        self.judge_outputs();
        self.facts.values_mut().for_each(Facts::examine);
        for (dialog, fact) in &self.facts {
            if fact.alive {
                assert_eq!(fact.told, fact.expected(), "what {dialog} is in: {fact:?}");
                assert_eq!(
                    fact.rings,
                    fact.must_ring(),
                    "whether {dialog} rings: {fact:?}"
                );
            } else {
                assert_eq!(fact.told, State::Destroy, "{dialog} lives: {fact:?}");
                assert!(fact.released, "the media of {dialog} are not released");
            }
        }
        for (dialog, fact) in self.facts.iter().filter(|_| self.online) {
            assert!(!fact.owes || fact.byes > 0, "{dialog} owes a bye: {fact:?}");
        }
        let waiting = self.waiting();
        assert_eq!(
            self.dialogs.deadline().is_some(),
            !waiting.is_empty(),
            "a timer, for {waiting:?}"
        );
        assert!(
            self.open_calls.is_empty(),
            "a call of the page's that nobody has"
        );
    }

    /// Judges what came out; returns the dialogs that ended.
    pub fn judge_outputs(&mut self) -> Vec<u32> {
        let mut ended = Vec::new();
        while let Some(output) = self.dialogs.next_output() {
            self.outputs += 1;
            match output {
                Output::Reconnect => {
                    assert!(self.online, "given up without a connection");
                    self.socket_blamed = true;
                }
                Output::Send(send) => self.judge_send(&send),
                Output::Refuse { call, .. } => self.settled(call),
                Output::Notice(notice) => {
                    if let Notice::State {
                        dialog,
                        state: State::Destroy,
                        ..
                    } = notice
                    {
                        ended.push(dialog);
                    }
                    self.judge_notice(notice);
                }
                Output::Ignored(_) => {}
            }
        }
        ended
    }

    fn settled(&mut self, call: u32) {
        let at = self.open_calls.iter().position(|open| *open == call);
        self.open_calls
            .remove(at.expect("a call of the page's has two ends"));
    }

    fn judge_send(&mut self, send: &Send) {
        assert!(self.online, "sent without a connection: {send:?}");
        let params: Tree = serde_json::from_str(&send.params).unwrap();
        let call_id = params["dialogParams"]["callID"].as_str().unwrap();
        // The newest of this id: a page that resumes may get a call again.
        let mut facts = self.facts.values_mut().rev();
        let fact = facts.find(|fact| fact.call_id == call_id);
        if send.method == "verto.bye" {
            // One that names no dialog sends a call away that the page cannot take.
            if let Some(fact) = fact {
                fact.byes += 1;
                assert!(fact.byes <= fact.byes_allowed, "a second bye: {fact:?}");
                assert!(fact.over(), "a bye in mid-call: {fact:?}");
                assert!(fact.known, "a bye for a call that nobody knows: {fact:?}");
            }
            return;
        }
        let fact = fact.expect("a dialog sends it");
        assert!(!fact.over(), "sent after the end: {send:?}");
        match send.method {
            "verto.invite" => {
                fact.invites += 1;
                assert!(fact.invites == 1 && fact.outbound && fact.described);
                fact.known = true;
            }
            "verto.answer" => {
                assert!(fact.answering && fact.described && !fact.answer_sent);
                fact.answer_sent = true;
            }
            "verto.attach" => {
                assert!(fact.attaching && fact.described);
                fact.attach_sent = true;
            }
            "verto.modify" if params["action"] == "updateMedia" => {
                let talks = matches!(fact.told, State::Active | State::Held);
                assert!(talks && !fact.away, "new media of {fact:?}");
                assert!(fact.renewing() && fact.described);
            }
            _ => assert!(fact.known),
        }
        match send.sender {
            Sender::Dialog(asker) => {
                self.in_flight.push(asker);
                if let Some(call) = asker.call {
                    self.settled(call);
                }
            }
            Sender::Page(call) => self.settled(call),
            Sender::Nobody => panic!("nobody's request: {send:?}"),
        }
    }

    fn judge_notice(&mut self, notice: Notice<Json>) {
        match notice {
            Notice::New(new) => {
                let (dialog, attach) = (new.dialog, new.attach);
                // A record is used once: the server may use the id again.
                let mut expected = self.expected.iter();
                let kept = expected.position(|one| one.call_id == new.call_id);
                let kept = kept.map(|at| self.expected.swap_remove(at));
                assert!(
                    !attach || self.resumes || kept.is_some(),
                    "a microphone that nobody asked for"
                );
                let mut fact = Facts::new(&new.call_id, false);
                fact.fresh = attach;
                fact.attaching = attach;
                fact.answered = attach;
                fact.held = kept.is_some_and(|one| one.held);
                let last = self.facts.insert(dialog, fact);
                assert!(last.is_none(), "the number {dialog} again");
            }
            Notice::State { dialog, state, end } => {
                let fact = self.fact(dialog);
                assert!(
                    allowed(fact.told, state),
                    "{:?} to {state:?}: {fact:?}",
                    fact.told
                );
                let ends = matches!(state, State::Hangup | State::Purge);
                assert_eq!(end.is_some(), ends, "how it ended");
                assert!(end.is_none_or(|end| !end.cause.is_empty()));
                fact.told = state;
            }
            Notice::Media { dialog, media } => self.fact(dialog).judge_media(dialog, media),
            Notice::Permission { dialog, granted } => {
                let fact = self.fact(dialog);
                assert!(!fact.over() && fact.epoch == 1);
                assert!(granted || !fact.granted);
            }
            Notice::Display { dialog, .. } | Notice::Message { dialog, .. } => {
                assert!(!self.fact(dialog).over(), "told after the end");
            }
        }
    }
}

impl Facts {
    fn over(&self) -> bool {
        matches!(self.told, State::Hangup | State::Purge | State::Destroy)
    }

    fn judge_media(&mut self, dialog: u32, media: Media<Json>) {
        assert!(!self.released, "{media:?} of {dialog}, which is released");
        let ends = matches!(media, Media::Release | Media::Ring { on: false });
        assert!(ends || !self.over(), "{media:?} of {dialog}, which is over");
        match media {
            Media::Connect { epoch, offer, .. } => {
                assert_eq!(epoch, self.last_epoch + 1);
                let renews = self.mending && !self.attaching;
                let first = self.outbound && epoch == 1;
                assert_eq!(offer.is_none(), first || renews, "{self:?}");
                assert!(self.outbound || self.answering || self.attaching || renews);
                self.epoch = epoch;
                self.last_epoch = epoch;
                self.granted = false;
                self.described = false;
                let open = epoch as usize - self.closed.len();
                assert!(open <= 2, "{open} connections of {dialog}");
            }
            Media::Remote { epoch, .. } => {
                assert!(epoch == self.epoch);
                if !self.renewing() {
                    assert!(!self.remote && self.taken && self.sdp);
                    self.remote = true;
                }
            }
            Media::Ring { on } => {
                assert_ne!(on, self.rings);
                assert!(!on || matches!(self.told, State::Ringing | State::Trying));
                self.rings = on;
            }
            Media::Play { epoch } => {
                assert!(epoch == self.epoch && epoch != self.playing);
                // Whoever is connected has described itself.
                let renewed = self.renewing();
                self.granted |= renewed;
                self.described |= renewed;
                self.playing = epoch;
                self.media = Connection::Connected;
            }
            Media::Close { epoch } => {
                assert!(!self.closed.contains(&epoch), "{epoch} closed again");
                assert!(epoch > 0 && epoch <= self.epoch && epoch != self.playing);
                self.closed.push(epoch);
                if epoch == self.epoch {
                    self.epoch = self.playing;
                    self.granted = true;
                    self.described = true;
                }
            }
            Media::Enable { .. } => {}
            Media::Release => {
                assert!(self.told == State::Destroy && !self.rings);
                self.released = true;
            }
        }
    }
}
