//! Workflow commands of GitHub Actions, which it shows next to the lines of a pull request.

use std::fmt::Write;

use super::escaped::shown;
use super::{Level, Summary};

/// Messages, each with the groups that it is about.
type Messages<'a> = Vec<(String, Vec<&'a str>)>;

/// How many lines of details are in an annotation.
const MOST: usize = 8;

/// A command for each edit that needs attention: one for all sources on which something is wrong with it, since GitHub shows only
/// ten of a step.
pub(in crate::report) fn github(summary: &Summary) -> String {
    // The beginning of each command, and its messages.
    let mut all: Vec<(String, Messages<'_>)> = Vec::new();
    for (group, entry) in summary.open() {
        let level = if entry.level == Level::Wrong { "error" } else { "warning" };
        let mut head = format!("::{level} ");
        if let Some((file, line)) = &entry.written {
            let _ = write!(head, "file={},line={},", property(file), (*line).max(1));
            if let Some((first, end)) = entry.columns {
                let _ = write!(head, "col={first},endColumn={end},");
            }
        }
        let title = if entry.edit.is_empty() { &group.name } else { &entry.edit };
        let _ = write!(head, "title={}::", property(title));
        let lines = entry.lines(if entry.sides.is_some() { 0 } else { MOST }).join("\n");
        let at = all.iter().position(|(known, _)| *known == head).unwrap_or(all.len());
        if at == all.len() {
            all.push((head, Vec::new()));
        }
        let messages = &mut all[at].1;
        match messages.iter_mut().find(|(known, _)| *known == lines) {
            Some((_, groups)) => groups.push(&group.name),
            None => messages.push((lines, vec![&group.name])),
        }
    }
    let message = |(lines, groups): &(String, Vec<&str>)| format!("{lines}\n({})", groups.join(", "));
    let mut out = String::new();
    for (head, messages) in &all {
        let messages: Vec<String> = messages.iter().map(message).collect();
        out.push_str(&format!("{head}{}\n", data(&messages.join("\n\n"))));
    }
    out
}

/// A text at the end of a command.
fn data(text: &str) -> String {
    shown(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text in a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, Group};
    use super::*;

    #[test]
    fn a_text_cannot_end_a_command_or_begin_another() {
        let entry = Entry {
            edit: "a,line=1::b\n::error::c".to_owned(),
            level: Level::Wrong,
            written: Some(("d:e,f%".to_owned(), 3)),
            message: "100%\n::warning::g\r\u{1b}[1m".to_owned(),
            ..Entry::default()
        };
        let groups = ["h", "i"].map(|name| Group {
            name: name.to_owned(),
            entries: vec![entry.clone()],
            ..Group::default()
        });
        let summary = Summary { groups: groups.into(), ..Summary::default() };
        let expected = "::error file=d%3Ae%2Cf%25,line=3,title=a%2Cline=1%3A%3Ab%0A%3A%3Aerror%3A%3Ac::\
            100%25%0A::warning::g\\x0d\\x1b[1m%0A(h, i)\n";
        assert_eq!(github(&summary), expected);
    }
}
