//! Finds module lines, variables and section markers of Modules/Setup as makesetup reads it.
//!
//! makesetup strips everything from `#` on, so a disabled module is a comment that would be a
//! module line without its `#`. Telling it from prose (`# cStringIO and cPickle`) takes makesetup's
//! own rules for the words of a line.

use super::makefile;
use crate::text::{Span, line_from};

/// Where a module would be linked, as the last marker above it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `*static*` (the beginning of a file is static): into the interpreter.
    Static,
    /// `*shared*` or `*noconfig*`: as a shared library.
    Shared,
    /// `*disabled*` (3.x): not at all.
    Disabled,
}

/// A line that builds a module, or would if its `#` were not there.
#[derive(Debug, Clone)]
pub struct Module {
    /// The module's name.
    pub name: Span,
    /// Whether makesetup sees the line.
    pub enabled: bool,
    /// For a disabled line: the `#` of each of its physical lines.
    pub hashes: Vec<Span>,
    /// The section it stands in.
    pub section: Section,
    /// Sources, options and libraries behind the name, without the comment.
    pub arguments: Vec<Span>,
    /// Whether there is a `=` in it: makesetup takes every such line for a definition.
    pub is_definition: bool,
    /// Whether its last line ends in a backslash: a disabled line would take in what follows it.
    pub continues: bool,
    /// The whole logical line with its line end.
    pub line: Span,
}

/// A definition that makesetup copies into the Makefile, or would without its `#`.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Span,
    /// Its value: the rest of the line, without comment and line end.
    pub value: Span,
    /// Whether makesetup sees the line.
    pub enabled: bool,
    /// The whole line with its line end.
    pub line: Span,
}

/// A section marker.
#[derive(Debug, Clone, Copy)]
pub struct Marker {
    /// The section it opens.
    pub section: Section,
    /// Whether makesetup sees it (`#*shared*` is only a hint).
    pub enabled: bool,
    /// Its line.
    pub line: Span,
}

/// A Setup file's named parts.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Lines of modules, enabled and disabled, in their order.
    pub modules: Vec<Module>,
    /// Definitions, in their order.
    pub variables: Vec<Variable>,
    /// Section markers, in their order.
    pub markers: Vec<Marker>,
    /// The section in force at the end of the file.
    pub last_section: Option<Section>,
    /// Whether the last line ends in a backslash, so that it would go on in another one.
    pub continues: bool,
}

impl Setup {
    /// Parses `text`.
    pub fn parse(text: &[u8]) -> Setup {
        let mut setup = Setup::default();
        let mut section = Section::Static;
        let mut at = 0;
        while at < text.len() {
            let line = logical_line(text, at);
            at = line.end;
            let first = line.start + line.of(text).iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let disabled = text.get(first) == Some(&b'#');
            let start = if disabled { first + 1 } else { first };
            let body = Span::new(start.min(line.end), line.end);
            // Most lines are prose, which is told by its first byte.
            let named = text.get(body.start).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
            let prose = disabled && !named;
            if let Some(marked) = marker(body.of(text)) {
                setup.markers.push(Marker { section: marked, enabled: !disabled, line });
                if !disabled {
                    section = marked;
                }
            } else if prose {
                // A name stands right behind the `#`.
            } else if let Some(mut variable) = variable(text, body, line) {
                variable.enabled = !disabled;
                setup.variables.push(variable);
            } else if let Some(mut module) = module(text, body, line, disabled) {
                module.section = section;
                setup.modules.push(module);
            }
        }
        setup.last_section = Some(section);
        let mut backwards = text.rsplit(|b| *b == b'\n');
        let last = backwards.find(|line| !is_comment(line) && !line.trim_ascii().is_empty());
        setup.continues = last.is_some_and(|line| code(line).ends_with(b"\\"));
        setup
    }

    /// The lines, enabled or not, of the module `name`.
    pub fn modules_of<'a>(&'a self, text: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a Module> {
        self.modules.iter().filter(move |module| module.name.of(text) == name)
    }
}

