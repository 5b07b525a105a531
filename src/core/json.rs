//! The little JSON that the core writes itself: the frame around a request's parameters.

/// Appends a whole number. Not by `to_string`, which brings in 3 KB of formatting.
pub fn push_number(out: &mut String, number: u64) {
    if number > 9 {
        push_number(out, number / 10);
    }
    out.push((b'0' + (number % 10) as u8).into());
}

/// Appends `text` as a JSON string.
pub fn push_string(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let byte = character as usize;
                out.push_str("\\u00");
                for digit in [byte >> 4, byte & 15] {
                    out.push(HEX.get(digit).copied().unwrap_or(b'0').into());
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Appends `{"eventChannel":…}`, with `subParams` beside it where given (itself JSON). One
/// channel is written as a string and several as an array: servers take both (FreeSWITCH,
/// transcript s04), and pages' servers have seen only strings from the libraries before.
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
