//! Reads a snapshot back: for each edit its verdict, its parts, and its diff file by file.

use crate::edit::OutcomeKind;

/// An edit in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub id: String,
    pub verdict: OutcomeKind,
    /// Name and outcome of its parts; the only part of an edit has no name.
    pub parts: Vec<(Option<String>, OutcomeKind)>,
    pub lints: Vec<String>,
    pub files: Vec<FileDiff>,
}

/// What an edit does to one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FileDiff {
    pub path: String,
    /// Lines of the head of the diff about the file as a whole: new, removed, or with another mode.
    pub head: Vec<String>,
    /// The first line of each hunk in the file before.
    pub starts: Vec<usize>,
    /// Every line of the hunks, with its sign.
    pub lines: Vec<String>,
    /// The index in `lines` at which each hunk begins.
    pub bounds: Vec<usize>,
}

impl FileDiff {
    /// The removed and added lines, with their signs.
    pub(super) fn own(&self) -> Vec<&str> {
        self.lines.iter().map(String::as_str).filter(|line| line.starts_with(['-', '+', '\\'])).collect()
    }

    /// The lines of each hunk.
    pub(super) fn hunks(&self) -> impl Iterator<Item = &[String]> {
        let ends = self.bounds.iter().skip(1).copied().chain([self.lines.len()]);
        self.bounds.iter().zip(ends).map(|(start, end)| &self.lines[*start..end])
    }

    /// The first line of the file before that is changed, or that an addition is next to.
    pub(super) fn changed(&self) -> Option<usize> {
        let before = self.lines.iter().take_while(|line| line.starts_with(' ')).count();
        self.starts.first().map(|start| start + before)
    }

    /// The unchanged lines around them, without the sign.
    pub(super) fn context(&self) -> Vec<&str> {
        self.lines.iter().filter_map(|line| line.strip_prefix(' ')).collect()
    }
}

/// The sections of a body by name, each with its head line; the text before the first one is `(title)`. A line of
/// a diff begins with its sign, and is never taken for a head line.
pub(super) fn texts(body: &str) -> Vec<(String, String)> {
    let mut all = vec![("(title)".to_owned(), String::new())];
    for line in body.lines() {
        if let Some(head) = line.strip_prefix("== ") {
            let name = head.split(": ").next().unwrap_or(head);
            all.push((name.to_owned(), String::new()));
        }
        if let Some((_, text)) = all.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    for (_, text) in &mut all {
        text.truncate(text.trim_end_matches('\n').len());
    }
    all
}

/// The edits of a body, in its order.
pub(super) fn sections(body: &str) -> Vec<Section> {
    let section = |(id, text): (String, String)| {
        let mut lines = text.lines();
        // Sections that are not edits (the files before, the anchors) have no verdict.
        let verdict = lines.next()?.split_once(": ")?.1.parse().ok()?;
        let mut section = Section { id, verdict, parts: Vec::new(), lints: Vec::new(), files: Vec::new() };
        lines.for_each(|line| read(&mut section, line));
        Some(section)
    };
    texts(body).into_iter().filter_map(section).collect()
}

/// The file that the diff after a line is for, if a diff begins there.
pub(super) fn path_of(line: &str) -> Option<&str> {
    let names = line.strip_prefix("diff --git a/")?;
    // Both names are equal: half of the rest, without ` b/`.
    Some(names.get(..names.len().saturating_sub(3) / 2).unwrap_or(names))
}

fn read(section: &mut Section, line: &str) {
    if let Some(path) = path_of(line) {
        section.files.push(FileDiff { path: path.to_owned(), ..FileDiff::default() });
        return;
    }
    let Some(file) = section.files.last_mut() else {
        if let Some(lint) = line.strip_prefix("lint ") {
            section.lints.push(lint.to_owned());
        } else if !line.is_empty() {
            section.parts.extend(part(line));
        }
        return;
    };
    match line.chars().next() {
        Some('@') => {
            let start = line.strip_prefix("@@ -").and_then(|range| range.split([',', ' ']).next());
            file.starts.extend(start.and_then(|number| number.parse::<usize>().ok()));
            file.bounds.push(file.lines.len());
        }
        Some('-' | '+') if file.starts.is_empty() => {}
        Some('-' | '+' | ' ' | '\\') => file.lines.push(line.to_owned()),
        Some(_) => file.head.push(line.to_owned()),
        None => {}
    }
}

/// `two: already, Modules/Setup.dist:8` is the part `two` with the outcome `already`.
fn part(line: &str) -> Option<(Option<String>, OutcomeKind)> {
    let outcome = |text: &str| text.split([',', ' ']).next()?.parse().ok();
    if let Some(outcome) = outcome(line) {
        return Some((None, outcome));
    }
    let (name, rest) = line.split_once(": ")?;
    Some((Some(name.to_owned()), outcome(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read_back() {
        let body = "p on q\n\n== files before\nabsent  f\n\n== a: change\none: already, Setup:8\ntwo: change\nlint l: why\n\
                    diff --git a/d/f b/d/f\nnew file mode 100644\n--- /dev/null\n+++ b/d/f\n@@ -0,0 +1,2 @@\n+== b: change\n++x\n\
                    \n== b: missing\nmissing, Makefile: no `all`: there is none\n";
        let all = sections(body);
        assert_eq!(all.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let [a, b] = &all[..] else { panic!("two") };
        let (one, two) = (Some("one".to_owned()), Some("two".to_owned()));
        assert_eq!(a.parts, [(one, OutcomeKind::Already), (two, OutcomeKind::Change)]);
        assert_eq!((a.lints.len(), a.files.len()), (1, 1));
        assert_eq!(
            (a.files[0].path.as_str(), &a.files[0].head[..]),
            ("d/f", &["new file mode 100644".to_owned()][..])
        );
        assert_eq!(a.files[0].own(), ["+== b: change", "++x"]);
        assert_eq!(b.parts, [(None, OutcomeKind::Missing)]);
    }
}
