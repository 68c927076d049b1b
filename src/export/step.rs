//! One of several changes of a tree, as a patch with a message: for git, for a mailbox, for quilt.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::write::ZlibEncoder;
use git2::{ObjectType, Oid};

use crate::date::Date;
use crate::syntax::patch::first_line;
use crate::tree::{File, FileChange};

/// Who wrote what nobody says who wrote: a name and an address. `import` knows both.
pub(crate) const NOBODY: (&str, &str) = ("pypatch", "pypatch@localhost");

/// The longest subject, in characters: of a longer text, only the first sentence.
const LONGEST_SUBJECT: usize = 100;

/// A change of a tree, with its message.
#[derive(Debug)]
pub struct StepPatch<'a> {
    /// Its name, with which a file may be named.
    pub name: String,
    /// What it is for.
    pub why: &'a str,
    /// Where upstream discusses it.
    pub upstream: Option<&'a str>,
    /// Who wrote it.
    pub author: Option<&'a str>,
    /// When; of a date without a time, at midnight.
    pub date: Option<&'a str>,
    /// The changes of files.
    pub changes: Vec<FileChange>,
}

impl StepPatch<'_> {
    /// The patch, as git writes it, with the ids of the blobs. Files with NUL bytes are written as binary ones, which `patch` cannot
    /// read.
    pub(super) fn diff(&self) -> Vec<u8> {
        self.changes.iter().flat_map(diff).collect()
    }

    /// The paths of files that `patch` cannot change: those with NUL bytes.
    pub fn binary_files(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().filter(|change| is_binary(change)).map(|change| change.path.as_str())
    }

    /// Its name and address.
    pub(super) fn author(&self) -> Option<(String, String)> {
        let author = self.author?;
        let Some((name, rest)) = author.split_once('<') else {
            return Some((author.trim().to_owned(), NOBODY.1.to_owned()));
        };
        let mail = rest.split('>').next().unwrap_or_default().trim();
        let name = name.trim().trim_matches('"');
        let name = if name.is_empty() { mail } else { name };
        Some((name.to_owned(), if mail.is_empty() { NOBODY.1 } else { mail }.to_owned()))
    }

    pub(super) fn date(&self) -> Option<Date> {
        self.date.and_then(Date::parse)
    }

    /// The first line, or the first sentence if that is long, and the rest. What upstream says is the last paragraph.
    pub(super) fn subject_and_body(&self) -> (&str, String) {
        let (first, rest) = self.why.split_once('\n').unwrap_or((self.why, ""));
        let end = (first.chars().count() > LONGEST_SUBJECT).then(|| first.find(". ")).flatten();
        let (subject, more) = end.map_or((first, ""), |end| (&first[..=end], first[end + 1..].trim()));
        let subject = if more.is_empty() { subject } else { subject.trim_end_matches('.') };
        let mut body = [more, rest.trim_start_matches('\n')].join("\n").trim_matches('\n').to_owned();
        if let Some(upstream) = self.upstream.filter(|upstream| !self.why.contains(*upstream)) {
            body.push_str(if body.is_empty() { "" } else { "\n\n" });
            let _ = write!(body, "Bug: {upstream}");
        }
        (subject, body)
    }

    /// The message of a commit.
    pub(super) fn message(&self) -> String {
        let (subject, body) = self.subject_and_body();
        if body.is_empty() { format!("{subject}\n") } else { format!("{subject}\n\n{body}\n") }
    }

    /// Whether a line that it has ends with CR and LF.
    pub fn has_cr(&self) -> bool {
        let files = self.changes.iter().flat_map(|change| change.before.iter().chain(&change.after));
        files.into_iter().any(|file| file.bytes.windows(2).any(|pair| pair == b"\r\n"))
    }

    /// A mail as `git am` reads it, `number` of `count`. A date that is not known is left out. Programs that read mails remove a CR at the
    /// end of a line, unless it is encoded (`encode_cr`); those that read patches do not decode it.
    pub(super) fn mail(
        &self,
        (number, count): (usize, usize),
        default_date: Option<Date>,
        encode_cr: bool,
    ) -> Vec<u8> {
        let (name, address) = self.author().unwrap_or_else(|| (NOBODY.0.to_owned(), NOBODY.1.to_owned()));
        let (subject, body) = self.subject_and_body();
        let body: String = body.lines().map(|line| format!("{}\n", harmless(line))).collect();
        let mut head = format!("From {:040} Mon Sep 17 00:00:00 2001\n", 0);
        let _ = writeln!(head, "From: {} <{address}>", encoded(&phrase(&name)));
        if let Some(date) = self.date().or(default_date) {
            let _ = writeln!(head, "Date: {}", date.mail());
        }
        let of = if count > 1 { format!(" {number}/{count}") } else { String::new() };
        let _ = writeln!(head, "Subject: [PATCH{of}] {}", encoded(subject));
        let diff = self.diff();
        let text = if body.is_empty() { String::new() } else { format!("{body}\n") };
        let mut content = [text.as_bytes(), b"---\n\n", &diff, b"\n"].concat();
        let is_encoded = encode_cr && content.contains(&b'\r');
        let is_ascii = content.is_ascii();
        if is_encoded {
            content = quoted_printable(&content);
        }
        if !is_ascii || is_encoded {
            let encoding = if is_encoded { "quoted-printable" } else { "8bit" };
            let _ = write!(
                head,
                "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: {encoding}\n"
            );
        }
        [head.as_bytes(), b"\n", &content].concat()
    }

    /// A patch of quilt with the fields of DEP-3.
    pub(super) fn quilt(&self) -> Vec<u8> {
        let (text, fields) = trailing_fields(self.why, self.upstream);
        let mut head = String::from("Description: ");
        for (at, line) in text.lines().enumerate() {
            let line = match line {
                "" => ".",
                line => line,
            };
            let _ = writeln!(head, "{}{line}", if at == 0 { "" } else { " " });
        }
        if let Some(author) = self.author {
            let _ = writeln!(head, "Author: {author}");
        }
        for field in fields.lines() {
            let _ = writeln!(head, "{field}");
        }
        // Of several links, `import` takes that of the bug.
        let is_only = |upstream: &str| fields.contains(upstream) && fields.matches("://").count() < 2;
        if let Some(upstream) = self.upstream.filter(|upstream| !is_only(upstream)) {
            let _ = writeln!(head, "Bug: {upstream}");
        }
        if let (Some(written), Some(date)) = (self.date, self.date()) {
            let day = date.day();
            if written != day {
                let _ = writeln!(head, "Date: {written}");
            }
            let _ = writeln!(head, "Last-Update: {day}");
        }
        [head.as_bytes(), b"\n", &self.changes.iter().flat_map(text_diff).collect::<Vec<u8>>()].concat()
    }
}

