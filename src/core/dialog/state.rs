//! The states of a dialog.

/// What `dialog.state` shows. Names and meaning are the original client's (calls of
/// `jquery.verto` 0.1.1); their numbers (`val`) are the order of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Made, and nothing sent: the microphone is asked for, or the login awaited. Never told.
    New,
    /// `verto.invite` has left.
    Requesting,
    /// The server has taken the invite. Whether the other side rings it doesn't say.
    Trying,
    /// The call is back after a lost connection, and gets its media anew.
    Recovering,
    /// A call that came in rings.
    Ringing,
    /// `verto.answer` has left.
    Answering,
    /// The other side is heard, and hasn't answered.
    Early,
    /// Answered.
    Active,
    /// Answered, and held at the server by this side.
    Held,
    /// Over; [`State::Destroy`] follows at once.
    Hangup,
    /// The last state: nothing follows.
    Destroy,
    /// Given up with its session, without a word to the server; [`State::Destroy`] follows at once.
    Purge,
}

impl State {
    /// The state's name in `Verto.enum.state`.
    ///
    /// ```
    /// use verto_wasm::core::dialog::State;
    /// assert_eq!(State::Requesting.name(), "requesting");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            State::New => "new",
            State::Requesting => "requesting",
            State::Trying => "trying",
            State::Recovering => "recovering",
            State::Ringing => "ringing",
            State::Answering => "answering",
            State::Early => "early",
            State::Active => "active",
            State::Held => "held",
            State::Hangup => "hangup",
            State::Destroy => "destroy",
            State::Purge => "purge",
        }
    }
}
