//! What became of the variants of a patch.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::{array, column};
use super::{Report, counted};
use crate::import::{Absence, Collapsed, CollapsedHunk, Likeness, Unlike, Variant};
use crate::tree::TreePath;

/// The longest line of a patch that is shown.
const LONGEST: usize = 70;

/// One edit for several versions.
pub struct CollapsedEdit<'a> {
    /// The new patchset, whose only edit has its name.
    pub patchset: &'a str,
    /// The variants, in the order of their versions.
    pub variants: &'a [Variant<'a>],
    /// What they became.
    pub collapsed: &'a Collapsed,
    /// The folder that was written.
    pub written: Option<String>,
}

impl Report for CollapsedEdit<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Collapsed { hunks, lints, .. } = self.collapsed;
        let width = column(hunks.iter().map(|hunk| place(hunk).len()));
        for hunk in hunks {
            let form = if hunk.is_shared { "one form" } else { "by version" };
            writeln!(out, "  {:width$}  {form}: {}", place(hunk), hunk.operations.join(", "))?;
            for line in notes(hunk) {
                writeln!(out, "  {:width$}    {line}", "")?;
            }
        }
        for (lint, message) in lints {
            writeln!(out, "  {lint} is allowed: {message}")?;
        }
        let versions: Vec<String> = self.variants.iter().map(|one| one.version.to_string()).collect();
        let software = self.variants.first().map(|one| one.version.software()).unwrap_or_default();
        let (count, shared) = (hunks.len(), hunks.iter().filter(|hunk| hunk.is_shared).count());
        writeln!(
            out,
            "{}: one edit for {}, {}, {shared} in one form; the same bytes on {} {}",
            self.patchset,
            counted(self.variants.len(), "variant"),
            counted(count, "hunk"),
            software.title(),
            versions.join(", ")
        )
    }

    fn json(&self) -> Option<Value> {
        let Collapsed { hunks, lints, .. } = self.collapsed;
        Some(json!({
            "schema": 1, "patchset": self.patchset, "written": self.written, "lints": lints,
            "variants": array(self.variants, |one| json!({"patch": one.name, "version": one.version.to_string()})),
            "hunks": array(hunks, |hunk| json!({
                "files": hunk.files,
                "versions": array(&hunk.lines, |(version, line)| json!({"since": version, "line": line})),
                "operations": hunk.operations,
                "shared": hunk.is_shared,
                "differs": hunk.differs(),
                "unlike": array(&hunk.unlike, |one| json!({"versions": one.versions, "why": what(&one.likeness), "lines": one.lines})),
                "absent": array(&hunk.absent, |(version, why)| json!({"version": version, "why": reason(*why)})),
            })),
        }))
    }
}

/// The file of a hunk, and its lines in the versions that have it.
fn place(hunk: &CollapsedHunk) -> String {
    let files: Vec<&str> = hunk.files.iter().map(TreePath::as_str).collect();
    let lines: Vec<String> =
        hunk.lines.iter().filter_map(|(_, line)| line.as_ref().map(ToString::to_string)).collect();
    match lines[..] {
        [] => files.join(", "),
        _ => format!("{}:{}", files.join(", "), lines.join(",")),
    }
}

/// What a hunk of two versions has in common.
fn what(likeness: &Likeness) -> String {
    match likeness {
        Likeness::Same => "the same lines".to_owned(),
        Likeness::SameChange => "the same change of other lines".to_owned(),
        Likeness::SameResult => "the same lines in the place of others".to_owned(),
        Likeness::Values(values) => {
            let values: Vec<String> = values.iter().map(|(a, b)| format!("`{a}` and `{b}`")).collect();
            format!("the same but for {}", values.join(", "))
        }
        Likeness::Differs => "differs in meaning".to_owned(),
    }
}

fn reason(why: Absence) -> &'static str {
    match why {
        Absence::NotNeeded => "its base lacks the lines that are changed",
        Absence::Already => "its base has what the hunk adds",
        Absence::Differs => "its patch does not do that",
    }
}

/// How the versions differ in a hunk.
fn notes(hunk: &CollapsedHunk) -> Vec<String> {
    let of_pair = |Unlike { versions: [a, b], likeness, .. }: &Unlike| match likeness {
        Likeness::Differs => format!("{} between {a} and {b}", what(likeness)),
        _ => format!("{a} and {b}: {}", what(likeness)),
    };
    let of_absent = |(version, why): &(String, Absence)| format!("not in {version}: {}", reason(*why));
    hunk.unlike.iter().map(of_pair).chain(hunk.absent.iter().map(of_absent)).collect()
}

/// What differs in meaning in a hunk, for an error.
pub(crate) fn unlike(hunk: &CollapsedHunk) -> Vec<String> {
    let place = place(hunk);
    let shown = |line: &Option<String>| match line {
        Some(line) if line.chars().count() > LONGEST => {
            format!("{}...", line.chars().take(LONGEST).collect::<String>())
        }
        Some(line) => line.clone(),
        None => "less".to_owned(),
    };
    let mut found = Vec::new();
    for Unlike { versions: [a, b], likeness, lines } in &hunk.unlike {
        if *likeness == Likeness::Differs {
            found.push(format!("{place}: differs in meaning between {a} and {b}"));
            found.extend(
                [(a, &lines[0]), (b, &lines[1])]
                    .map(|(version, line)| format!("  {version}: {}", shown(line))),
            );
        }
    }
    for (version, why) in &hunk.absent {
        if *why == Absence::Differs {
            let others: Vec<&str> = hunk.lines.iter().map(|(version, _)| version.as_str()).collect();
            found.push(format!("{place}: is in {}, but not in {version}", others.join(", ")));
        }
    }
    found
}
