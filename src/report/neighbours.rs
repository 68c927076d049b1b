//! How a change itself changed from one version to the next, for people and for programs.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::snapshot::lines;
use crate::snapshot::{EditDifference, Effect, Fate, FileDifference};

const HEAD: Style = AnsiColor::Cyan.on_default().bold();
const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

/// How many effects are named; whoever does more is told by its lines.
const MOST: usize = 16;
/// How long an effect may be.
const LONGEST: usize = 100;

/// Two snapshots, and the edits that the new patchset drops, with its reasons.
pub struct Pair<'a> {
    /// The patchset and the pin of the old one.
    pub old: (&'a str, &'a str),
    /// The patchset and the pin of the new one.
    pub new: (&'a str, &'a str),
    /// Why an edit is in one of them alone.
    pub dropped: &'a BTreeMap<String, String>,
}

/// What is meant by each fate, in the order of the summary.
const FATES: [(Fate, &str); 6] = [
    (Fate::Same, "the same"),
    (Fate::Moved, "moved by upstream"),
    (Fate::Upstream, "the same on other lines"),
    (Fate::Changed, "changed"),
    (Fate::Gone, "gone"),
    (Fate::New, "new"),
];

/// The differences for people: a line an edit, then each that is not the same.
pub fn text(pair: &Pair<'_>, edits: &[EditDifference]) -> String {
    let mut out = format!("{}/{} -> {}/{}\n", pair.old.0, pair.old.1, pair.new.0, pair.new.1);
    let width = edits.iter().map(|edit| edit.id.len()).max().unwrap_or(0);
    for edit in edits {
        let line = format!("  {:8} {:width$}  {}", edit.fate.name(), edit.id, summary(pair, edit));
        out.push_str(&format!("{}\n", line.trim_end()));
    }
    for edit in edits.iter().filter(|edit| edit.fate != Fate::Same) {
        let mut detail = String::new();
        one(&mut detail, edit);
        if !detail.is_empty() {
            out.push_str(&format!("\n{HEAD}{}{HEAD:#}\n{detail}", edit.id));
        }
    }
    let counts = FATES.iter().filter_map(|(fate, what)| {
        let count = edits.iter().filter(|edit| edit.fate == *fate).count();
        (count > 0).then(|| format!("{count} {what}"))
    });
    let edits = super::text::counted(edits.len(), "edit");
    out.push_str(&format!("\n{edits}: {}\n", counts.collect::<Vec<_>>().join(", ")));
    out
}

fn summary(pair: &Pair<'_>, edit: &EditDifference) -> String {
    match edit.fate {
        Fate::Same => String::new(),
        Fate::Gone | Fate::New => {
            pair.dropped.get(&edit.id).map(|why| format!("dropped: {why}")).unwrap_or_default()
        }
        _ => {
            let mut told: Vec<String> = Vec::new();
            if edit.old_verdict != edit.new_verdict {
                let verdict = |verdict: &Option<String>| verdict.clone().unwrap_or_default();
                told.push(format!("{} -> {}", verdict(&edit.old_verdict), verdict(&edit.new_verdict)));
            }
            for file in edit.files.iter().filter(|file| file.fate != Fate::Same) {
                told.push(place(file));
            }
            told.join(", ")
        }
    }
}

/// `Makefile.pre.in:333 -> 404`: where an edit begins in a file, then and now.
fn place(file: &FileDifference) -> String {
    let at = |path: &str, line: Option<usize>| match line {
        Some(line) if line > 0 => format!("{path}:{line}"),
        _ => path.to_owned(),
    };
    match (&file.old, &file.new) {
        (Some(old), Some(new)) if old == new => match file.lines {
            (Some(a), Some(b)) if a != b && a > 0 => format!("{old}:{a} -> {b}"),
            (a, _) => at(old, a),
        },
        (Some(old), Some(new)) => format!("{} -> {}", at(old, file.lines.0), at(new, file.lines.1)),
        (Some(old), None) => format!("{old} no more"),
        (None, Some(new)) => format!("{new} too"),
        (None, None) => String::new(),
    }
}

