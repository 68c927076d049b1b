//! Which scopes a file has, by its name.

use super::Scope;
use crate::syntax::xml;
use crate::text::Comments;

/// The formats of files with different scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    C,
    Python,
    Makefile,
    Setup,
    M4,
    Shell,
    Xml,
}

impl Format {
    /// The format of a file of this name, if the name says it.
    pub(super) fn of_file(name: &str) -> Option<Format> {
        let stem = name.strip_suffix(".in").unwrap_or(name);
        let ending = stem.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_makefile = ["Makefile", "makefile", "GNUmakefile"]
            .iter()
            .any(|own| stem.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        match ending {
            // Not Lib/foo.py.in: it is only read as Python once its name ends in `.py`.
            "py" if stem == name => Some(Format::Python),
            "sh" => Some(Format::Shell),
            "mk" | "mak" => Some(Format::Makefile),
            _ if is_makefile => Some(Format::Makefile),
            _ if stem == "Setup" || stem.starts_with("Setup.") => Some(Format::Setup),
            _ if xml::is_xml(name) => Some(Format::Xml),
            _ => match Comments::of_file(name) {
                Comments::C => Some(Format::C),
                Comments::M4 => Some(Format::M4),
                Comments::Hash | Comments::None => None,
            },
        }
    }

    /// What a file of the format is.
    pub(super) fn title(self) -> &'static str {
        match self {
            Format::C => "C",
            Format::Python => "Python",
            Format::Makefile => "a Makefile",
            Format::Setup => "a Setup file",
            Format::M4 => "m4",
            Format::Shell => "a shell script",
            Format::Xml => "XML",
        }
    }

    /// The scopes that such a file may have, by their keys.
    pub(super) fn scopes(self) -> &'static [&'static str] {
        match self {
            Format::C => &["between", "struct", "enum", "function", "table", "if"],
            Format::Python => &["between", "class", "function", "variable", "entry", "call"],
            Format::Makefile => &["between", "target", "variable"],
            Format::Setup => &["between", "variable"],
            // The programs of tests have an `#if`.
            Format::M4 => &["between", "section", "case", "branch", "call", "if"],
            Format::Shell => &["between", "function", "variable", "case", "branch", "if"],
            Format::Xml => &["between", "element"],
        }
    }
}

impl Scope<'_> {
    /// Its key in `within`.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Scope::Between(..) => "between",
            Scope::Section(_) => "section",
            Scope::Class(_) => "class",
            Scope::Struct(_) => "struct",
            Scope::Enum(_) => "enum",
            Scope::Function(_) => "function",
            Scope::Target(_) => "target",
            Scope::Variable(_) => "variable",
            Scope::Table(_) => "table",
            Scope::If(_) => "if",
            Scope::Case(_) => "case",
            Scope::Branch(_) => "branch",
            Scope::Entry(_) => "entry",
            Scope::Call(_) => "call",
            Scope::Element(_) => "element",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_format() {
        for (format, names) in [
            (Some(Format::C), "a.c a.h pyconfig.h.in a.cpp *.c"),
            (Some(Format::Python), "a.py"),
            (Some(Format::Makefile), "Makefile Makefile.pre.in makefile.src Makefile.in a.mk GNUmakefile"),
            (Some(Format::Setup), "Setup Setup.dist Setup.stdlib.in"),
            (Some(Format::M4), "configure.ac configure.in aclocal.m4"),
            (Some(Format::Shell), "a.sh a.sh.in"),
            (Some(Format::Xml), "a.vcxproj Info.plist"),
            (None, "configure README a.py.in Makefile_help a.txt a.xyz *"),
        ] {
            for name in names.split(' ') {
                assert_eq!(Format::of_file(name), format, "{name}");
            }
        }
    }
}
