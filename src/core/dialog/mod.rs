//! Telephone calls: what each of them is in, and what is to be done next.
//!
//! [`Dialogs`] is the table of an instance's calls. It is sans-IO like the session, and knows
//! nothing of it: the page's commands, the server's requests and replies, the media part's
//! [`Report`]s, the connection's fate and the time go in; [`Output`]s come out, to be taken by
//! [`Dialogs::next_output`] after each input.
//!
//! # Who says what
//!
//! | who | says | by |
//! | --- | --- | --- |
//! | the page | call, answer, hang up, hold, send digits, mute | the commands: [`Dialogs::new_call`] and what follows |
//! | the server | a call comes in, is answered, over, back | [`Dialogs::request`] and [`Dialogs::replied`] |
//! | the media part | the microphone is granted, a description is ready or set | [`Dialogs::report`] |
//! | the connection | lost, logged in, ready, ended | [`Dialogs::lost`] and what follows |
//! | the core | what is sent | [`Output::Send`] |
//! | | what the page is told | [`Notice`] |
//! | | what the media part does | [`Media`] |
//!
//! SDP is a text that is passed on; only `m=video` and `stereo=1` are looked for in it.
//!
//! # The way of a call
//!
//! Out: `new_call` → `Connect` → `Granted`, `Local` → **requesting**, `verto.invite` → its reply →
//! **trying** → `verto.media` → `Remote`, `Applied` → **early** → `verto.answer` → **active**. An
//! answer without early media: `Remote`, `Applied` → **active**.
//!
//! In: `verto.invite` → **ringing** → the page's `answer` → `Connect` → `Granted`, `Local` →
//! **answering**, `verto.answer` → its reply → **active**.
//!
//! In between: `verto.modify` and its reply's `holdState` → **held** or **active**.
//!
//! Back after a lost connection: `verto.attach` → **recovering**, `Connect` with the next epoch →
//! `Granted`, `Local` → `verto.attach` → its reply → **active**, or **held** as before; the old
//! connection plays until the new one is connected. A call that the page doesn't know (it was
//! reloaded) is taken back where the page chose the `sessid` itself: **recovering**,
//! **answering**, **active**.
//!
//! The end: **hangup**, `verto.bye` unless the server said it or knows nothing of the call,
//! **destroy**, `Release`. Where the session ends for good (taken over, refused): **purge**,
//! **destroy**, `Release`.
//!
//! # What always holds
//!
//! 1. A dialog ends once, and then nothing leaves for it but one `verto.bye`.
//! 2. The page is told of a change before its media follow. What a page calls inside a callback
//!    comes in as the next command.
//! 3. What is told follows the table of the original client, with two more ways for a call that
//!    comes back: from any state in which the server knows it to `recovering`, and from there to
//!    `active` or `held`.
//! 4. What is early (media or answer before the invite's reply) is kept until its time; what is
//!    late, doubled or of an older [`Epoch`] is ignored. Neither ends a call.
//! 5. Each wait for this side, the server's reply or the connection has its time; a call that
//!    rings or is talked in lasts as long as people want.
//! 6. A bye that could not be sent, for want of a connection, leaves after the next login.

mod effect;
mod report;
mod state;

pub use effect::{Asked, DialogId, End, Epoch, Media, Notice, Output, Send, Sender};
pub use report::{Connection, Report, Trouble};
pub use state::State;
