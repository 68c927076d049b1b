//! A code quality report of GitLab.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Level, Summary};
use crate::digest::Sha256Digest;

/// How many lines of details are in a description.
const MOST: usize = 20;

/// An issue for each result that needs attention. GitLab recognises one by its fingerprint, which does not depend on lines.
pub(in crate::report) fn gitlab(summary: &Summary) -> Value {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let issues = summary.open().map(|(group, entry)| {
        let (file, line) = entry.written.clone().unwrap_or_else(|| (group.name.clone(), 1));
        let key = [summary.command, &group.name, &entry.edit, &entry.verdict, &entry.message].join("\0");
        let count = seen.entry(key.clone()).or_default();
        *count += 1;
        json!({
            "description": format!("{}: {}", group.name, entry.lines(MOST).join("\n")),
            "check_name": format!("pypatch {}: {}", summary.command, entry.verdict),
            "fingerprint": Sha256Digest::of(format!("{key}\0{count}").as_bytes()).to_string(),
            "severity": if entry.level == Level::Wrong { "major" } else { "minor" },
            "location": {"path": file, "lines": {"begin": line.max(1)}},
        })
    });
    issues.collect()
}
