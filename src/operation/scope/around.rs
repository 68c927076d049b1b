//! The scopes around a place, for an edit whose scope has another name in another version.

use super::{Scope, Within, c, is_python, m4, makefile};
use crate::operation::parsed::ParsedFile;
use crate::syntax::c::ListKind;
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