fn one(out: &mut String, edit: &EditDifference) {
    for (name, old, new) in &edit.parts {
        let name = name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let told = match (old, new) {
            (Some(old), Some(new)) => format!("{old} -> {new}"),
            (Some(_), None) => "no longer a part".to_owned(),
            _ => format!("a part of it now ({})", new.as_deref().unwrap_or("")),
        };
        out.push_str(&format!("  {name}{told}\n"));
    }
    for file in edit.files.iter().filter(|file| file.fate != Fate::Same) {
        one_file(out, file);
    }
}

fn one_file(out: &mut String, file: &FileDifference) {
    let meaning = match file.fate {
        Fate::Moved => "upstream moved; the edit changes the same lines",
        Fate::Upstream if file.own.0 == file.own.1 => "the same lines in a file of another name",
        Fate::Upstream => "upstream wrote these lines otherwise; the edit does the same to them",
        Fate::Changed => "the edit does something else",
        Fate::Gone => "the edit no longer touches this file",
        Fate::New => "the edit touches this file, too",
        Fate::Same => return,
    };
    out.push_str(&format!("  {}: {meaning}\n", place(file)));
    let effects = [(&file.effects_gone, '-', OLD), (&file.effects_new, '+', NEW)];
    if file.fate == Fate::Changed && effects.iter().all(|(effects, _, _)| are_short(effects)) {
        for (effects, sign, style) in effects {
            for effect in effects {
                out.push_str(&format!("    {style}{sign} {effect}{style:#}\n"));
            }
        }
    }
    let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    if file.own.0 != file.own.1 {
        out.push_str("    its lines:\n");
        out.push_str(&lines(&text(&file.own.0), &text(&file.own.1), 0, "      "));
    }
    // In a file of another name everything around is other, and says nothing.
    if file.around.0 != file.around.1 && file.old == file.new {
        out.push_str("    around them, by upstream:\n");
        out.push_str(&lines(&text(&file.around.0), &text(&file.around.1), 0, "      "));
    }
}

fn are_short(effects: &[Effect]) -> bool {
    effects.len() <= MOST && effects.iter().all(|effect| effect.to_string().len() <= LONGEST)
}

/// The differences for programs.
pub fn json(pair: &Pair<'_>, edits: &[EditDifference]) -> Value {
    let named = |(patchset, pin): (&str, &str)| json!({"patchset": patchset, "pin": pin});
    json!({
        "schema": 1,
        "old": named(pair.old),
        "new": named(pair.new),
        "different": edits.iter().any(|edit| edit.fate != Fate::Same),
        "edits": edits.iter().map(|edit| json!({
            "edit": edit.id,
            "fate": edit.fate.name(),
            "old_verdict": edit.old_verdict,
            "new_verdict": edit.new_verdict,
            "dropped": pair.dropped.get(&edit.id).filter(|_| edit.old_verdict.is_none() || edit.new_verdict.is_none()),
            "parts": edit.parts.iter().map(|(part, old, new)| json!({
                "part": part, "old_verdict": old, "new_verdict": new,
            })).collect::<Vec<_>>(),
            "files": edit.files.iter().map(file_json).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn file_json(file: &FileDifference) -> Value {
    let effects = |effects: &[Effect]| -> Vec<Value> {
        let one = |effect: &Effect| json!({"removed": effect.removed, "added": effect.added, "beside": effect.beside});
        effects.iter().map(one).collect()
    };
    let side = |path: &Option<String>, line: Option<usize>, own: &[String], around: &[String]| {
        path.as_ref().map(|path| json!({"file": path, "line": line, "lines": own, "context": around}))
    };
    json!({
        "fate": file.fate.name(),
        "old": side(&file.old, file.lines.0, &file.own.0, &file.around.0),
        "new": side(&file.new, file.lines.1, &file.own.1, &file.around.1),
        "only_old": effects(&file.effects_gone),
        "only_new": effects(&file.effects_new),
    })
}
