//! Why a call ended, by the names that FreeSWITCH uses.

/// Somebody hung up after a conversation.
pub(super) const NORMAL_CLEARING: &str = "NORMAL_CLEARING";
/// The calling side hung up before anybody answered.
pub(super) const ORIGINATOR_CANCEL: &str = "ORIGINATOR_CANCEL";
/// The phone rang until the time was up.
pub(super) const NO_ANSWER: &str = "NO_ANSWER";
/// The dialled number is busy.
pub(super) const USER_BUSY: &str = "USER_BUSY";
/// The dialled number does not exist.
pub(super) const UNALLOCATED_NUMBER: &str = "UNALLOCATED_NUMBER";
/// The simulation was reset.
pub(super) const SYSTEM_SHUTDOWN: &str = "SYSTEM_SHUTDOWN";
