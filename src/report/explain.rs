//! The reference of the edit language.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{NEW, OLD, PLAIN, SECTION, TITLE};
use super::{Report, array, column};
use crate::operation::Family;
use crate::patchset::{OperationReference, Reference, ScopeReference};

/// How long the lines of prose are.
const WIDTH: usize = 96;

/// What every change has, whatever its operation is.
const CHANGE: [&str; 3] = [
    "A change is one operation on a `file`: a path, a pattern such as `Python/*.c`, or a list of which the first with the anchor is edited. `when` limits it to some versions, `within` to a part of the file (of several with that name, the one with the anchor), and `needed-while` to trees for which a fact holds. `then` lists changes of what `file.add` adds.",
    "A value of `file`, `within` or an argument may be a table by version, `{\"<3.8\": a, \">=3.8\": b}`, or a text of `texts:`, `{text: NAME}`. A `function`, `class`, `method`, `table`, `target` or scope may be a list of alternatives, of which the first that fits counts.",
    "Code is matched by its tokens: blanks and line breaks do not matter, except for `text.*` and `diff`. Inserted code takes the indentation and line ends of its place. An anchor that is found more often than `count` (1 unless given) is an error.",
];

const NESTED: &str =
    "`within: {class: Popen, function: _run}`, `within: {section: LDSHARED, branch: \"AIX*\"}`.";

/// All operations by format, a line each.
pub struct Overview<'a> {
    /// The reference.
    pub reference: &'a Reference,
    /// Only the operations of this format.
    pub family: Option<Family>,
}

/// The scopes of `within`.
pub struct Scopes<'a>(pub &'a [ScopeReference]);

/// Some operations in full, and what all of them have in common.
pub struct Explained<'a> {
    /// The operations.
    pub operations: Vec<&'a OperationReference>,
    /// The whole reference, if all of it is shown.
    pub all: Option<&'a Reference>,
}

impl<'a> Overview<'a> {
    fn operations(&self) -> Vec<&'a OperationReference> {
        let is_shown = |one: &&OperationReference| self.family.is_none_or(|family| family == one.family);
        self.reference.operations.iter().filter(is_shown).collect()
    }
}

impl Report for Overview<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let shown = self.operations();
        let width = column(shown.iter().map(|one| one.name.len()));
        let mut family = None;
        for one in shown {
            if family != Some(one.family) {
                writeln!(
                    out,
                    "{}{SECTION}{}{SECTION:#}: {}",
                    if family.is_some() { "\n" } else { "" },
                    one.family.name(),
                    one.family.title()
                )?;
                family = Some(one.family);
            }
            entry(out, &format!("{:width$}", one.name), first_sentence(&one.summary))?;
        }
        if self.family.is_none() {
            writeln!(out)?;
            Scopes(&self.reference.scopes).text(out)?;
            writeln!(out, "\n{SECTION}Changes{SECTION:#}")?;
            CHANGE.iter().try_for_each(|paragraph| wrapped(paragraph, 2, out))?;
            writeln!(out, "\n`pypatch explain OPERATION` shows its arguments and examples.")?;
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        Explained { operations: self.operations(), all: self.family.is_none().then_some(self.reference) }
            .json()
    }

    fn markdown(&self) -> Option<String> {
        Explained { operations: self.operations(), all: None }.markdown()
    }
}

impl Report for Scopes<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{SECTION}within{SECTION:#}: the scopes of a change")?;
        let width = column(self.0.iter().map(|one| one.name.len()));
        for one in self.0 {
            entry(out, &format!("{:width$}", one.name), &one.help)?;
        }
        wrapped(&format!("Several are inside each other: {NESTED}"), 2, out)
    }

    fn json(&self) -> Option<Value> {
        Some(json!({"schema": 1, "operations": [], "scopes": array(self.0, scope_json)}))
    }

    fn markdown(&self) -> Option<String> {
        Some(scopes_markdown(self.0))
    }
}

impl Report for Explained<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (number, one) in self.operations.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            operation(one, out)?;
        }
        if let Some(all) = self.all {
            writeln!(out)?;
            Scopes(&all.scopes).text(out)?;
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let operations = array(&self.operations, |one| {
            json!({
                "name": one.name, "format": one.family.name(), "summary": one.summary, "limits": one.limits,
                "versions": one.family.versions(), "takes_within": one.takes_within, "rules": one.rules,
                "arguments": array(&one.arguments, |argument| json!({
                    "name": argument.name, "form": argument.form, "required": argument.is_required,
                    "help": argument.help,
                })),
                "examples": array(&one.examples, |example| json!({
                    "file": example.file, "change": example.change, "diff": example.diff,
                })),
            })
        });
        let scopes = self.all.map(|all| array(&all.scopes, scope_json));
        Some(json!({"schema": 1, "operations": operations, "scopes": scopes}))
    }

    fn markdown(&self) -> Option<String> {
        let mut page = String::new();
        if let Some(all) = self.all {
            page.push_str("# Operations\n\n<!-- Made by `pypatch explain --all --format markdown`. -->\n\n");
            page.push_str(&format!("{}\n\n", CHANGE.join("\n\n")));
            page.push_str(&scopes_markdown(&all.scopes));
        }
        let mut family = None;
        for one in &self.operations {
            if family != Some(one.family) {
                family = Some(one.family);
                let (name, title, versions) = (one.family.name(), one.family.title(), one.family.versions());
                let _ = write!(page, "\n## {name}: {title}\n\n{versions}\n");
            }
            operation_markdown(one, &mut page);
        }
        Some(page.trim_start().to_owned())
    }
}

