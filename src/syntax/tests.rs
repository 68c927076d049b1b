//! The parsers that never fail accept any bytes, and every span they return lies in the file.

use proptest::prelude::*;

use super::makefile::Makefile;
use super::setup::Setup;
use super::{m4, shell};
use crate::text::Span;

fn of_makefile(text: &[u8]) -> Vec<Span> {
    let makefile = Makefile::parse(text);
    let rules = makefile.rules.iter().flat_map(|rule| {
        let words = rule.targets.iter().chain(&rule.prerequisites).chain(&rule.recipe).copied();
        words.chain([rule.colon, rule.header, rule.span]).collect::<Vec<_>>()
    });
    let variables = makefile.variables.iter().flat_map(|v| [v.name, v.operator, v.value]);
    rules.chain(variables).collect()
}

fn of_setup(text: &[u8]) -> Vec<Span> {
    let setup = Setup::parse(text);
    let modules = setup.modules.iter().flat_map(|module| {
        let parts = module.hashes.iter().chain(&module.arguments).copied();
        parts.chain([module.name, module.line]).collect::<Vec<_>>()
    });
    let variables = setup.variables.iter().flat_map(|v| [v.name, v.value, v.line]);
    modules.chain(variables).collect()
}

fn of_shell(text: &[u8]) -> Vec<Span> {
    let commands = shell::commands(text, Span::new(0, text.len()));
    assert!(commands.iter().all(|command| !command.words.is_empty()));
    commands.into_iter().flat_map(|command| command.words).collect()
}

fn of_m4(text: &[u8]) -> Vec<Span> {
    let definitions = m4::definitions(text).into_iter().flat_map(|d| [d.name, d.span]);
    definitions.chain(m4::problem(text).map(|problem| problem.span)).collect()
}

fn check(text: &[u8]) -> Result<(), TestCaseError> {
    for spans in [of_makefile(text), of_setup(text), of_shell(text), of_m4(text)] {
        for span in spans {
            prop_assert!(span.end <= text.len(), "{span:?}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&text)?;
    }

    #[test]
    fn any_pieces_are_read_without_panic(pieces in proptest::collection::vec(prop::sample::select(vec![
        "a", ":", "=", " ", "\t", "\n", "\r\n", "\\", "\\\n", "#", "$", "$(", "${", ")", "}", "(", "[", "]", ",", "'", "\"", "`", ";", "&",
        "|", "@", "*shared*", "a.c", "-l", "export ", "dnl", "m4_define(", "AC_DEFUN([a], [", "case x in ", "\u{e9}",
    ]), 0..40)) {
        check(pieces.concat().as_bytes())?;
    }
}
