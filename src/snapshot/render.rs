//! The body of a snapshot.

use std::collections::BTreeMap;

use super::section::sections;
use crate::digest::Sha256Digest;
use crate::edit::Outcome;
use crate::plan::{BaseHunk, Baseline, Plan, PlannedEdit};
use crate::tree::{TreePath, keyword_normalized};

const FILES: &str = "== files before";
const ANCHORS: &str = "== anchors";

/// The body for a plan that was made on `pin`, with the anchors of its edits there.
pub fn render(plan: &Plan, baseline: &Baseline, pin: &str) -> String {
    let version = plan.version.as_ref().map(|version| format!(", {}", version.named())).unwrap_or_default();
    let mut out = format!("{} on {pin}{version}\n\n{FILES}\n", plan.patchset);
    for change in &plan.changes {
        // Without version-control keywords: before 2.7 a tarball differs from its tag in them.
        match &change.before {
            Some(file) => {
                let digest = Sha256Digest::of(&keyword_normalized(&file.bytes));
                out.push_str(&format!("{digest}  {}\n", change.path));
            }
            None => out.push_str(&format!("{:64}  {}\n", "absent", change.path)),
        }
    }
    for edit in &plan.edits {
        out.push_str(&format!("\n== {}: {}\n", edit.id, edit.verdict()));
        section(plan, edit, &mut out);
    }
    out.push_str(&format!("\n{ANCHORS}\n{}", baseline.to_text()));
    out
}

/// The anchors of the edits on the pin of a snapshot, from its body; `None` for a snapshot without them.
pub fn baseline(body: &str) -> Option<Baseline> {
    let (_, text) = body.rsplit_once(&format!("\n{ANCHORS}\n"))?;
    let hunks = sections(body).into_iter().map(|section| {
        let files = section.files.iter().filter_map(|file| Some((file.path.parse().ok()?, file)));
        let hunks = files.flat_map(|(path, file): (TreePath, _)| {
            file.hunks().flat_map(|lines| BaseHunk::of_diff(&path, lines)).collect::<Vec<_>>()
        });
        (section.id, hunks.collect())
    });
    Some(Baseline::from_text(text).with_hunks(hunks.collect()))
}

fn section(plan: &Plan, edit: &PlannedEdit, out: &mut String) {
    for part in &edit.parts {
        let name = part.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let line = match &part.outcome {
            Outcome::Change(_) => {
                // The diff shows the location.
                if part.name.is_some() { format!("{name}change") } else { continue }
            }
            Outcome::Already(places) => {
                let places: Vec<String> = places.iter().map(|p| format!("{}:{}", p.file, p.line)).collect();
                format!("{name}already, {}", places.join(" "))
            }
            Outcome::Skipped { why } => format!("{name}skipped, {why}"),
            Outcome::Missing { what, .. } | Outcome::Ambiguous { what, .. } => {
                format!("{name}{}, {}: {what}", part.outcome.name(), part.file)
            }
            Outcome::Refused { why, .. } => format!("{name}refused, {}: {why}", part.file),
        };
        out.push_str(&format!("{line}\n"));
    }
    for lint in &edit.lints {
        out.push_str(&format!("lint {}: {}\n", lint.lint, lint.message));
    }
    for change in plan.changes_of(edit) {
        out.push_str(&readable(&change.diff()));
    }
}

/// Bytes as text. Bytes that are not valid UTF-8, and carriage returns, which some tools drop, are written
/// as `⟪E9⟫`.
fn readable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&chunk.valid().replace('\r', "⟪0D⟫"));
        for byte in chunk.invalid() {
            out.push_str(&format!("⟪{byte:02X}⟫"));
        }
    }
    out
}

/// The digests of the files on the pin, without version-control keywords; `None` for a file that does not
/// exist.
pub fn before_digests(body: &str) -> BTreeMap<TreePath, Option<Sha256Digest>> {
    let lines = body.lines().skip_while(|line| *line != FILES).skip(1).take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| {
            let (digest, path) = line.split_once("  ")?;
            let (digest, path) = (digest.trim(), path.trim().parse().ok()?);
            if digest == "absent" { Some((path, None)) } else { Some((path, Some(digest.parse().ok()?))) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_text_are_written_in_hexadecimal() {
        assert_eq!(readable(b"a\xe9\r\n"), "a⟪E9⟫⟪0D⟫\n");
    }

    #[test]
    fn digests_are_read_back() {
        let digest = Sha256Digest::of(b"x");
        let body = format!(
            "a on b\n\n{FILES}\n{digest}  Makefile.pre.in\n{:64}  new.c\n\n== e: change\n{digest}  no\n",
            "absent"
        );
        let digests = before_digests(&body);
        assert_eq!(digests.len(), 2);
        assert_eq!(digests[&"Makefile.pre.in".parse().unwrap()], Some(digest));
        assert_eq!(digests[&"new.c".parse().unwrap()], None);
    }
}
