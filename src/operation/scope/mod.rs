//! `within`: a scope inside a file, for the operations that have none of their own.
//!
//! The scopes of a format are found in its file of this folder.

mod around;
mod c;
mod format;
mod m4;
mod makefile;
mod python;
mod xml;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::format::Format;
use super::answer::{Failure, Miss};
use super::find::find_words;
use super::parsed::ParsedFile;
use crate::syntax::c::ListKind;
use crate::syntax::python::Definition;
use crate::text::Span;
use crate::tree::TreePath;

/// A scope inside a file: each of the given scopes is inside those before it in this list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("minProperties" = 1)))]
pub struct Within {
    /// The bytes between two literal texts, each of which occurs once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<(String, String)>,
    /// A section of configure.ac: from the AC_MSG_CHECKING or AC_CACHE_CHECK whose label is this, or has it, to its AC_MSG_RESULT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// A Python class, by its dotted name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// A C `struct` or `union`, by its tag or the name of its type: its fields.
    #[serde(default, rename = "struct", skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
    /// A C `enum`, by its tag or the name of its type: its constants.
    #[serde(default, rename = "enum", skip_serializing_if = "Option::is_none")]
    pub constants: Option<String>,
    /// A C function, a function of a shell script, or a Python function or method: by its dotted name, or by its own name inside a `class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// A rule of a Makefile: its target, prerequisites and recipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// A variable of a Makefile or of Python: its value. In Python also an attribute: `self.libraries`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// An initialized C variable, such as an array: its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// A branch of an `#if`, by its directive: `#ifdef X`, `#elif Y`, `#else`; `#ifdef X ... #else` is the `#else` of that chain.
    /// It may also be around the function that is named.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// A `case` of a shell script, or a `case` or `AS_CASE` of configure.ac, by what its patterns are compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// A branch of a `case` or `AS_CASE`, by its pattern or one of its patterns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// An entry of a literal in Python, by its key or all of its code: the value of the key, or all of an entry without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// A call of a macro in configure.ac or of a function in Python: `NAME`, or `NAME(FIRST)` with its first argument.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// An element of XML, by its name and any of its attributes, as `element` of the operations names it: `Target Name="Build"`, or
    /// `ItemDefinitionGroup/Link` for one directly in another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}

/// One scope of a [`Within`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    Between(&'a str, &'a str),
    Section(&'a str),
    Class(&'a str),
    Struct(&'a str),
    Enum(&'a str),
    Function(&'a str),
    Target(&'a str),
    Variable(&'a str),
    Table(&'a str),
    If(&'a str),
    Case(&'a str),
    Branch(&'a str),
    Entry(&'a str),
    Call(&'a str),
    Element(&'a str),
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Between(from, to) => write!(f, "text between `{from}` and `{to}`"),
            Scope::Section(name) => write!(f, "section `{name}`"),
            Scope::Class(name) => write!(f, "class `{name}`"),
            Scope::Struct(name) => write!(f, "struct `{name}`"),
            Scope::Enum(name) => write!(f, "enum `{name}`"),
            Scope::Function(name) => write!(f, "function `{name}`"),
            Scope::Target(name) => write!(f, "target `{name}`"),
            Scope::Variable(name) => write!(f, "variable `{name}`"),
            Scope::Table(name) => write!(f, "table `{name}`"),
            Scope::If(directive) => write!(f, "branch `{directive}`"),
            Scope::Case(subject) => write!(f, "case `{subject}`"),
            Scope::Branch(pattern) => write!(f, "branch `{pattern}`"),
            Scope::Entry(name) => write!(f, "entry `{name}`"),
            Scope::Call(name) => write!(f, "call of `{name}`"),
            Scope::Element(code) => write!(f, "element `{code}`"),
        }
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The innermost says most.
        for (number, scope) in self.scopes().iter().rev().enumerate() {
            write!(f, "{}{scope}", if number == 0 { "" } else { " in " })?;
        }
        Ok(())
    }
}

impl Within {
    /// The given scopes, the outermost first.
    fn scopes(&self) -> Vec<Scope<'_>> {
        let Within { between, section, class, fields, constants, function, target, .. } = self;
        let Within { variable, table, condition, case, branch, entry, call, element, .. } = self;
        let between = between.as_ref().map(|(from, to)| Scope::Between(from, to));
        let section = section.as_deref().map(Scope::Section);
        let class = class.as_deref().map(Scope::Class);
        let fields = fields.as_deref().map(Scope::Struct);
        let constants = constants.as_deref().map(Scope::Enum);
        let function = function.as_deref().map(Scope::Function);
        let target = target.as_deref().map(Scope::Target);
        let variable = variable.as_deref().map(Scope::Variable);
        let table = table.as_deref().map(Scope::Table);
        let condition = condition.as_deref().map(Scope::If);
        let case = case.as_deref().map(Scope::Case);
        let branch = branch.as_deref().map(Scope::Branch);
        let entry = entry.as_deref().map(Scope::Entry);
        let call = call.as_deref().map(Scope::Call);
        let element = element.as_deref().map(Scope::Element);
        let outer = [between, section, class, fields, constants, function, target, variable];
        let inner = [table, condition, case, branch, entry, call, element];
        outer.into_iter().chain(inner).flatten().collect()
    }

    /// Checks what the type cannot say.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.scopes().is_empty() { Err("has an empty `within`".to_owned()) } else { Ok(()) }
    }

    /// Checks that `file`, by its name, may have each of the scopes. `key` is what the scope is written below.
    pub(crate) fn check_in(&self, key: &str, file: &TreePath) -> Result<(), String> {
        let Some(format) = Format::of_file(file.file_name()) else { return Ok(()) };
        match self.scopes().iter().find(|scope| !format.scopes().contains(&scope.key())) {
            None => Ok(()),
            Some(scope) => {
                let scopes = format.scopes().iter().map(|key| format!("`{key}`")).collect::<Vec<_>>();
                Err(format!(
                    "has `{}` in `{key}`, but {file} is {}, which has only the scopes {}",
                    scope.key(),
                    format.title(),
                    scopes.join(", ")
                ))
            }
        }
    }

    /// The spans that the scope names in `file`. A scope that is found several times is distinguished by those inside it, or by the
    /// anchor that is in one of them.
    ///
    /// # Errors
    /// A failure that says why it names none.
    pub fn resolve(&self, file: &ParsedFile) -> Result<Vec<Span>, Failure> {
        let mut spans = vec![file.span()];
        for scope in self.scopes() {
            let mut inner: Vec<Span> = spans.iter().flat_map(|outer| scope.find(file, *outer)).collect();
            inner.sort_unstable();
            inner.dedup();
            if inner.is_empty() {
                let miss = Miss::new(format!("no {scope} was found")).near(scope.near(file, &spans));
                let dotted = scope.dotted(file, &spans);
                return Err(match dotted.first() {
                    None => miss.into(),
                    Some(path) => miss.help(format!("write its dotted name: `{path}`")).into(),
                });
            }
            spans = inner;
        }
        Ok(spans)
    }

    /// The failure where several of the spans it names fit.
    pub fn ambiguous(&self, spans: &[Span]) -> Failure {
        let innermost = self.scopes().pop().map_or(String::new(), |scope| scope.to_string());
        let what = format!("found {} times: {innermost}", spans.len());
        Failure::ambiguous(what, spans.iter().map(|span| span.start))
    }
}

impl Scope<'_> {
    /// What resembles it in `outer`, where it was not found.
    fn near(&self, file: &ParsedFile, outer: &[Span]) -> Vec<usize> {
        match self {
            Scope::If(directive) => c::branches_near(file, directive, outer),
            Scope::Class(name) => python::definitions_near(file, name, outer, Definition::is_class),
            Scope::Function(name) if is_python(file) => {
                python::definitions_near(file, name, outer, |it| !it.is_class())
            }
            Scope::Function(name) => c::functions_near(file, name, outer),
            Scope::Element(code) => xml::near(file, code, outer),
            Scope::Between(..)
            | Scope::Section(_)
            | Scope::Struct(_)
            | Scope::Enum(_)
            | Scope::Target(_)
            | Scope::Variable(_)
            | Scope::Table(_)
            | Scope::Case(_)
            | Scope::Branch(_)
            | Scope::Entry(_)
            | Scope::Call(_) => Vec::new(),
        }
    }

    /// The dotted names that end in its name, where it is a definition of Python that was not found.
    fn dotted(&self, file: &ParsedFile, outer: &[Span]) -> Vec<String> {
        match self {
            Scope::Class(name) => python::dotted(file, name, outer, Definition::is_class),
            Scope::Function(name) if is_python(file) => {
                python::dotted(file, name, outer, |it| !it.is_class())
            }
            Scope::If(_)
            | Scope::Between(..)
            | Scope::Section(_)
            | Scope::Struct(_)
            | Scope::Enum(_)
            | Scope::Function(_)
            | Scope::Target(_)
            | Scope::Variable(_)
            | Scope::Table(_)
            | Scope::Case(_)
            | Scope::Branch(_)
            | Scope::Entry(_)
            | Scope::Call(_)
            | Scope::Element(_) => Vec::new(),
        }
    }

    /// Every part of `outer` that it names.
    fn find(&self, file: &ParsedFile, outer: Span) -> Vec<Span> {
        match self {
            Scope::Class(name) => python::classes(file, name, outer),
            Scope::Struct(name) => c::lists(file, ListKind::Fields, name, outer),
            Scope::Enum(name) => c::lists(file, ListKind::Constants, name, outer),
            Scope::Table(name) => c::lists(file, ListKind::Values, name, outer),
            Scope::If(directive) => c::branches(file, directive, outer),
            Scope::Function(name) if is_python(file) => python::functions(file, name, outer),
            Scope::Function(name) if is_script(file) => m4::functions(file, name, outer),
            Scope::Function(name) => c::functions(file, name, outer),
            Scope::Target(name) => makefile::rules(file, name, outer),
            Scope::Variable(name) if is_python(file) => python::variables(file, name, outer),
            Scope::Variable(name) => makefile::variables(file, name, outer),
            Scope::Section(name) => m4::sections(file, name, outer),
            Scope::Case(subject) => m4::cases(file, subject, outer),
            Scope::Branch(pattern) => m4::branches(file, pattern, outer),
            Scope::Entry(name) => python::entries(file, name, outer),
            Scope::Call(name) if is_python(file) => python::calls(file, name, outer),
            Scope::Call(name) => m4::calls(file, name, outer),
            Scope::Element(code) => xml::elements(file, code, outer),
            Scope::Between(from, to) => between(file, from, to, outer),
        }
    }
}

fn is_python(file: &ParsedFile) -> bool {
    file.path.as_str().ends_with(".py")
}

/// Whether a file is a shell script: by its name, or by the program that its first line names.
fn is_script(file: &ParsedFile) -> bool {
    let name = file.path.file_name();
    let first = file.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    name.strip_suffix(".in").unwrap_or(name).ends_with(".sh")
        || first.starts_with(b"#!") && first.ends_with(b"sh")
}

fn between(file: &ParsedFile, from: &str, to: &str, outer: Span) -> Vec<Span> {
    let starts = find_words(&file.bytes, from.as_bytes(), outer);
    let pairs = starts.iter().filter_map(|start| {
        let rest = Span::new(start.end, outer.end);
        let end = find_words(&file.bytes, to.as_bytes(), rest).first().copied()?;
        Some(Span::new(start.end, end.start))
    });
    pairs.collect()
}
