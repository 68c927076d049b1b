//! Finds the module lines, variables and sections of Modules/Setup, as makesetup reads it.
//!
//! makesetup strips everything from `#` on, so a disabled module is a comment that would be a
//! module line without its `#`. Only makesetup's own rules for the words of a line tell it from
//! prose (`# cStringIO and cPickle`).

use super::makefile;
use crate::text::{Span, line_from, skip_blanks};

/// How a module would be linked, as the last marker above it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// `*static*`, and the beginning of a file: into the interpreter.
    #[default]
    Static,
    /// `*shared*` or `*noconfig*`: as a shared library.
    Shared,
    /// `*disabled*` (3.x): not at all.
    Disabled,
}

/// A line that builds a module, or would without its `#`.
#[derive(Debug, Clone)]
pub struct Module {
    /// The module's name.
    pub name: Span,
    /// The `@MODULE_NAME_TRUE@` before the name, which configure replaces by `#` or nothing.
    pub condition: Option<Span>,
    /// Whether makesetup sees the line, if configure does not put a `#` before it.
    pub enabled: bool,
    /// For a disabled line: the `#` of each of its physical lines.
    pub hashes: Vec<Span>,
    /// Its section.
    pub section: Section,
    /// Sources, options and libraries after the name, without the comment.
    pub arguments: Vec<Span>,
    /// Whether there is a `=` in it: makesetup takes every such line for a definition.
    pub is_definition: bool,
    /// Whether its last line ends in a backslash: an enabled line would continue on the next one.
    pub continues: bool,
    /// Whether its last line that is not empty does so: an enabled line would continue on what follows the comments and
    /// empty lines below it.
    pub is_open: bool,
    /// The whole logical line with its line end.
    pub line: Span,
}

impl Module {
    /// Where its first word begins: the condition, or the name.
    pub fn start(&self) -> usize {
        self.condition.unwrap_or(self.name).start
    }
}

/// A line that begins a section: `*shared*`.
#[derive(Debug, Clone)]
pub struct Marker {
    /// The code of the line.
    pub code: Span,
    /// The section; `None` if configure writes which one (`*@MODULE_BUILDTYPE@*`).
    pub section: Option<Section>,
    /// The whole line with its line end.
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
    /// Whether its last line ends in a backslash: an enabled line would continue on the next one.
    pub continues: bool,
    /// The whole line with its line end.
    pub line: Span,
}

/// A parsed Setup file.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Lines of modules, enabled and disabled, in order.
    pub modules: Vec<Module>,
    /// Definitions, in order.
    pub variables: Vec<Variable>,
    /// The lines that begin a section, in order.
    pub markers: Vec<Marker>,
    /// The section in force at the end of the file.
    pub last_section: Section,
    /// Whether the last line ends in a backslash, so that it would continue on an appended one.
    pub continues: bool,
}

impl Setup {
    /// Parses `text`.
    pub fn parse(text: &[u8]) -> Setup {
        let mut setup = Setup::default();
        let mut at = 0;
        while at < text.len() {
            let line = logical_line(text, at);
            at = line.end;
            let first = skip_blanks(text, line.start, line.end);
            let enabled = text.get(first) != Some(&b'#');
            let body = Span::new((first + usize::from(!enabled)).min(line.end), line.end);
            let code = code(text, line);
            let section = section(code.of(text));
            if enabled && (section.is_some() || code.of(text).starts_with(b"*@")) {
                setup.last_section = section.unwrap_or(setup.last_section);
                setup.markers.push(Marker { code, section, line });
                continue;
            }
            // Most lines are prose: no name follows the `#`.
            let named =
                text.get(body.start).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'@'));
            if !enabled && !named {
                continue;
            }
            if let Some(variable) = variable(text, body, line, enabled) {
                setup.variables.push(variable);
            } else {
                setup.modules.extend(module(text, body, line, enabled, setup.last_section));
            }
        }
        let mut backwards = text.rsplit(|b| *b == b'\n');
        let last = backwards.find(|line| !is_comment(line) && !line.trim_ascii().is_empty());
        setup.continues = last.is_some_and(|line| ends_in_backslash(line, Span::new(0, line.len())));
        setup
    }
}

