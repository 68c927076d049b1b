//! Every span that the parsers return, for tests and the fuzzer: all of them have to be inside the file.

use super::c::CFile;
use super::makefile::Makefile;
use super::python::PyFile;
use super::setup::Setup;
use super::xml::XmlFile;
use super::{header, m4, shell};
use crate::text::Span;

pub(crate) fn of_makefile(text: &[u8]) -> Vec<Span> {
    let makefile = Makefile::parse(text);
    let rules = makefile.rules.iter().flat_map(|rule| {
        let words = rule.targets.iter().chain(&rule.prerequisites).chain(&rule.recipe).copied();
        words.chain([rule.colon, rule.header, rule.span]).collect::<Vec<_>>()
    });
    let variables = makefile.variables.iter().flat_map(|v| [v.name, v.operator, v.value]);
    let conditionals = makefile.conditionals.iter().flat_map(|c| {
        let lines = c.others.iter().copied();
        lines.chain([c.condition, c.first, c.last]).collect::<Vec<_>>()
    });
    rules.chain(variables).chain(conditionals).collect()
}

pub(crate) fn of_setup(text: &[u8]) -> Vec<Span> {
    let setup = Setup::parse(text);
    let modules = setup.modules.iter().flat_map(|module| {
        let parts = module.hashes.iter().chain(&module.arguments).copied();
        parts.chain(module.condition).chain([module.name, module.line]).collect::<Vec<_>>()
    });
    let variables = setup.variables.iter().flat_map(|v| [v.name, v.value, v.line]);
    let markers = setup.markers.iter().flat_map(|marker| [marker.code, marker.line]);
    modules.chain(variables).chain(markers).collect()
}

pub(crate) fn of_shell(text: &[u8]) -> Vec<Span> {
    let commands = shell::commands(text, Span::new(0, text.len()));
    assert!(commands.iter().all(|command| !command.words.is_empty()));
    commands.into_iter().flat_map(|command| command.words).collect()
}

pub(crate) fn of_m4(text: &[u8]) -> Vec<Span> {
    let definitions = m4::definitions(text).into_iter().flat_map(|d| [d.name, d.span]);
    definitions.chain(m4::problem(text).map(|problem| problem.span)).collect()
}

pub(crate) fn of_xml(text: &[u8]) -> Vec<Span> {
    let file = XmlFile::parse(text);
    let elements = file.elements.iter().flat_map(|element| {
        let values = element.attributes.iter().flat_map(|one| [one.name, one.value]);
        values.chain([element.span, element.head, element.name]).chain(element.content).collect::<Vec<_>>()
    });
    elements.chain(file.comments.iter().copied()).chain(file.problem.iter().map(|one| one.span)).collect()
}

pub(crate) fn of_header(text: &[u8]) -> Vec<Span> {
    header::find_guard(&CFile::parse(text), text)
        .into_iter()
        .flat_map(|guard| [guard.define, guard.close])
        .collect()
}

pub(crate) fn of_c(file: &CFile, len: usize) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    for f in file.functions() {
        all.extend([f.name_span, f.signature, f.body]);
    }
    all.extend(file.prototypes().iter().map(|p| p.name_span));
    for t in file.tables() {
        all.extend([t.name_span, t.span]);
        all.extend(t.entries.iter().flat_map(|e| [e.span, e.code]));
    }
    all.extend(file.includes().iter().map(|i| i.span));
    all.extend(file.defines().iter().map(|d| d.span));
    for c in file.conditionals() {
        all.extend([c.span, c.end]);
        all.extend(c.branches.iter().flat_map(|b| [b.directive, b.body]));
    }
    all.extend(file.problems().iter().map(|p| p.span));
    let whole = Span::new(0, len);
    all.extend(file.calls("f", whole).iter().flat_map(|c| [c.callee, c.arguments]));
    all.extend(file.find_code(b"f", whole));
    all
}

pub(crate) fn of_python(file: &PyFile) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    for d in file.definitions() {
        all.extend([d.name_span, d.span, d.indent, Span::at(d.append_at)]);
    }
    all.extend(file.problems().iter().map(|p| p.span));
    all
}