fn scope_json(scope: &ScopeReference) -> Value {
    json!({"name": scope.name, "help": scope.help})
}

/// An operation, as `rustc --explain` shows an error.
fn operation(one: &OperationReference, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{TITLE}{}{TITLE:#} ({})", one.name, one.family.title())?;
    wrapped(&capitalized(&one.summary), 2, out)?;
    writeln!(out, "\n{SECTION}Arguments{SECTION:#}")?;
    let forms: Vec<String> = one
        .arguments
        .iter()
        .map(|argument| {
            let (form, optional) = (&argument.form, if argument.is_required { "" } else { ", optional" });
            format!("{}: {form}{optional}", argument.name)
        })
        .collect();
    for (argument, form) in one.arguments.iter().zip(forms) {
        writeln!(out, "  {form}")?;
        wrapped(&argument.help, 6, out)?;
    }
    one.rules.iter().try_for_each(|rule| writeln!(out, "  {rule}"))?;
    if one.takes_within {
        writeln!(out, "  `within` limits it to a part of the file: see `pypatch explain within`.")?;
    }
    for (number, example) in one.examples.iter().enumerate() {
        writeln!(out, "\n{SECTION}Example {}{SECTION:#}", number + 1)?;
        writeln!(out, "  file: {}", example.file)?;
        example.change.lines().try_for_each(|line| writeln!(out, "  {line}"))?;
        writeln!(out)?;
        for line in example.diff.lines() {
            let style = match line.as_bytes().first() {
                Some(b'+') => NEW,
                Some(b'-') => OLD,
                _ => PLAIN,
            };
            writeln!(out, "  {style}{line}{style:#}")?;
        }
    }
    writeln!(out, "\n{SECTION}Limits{SECTION:#}")?;
    wrapped(&one.limits, 2, out)?;
    writeln!(out, "\n{SECTION}Versions{SECTION:#}")?;
    wrapped(one.family.versions(), 2, out)
}

fn operation_markdown(one: &OperationReference, page: &mut String) {
    let _ = write!(page, "\n### {}\n\n{}\n\n{}\n\n", one.name, capitalized(&one.summary), one.limits);
    page.push_str("| argument | value | |\n|---|---|---|\n");
    for argument in &one.arguments {
        let optional = if argument.is_required { "" } else { ", optional" };
        let cell = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(
            page,
            "| `{}` | {}{optional} | {} |",
            argument.name,
            cell(&argument.form),
            cell(&argument.help)
        );
    }
    let within = one.takes_within.then(|| "`within` limits it to a part of the file.".to_owned());
    let rules: Vec<String> = one.rules.iter().cloned().chain(within).collect();
    if !rules.is_empty() {
        let _ = writeln!(page, "\n{}", rules.join(" "));
    }
    for example in &one.examples {
        let _ = write!(
            page,
            "\n```yaml\nfile: {}\n{}```\n```diff\n{}```\n",
            example.file, example.change, example.diff
        );
    }
}

fn scopes_markdown(scopes: &[ScopeReference]) -> String {
    let mut page = String::from("## within: the scopes of a change\n\n| scope | |\n|---|---|\n");
    for scope in scopes {
        let _ = writeln!(page, "| `{}` | {} |", scope.name, scope.help.replace('|', "\\|"));
    }
    let _ = writeln!(page, "\nSeveral are inside each other: {NESTED}");
    page
}

/// A name and what follows it, in lines that are not too long.
fn entry(out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
    let indent = name.len() + 4;
    let mut lines = lines_of(text, WIDTH.saturating_sub(indent)).into_iter();
    writeln!(out, "  {name}  {}", lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))
}

fn wrapped(text: &str, indent: usize, out: &mut dyn Write) -> io::Result<()> {
    lines_of(text, WIDTH - indent).iter().try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))
}

/// A text broken at blanks.
fn lines_of(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn first_sentence(text: &str) -> &str {
    let ends = text.match_indices(". ").map(|(at, _)| at);
    let end = ends.into_iter().find(|at| !text[..*at].ends_with('.')).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