/// A physical line, and those it continues on. A disabled line continues on disabled lines only; an
/// enabled one continues after comments and empty lines, which makesetup drops before it joins lines.
fn logical_line(text: &[u8], start: usize) -> Span {
    let mut line = line_from(text, start);
    if !line.of(text).contains(&b'\\') {
        return line;
    }
    let disabled = is_comment(line.of(text));
    let mut end = line.end;
    let mut continues = ends_in_backslash(text, line);
    while continues && end < text.len() {
        let next = line_from(text, end);
        let comment = is_comment(next.of(text));
        end = next.end;
        if !disabled && (comment || next.of(text).trim_ascii().is_empty()) {
            continue;
        }
        if disabled && !comment {
            break;
        }
        line.end = end;
        continues = ends_in_backslash(text, next);
    }
    if continues && !disabled {
        // Nothing but comments follows, and a line that is appended after them would be joined.
        line.end = text.len();
    }
    line
}

/// Whether the first byte of a physical line that is not blank is `#`.
fn is_comment(line: &[u8]) -> bool {
    line.get(skip_blanks(line, 0, line.len())) == Some(&b'#')
}

/// A physical line without the blanks and the `#` before it, and without the comment and the
/// blanks after it.
fn code(text: &[u8], line: Span) -> Span {
    let first = skip_blanks(text, line.start, line.end);
    let start = first + usize::from(text[first..line.end].starts_with(b"#"));
    let rest = &text[start..line.end];
    let end = rest.iter().position(|b| *b == b'#').unwrap_or(rest.len());
    Span::new(start, start + rest[..end].trim_ascii_end().len())
}

fn ends_in_backslash(text: &[u8], line: Span) -> bool {
    code(text, line).of(text).ends_with(b"\\")
}

/// The code of each physical line of a logical one, without the comments between enabled lines.
fn code_lines(text: &[u8], line: Span, enabled: bool) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = line.start;
    while at < line.end {
        let physical = line_from(text, at);
        at = physical.end;
        if !(enabled && is_comment(physical.of(text))) {
            found.push(code(text, physical));
        }
    }
    found
}

/// The section that a line begins.
pub fn section(code: &[u8]) -> Option<Section> {
    match code {
        b"*static*" | b"*doconfig*" => Some(Section::Static),
        b"*shared*" | b"*noconfig*" => Some(Section::Shared),
        b"*disabled*" => Some(Section::Disabled),
        _ => None,
    }
}

/// `NAME=value`, without blanks around the `=`. makesetup takes every line with a `=` for a
/// definition, but in CPython's own files a `=` after the first word (`-DX=1`) is a module's.
fn variable(text: &[u8], body: Span, line: Span, enabled: bool) -> Option<Variable> {
    let bytes = body.of(text);
    let length = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if length == 0 || bytes[0].is_ascii_digit() || bytes.get(length) != Some(&b'=') {
        return None;
    }
    let name = Span::new(body.start, body.start + length);
    let value = name.end + 1;
    let lines = code_lines(text, line, enabled);
    let mut end = value;
    for (i, code) in lines.iter().enumerate() {
        let mut bytes = code.of(text);
        if i + 1 == lines.len() {
            // A backslash at the end of the last line is not part of the value.
            bytes = bytes.strip_suffix(b"\\").unwrap_or(bytes).trim_ascii_end();
        }
        if !bytes.is_empty() {
            end = end.max(code.start + bytes.len());
        }
    }
    let continues = lines.last().is_some_and(|code| code.of(text).ends_with(b"\\"));
    Some(Variable { name, value: Span::new(value, end), enabled, continues, line })
}

