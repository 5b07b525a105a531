//! The little JSON that the core writes itself: the frame around a request's parameters.

/// Appends a whole number. `to_string` would bring in 3 KB of formatting.
pub fn push_number(out: &mut String, number: u64) {
    if number > 9 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// An integer of at most nine digits. `parse` would be 0.4 KB.
pub fn integer(text: &str) -> Option<i32> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let mut value = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i32::from(byte - b'0');
    }
    Some(if negative { -value } else { value })
}

/// Appends `text` as a JSON string.
pub fn push_string(out: &mut String, text: &str) {
    out.push('"');
    // Runs of what needs no escaping are copied whole. What must be escaped is ASCII, so that
    // no character is cut in two.
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(from..at).unwrap_or(""));
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            _ => {
                out.push_str("\\u00");
                out.extend(char::from_digit(u32::from(byte >> 4), 16));
                out.extend(char::from_digit(u32::from(byte & 15), 16));
            }
        }
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out.push('"');
}

/// Appends `{"eventChannel":…}`, with `subParams` beside it where given (itself JSON). One
/// channel is written as a string and several as an array: servers take both (seen with
/// FreeSWITCH), but the libraries before this one have only ever sent strings.
pub fn push_channels(out: &mut String, channels: &[String], sub_params: Option<&str>) {
    out.push_str("{\"eventChannel\":");
    if let [channel] = channels {
        push_string(out, channel);
    } else {
        for (index, channel) in channels.iter().enumerate() {
            out.push(if index == 0 { '[' } else { ',' });
            push_string(out, channel);
        }
        out.push(']');
    }
    if let Some(json) = sub_params {
        out.push_str(",\"subParams\":");
        out.push_str(json);
    }
    out.push('}');
}

// proptest doesn't compile for wasm32.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn integers_are_read_and_nothing_else_is() {
        for value in [0, 7, -1, 200, -32001, 999_999_999] {
            assert_eq!(super::integer(&value.to_string()), Some(value));
        }
        for text in [
            "",
            "-",
            "--1",
            "+1",
            "1.5",
            " 1",
            "1e3",
            "1234567890",
            "x",
            "\u{661}",
        ] {
            assert_eq!(super::integer(text), None, "{text}");
        }
    }

    #[test]
    fn a_string_is_escaped_where_json_asks_for_it() {
        let mut json = String::new();
        super::push_string(&mut json, "a\"b\\c\nd\u{1f} e\u{7f}\u{80}é坐😀");
        assert_eq!(json, "\"a\\\"b\\\\c\\u000ad\\u001f e\u{7f}\u{80}é坐😀\"");
    }

    proptest! {
        #[test]
        fn a_number_is_written_as_rust_writes_it(number in any::<u64>(), digits in 0..64) {
            let number = number >> digits;
            let mut json = String::new();
            super::push_number(&mut json, number);
            prop_assert_eq!(json, number.to_string());
        }

        #[test]
        fn any_text_reads_back_as_it_was(text in any::<String>()) {
            let mut json = String::new();
            super::push_string(&mut json, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
