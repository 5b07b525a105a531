//! Why a call ends: Q.850's causes and FreeSWITCH's own.

use crate::json::Json;

/// A cause with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// As in `cause`.
    pub name: &'static str,
    /// As in `causeCode`.
    pub code: i32,
}

macro_rules! causes {
    ($($name:ident = $code:literal)*) => {
        $(
            #[doc = concat!("Cause ", stringify!($code), ".")]
            pub const $name: Cause = Cause { name: stringify!($name), code: $code };
        )*
        const ALL: &[Cause] = &[$($name),*];
    };
}

causes! {
    UNALLOCATED_NUMBER = 1
    NO_ROUTE_DESTINATION = 3
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONSE = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    DESTINATION_OUT_OF_ORDER = 27
    INVALID_NUMBER_FORMAT = 28
    NORMAL_UNSPECIFIED = 31
    NORMAL_CIRCUIT_CONGESTION = 34
    NETWORK_OUT_OF_ORDER = 38
    NORMAL_TEMPORARY_FAILURE = 41
    SWITCH_CONGESTION = 42
    REQUESTED_CHAN_UNAVAIL = 44
    FACILITY_NOT_SUBSCRIBED = 50
    OUTGOING_CALL_BARRED = 52
    INCOMING_CALL_BARRED = 54
    BEARERCAPABILITY_NOTAUTH = 57
    BEARERCAPABILITY_NOTAVAIL = 58
    SERVICE_UNAVAILABLE = 63
    INVALID_CALL_REFERENCE = 81
    INCOMPATIBLE_DESTINATION = 88
    INVALID_MSG_UNSPECIFIED = 95
    RECOVERY_ON_TIMER_EXPIRE = 102
    PROTOCOL_ERROR = 111
    INTERWORKING = 127
    ORIGINATOR_CANCEL = 487
    LOSE_RACE = 702
    MANAGER_REQUEST = 703
    BLIND_TRANSFER = 800
    ATTENDED_TRANSFER = 801
    ALLOTTED_TIMEOUT = 802
    USER_CHALLENGE = 803
    MEDIA_TIMEOUT = 804
    PICKED_OFF = 805
    USER_NOT_REGISTERED = 806
}

impl Cause {
    /// The cause that a `verto.bye` gives: a name that is known, else a number that is known, also
    /// as a text, else NORMAL_CLEARING.
    pub fn given(params: &Json) -> Cause {
        let name = params.get_str("cause").unwrap_or_default();
        let code = match params.get("causeCode") {
            Some(Json::Number(code)) => Some(*code),
            Some(Json::String(code)) => code.trim().parse().ok(),
            _ => None,
        };
        let named = ALL.iter().find(|cause| cause.name == name);
        let numbered = || ALL.iter().find(|cause| Some(f64::from(cause.code)) == code);
        named.or_else(numbered).copied().unwrap_or(NORMAL_CLEARING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_wins_then_the_number_then_the_normal_cause() {
        for (params, cause) in [
            (r#"{"cause":"USER_BUSY","causeCode":21}"#, USER_BUSY),
            (r#"{"cause":"user_busy","causeCode":21}"#, CALL_REJECTED),
            (r#"{"causeCode":"17"}"#, USER_BUSY),
            (r#"{"causeCode":17.5}"#, NORMAL_CLEARING),
            // SIP's number of busy is none of these.
            (r#"{"causeCode":486}"#, NORMAL_CLEARING),
            (r#"{"cause":17,"causeCode":{}}"#, NORMAL_CLEARING),
            ("{}", NORMAL_CLEARING),
        ] {
            assert_eq!(
                Cause::given(&Json::parse(params).unwrap()),
                cause,
                "{params}"
            );
        }
    }
}
