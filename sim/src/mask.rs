//! Hides passwords and tokens in what is logged and recorded.
//!
//! This works on the text and not on a parsed tree, for two reasons: a frame that is no valid JSON
//! may hold a password too, and apart from secrets a recorded frame must be what was sent.

/// Members whose value is replaced, whatever it is.
const SECRET: [&str; 10] = [
    "passwd",
    "password",
    "jsonrpc_password",
    "xui_sessid",
    "xcc_token",
    "token",
    "access_token",
    "dev_key",
    "secret",
    "requestParams",
];

/// The same text with the value of each secret member replaced by `"***"`.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let (before, literal_on) = rest.split_at(start);
        let (literal, after) = literal_on.split_at(literal_end(literal_on));
        masked.push_str(before);
        masked.push_str(literal);
        rest = after;
        if !is_secret(literal) {
            continue;
        }
        let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else {
            continue;
        };
        let (separator, _) = after.split_at(after.len().saturating_sub(value.len()));
        masked.push_str(separator);
        masked.push_str("\"***\"");
        rest = value.split_at(value_end(value)).1;
    }
    masked.push_str(rest);
    masked
}

/// Whether a string literal, which may be cut short, names a secret member.
fn is_secret(literal: &str) -> bool {
    // A key may be written with escapes, which only a JSON parser understands.
    let key: String = serde_json::from_str(literal).unwrap_or_default();
    SECRET.iter().any(|name| name.eq_ignore_ascii_case(&key))
}

/// Where the string literal at the start of `text` ends.
fn literal_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

/// Where the value at the start of `text` ends: a literal, a bracketed value or a word.
fn value_end(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                at = at.saturating_add(literal_end(text.split_at(at).1));
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' | b',' if depth == 0 => return at,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at.saturating_add(1);
                }
            }
            _ => {}
        }
        at = at.saturating_add(1);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_is_untouched() {
        for (text, expected) in [
            (
                r#"{"passwd":"12\"34","login":"1001"}"#,
                r#"{"passwd":"***","login":"1001"}"#,
            ),
            (
                r#"[{"params":{"loginParams":{"xui_sessid" : "abc","xcc_token":"d"}}}]"#,
                r#"[{"params":{"loginParams":{"xui_sessid" : "***","xcc_token":"***"}}}]"#,
            ),
            (r#"{"PassWd":5,"a":1}"#, r#"{"PassWd":"***","a":1}"#),
            (
                r#"{"token":{"a":"]}","b":[1]},"c":2}"#,
                r#"{"token":"***","c":2}"#,
            ),
            (
                r#"{"requestParams":{"x":["s"]},"sessid":"q"}"#,
                r#"{"requestParams":"***","sessid":"q"}"#,
            ),
            (r#"{"pass\u0077d":"1"}"#, r#"{"pass\u0077d":"***"}"#),
            // Malformed frames.
            (r#"{"passwd":"1234"#, r#"{"passwd":"***""#),
            (r#"{"passwd":"12"#, r#"{"passwd":"***""#),
            (r#"{"passwd":"#, r#"{"passwd":"***""#),
            (r#"{"passwd"#, r#"{"passwd"#),
            ("中文 \"token\" : 中文", "中文 \"token\" : \"***\""),
            (r##"#SPU "x" 5"##, r##"#SPU "x" 5"##),
        ] {
            assert_eq!(mask(text), expected);
        }
    }
}
