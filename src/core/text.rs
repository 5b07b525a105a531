//! Texts put together by `push_str` alone: `concat`, and `push` of a `char`, are a quarter of a
//! kilobyte in the browser's package.

/// The parts one after the other.
pub fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// The digit of a number below 16.
pub fn digit(number: u64) -> &'static str {
    let at = number as usize;
    "0123456789abcdef".get(at..at + 1).unwrap_or("0")
}

#[cfg(test)]
mod tests {
    #[test]
    fn parts_are_joined_and_digits_are_hexadecimal() {
        assert_eq!(super::joined(&["sales", ".", "1001"]), "sales.1001");
        assert_eq!([0, 9, 10, 15].map(super::digit), ["0", "9", "a", "f"]);
    }
}
