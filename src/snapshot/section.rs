//! One edit of a snapshot, read back: its verdict, its parts, and its diff file by file.

use crate::edit::OutcomeKind;

/// An edit as a snapshot has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub id: String,
    pub verdict: String,
    /// Name and outcome of its parts; no name for the only one.
    pub parts: Vec<(Option<String>, String)>,
    pub lints: Vec<String>,
    pub files: Vec<FileDiff>,
}

/// What it does to one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FileDiff {
    pub path: String,
    /// What the head of the diff says of the file as a whole: that it is new, gone, or has another mode.
    pub head: Vec<String>,
    /// The first line of each hunk in the file before.
    pub starts: Vec<usize>,
    /// Every line of the hunks with its sign.
    pub lines: Vec<String>,
}

impl FileDiff {
    /// The lines that it removes and adds, with their signs.
    pub(super) fn own(&self) -> Vec<&str> {
        self.lines.iter().map(String::as_str).filter(|line| line.starts_with(['-', '+', '\\'])).collect()
    }

    /// The lines around them, without the sign.
    pub(super) fn around(&self) -> Vec<&str> {
        self.lines.iter().filter_map(|line| line.strip_prefix(' ')).collect()
    }
}

/// The edits of a body, in its order.
pub(super) fn sections(body: &str) -> Vec<Section> {
    let mut all: Vec<Section> = Vec::new();
    // A line of a diff begins with its sign, so that none is taken for a head.
    for line in body.lines() {
        if let Some(head) = line.strip_prefix("== ") {
            let (id, verdict) = head.split_once(": ").unwrap_or((head, ""));
            all.push(Section { id: id.to_owned(), verdict: verdict.to_owned(), ..Section::default() });
            continue;
        }
        if let Some(section) = all.last_mut() {
            read(section, line);
        }
    }
    // The list of files before has no verdict.
    all.retain(|section| !section.verdict.is_empty());
    all
}

fn read(section: &mut Section, line: &str) {
    if let Some(names) = line.strip_prefix("diff --git a/") {
        // Both names are the same: half of what stands there, less ` b/`.
        let path = names.get(..names.len().saturating_sub(3) / 2).unwrap_or(names);
        section.files.push(FileDiff { path: path.to_owned(), ..FileDiff::default() });
        return;
    }
    let Some(file) = section.files.last_mut() else {
        if let Some(lint) = line.strip_prefix("lint ") {
            section.lints.push(lint.to_owned());
        } else if !line.is_empty() {
            section.parts.push(part(line));
        }
        return;
    };
    match line.chars().next() {
        Some('@') => {
            let start = line.strip_prefix("@@ -").and_then(|range| range.split([',', ' ']).next());
            file.starts.extend(start.and_then(|number| number.parse::<usize>().ok()));
        }
        Some('-' | '+') if file.starts.is_empty() => {}
        Some('-' | '+' | ' ' | '\\') => file.lines.push(line.to_owned()),
        Some(_) => file.head.push(line.to_owned()),
        None => {}
    }
}

/// `two: already, Modules/Setup.dist:8` is the part `two` with the outcome `already`.
fn part(line: &str) -> (Option<String>, String) {
    let outcome = |text: &str| text.split([',', ' ']).next().unwrap_or(text).to_owned();
    let known = |text: &str| outcome(text).parse::<OutcomeKind>().is_ok();
    match line.split_once(": ") {
        Some((name, rest)) if known(rest) && !known(name) => (Some(name.to_owned()), outcome(rest)),
        _ => (None, outcome(line)),
    }
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
        assert_eq!(a.parts, [(Some("one".into()), "already".into()), (Some("two".into()), "change".into())]);
        assert_eq!((a.lints.len(), a.files.len()), (1, 1));
        assert_eq!(
            (a.files[0].path.as_str(), &a.files[0].head[..]),
            ("d/f", &["new file mode 100644".to_owned()][..])
        );
        assert_eq!(a.files[0].own(), ["+== b: change", "++x"]);
        assert_eq!(b.parts, [(None, "missing".to_owned())]);
    }
}
