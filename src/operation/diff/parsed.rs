//! Patches that were parsed a moment ago.
//!
//! Each change of an edit asks its patch for its own file: a patch of 40 files would be parsed more than 100 times in one plan, which was
//! most of the time of planning a distribution's series.

use std::cell::RefCell;
use std::rc::Rc;

use crate::contents::Contents;
use crate::syntax::patch::Patch;

/// How many patches are kept: more than a series has that matter.
const MOST: usize = 64;

/// The bytes of a patch, and what it says.
type Parsed = (Contents, Rc<Result<Patch, String>>);

thread_local! {
    static PARSED: RefCell<Vec<Parsed>> = const { RefCell::new(Vec::new()) };
}

/// What a patch says, or why it cannot be read. The bytes decide, so nothing that is kept can be out of date.
pub(super) fn parsed(bytes: &Contents) -> Rc<Result<Patch, String>> {
    PARSED.with_borrow_mut(|all| {
        if let Some((_, patch)) = all.iter().find(|(known, _)| known == bytes) {
            return Rc::clone(patch);
        }
        let patch = Rc::new(Patch::parse(bytes));
        if all.len() == MOST {
            all.remove(0);
        }
        all.push((bytes.clone(), Rc::clone(&patch)));
        patch
    })
}

#[cfg(test)]
mod tests {
    use super::{MOST, parsed};
    use crate::contents::Contents;

    #[test]
    fn a_patch_is_parsed_once_and_others_are_not_mixed_up() {
        let patch = |line: usize| -> Contents {
            format!("--- a/f\n+++ b/f\n@@ -{line} +{line} @@\n-a\n+b\n").into_bytes().into()
        };
        let first = parsed(&patch(1));
        assert!(std::rc::Rc::ptr_eq(&first, &parsed(&patch(1))));
        for line in 2..MOST + 3 {
            let patch = parsed(&patch(line));
            assert_eq!(patch.as_ref().as_ref().unwrap().sections[0].hunks[0].old_start, line - 1);
        }
        assert!(parsed(&b"--- a/f\n+++ b/f\n@@ -1,5 +1 @@\n-a\n".into()).is_err());
    }
}
