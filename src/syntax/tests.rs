//! The parsers that never fail accept any bytes, and every span they return lies in the file.

use proptest::prelude::*;

use super::spans::{of_m4, of_makefile, of_setup, of_shell};

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