fn module(text: &[u8], body: Span, line: Span, enabled: bool, section: Section) -> Option<Module> {
    let lines = code_lines(text, line, enabled);
    let mut words: Vec<Span> = Vec::new();
    for code in &lines {
        words.extend(makefile::words(text, *code));
        // The backslash is a word where a comment or blanks followed it.
        words.pop_if(|word| word.of(text) == b"\\");
    }
    let (first, arguments) = words.split_first()?;
    if !enabled && first.start != body.start {
        // `#name source.c` disables a module; `# name ...` is prose in every Setup of CPython.
        return None;
    }
    let (condition, name) = without_condition(text, *first);
    let is_name = |word: &[u8]| {
        word.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
    };
    if !is_name(name.of(text)) || name.of(text) == b"include" {
        return None;
    }
    let builds = |word: &Span| is_source(word.of(text)) || is_option(word.of(text));
    if !enabled && (arguments.is_empty() || !arguments.iter().all(builds)) {
        return None;
    }
    let hashes = if enabled { &[][..] } else { &lines[..] };
    Some(Module {
        name,
        condition,
        enabled,
        hashes: hashes.iter().map(|code| Span::new(code.start - 1, code.start)).collect(),
        section,
        arguments: arguments.to_vec(),
        is_definition: lines.iter().any(|code| code.of(text).contains(&b'=')),
        continues: lines.last().is_some_and(|code| code.of(text).ends_with(b"\\")),
        is_open: lines
            .iter()
            .rfind(|code| !code.is_empty())
            .is_some_and(|code| code.of(text).ends_with(b"\\")),
        line,
    })
}

/// Splits `@MODULE_NAME_TRUE@name`.
fn without_condition(text: &[u8], word: Span) -> (Option<Span>, Span) {
    let rest = word.of(text).strip_prefix(b"@");
    match rest.and_then(|rest| rest.iter().position(|b| *b == b'@')) {
        Some(length) => {
            let end = word.start + length + 2;
            (Some(Span::new(word.start, end)), Span::new(end, word.end))
        }
        None => (None, word),
    }
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
    fn prose_is_not_a_disabled_module() {
        let text = "# cStringIO and cPickle\n#cStringIO cStringIO.c\n#cPickle cPickle.c # fast\n\
                    # socket line above, and a.c too\n#see also x.c\n";
        assert_eq!(names(text, false), ["cStringIO", "cPickle"]);
    }

    #[test]
    fn a_disabled_module_may_continue_on_disabled_lines() {
        let text = "#_ssl _ssl.c \\\n#\t-DUSE_SSL \\\n#\t-lssl\nposix posixmodule.c # x\n";
        let setup = Setup::parse(text.as_bytes());
        assert_eq!(setup.modules[0].hashes.len(), 3);
        assert_eq!(setup.modules[0].arguments.len(), 3);
        assert_eq!(names(text, true), ["posix"]);
    }

    #[test]
    fn a_marker_applies_to_the_lines_below_it() {
        let text = "a a.c\n#*shared*\nb b.c\n*shared*\nc c.c\n*static*\nd d.c\n*disabled*\ne\n";
        let setup = Setup::parse(text.as_bytes());
        let sections: Vec<_> = setup.modules.iter().map(|m| m.section).collect();
        assert_eq!(
            sections,
            [Section::Static, Section::Static, Section::Shared, Section::Static, Section::Disabled]
        );
    }

    #[test]
    fn a_condition_of_configure_is_not_part_of_the_name() {
        let text = "*@MODULE_BUILDTYPE@*\n@MODULE_A_TRUE@a a.c\n#@MODULE_B_TRUE@b b.c\n#@MODULE_C_TRUE@ is c.c\n@D@\n";
        assert_eq!((names(text, true), names(text, false)), (vec!["a"], vec!["b"]));
        let setup = Setup::parse(text.as_bytes());
        assert_eq!(setup.modules[0].condition.map(Span::len), Some(15));
        assert_eq!(setup.markers.iter().map(|one| one.section).collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn a_module_may_have_an_equals_sign_in_an_option() {
        let text = "DESTLIB=$(LIBDEST)\n#SSL=/usr/local/ssl\nz z.c -DX=1\n";
        let setup = Setup::parse(text.as_bytes());
        assert_eq!(setup.variables.iter().map(|v| v.enabled).collect::<Vec<_>>(), [true, false]);
        assert_eq!(names(text, true), ["z"]);
    }
}
