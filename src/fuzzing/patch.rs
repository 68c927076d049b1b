//! A patch and the file that it is for.

use super::{LONGEST, SEPARATOR};
use crate::edit::testing::{MemoryTree, try_patchset};
use crate::plan::plan;
use crate::syntax::patch::Patch;
use crate::text::{apply, reverse};
use crate::tree::{File, OverlayTree};

/// The first part is a file, the second a patch of it. If the patch fits, it can be reversed, and a second time it changes
/// nothing.
pub fn patch(text: &[u8]) {
    let at = text.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let Some(at) = at.filter(|_| text.len() <= LONGEST) else { return };
    let (file, patch) = (&text[..=at], &text[at + SEPARATOR.len()..]);
    let _ = Patch::parse(patch);
    let Ok(patch) = serde_json::to_string(&String::from_utf8_lossy(patch)) else { return };
    let edit = format!("  - {{id: e, why: w, file: f.c, diff: {{patch: {patch}}}}}\n");
    let Ok(patchset) = try_patchset(&edit) else { return };
    let tree = MemoryTree::of([("f.c", file)]);
    let first = plan(&patchset, &tree).unwrap();
    if !first.fits() {
        return;
    }
    for change in &first.changes {
        let bytes = |file: &Option<File>| file.as_ref().map_or(Vec::new(), |file| file.bytes.to_vec());
        let (before, after) = (bytes(&change.before), bytes(&change.after));
        assert_eq!(apply(&after, &reverse(&before, &change.rewrites)).unwrap(), before);
    }
    let again = plan(&patchset, &OverlayTree::new(&tree, &first.changes)).unwrap();
    assert!(again.changes.is_empty());
}