/// A physical line, and those it continues on. A disabled line continues on disabled lines only; an
/// enabled one goes on behind comments and empty lines, which makesetup drops before it joins lines.
fn logical_line(text: &[u8], start: usize) -> Span {
    let mut line = line_from(text, start);
    if !line.of(text).contains(&b'\\') {
        return line;
    }
    let disabled = is_comment(line.of(text));
    let mut end = line.end;
    let mut continues = code(line.of(text)).ends_with(b"\\");
    while continues && end < text.len() {
        let next = line_from(text, end);
        end = next.end;
        let dropped = is_comment(next.of(text)) || next.of(text).trim_ascii().is_empty();
        match (disabled, is_comment(next.of(text))) {
            (false, _) if dropped => continue,
            (true, false) => break,
            _ => {}
        }
        line.end = end;
        continues = code(next.of(text)).ends_with(b"\\");
    }
    if continues && !disabled {
        // Whatever a comment down to the end of the file might say would be taken in.
        line.end = text.len();
    }
    line
}

/// Whether the first sign of a physical line is `#`.
fn is_comment(line: &[u8]) -> bool {
    line.iter().find(|b| !matches!(b, b' ' | b'\t')) == Some(&b'#')
}

/// A physical line without its leading `#`, its trailing comment and the blanks before that.
fn code(line: &[u8]) -> &[u8] {
    let start = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let rest = &line[start..];
    let rest = rest.strip_prefix(b"#").unwrap_or(rest);
    let end = rest.iter().position(|b| *b == b'#').unwrap_or(rest.len());
    rest[..end].trim_ascii_end()
}

fn marker(body: &[u8]) -> Option<Section> {
    if !body.trim_ascii_start().starts_with(b"*") && !body.trim_ascii_start().starts_with(b"#") {
        return None;
    }
    match code(body) {
        b"*static*" | b"*doconfig*" => Some(Section::Static),
        b"*shared*" | b"*noconfig*" => Some(Section::Shared),
        b"*disabled*" => Some(Section::Disabled),
        _ => None,
    }
}

/// `NAME=value`, without blanks around the `=`: makesetup takes any line with a `=` for one, but a
/// `=` in a word behind the module's name (`-DX=1`) belongs to a module in CPython's own files.
fn variable(text: &[u8], body: Span, line: Span) -> Option<Variable> {
    let bytes = body.of(text);
    let name = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if name == 0 || bytes[0].is_ascii_digit() || bytes.get(name) != Some(&b'=') {
        return None;
    }
    let end = value_end(text, line).max(body.start + name + 1);
    Some(Variable {
        name: Span::new(body.start, body.start + name),
        value: Span::new(body.start + name + 1, end),
        enabled: true,
        line,
    })
}

/// The end of the code on the last physical line of a logical line that has any.
fn value_end(text: &[u8], line: Span) -> usize {
    let mut end = line.start;
    let mut at = line.start;
    while at < line.end {
        let physical = line_from(text, at);
        let bytes = physical.of(text);
        // A comment between the lines of an enabled one is no code.
        if !is_comment(bytes) || is_comment(line.of(text)) {
            let blanks = bytes.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let sign = usize::from(bytes.get(blanks) == Some(&b'#'));
            let code = code(bytes);
            let code = code.strip_suffix(b"\\").filter(|_| physical.end >= line.end).unwrap_or(code);
            if !code.is_empty() {
                end = at + blanks + sign + code.trim_ascii_end().len();
            }
        }
        at = physical.end;
    }
    end
}