/// Whether git would call it binary.
fn is_binary(change: &FileChange) -> bool {
    change.before.iter().chain(&change.after).any(|file| file.bytes.contains(&0))
}

/// The ids of the contents before and after, as git has them.
fn ids(change: &FileChange) -> [Oid; 2] {
    let id = |file: &Option<File>| {
        let bytes = file.as_ref().map(|file| &file.bytes[..]);
        bytes.and_then(|bytes| Oid::hash_object(ObjectType::Blob, bytes).ok()).unwrap_or(Oid::ZERO_SHA1)
    };
    [id(&change.before), id(&change.after)]
}

/// A diff with the ids of the blobs: without those, `patch` does not make an empty file, and `git am -3` has no base.
fn text_diff(change: &FileChange) -> Vec<u8> {
    with_ids(change, FileChange::diff)
}

fn diff(change: &FileChange) -> Vec<u8> {
    if !is_binary(change) {
        return text_diff(change);
    }
    with_ids(change, |one| {
        let diff = one.diff();
        let bytes = |file: &Option<File>| file.as_ref().map(|file| file.bytes.clone()).unwrap_or_default();
        let (before, after) = (bytes(&one.before), bytes(&one.after));
        if before == after {
            return diff;
        }
        [&diff[..header_end(&diff)], b"GIT binary patch\n", &literal(&after), &literal(&before)].concat()
    })
}

