//! Where a number leads.

use std::time::Duration;

/// What a number does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `9196`: the caller hears itself.
    Echo,
    /// `9664`: a steady tone.
    Tone,
    /// `9180`: rings, early media, an answer, the end; 2 s each.
    EarlyMedia,
    /// `9199`: reads four digits, then a tone.
    Digits,
    /// `9486`: busy.
    Busy,
    /// `10xx`: the browsers of a user.
    User(Ring),
    /// Nothing.
    Unknown,
}

/// How a user is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The user's number.
    pub user: String,
    /// How long it rings, where not as long as always.
    pub time: Option<Duration>,
    /// Whether the caller hears it ring.
    pub ringback: bool,
    /// Whether the caller is told NO_ANSWER where nobody answers: the recorded dialplan goes on
    /// after that, and comes to its end (NORMAL_CLEARING).
    pub hands_cause_on: bool,
}

impl Route {
    /// The route of a number, in the dialplan of the recordings.
    pub fn of(number: &str) -> Route {
        let plain = |user: &str| Ring {
            user: user.to_owned(),
            time: None,
            ringback: false,
            hands_cause_on: false,
        };
        match number {
            "9196" => Route::Echo,
            "9664" => Route::Tone,
            "9180" => Route::EarlyMedia,
            "9199" => Route::Digits,
            "9486" => Route::Busy,
            _ if is_user(number) => Route::User(plain(number)),
            _ => match number.split_at_checked(2) {
                // 21 10xx rings for 6 s and says why it ended.
                Some(("21", user)) if is_user(user) => Route::User(Ring {
                    time: Some(Duration::from_secs(6)),
                    hands_cause_on: true,
                    ..plain(user)
                }),
                // 22 10xx is heard ringing.
                Some(("22", user)) if is_user(user) => Route::User(Ring {
                    ringback: true,
                    ..plain(user)
                }),
                _ => Route::Unknown,
            },
        }
    }
}

/// Four digits that begin with 10.
fn is_user(number: &str) -> bool {
    number.len() == 4 && number.starts_with("10") && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: &str) -> Option<Ring> {
        match Route::of(number) {
            Route::User(ring) => Some(ring),
            _ => None,
        }
    }

    #[test]
    fn numbers_lead_where_they_did_in_the_recordings() {
        assert_eq!(Route::of("9196"), Route::Echo);
        assert_eq!(Route::of("9486"), Route::Busy);
        for unknown in [
            "7777",
            "",
            "alice@example",
            "100",
            "10021",
            "10a2",
            "2110",
            "1002 ",
            "é1002",
        ] {
            assert_eq!(Route::of(unknown), Route::Unknown, "{unknown}");
        }
        let ring = user("1002").unwrap();
        assert_eq!((ring.user.as_str(), ring.time), ("1002", None));
        let short = user("211002").unwrap();
        assert_eq!((short.user.as_str(), short.hands_cause_on), ("1002", true));
        assert!(user("221002").unwrap().ringback);
    }
}
