//! What became of patches in another version.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::array;
use super::summary::{Entry, FileDiff, Group, Level, Summary};
use super::{Report, counted, patches};
use crate::carry::Outcome;
use crate::rebase::{Step, StepFile};

/// All patches, in order.
#[derive(Clone, Copy)]
pub struct CarriedPatches<'a> {
    /// The old version.
    pub from: &'a str,
    /// The new one.
    pub to: &'a str,
    /// The patches.
    pub patches: &'a [Step<'a>],
    /// Those that follow one that has to be decided.
    pub not_carried: &'a [&'a str],
}

impl Report for CarriedPatches<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let all = || self.patches.iter().flat_map(|patch| &patch.files);
        for patch in self.patches {
            writeln!(out, "{}", patch.patch.patch.name)?;
            if let Some(why) = &patch.skipped {
                writeln!(out, "  left out  {why}")?;
            }
            for StepFile { carried: file, is_decided, .. } in &patch.files {
                let moved = file.moved_to.as_ref().map_or_else(String::new, |to| format!(" -> {to}"));
                let decided = if *is_decided { ", decided" } else { "" };
                writeln!(out, "  {:8}  {}{moved}{decided}", file.outcome.name(), file.path)?;
                for reason in &file.reasons {
                    writeln!(out, "            {reason}")?;
                }
            }
        }
        if !self.not_carried.is_empty() {
            writeln!(out, "not carried yet: {}", self.not_carried.join(", "))?;
        }
        let count = |outcome: Outcome| {
            all().filter(|file| !file.is_decided && file.carried.outcome == outcome).count()
        };
        let mut counts: Vec<String> = Outcome::ALL
            .into_iter()
            .filter(|outcome| count(*outcome) > 0)
            .map(|outcome| format!("{} {}", count(outcome), outcome.name()))
            .collect();
        let decided = all().filter(|file| file.is_decided).count();
        counts.extend((decided > 0).then(|| format!("{decided} decided")));
        writeln!(out, "{} on {}: {}", counted(all().count(), "file"), self.to, counts.join(", "))
    }

    fn summary(&self) -> Option<Summary> {
        let mut groups: Vec<Group> = self.patches.iter().map(group).collect();
        groups.extend(self.not_carried.iter().map(|patch| Group {
            name: (*patch).to_owned(),
            total: "not carried yet".to_owned(),
            ..Group::default()
        }));
        let title = format!("{} from {} to {}", patches(groups.len()), self.from, self.to);
        Some(Summary { command: "port", title, groups, tables: Vec::new() })
    }

    fn json(&self) -> Option<Value> {
        // What tools that drive several porters ask: a word for each file. The worst counts if several patches change one.
        let mut files = serde_json::Map::new();
        let mut all: Vec<&StepFile> = self.patches.iter().flat_map(|patch| &patch.files).collect();
        all.sort_by_key(|file| file.carried.outcome);
        for StepFile { carried: file, is_decided, changes, .. } in all {
            let word = match file.outcome {
                _ if *is_decided => {
                    if changes.is_empty() {
                        "obsolete"
                    } else {
                        "applied"
                    }
                }
                Outcome::Ported => "applied",
                Outcome::Upstream | Outcome::Gone => "obsolete",
                Outcome::Review => "review",
                Outcome::Conflict => "conflict",
            };
            // Whoever looks at the new version knows it by its new name.
            for path in [Some(&file.path), file.moved_to.as_ref()].into_iter().flatten() {
                files.insert(path.to_string(), word.into());
            }
        }
        Some(json!({
            "schema": 1, "from": self.from, "to": self.to, "files": files,
            "not_carried": self.not_carried,
            "patches": array(self.patches, |patch| json!({
                "patch": patch.patch.patch.name, "skipped": patch.skipped,
                "files": array(&patch.files, |file| json!({
                    "file": file.carried.path, "moved_to": file.carried.moved_to,
                    "outcome": file.carried.outcome.name(), "reasons": file.carried.reasons,
                    "carried": file.how().name(), "decided": file.is_decided,
                    "differs": array(&file.change_of_change(), |line| json!(String::from_utf8_lossy(line))),
                })),
            })),
        }))
    }
}

/// A patch, with an entry for each of its files.
fn group(patch: &Step<'_>) -> Group {
    let mut entries: Vec<Entry> =
        patch.files.iter().map(|file| entry(file, patch.patch.patch.name.as_str())).collect();
    if let Some(why) = &patch.skipped {
        let verdict = "left out".to_owned();
        entries.push(Entry { level: Level::Skipped, verdict, message: why.clone(), ..Entry::default() });
    }
    let open = patch.files.iter().filter(|file| file.is_open()).count();
    let total = match open {
        0 => counted(patch.files.len(), "file"),
        open => format!("{open} of {} to be decided", counted(patch.files.len(), "file")),
    };
    Group { name: patch.patch.patch.name.clone(), total, entries, files: Vec::new() }
}

/// What became of a file; `patch` is the only file of the project that it is about.
fn entry(file: &StepFile, patch: &str) -> Entry {
    let carried = &file.carried;
    let level = match carried.outcome {
        _ if !file.is_open() => Level::Good,
        Outcome::Conflict => Level::Wrong,
        _ => Level::Open,
    };
    // What a conflict proposes is the markers.
    let differs = if level == Level::Wrong { Vec::new() } else { file.change_of_change() };
    let mut details: Vec<String> = carried.reasons.iter().skip(1).cloned().collect();
    if !differs.is_empty() {
        details.push("what differs from the old patch:".to_owned());
        details.extend(differs.iter().map(|line| String::from_utf8_lossy(line).trim_end().to_owned()));
    }
    Entry {
        edit: carried.path.to_string(),
        level,
        written: Some((patch.to_owned(), 1)),
        verdict: if file.is_decided { "decided".to_owned() } else { carried.outcome.name().to_owned() },
        places: carried.moved_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        message: carried.reasons.first().cloned().unwrap_or_default(),
        details,
        files: file.changes.iter().map(FileDiff::new).collect(),
        ..Entry::default()
    }
}
