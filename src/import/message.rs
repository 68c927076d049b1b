//! What the text above the first file of a patch says: the headers of a mail, of git, of Debian (DEP-3), or plain text.

use crate::date::Date;
use crate::export::NOBODY;
use crate::syntax::patch::{first_line, without_ported};

/// The message of a patch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// What the patch is for: the subject, the text, and at the end the other fields.
    pub why: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// When, if the date can be read.
    pub date: Option<String>,
    /// Where upstream discusses it, or has it.
    pub upstream: Option<String>,
}

/// Fields of DEP-3 and of mails that name a place of upstream, the best first.
const PLACES: [&str; 6] = ["bug", "bug-upstream", "forwarded", "applied-upstream", "origin", "bug-debian"];

impl Message {
    /// Reads the message of a patch.
    pub fn read(patch: &[u8]) -> Message {
        let end = first_line(patch);
        // How an earlier port carried the patch is not its purpose.
        let text = String::from_utf8_lossy(&without_ported(&patch[..end])).replace('\r', "");
        let (fields, body) = fields(&text);
        let field = |name: &str| {
            fields
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
                .filter(|text| !text.is_empty())
        };
        let summary = field("subject").map(subject).or_else(|| field("description").map(str::to_owned));
        let author = field("from").or(field("author")).or(field("user")).map(|text| decoded(&one_line(text)));
        // `export` gives an address to whoever has none, and a name.
        let placeholder = format!(" <{}>", NOBODY.1);
        let author = author
            .map(|author| author.strip_suffix(&placeholder).unwrap_or(&author).to_owned())
            .filter(|author| author != NOBODY.0);
        let date = field("date").or(field("last-update")).map(one_line);
        let (date, unknown) = match date.as_deref().map(Date::parse) {
            Some(None) => (None, date),
            _ => (date, None),
        };
        let place = |name: &&str| field(name).and_then(link);
        let upstream = PLACES.iter().find_map(place).or_else(|| link(&text));
        // `export` puts the link there if the text does not have it.
        let own = upstream.as_ref().map(|upstream| format!("Bug: {upstream}")).unwrap_or_default();
        let body = match body.strip_suffix(&own) {
            Some(rest) if !own.is_empty() && (rest.is_empty() || rest.ends_with("\n\n")) => rest.trim_end(),
            _ => &body,
        };
        let mut why = summary.map(|summary| decoded(&summary)).unwrap_or_default();
        let more = more_of(&fields, upstream.as_deref());
        let unknown = unknown.map(|date| format!("Date: {date}")).unwrap_or_default();
        for part in [&long_description(&fields), body, &more, &unknown] {
            if !part.is_empty() {
                why.push_str(if why.is_empty() { "" } else { "\n\n" });
                why.push_str(part);
            }
        }
        Message { why, author, date, upstream }
    }
}

/// The fields at the top of a text, in lower case, and what follows them. A line that begins with a blank goes on with the
/// field above.
fn fields(text: &str) -> (Vec<(String, String)>, String) {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut body = Vec::new();
    let (mut is_head, mut is_after_blank) = (true, false);
    for line in text.lines() {
        let mercurial = line.strip_prefix("# ").and_then(|rest| rest.split_once(' '));
        match (field(line), mercurial) {
            // The separator line of a mailbox.
            _ if line.starts_with("From ") && line.contains("00:00:00 2001") => {}
            // What git and quilt write below the message: a list of files.
            _ if line == "---" => break,
            (Some((name, value)), _) if is_head => fields.push((name, value)),
            (_, Some((name @ ("User" | "Date"), value))) => {
                fields.push((name.to_lowercase(), value.to_owned()));
            }
            _ if line.starts_with("# HG ")
                || mercurial.is_some_and(|(name, _)| matches!(name, "Node" | "Parent")) => {}
            // In a mail, the text begins after an empty line.
            _ if is_head
                && line.starts_with([' ', '\t'])
                && !fields.is_empty()
                && !(is_after_blank && fields.iter().any(|(name, _)| name == "subject")) =>
            {
                if let Some((_, value)) = fields.last_mut() {
                    value.push('\n');
                    // Only the first blank belongs to the field.
                    value.push_str(match line[1..].trim_end() {
                        "." => "",
                        line => line,
                    });
                }
            }
            _ => {
                // Fields of DEP-3 may follow an empty line.
                is_head &= line.trim().is_empty();
                is_after_blank = true;
                body.push(line);
            }
        }
    }
    (fields, body.join("\n").trim().to_owned())
}

