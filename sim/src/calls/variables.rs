//! The header that a real server sends along as `variables`.

use std::time::{Duration, UNIX_EPOCH};

use crate::json::Json;

/// The variables of a frame of the time `now`, in Unix milliseconds.
pub fn variables(now: u64, sequence: u64) -> Json {
    let time = UNIX_EPOCH.checked_add(Duration::from_millis(now));
    let text = httpdate::fmt_http_date(time.unwrap_or(UNIX_EPOCH));
    Json::object()
        .with("Event-Name", "CHANNEL_DATA")
        .with("Core-UUID", "5a40a722-9872-4b35-82a0-fdf0485e16b8")
        .with("FreeSWITCH-Hostname", "switch")
        .with("FreeSWITCH-Switchname", "switch")
        .with("FreeSWITCH-IPv4", "192.0.2.2")
        .with("FreeSWITCH-IPv6", "fd00::2")
        .with("Event-Date-Local", local(&text))
        .with("Event-Date-GMT", text)
        .with("Event-Date-Timestamp", now.saturating_mul(1000).to_string())
        .with("Event-Calling-File", "switch_channel.c")
        .with(
            "Event-Calling-Function",
            "switch_channel_get_variables_prefix",
        )
        .with("Event-Calling-Line-Number", "4466")
        .with("Event-Sequence", sequence.to_string())
}

/// `2026-11-28 09:21:36` of `Sat, 28 Nov 2026 09:21:36 GMT`.
fn local(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let words: Vec<&str> = text.split(' ').collect();
    let [_, day, month, year, time, _] = words.as_slice() else {
        return text.to_owned();
    };
    let month = (1..).zip(MONTHS).find(|(_, name)| name == month);
    let month = month.map_or(0, |(number, _)| number);
    format!("{year}-{month:02}-{day} {time}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_those_of_the_recording() {
        let variables = variables(1_795_857_696_967, 7);
        let text = |key| variables.get_str(key).unwrap();
        assert_eq!(text("Event-Date-Local"), "2026-11-28 09:21:36");
        assert_eq!(text("Event-Date-GMT"), "Sat, 28 Nov 2026 09:21:36 GMT");
        assert_eq!(text("Event-Date-Timestamp"), "1795857696967000");
        assert_eq!(text("Event-Sequence"), "7");
    }
}
