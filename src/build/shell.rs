//! Quotes words for `sh`.

/// `text` as one word, in which variables are expanded.
pub(super) fn expanded(text: &str) -> String {
    let mut word = String::from("\"");
    for character in text.chars() {
        if matches!(character, '"' | '\\' | '`') {
            word.push('\\');
        }
        word.push(character);
    }
    word.push('"');
    word
}