/// The name and the value of a line `Name: value`.
fn field(line: &str) -> Option<(String, String)> {
    const KNOWN: [&str; 20] = [
        "subject",
        "from",
        "author",
        "date",
        "description",
        "origin",
        "bug",
        "forwarded",
        "reviewed-by",
        "acked-by",
        "last-update",
        "applied-upstream",
        "to",
        "cc",
        "message-id",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
        "signed-off-by",
        "upstream-status",
    ];
    let (name, value) = line.split_once(':')?;
    let name = name.to_lowercase();
    let is_known = KNOWN.contains(&&name[..]) || name.starts_with("bug-") || name.starts_with("x-");
    is_known.then(|| (name, value.trim().to_owned()))
}

/// The subject of a mail without `[PATCH 1/3]` and on one line.
fn subject(text: &str) -> String {
    let text = text.replace('\n', " ");
    let text = text.trim();
    let rest = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest.trim());
    rest.filter(|rest| !rest.is_empty()).unwrap_or(text).to_owned()
}

/// A text without line ends.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The field `Description` of a patch that also has a subject.
fn long_description(fields: &[(String, String)]) -> String {
    let has_subject = fields.iter().any(|(name, _)| name == "subject");
    let found = fields.iter().find(|(name, _)| has_subject && name == "description");
    found.map(|(_, text)| text.clone()).unwrap_or_default()
}

/// What else the fields say to whoever keeps the patch, but for the bug that is the patch's link to upstream.
fn more_of(fields: &[(String, String)], upstream: Option<&str>) -> String {
    let is_shown = |name: &str| {
        matches!(name, "origin" | "bug" | "forwarded" | "applied-upstream" | "upstream-status")
            || name.starts_with("bug-")
    };
    let is_upstream = |name: &str, value: &str| name == "bug" && Some(value) == upstream;
    let shown = fields
        .iter()
        .filter(|(name, value)| is_shown(name) && !value.is_empty() && !is_upstream(name, value));
    let line = |(name, value): &(String, String)| {
        let is_start = |at: usize| at == 0 || name[..at].ends_with('-');
        let sign = |(at, sign): (usize, char)| if is_start(at) { sign.to_ascii_uppercase() } else { sign };
        format!("{}: {}", name.char_indices().map(sign).collect::<String>(), one_line(value))
    };
    shown.map(line).collect::<Vec<_>>().join("\n")
}

/// The first address in a text.
fn link(text: &str) -> Option<String> {
    let at = text.find("https://").or_else(|| text.find("http://"))?;
    let end =
        text[at..].find(|sign: char| sign.is_whitespace() || matches!(sign, '>' | ')' | ']' | '"' | ','));
    let link = &text[at..end.map_or(text.len(), |end| at + end)];
    Some(link.trim_end_matches(['.', ';', ':']).to_owned())
}

