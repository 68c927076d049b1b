//! What is known about patches that a person has to decide.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use super::list::array;
use crate::rebase::{BriefFile, Excerpt};

/// The files that have to be decided.
pub struct Brief<'a> {
    /// The old version.
    pub from: &'a str,
    /// The new one.
    pub to: &'a str,
    /// The files.
    pub files: &'a [BriefFile],
}

/// What is checked in an answer.
const CHECKS: [&str; 3] = [
    "no marker of the conflict is left",
    "Python, C, Makefiles, m4 and the other formats that pypatch reads still parse, if they did before",
    "nothing is defined twice in one block of Python; brackets and conditionals of C are in pairs",
];

/// Text between fences that it does not contain.
fn fenced(text: &[u8], language: &str) -> String {
    let text = String::from_utf8_lossy(text);
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

fn language(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "py" => "python",
        "c" | "h" => "c",
        _ => "",
    }
}

impl Report for Brief<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.page().as_bytes())
    }

    fn markdown(&self) -> Option<String> {
        Some(self.page())
    }

    fn json(&self) -> Option<Value> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let excerpt = |one: &Excerpt| json!({"name": one.name, "line": one.line, "text": text(&one.text)});
        Some(json!({
            "schema": 1, "from": self.from, "to": self.to, "checks": CHECKS,
            "files": array(self.files, |file| json!({
                "patch": file.patch, "why": file.why, "file": file.path, "moved_to": file.moved_to,
                "outcome": file.outcome.name(), "reasons": file.reasons,
                "change": text(&file.change), "proposed": text(&file.proposed),
                "old": array(&file.old, excerpt), "new": array(&file.new, excerpt),
                "commits": array(&file.commits, |one| json!({
                    "commit": one.id, "author": one.author, "date": one.date, "subject": one.subject, "body": one.body,
                    "near": one.is_near,
                })),
                "more_commits": file.more_commits, "without_history": file.without_history,
            })),
        }))
    }
}

impl Brief<'_> {
    fn page(&self) -> String {
        let mut page = format!("# To be decided: {} to {}\n", self.from, self.to);
        if self.files.is_empty() {
            page.push_str("\nNothing.\n");
        }
        for file in self.files {
            let target = file.moved_to.as_ref().unwrap_or(&file.path);
            page.push_str(&format!("\n## {}: {} ({})\n\n", file.patch, file.path, file.outcome.name()));
            for reason in &file.reasons {
                page.push_str(&format!("- {reason}\n"));
            }
            page.push_str(&format!("\n### What the patch is for\n\n{}", fenced(file.why.as_bytes(), "text")));
            page.push_str(&format!(
                "\n### Its change of the old version\n\n{}",
                fenced(&file.change, "diff")
            ));
            let mut excerpts = |title: &str, all: &[Excerpt]| {
                for one in all {
                    let name = one.name.as_ref().map_or_else(String::new, |name| format!(", `{name}`"));
                    let (line, text) = (one.line, fenced(&one.text, language(target.file_name())));
                    page.push_str(&format!("\n### {title}{name}, from line {line}\n\n{text}"));
                }
            };
            excerpts("The old version", &file.old);
            excerpts("The new version", &file.new);
            if !file.proposed.is_empty() {
                page.push_str(&format!(
                    "\n### What is proposed for {target}\n\n{}",
                    fenced(&file.proposed, "diff")
                ));
            }
            page.push_str("\n### Commits of upstream between the two\n\n");
            if let Some(why) = &file.without_history {
                page.push_str(&format!("Not known: {why}.\n"));
            }
            for one in &file.commits {
                let near = if one.is_near { ", near the change" } else { "" };
                page.push_str(&format!(
                    "- {} {}, {}{near}: {}\n",
                    &one.id[..one.id.len().min(12)],
                    one.date,
                    one.author,
                    one.subject
                ));
                if one.is_near && !one.body.is_empty() {
                    page.push_str(&format!("\n{}\n", fenced(one.body.as_bytes(), "text")));
                }
            }
            if file.more_commits > 0 {
                page.push_str(&format!("- {} more\n", file.more_commits));
            }
        }
        page.push_str("\n## What is checked in an answer\n\n");
        CHECKS.iter().for_each(|check| page.push_str(&format!("- {check}\n")));
        page.push_str(
            "\nAn answer is the whole file or a patch for the new version: `pypatch port ... --resolve PATH=FILE`, or `--resolve PATCH`.\n",
        );
        page
    }
}
