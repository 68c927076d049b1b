//! Words for `sh`.

/// `text` as one word, in which variables are still replaced.
pub(super) fn expanded(text: &str) -> String {
    let mut word = String::from("\"");
    for sign in text.chars() {
        if matches!(sign, '"' | '\\' | '`') {
            word.push('\\');
        }
        word.push(sign);
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