/// A text of a mail with its encoded words (RFC 2047) read: `=?UTF-8?q?J=C3=BCrgen?=`. Only those in UTF-8 are.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        let word = rest[at + 2..].split_once('?').and_then(|(charset, after)| {
            let (encoding, after) = after.split_once('?')?;
            let (word, after) = after.split_once("?=")?;
            let is_utf8 = charset.eq_ignore_ascii_case("utf-8") && encoding.eq_ignore_ascii_case("q");
            Some((is_utf8.then(|| quoted_printable(word))??, after))
        });
        match word {
            Some((word, after)) => {
                out.push_str(&rest[..at]);
                out.push_str(&word);
                // Blanks between encoded words are not part of the text.
                rest = if after.trim_start().starts_with("=?") { after.trim_start() } else { after };
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}

fn quoted_printable(word: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut signs = word.bytes();
    while let Some(sign) = signs.next() {
        bytes.push(match sign {
            b'_' => b' ',
            b'=' => {
                let digits = [signs.next()?, signs.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::Message;

    const HUNK: &str = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";

    fn read(head: &str) -> Message {
        Message::read(format!("{head}{HUNK}").as_bytes())
    }

    #[test]
    fn a_mail_of_git_has_subject_author_and_text() {
        let message = read(
            "From 1f1f Mon Sep 17 00:00:00 2001\nFrom: =?UTF-8?q?J=C3=BCrgen_X?= <j@x.org>\nDate: Tue, 1 Jul 2025 10:00:00 +0200\nSubject: [PATCH 2/3] Run the device's\n tests\n\nThe device has no fork.\n\nSee https://bugs.x.org/1.\n---\n f | 2 +-\n 1 file changed\n\n",
        );
        assert_eq!(message.author.as_deref(), Some("Jürgen X <j@x.org>"));
        assert_eq!(message.upstream.as_deref(), Some("https://bugs.x.org/1"));
        assert_eq!(
            message.why,
            "Run the device's tests\n\nThe device has no fork.\n\nSee https://bugs.x.org/1."
        );
    }

    #[test]
    fn fields_of_debian_are_read() {
        let message = read(
            "Description: Do not link libm\n It is part of libc.\n .\n On the device, too.\nAuthor: A B <a@b.org>\nBug: https://bugs.x.org/2\nForwarded: not-needed\nLast-Update: 2025-07-01\n",
        );
        assert_eq!(message.upstream.as_deref(), Some("https://bugs.x.org/2"));
        assert_eq!(
            message.why,
            "Do not link libm\nIt is part of libc.\n\nOn the device, too.\n\nForwarded: not-needed"
        );
        assert_eq!(message.author.as_deref(), Some("A B <a@b.org>"));
        assert_eq!(message.date.as_deref(), Some("2025-07-01"));
    }

    #[test]
    fn how_a_port_carried_a_patch_is_not_in_its_message() {
        let ported =
            "Ported: moved from CPython 3.13.5 to CPython 3.13.15 by pypatch 0.1.0\n# f: moved\n#   --a\n\n";
        assert_eq!(read(&format!("Do not link libm\n\n{ported}")).why, "Do not link libm");
        assert_eq!(read(ported), Message::default());
        assert_eq!(read("Ported to the device\n\n").why, "Ported to the device");
    }

    #[test]
    fn the_indentation_of_a_description_stays() {
        let message = read("Description: Do not link\n Run:\n   make\nAuthor: A\n B\nBug-Debian: x\n");
        assert_eq!(message.why, "Do not link\nRun:\n  make\n\nBug-Debian: x");
        assert_eq!(message.author.as_deref(), Some("A B"));
    }

    #[test]
    fn a_date_that_cannot_be_read_stays_in_the_text() {
        let message = read("Description: Fix it\nLast-Update: <YYYY-MM-DD>\n");
        assert_eq!((message.why.as_str(), message.date), ("Fix it\n\nDate: <YYYY-MM-DD>", None));
    }

    #[test]
    fn plain_text_and_no_text_are_read() {
        assert_eq!(
            read("The device has no fork:\nit would hang.\n\n").why,
            "The device has no fork:\nit would hang."
        );
        assert_eq!(read(""), Message::default());
        let message = read("# HG changeset patch\n# User a\n# Date 1 0\n# Node ID 12\nFix it\n\n");
        assert_eq!((message.why.as_str(), message.author.as_deref()), ("Fix it", Some("a")));
        assert_eq!(message.date.as_deref(), Some("1 0"));
    }
}