/// The diff of a change, or of the two that git makes of one that turns a file into a link.
fn with_ids(change: &FileChange, diff: fn(&FileChange) -> Vec<u8>) -> Vec<u8> {
    if let (Some(before), Some(after)) = (&change.before, &change.after)
        && before.is_link != after.is_link
    {
        let removed = FileChange { after: None, ..change.clone() };
        let added = FileChange { before: None, ..change.clone() };
        return [with_ids(&removed, diff), with_ids(&added, diff)].concat();
    }
    let [old, new] = ids(change);
    let out = diff(change);
    if old == new {
        return out;
    }
    let mode = match (&change.before, &change.after) {
        (Some(before), Some(after)) if before.executable == after.executable => match after {
            File { is_link: true, .. } => " 120000",
            File { executable: true, .. } => " 100755",
            File { .. } => " 100644",
        },
        _ => "",
    };
    let (head, rest) = out.split_at(header_end(&out));
    [head, format!("index {old}..{new}{mode}\n").as_bytes(), rest].concat()
}

/// Where the lines `--- NAME` or those of a binary change begin.
fn header_end(diff: &[u8]) -> usize {
    let is_start = |at: &usize| {
        let rest = &diff[*at + 1..];
        diff[*at] == b'\n' && (rest.starts_with(b"--- ") || rest.starts_with(b"GIT binary"))
    };
    (0..diff.len()).find(is_start).map_or(diff.len(), |at| at + 1)
}

