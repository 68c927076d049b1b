//! Which files the edits of patchsets change, and which edits they depend on.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{HANG, LOCATION, TITLE};
use super::{Report, array, column};
use crate::patchset::{Edit, Patchset};

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphForm {
    /// For people: a line for each edit.
    List,
    /// For Graphviz.
    Dot,
    /// For Markdown pages that draw it.
    Mermaid,
}

/// The edits of patchsets, their files, and what each depends on.
pub struct Graph<'a> {
    /// The patchsets, in the order in which they are applied.
    pub patchsets: &'a [Patchset],
    /// How it is written as text.
    pub form: GraphForm,
}

/// The files that an edit names, each once.
fn files(edit: &Edit) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for file in edit.changes.iter().flat_map(|change| &change.file).map(ToString::to_string) {
        if !all.contains(&file) {
            all.push(file);
        }
    }
    all
}

/// The number of each edit, by its patchset and its id.
type EditNumbers<'a> = BTreeMap<(&'a str, &'a str), usize>;

impl<'a> Graph<'a> {
    fn edits(&self) -> impl Iterator<Item = (usize, &'a Patchset, &'a Edit)> + use<'a> {
        let edits = |patchset: &'a Patchset| patchset.edits.iter().map(move |edit| (patchset, edit));
        let all = self.patchsets.iter().flat_map(edits).enumerate();
        all.map(|(number, (patchset, edit))| (number, patchset, edit))
    }

    fn list(&self, out: &mut dyn Write) -> io::Result<()> {
        for patchset in self.patchsets {
            writeln!(out, "{TITLE}{}{TITLE:#}", patchset.id)?;
            let width = column(patchset.edits.iter().map(|edit| edit.id.len()));
            for edit in &patchset.edits {
                writeln!(
                    out,
                    "  {:width$}  {HANG}{LOCATION}{}{LOCATION:#}",
                    edit.id,
                    files(edit).join(", ")
                )?;
                if !edit.depends_on.is_empty() {
                    writeln!(out, "  {:width$}  {HANG}after {}", "", edit.depends_on.join(", "))?;
                }
            }
        }
        Ok(())
    }

    /// The number of each edit by patchset and id, and of each file by name.
    fn numbers(&self) -> (EditNumbers<'_>, BTreeMap<String, usize>) {
        let edits =
            self.edits().map(|(number, patchset, edit)| ((patchset.id.as_str(), edit.id.as_str()), number));
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for file in self.edits().flat_map(|(_, _, edit)| files(edit)) {
            let next = all.len();
            all.entry(file).or_insert(next);
        }
        (edits.collect(), all)
    }

    fn drawn(&self, pen: &Pen, out: &mut dyn Write) -> io::Result<()> {
        let (edits, names) = self.numbers();
        writeln!(out, "{}", pen.head)?;
        for (number, patchset) in self.patchsets.iter().enumerate() {
            writeln!(out, "  {}", (pen.group)(number, &patchset.id))?;
            for edit in &patchset.edits {
                let number = edits[&(patchset.id.as_str(), edit.id.as_str())];
                writeln!(out, "    {}", (pen.edit)(number, &edit.id))?;
            }
            writeln!(out, "  {}", pen.group_end)?;
        }
        for (name, number) in &names {
            writeln!(out, "  {}", (pen.file)(*number, name))?;
        }
        for (number, patchset, edit) in self.edits() {
            for file in files(edit) {
                writeln!(out, "  e{number} {} f{}{}", pen.changes, names[&file], pen.end)?;
            }
            for other in &edit.depends_on {
                if let Some(other) = edits.get(&(patchset.id.as_str(), other.as_str())) {
                    writeln!(out, "  e{number} {} e{other}{}", pen.depends, pen.depends_end)?;
                }
            }
        }
        if pen.tail.is_empty() { Ok(()) } else { writeln!(out, "{}", pen.tail) }
    }
}

/// The words of a language for graphs.
struct Pen {
    head: &'static str,
    group: fn(usize, &str) -> String,
    group_end: &'static str,
    edit: fn(usize, &str) -> String,
    file: fn(usize, &str) -> String,
    changes: &'static str,
    depends: &'static str,
    end: &'static str,
    depends_end: &'static str,
    tail: &'static str,
}

/// A text as a string of DOT.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A text as a label of Mermaid, which reads HTML's entities and its own.
fn label(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '_' | '.' | '/' | ',' => out.push(c),
            other => out.push_str(&format!("#{};", u32::from(other))),
        }
    }
    format!("\"{out}\"")
}

const DOT: Pen = Pen {
    head: "digraph patchsets {\n  rankdir=LR;\n  node [shape=box];",
    group: |number, id| format!("subgraph cluster_{number} {{\n    label={};", quoted(id)),
    group_end: "}",
    edit: |number, id| format!("e{number} [label={}, style=bold];", quoted(id)),
    file: |number, name| format!("f{number} [label={}];", quoted(name)),
    changes: "->",
    depends: "->",
    end: ";",
    depends_end: " [style=dashed];",
    tail: "}",
};

const MERMAID: Pen = Pen {
    head: "flowchart LR",
    group: |number, id| format!("subgraph g{number} [{}]", label(id)),
    group_end: "end",
    edit: |number, id| format!("e{number}[{}]", label(id)),
    file: |number, name| format!("f{number}([{}])", label(name)),
    changes: "-->",
    depends: "-.->",
    end: "",
    depends_end: "",
    tail: "",
};

impl Report for Graph<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.form {
            GraphForm::List => self.list(out),
            GraphForm::Dot => self.drawn(&DOT, out),
            GraphForm::Mermaid => self.drawn(&MERMAID, out),
        }
    }

    fn json(&self) -> Option<Value> {
        let edit =
            |edit: &Edit| json!({"edit": edit.id, "files": files(edit), "depends_on": edit.depends_on});
        let patchset =
            |patchset: &Patchset| json!({"patchset": patchset.id, "edits": array(&patchset.edits, edit)});
        Some(json!({"schema": 1, "patchsets": array(self.patchsets, patchset)}))
    }
}