fn module(text: &[u8], body: Span, line: Span, disabled: bool) -> Option<Module> {
    let mut hashes = Vec::new();
    let mut words: Vec<Span> = Vec::new();
    let (mut is_definition, mut continues) = (false, false);
    let mut at = line.start;
    while at < line.end {
        let physical = line_from(text, at);
        at = physical.end;
        let bytes = physical.of(text);
        if !disabled && is_comment(bytes) {
            continue;
        }
        is_definition |= code(bytes).contains(&b'=');
        continues = code(bytes).ends_with(b"\\");
        let blanks = bytes.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let mut start = physical.start + blanks;
        if disabled {
            hashes.push(Span::new(start, start + 1));
            start += 1;
        }
        let end = physical.start + blanks + usize::from(disabled) + code(bytes).len();
        words.extend(makefile::words(text, Span::new(start, end.max(start))));
        // What stands between a backslash and the line end was cut off: a comment, or blanks.
        words.pop_if(|word| word.of(text) == b"\\");
    }
    let (name, arguments) = words.split_first()?;
    if disabled && name.start != body.start {
        // `#name source.c` disables a module; `# name ...` is prose in every Setup of CPython.
        return None;
    }
    let is_name = |word: &[u8]| {
        word.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
    };
    if !is_name(name.of(text)) || name.of(text) == b"include" {
        return None;
    }
    let builds = arguments.iter().any(|word| is_source(word.of(text)) || is_option(word.of(text)));
    let legal = arguments.iter().all(|word| is_source(word.of(text)) || is_option(word.of(text)));
    if disabled && !(builds && legal) {
        return None;
    }
    Some(Module {
        name: *name,
        enabled: !disabled,
        hashes,
        section: Section::Static,
        arguments: arguments.to_vec(),
        is_definition,
        continues,
        line,
    })
}

/// A source, object or library, by the endings that makesetup knows.
fn is_source(word: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 14] = [
        b".c", b".C", b".m", b".cc", b".c++", b".cxx", b".cpp", b".o", b".a", b".so", b".sl", b".dylib",
        b".def", b".mm",
    ];
    ENDINGS.iter().any(|ending| word.len() > ending.len() && word.ends_with(ending))
}

/// An option, a variable reference, or a substitution of configure.
fn is_option(word: &[u8]) -> bool {
    (word.len() > 1 && (word[0] == b'-' || word[0] == b'$') && word != b"--")
        || (word.len() > 2 && word.starts_with(b"@") && word.ends_with(b"@"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, enabled: bool) -> Vec<&str> {
        Setup::parse(text.as_bytes())
            .modules
            .iter()
            .filter(|m| m.enabled == enabled)
            .map(|m| &text[m.name.start..m.name.end])
            .collect()
    }

    #[test]
    fn prose_is_no_disabled_module() {
        let text = "# cStringIO and cPickle\n#cStringIO cStringIO.c\n#cPickle cPickle.c # fast\n\
                    # socket line above, and a.c too\n#see also x.c\n";
        assert_eq!(names(text, false), ["cStringIO", "cPickle"]);
    }

    #[test]
    fn a_disabled_module_may_go_on_over_disabled_lines() {
        let text = "#_ssl _ssl.c \\\n#\t-DUSE_SSL \\\n#\t-lssl\nposix posixmodule.c # x\n";
        let setup = Setup::parse(text.as_bytes());
        assert_eq!(setup.modules[0].hashes.len(), 3);
        assert_eq!(setup.modules[0].arguments.len(), 3);
        assert_eq!(names(text, true), ["posix"]);
    }

    #[test]
    fn a_marker_governs_the_lines_below_it() {
        let text = "a a.c\n#*shared*\nb b.c\n*shared*\nc c.c\n*static*\nd d.c\n*disabled*\ne\n";
        let setup = Setup::parse(text.as_bytes());
        let sections: Vec<_> = setup.modules.iter().map(|m| m.section).collect();
        assert_eq!(
            sections,
            [Section::Static, Section::Static, Section::Shared, Section::Static, Section::Disabled]
        );
    }

    #[test]
    fn a_definition_is_told_from_a_module_with_an_equals_sign() {
        let text = "DESTLIB=$(LIBDEST)\n#SSL=/usr/local/ssl\nz z.c -DX=1\n";
        let setup = Setup::parse(text.as_bytes());
        assert_eq!(setup.variables.iter().map(|v| v.enabled).collect::<Vec<_>>(), [true, false]);
        assert_eq!(names(text, true), ["z"]);
    }
}
