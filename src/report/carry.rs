//! What became of patches in another version.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::array;
use super::{Report, counted};
use crate::carry::{Carried, Outcome};

/// A patch that was carried.
pub struct CarriedPatch<'a> {
    /// Its name.
    pub patch: &'a str,
    /// Its files.
    pub files: Vec<Carried>,
}

/// All patches, in order.
pub struct CarriedPatches<'a> {
    /// The old version.
    pub from: &'a str,
    /// The new one.
    pub to: &'a str,
    /// The patches.
    pub patches: &'a [CarriedPatch<'a>],
    /// Those that follow one with a conflict.
    pub not_carried: &'a [&'a str],
}

impl Report for CarriedPatches<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let all = || self.patches.iter().flat_map(|patch| &patch.files);
        for patch in self.patches {
            writeln!(out, "{}", patch.patch)?;
            for file in &patch.files {
                let moved = file.moved_to.as_ref().map_or_else(String::new, |to| format!(" -> {to}"));
                writeln!(out, "  {:8}  {}{moved}", file.outcome.name(), file.path)?;
                for reason in &file.reasons {
                    writeln!(out, "            {reason}")?;
                }
            }
        }
        if !self.not_carried.is_empty() {
            writeln!(out, "not carried after the conflict: {}", self.not_carried.join(", "))?;
        }
        let count = |outcome: Outcome| all().filter(|file| file.outcome == outcome).count();
        let counts: Vec<String> = Outcome::ALL
            .into_iter()
            .filter(|outcome| count(*outcome) > 0)
            .map(|outcome| format!("{} {}", count(outcome), outcome.name()))
            .collect();
        writeln!(out, "{} on {}: {}", counted(all().count(), "file"), self.to, counts.join(", "))
    }

    fn json(&self) -> Option<Value> {
        // What tools that drive several porters ask: a word for each file. The worst counts if several patches change one.
        let mut files = serde_json::Map::new();
        let mut all: Vec<&Carried> = self.patches.iter().flat_map(|patch| &patch.files).collect();
        all.sort_by_key(|file| file.outcome);
        for file in all {
            let word = match file.outcome {
                Outcome::Ported => "applied",
                Outcome::Upstream | Outcome::Gone => "obsolete",
                Outcome::Review => "review",
                Outcome::Conflict => "conflict",
            };
            files.insert(file.path.to_string(), word.into());
        }
        Some(json!({
            "schema": 1, "from": self.from, "to": self.to, "files": files,
            "not_carried": self.not_carried,
            "patches": array(self.patches, |patch| json!({
                "patch": patch.patch,
                "files": array(&patch.files, |file| json!({
                    "file": file.path, "moved_to": file.moved_to, "outcome": file.outcome.name(), "reasons": file.reasons,
                })),
            })),
        }))
    }
}
