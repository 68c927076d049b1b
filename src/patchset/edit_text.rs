//! The text of an edit in a patchset.yaml, so that what stays the same is copied, comments included.

/// The text of an edit.
#[derive(Debug, Default)]
pub(crate) struct EditText {
    /// The comments right above it.
    pub lead: String,
    /// Its lines before the first change, without that of the id.
    pub head: Option<String>,
    /// Its changes, by number; of an edit with one operation, the lines of that.
    pub changes: Vec<String>,
    /// Whether they are a list.
    pub is_list: bool,
    /// The blanks before its first line.
    pub margin: usize,
    /// The blanks before each item of the list of changes.
    pub items: usize,
    /// How many lines it has after the first.
    pub lines: usize,
}

impl EditText {
    /// Reads the edit that begins on `line`, from 1. An edit that is not written with one key per line has nothing to
    /// copy.
    pub(crate) fn read(text: &str, line: usize) -> EditText {
        let lines: Vec<&str> = text.lines().collect();
        let Some(first) = line.checked_sub(1).filter(|at| *at < lines.len()) else {
            return EditText::default();
        };
        let margin = indentation(lines[first]);
        if !lines[first].trim_start().starts_with("- id:") {
            return EditText::default();
        }
        let is_comment = |line: &str| line.trim_start().starts_with('#');
        let mut above = first;
        while above > 0 && is_comment(lines[above - 1]) && indentation(lines[above - 1]) == margin {
            above -= 1;
        }
        let own = |line: &&&str| line.trim().is_empty() || indentation(line) > margin;
        let mut body: Vec<&str> = lines[first + 1..].iter().take_while(own).copied().collect();
        while body.last().is_some_and(|line| line.trim().is_empty()) {
            body.pop();
        }
        let lead: String =
            lines[above..first].iter().map(|line| format!("  {}\n", line.trim_start())).collect();
        let keys = segments(&body, margin + 2, |_| true);
        let is_item = |line: &str| line.starts_with("- ");
        let is_head = |key: &str| {
            ["why", "upstream", "author", "date", "since", "until", "depends-on", "requires", "allow"]
                .contains(&key)
        };
        let mut edit = EditText {
            lead,
            head: Some(String::new()),
            margin,
            items: margin + 4,
            lines: body.len(),
            ..EditText::default()
        };
        let mut own_change = String::new();
        for (key, text) in keys {
            if is_head(&key) {
                edit.head.get_or_insert_default().push_str(&text);
            } else if key == "changes" {
                edit.is_list = true;
                let items: Vec<&str> = text.lines().skip_while(|line| is_comment(line)).skip(1).collect();
                let first = items.iter().find(|line| is_item(line.trim_start()));
                edit.items = first.map_or(edit.items, |line| indentation(line));
                let items = segments(&items, edit.items, is_item);
                edit.changes = items.into_iter().map(|(_, item)| item).collect();
            } else {
                own_change.push_str(&text);
            }
        }
        if !edit.is_list {
            edit.changes = vec![own_change];
        }
        edit
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The keys of a map, or the items of a list, whose lines begin at `margin`, each with its lines and the comments above
/// it. `begins` says which lines at the margin begin one.
fn segments(body: &[&str], margin: usize, begins: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut pending = String::new();
    for line in body {
        let at_margin = indentation(line) == margin && !line.trim().is_empty();
        if at_margin && line.trim_start().starts_with('#') {
            pending.push_str(&format!("{line}\n"));
        } else if at_margin && begins(line.trim_start()) {
            let key = line.trim_start().split(':').next().unwrap_or("").to_owned();
            found.push((key, format!("{}{line}\n", std::mem::take(&mut pending))));
        } else if let Some((_, text)) = found.last_mut() {
            text.push_str(&format!("{}{line}\n", std::mem::take(&mut pending)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_copied_with_its_comments() {
        let text = "edits:\n  # Of the Makefile.\n  - id: a\n    why: >-\n      Because\n      of it.\n    # two\n    changes:\n      \
                    # the first\n      - file: x\n        file.mode: {executable: true}\n      - file: y\n        file.mode: {executable: true}\n\n  - id: b\n";
        let edit = EditText::read(text, 3);
        assert_eq!(edit.lead, "  # Of the Makefile.\n");
        assert_eq!(edit.head.as_deref(), Some("    why: >-\n      Because\n      of it.\n"));
        assert_eq!(
            edit.changes[0],
            "      # the first\n      - file: x\n        file.mode: {executable: true}\n"
        );
        assert_eq!(edit.changes.len(), 2);
    }
}
