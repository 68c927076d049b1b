//! Definitions that a patch adds, and that the new version has at the same place: to add them again is never right.

use std::collections::BTreeSet;

use super::scopes::Scopes;
use crate::merge::{Kind, Merge, Versions};
use crate::text::{Span, lines};

/// What both sides define.
pub(super) struct Again {
    /// The names of the functions, methods and classes, those in classes with a dot.
    pub names: Vec<String>,
    /// Whether the patch does nothing else.
    pub is_all: bool,
}

/// What edits define that the old file, `base`, does not define, and the new one, `theirs`, does; `None` if it is nothing, or another
/// language than Python: C defines a function in each branch of an `#if`.
pub(super) fn again(name: &str, versions: &Versions, merge: &Merge, sides: [&[u8]; 3]) -> Option<Again> {
    if !name.ends_with(".py") {
        return None;
    }
    let [base, ours, theirs] = sides;
    let (old, changed, new) = (Scopes::of(name, base)?, Scopes::of(name, ours)?, Scopes::of(name, theirs)?);
    let names =
        |scopes: &Scopes| -> BTreeSet<String> { scopes.all().into_iter().map(|(name, _)| name).collect() };
    let (old, new) = (names(&old), names(&new));
    // What is indented and in no class is in a branch, and another one may define it, too.
    let is_in_branch =
        |name: &str, span: Span| !name.contains('.') && matches!(ours.get(span.start), Some(b' ' | b'\t'));
    let mut both = changed.all();
    both.retain(|(name, span)| new.contains(name) && !old.contains(name) && !is_in_branch(name, *span));
    let starts: Vec<usize> = lines(ours).map(|line| line.start).collect();
    let (mut is_all, mut found) = (true, BTreeSet::new());
    for edit in merge.edits.iter().filter(|edit| edit.kind != Kind::Already) {
        is_all &= edit.base.is_empty();
        for at in edit.ours.clone().filter(|at| !versions.ours[*at].is_blank()) {
            let start = *starts.get(at)?;
            let around = both.iter().filter(|(_, span)| span.start <= start && start < span.end);
            // What is in a new class or function comes with it.
            let outermost = around.max_by_key(|(_, span)| span.len());
            is_all &= outermost.is_some();
            found.extend(outermost.map(|(name, _)| name.clone()));
        }
    }
    (!found.is_empty()).then(|| Again { names: found.into_iter().collect(), is_all })
}

impl Again {
    /// The names, to be shown.
    pub fn shown(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::again;
    use crate::merge::{Algorithm, Merge, Versions};

    /// What `ours` and `theirs` both add to `base`, and whether that is all of ours.
    fn both(name: &str, base: &str, ours: &str, theirs: &str) -> Option<(String, bool)> {
        let versions = Versions::new(base.as_bytes(), ours.as_bytes(), &theirs.as_bytes().to_vec().into());
        let merge = Merge::new(&versions, Algorithm::Histogram);
        let found = again(name, &versions, &merge, [base.as_bytes(), ours.as_bytes(), theirs.as_bytes()])?;
        Some((found.shown(), found.is_all))
    }

    const BASE: &str = "class A:\n    def one(self):\n        return 1\n\n\ndef last():\n    return 0\n";

    #[test]
    fn a_function_that_both_add_in_different_forms() {
        let ours =
            format!("{BASE}\n\n@manager\ndef limit(depth=75):\n    def inner():\n        pass\n    yield\n");
        let theirs = BASE.replace("def last", "def limit(depth=None):\n    return use(depth)\n\n\ndef last");
        assert_eq!(both("m.py", BASE, &ours, &theirs), Some(("`limit`".to_owned(), true)));
        // The patch does more.
        let more = ours.replace("return 1", "return 2");
        assert_eq!(both("m.py", BASE, &more, &theirs), Some(("`limit`".to_owned(), false)));
        // It is a method there.
        let method =
            BASE.replace("        return 1\n", "        return 1\n\n    def limit(self):\n        pass\n");
        assert_eq!(both("m.py", BASE, &ours, &method), None);
        // One of several branches.
        let branch = format!("{BASE}\n\nif a:\n    def limit(depth):\n        return depth\n");
        assert_eq!(both("m.py", BASE, &branch, &theirs), None);
        // The old version has it, too.
        let old = format!("def limit():\n    pass\n\n\n{BASE}");
        assert_eq!(both("m.py", &old, &format!("{old}\n\ndef limit():\n    return 3\n"), &old), None);
    }

    #[test]
    fn a_function_of_c_may_be_defined_in_each_branch() {
        let base = "int\none(void)\n{\n    return 1;\n}\n";
        let ours = format!("{base}\nint\ntwo(void)\n{{\n    return 2;\n}}\n");
        let theirs = format!("#ifdef TWO\nint\ntwo(void)\n{{\n    return 3;\n}}\n#endif\n\n{base}");
        assert_eq!(both("m.c", base, &ours, &theirs), None);
    }
}
