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

/// `text` as one word, exactly as it is.
pub(super) fn literal(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+=:,@%".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