/// Contents in the form of a binary patch of git: compressed, in base 85.
fn literal(bytes: &[u8]) -> Vec<u8> {
    const SIGNS: &[u8; 85] =
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector takes all bytes");
    let mut out = format!("literal {}\n", bytes.len()).into_bytes();
    for line in packed.chunks(52) {
        let count = u8::try_from(line.len()).unwrap_or(52);
        out.push(if count <= 26 { b'A' + count - 1 } else { b'a' + count - 27 });
        for group in line.chunks(4) {
            let mut word = [0; 4];
            word[..group.len()].copy_from_slice(group);
            let mut number = u32::from_be_bytes(word);
            let mut signs = [0; 5];
            for sign in signs.iter_mut().rev() {
                *sign = SIGNS[(number % 85) as usize];
                number /= 85;
            }
            out.extend(signs);
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    out
}

/// The text without the fields of DEP-3 that are its last paragraph, and these. A `Bug` that is the link to upstream is not one: it has
/// a field of its own.
fn trailing_fields<'a>(why: &'a str, upstream: Option<&str>) -> (&'a str, &'a str) {
    let is_field = |line: &str| {
        line.split_once(": ").is_some_and(|(name, value)| {
            let is_known =
                matches!(name, "Origin" | "Bug" | "Forwarded" | "Applied-Upstream" | "Upstream-Status");
            (is_known || name.starts_with("Bug-")) && !(name == "Bug" && Some(value) == upstream)
        })
    };
    match why.rsplit_once("\n\n") {
        Some((text, last)) if last.lines().all(is_field) => (text, last),
        _ => (why, ""),
    }
}

/// A line of a message that nobody takes for the beginning of a patch or of a mail.
fn harmless(line: &str) -> String {
    let is_start = line == "---"
        || line.starts_with("From ")
        || line.starts_with("diff -")
        || line.starts_with("--- ")
        || first_line(line.as_bytes()) < line.len();
    if is_start { format!(" {line}") } else { line.to_owned() }
}

/// A name in quotes if a mail needs them.
fn phrase(name: &str) -> String {
    let is_special = |sign: char| {
        matches!(sign, '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | '@' | '\\' | ',' | '.' | '"')
    };
    if name.is_ascii() && name.contains(is_special) {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        name.to_owned()
    }
}

/// A text of a header: as encoded words (RFC 2047) if it is not ASCII.
fn encoded(text: &str) -> String {
    if text.is_ascii() && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for sign in text.chars() {
        let mut next = String::new();
        match sign {
            ' ' => next.push('_'),
            _ if sign.is_ascii_alphanumeric() => next.push(sign),
            _ => next.extend(sign.to_string().bytes().map(|byte| format!("={byte:02X}"))),
        }
        // A word has 75 characters at most, with its frame.
        if word.len() + next.len() > 60 {
            words.push(std::mem::take(&mut word));
        }
        word.push_str(&next);
    }
    words.push(word);
    let words: Vec<String> = words.into_iter().map(|word| format!("=?UTF-8?q?{word}?=")).collect();
    words.join("\n ")
}

/// Bytes in lines of ASCII (RFC 2045).
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let mut width = 0;
        for (at, byte) in text.iter().enumerate() {
            let is_last = at + 1 == text.len();
            let is_plain = matches!(byte, b'!'..=b'~') && *byte != b'=' || *byte == b' ' && !is_last;
            // `From ` and a lone dot at the beginning of a line have a meaning.
            let is_plain = is_plain && !(at == 0 && matches!(byte, b'F' | b'.'));
            let size = if is_plain { 1 } else { 3 };
            if width + size > 75 {
                out.extend(b"=\n");
                width = 0;
            }
            width += size;
            if is_plain { out.push(*byte) } else { out.extend(format!("={byte:02X}").bytes()) }
        }
        out.push(b'\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step<'a>(why: &'a str, upstream: Option<&'a str>) -> StepPatch<'a> {
        let (author, date) = (Some("Jürgen X <j@x.org>"), Some("2025-07-01"));
        StepPatch { name: "a".to_owned(), why, upstream, author, date, changes: Vec::new() }
    }

    #[test]
    fn a_mail_has_a_subject_and_a_text_that_no_program_takes_for_a_patch() {
        let one = step("Do not link\n\nAs in\n--- a\ndiff -u a b\n", Some("https://x.org/1"));
        let mail = String::from_utf8(one.mail((2, 3), None, true)).unwrap();
        insta::assert_snapshot!(mail, @r"
        From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
        From: =?UTF-8?q?J=C3=BCrgen_X?= <j@x.org>
        Date: Tue, 1 Jul 2025 00:00:00 +0000
        Subject: [PATCH 2/3] Do not link

        As in
         --- a
         diff -u a b

        Bug: https://x.org/1

        ---
        ");
    }

    #[test]
    fn a_patch_of_quilt_has_the_fields_of_debian() {
        let one =
            step("Do not link\n\nRun:\n  make\n\nForwarded: no\nBug-Debian: 1", Some("https://x.org/1"));
        let text = String::from_utf8(one.quilt()).unwrap();
        insta::assert_snapshot!(text, @r"
        Description: Do not link
         .
         Run:
           make
        Author: Jürgen X <j@x.org>
        Forwarded: no
        Bug-Debian: 1
        Bug: https://x.org/1
        Last-Update: 2025-07-01
        ");
    }

    #[test]
    fn the_subject_of_a_long_text_is_its_first_sentence() {
        let why = format!("{}end. Second sentence.\nThird.", "word ".repeat(20));
        let one = step(&why, None);
        let (subject, body) = one.subject_and_body();
        assert!(subject.ends_with("word end"), "{subject}");
        assert_eq!(body, "Second sentence.\nThird.");
    }

    #[test]
    fn an_author_has_a_name_and_an_address() {
        let of = |author| StepPatch { author, ..step("", None) }.author();
        let pair = |name: &str, mail: &str| Some((name.to_owned(), mail.to_owned()));
        assert_eq!(of(Some("\"A, B\" <a@b.org>")), pair("A, B", "a@b.org"));
        assert_eq!(of(Some("<a@b.org>")), pair("a@b.org", "a@b.org"));
        assert_eq!(of(Some("A B")), pair("A B", "pypatch@localhost"));
        assert_eq!(of(None), None);
    }
}
