//! Pieces of text.

/// The beginning of a text, of at most so many bytes, without half a character at its end.
pub fn prefix(text: &str, most: usize) -> &str {
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at));
    let beginning = end.and_then(|end| text.get(..end)).unwrap_or_default();
    if text.len() <= most { text } else { beginning }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_between_two_characters() {
        for (most, expected) in [
            (0, ""),
            (1, "a"),
            (2, "a"),
            (3, "a"),
            (4, "a文"),
            (9, "a文"),
        ] {
            assert_eq!(prefix("a文", most), expected);
        }
    }
}
