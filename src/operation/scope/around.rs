//! The scopes around a place, for an edit whose scope has another name in another version.

use super::format::Format;
use super::{Scope, Within, c, is_python, m4, makefile};
use crate::operation::parsed::ParsedFile;
use crate::syntax::c::ListKind;
use crate::syntax::python::Definition;
use crate::text::Span;

impl Within {
    /// The scopes of the same kinds around a span of `file`: these where they are around it, otherwise the innermost. A kind
    /// that is not around it is left out; `None` if no scope is left.
    pub(crate) fn around(&self, file: &ParsedFile, span: Span) -> Option<Within> {
        let mut around = Within::default();
        if self.between.is_some() {
            return None;
        }
        for scope in self.scopes() {
            let is_here = scope.find(file, file.span()).iter().any(|found| found.contains(span));
            let name = if is_here { scope.name().map(str::to_owned) } else { scope.at(file, span) };
            match scope {
                Scope::Between(..) => {}
                Scope::Section(_) => around.section = name,
                Scope::Class(_) => around.class = name,
                Scope::Struct(_) => around.fields = name,
                Scope::Enum(_) => around.constants = name,
                Scope::Function(_) => {
                    if !is_here && is_python(file) && name.is_some() {
                        // The dotted name of the function says the class.
                        around.class = None;
                    }
                    around.function = name;
                }
                Scope::Target(_) => around.target = name,
                Scope::Variable(_) => around.variable = name,
                Scope::Table(_) => around.table = name,
                Scope::If(_) => around.condition = name,
                Scope::Case(_) => around.case = name,
                Scope::Branch(_) => around.branch = name,
                Scope::Entry(_) => around.entry = name,
                Scope::Call(_) => around.call = name,
                Scope::Element(_) => around.element = name,
            }
        }
        if around.condition.is_some()
            && !around.resolve(file).is_ok_and(|found| found.iter().any(|one| one.contains(span)))
        {
            // Several chains may have a branch of this directive.
            around.condition = c::chain_at(file, span).or(around.condition);
        }
        (around != Within::default()).then_some(around)
    }
}

impl Within {
    /// The scopes around a span of `file` that a person would name, those that say most first.
    pub(crate) fn all_around(file: &ParsedFile, span: Span) -> Vec<Within> {
        let none = Within::default;
        let mut found = Vec::new();
        match Format::of_file(file.path.file_name()) {
            Some(Format::Python) => {
                // What is before a definition is not in it.
                let (own, python) = (|one: &&Definition| one.span.start < span.start, file.python());
                let function = python.function_at(span.start).filter(own).map(|one| one.path.clone());
                let class = python.class_at(span.start).filter(own).map(|one| one.path.clone());
                found.extend(function.map(|name| Within { function: Some(name), ..none() }));
                found.extend(class.map(|name| Within { class: Some(name), ..none() }));
            }
            Some(Format::C) => {
                let function = c::function_at(file, span);
                let condition = c::branch_at(file, span);
                if let Some(name) = &function {
                    found.push(Within { function: Some(name.clone()), ..none() });
                    found.extend(condition.clone().map(|condition| Within {
                        function: Some(name.clone()),
                        condition: Some(condition),
                        ..none()
                    }));
                } else {
                    let list = |kind| c::list_near(file, kind, span);
                    found.extend(list(ListKind::Fields).map(|name| Within { fields: Some(name), ..none() }));
                    found.extend(
                        list(ListKind::Constants).map(|name| Within { constants: Some(name), ..none() }),
                    );
                    found.extend(list(ListKind::Values).map(|name| Within { table: Some(name), ..none() }));
                }
                found.extend(condition.map(|condition| Within { condition: Some(condition), ..none() }));
                found
                    .extend(c::chain_at(file, span).map(|chain| Within { condition: Some(chain), ..none() }));
            }
            Some(Format::Makefile) => {
                found.extend(
                    makefile::rule_at(file, span).map(|name| Within { target: Some(name), ..none() }),
                );
            }
            Some(format @ (Format::M4 | Format::Shell)) => {
                let section = m4::section_at(file, span).filter(|_| format == Format::M4);
                let (case, branch) = (m4::case_at(file, span), m4::branch_at(file, span));
                let all = [(&section, &case, &branch), (&None, &case, &branch), (&section, &None, &branch)];
                for (section, case, branch) in all {
                    let (section, case, branch) = (section.clone(), case.clone(), branch.clone());
                    found.push(Within { section, case, branch, ..none() });
                }
                found.push(Within { section: section.clone(), ..none() });
                found.push(Within { branch, ..none() });
                found.retain(|one| *one != none());
                found.dedup();
            }
            Some(Format::Setup | Format::Xml) | None => {}
        }
        found
    }
}

impl Scope<'_> {
    fn name(&self) -> Option<&str> {
        match self {
            Scope::Between(..) => None,
            Scope::Section(name)
            | Scope::Class(name)
            | Scope::Struct(name)
            | Scope::Enum(name)
            | Scope::Function(name)
            | Scope::Target(name)
            | Scope::Variable(name)
            | Scope::Table(name)
            | Scope::If(name)
            | Scope::Case(name)
            | Scope::Branch(name)
            | Scope::Entry(name)
            | Scope::Call(name)
            | Scope::Element(name) => Some(name),
        }
    }

    /// The name of the innermost scope of this kind around a span.
    fn at(&self, file: &ParsedFile, span: Span) -> Option<String> {
        match self {
            Scope::Class(_) => file.python().class_at(span.start).map(|class| class.path.clone()),
            Scope::Function(_) if is_python(file) => {
                file.python().function_at(span.start).map(|function| function.path.clone())
            }
            Scope::Function(_) => c::function_at(file, span),
            Scope::Struct(_) => c::list_at(file, ListKind::Fields, span),
            Scope::Enum(_) => c::list_at(file, ListKind::Constants, span),
            Scope::Table(_) => c::list_at(file, ListKind::Values, span),
            Scope::If(_) => c::branch_at(file, span),
            Scope::Target(_) => makefile::rule_at(file, span),
            Scope::Variable(_) if !is_python(file) => makefile::variable_at(file, span),
            Scope::Section(_) => m4::section_at(file, span),
            Scope::Case(_) => m4::case_at(file, span),
            Scope::Branch(_) => m4::branch_at(file, span),
            Scope::Call(name) if !is_python(file) => m4::call_at(file, name, span),
            // Their names say little of what they were before.
            Scope::Variable(_)
            | Scope::Entry(_)
            | Scope::Call(_)
            | Scope::Element(_)
            | Scope::Between(..) => None,
        }
    }
}
