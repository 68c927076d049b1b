//! Places new functions, methods and classes of Python after the one that they follow.

use super::scopes::Outline;
use crate::merge::{Edit, Kind, Line, Placed, Versions, is_definition};

/// New definitions after the one that they follow in the old version, if the new one has it in the same class or module.
/// `outlines` are those of the old file, the same with the change, and the new file.
pub(super) fn sibling(versions: &Versions, edit: &Edit, outlines: &[Outline; 3]) -> Option<Placed> {
    let [old, ours, new] = outlines;
    let is_said = |at: &usize| !versions.ours[*at].is_blank();
    let (first, last) = (edit.other.clone().find(is_said)?, edit.other.clone().rev().find(is_said)?);
    let is_comment = |line: &Line| line.text.trim_ascii_start().starts_with(b"#");
    let head = (first..=last).find(|at| !is_comment(&versions.ours[*at]))?;
    if !edit.base.is_empty() || !is_definition(&versions.ours[head]) {
        return None;
    }
    // What is added is whole definitions of one class or module, and nothing after them.
    let is_added = |range: &std::ops::Range<usize>| first <= range.start && range.end <= last + 1;
    let parent = |name: &str| name.rsplit_once('.').map(|(parent, _)| parent.to_owned());
    let added: Vec<_> = ours.scopes.iter().filter(|(_, range)| is_added(range)).collect();
    let class = parent(&added.iter().find(|(_, range)| range.start == head)?.0);
    let mut outer = added.iter().filter(|(name, _)| parent(name) == class);
    let is_inside =
        |name: &str| outer.clone().any(|(one, _)| name == one || name.starts_with(&format!("{one}.")));
    if !added.iter().all(|(name, _)| is_inside(name)) || outer.next_back()?.1.end != last + 1 {
        return None;
    }
    let before =
        old.scopes.iter().filter(|(name, range)| parent(name) == class && range.end <= edit.base.start);
    let (name, range) = before.max_by_key(|(_, range)| range.end)?;
    if !versions.base[range.end..edit.base.start].iter().all(Line::is_blank) {
        return None;
    }
    old.only(name)?;
    let place = new.only(name)?.end;
    let blanks = versions.ours[..first].iter().rev().take_while(|line| line.is_blank()).count();
    let with = [&vec![versions.line(b""); blanks], &versions.ours[first..=last]].concat();
    Some(edit.placed(place..place, with, Kind::Gap))
}

#[cfg(test)]
mod tests {
    use super::sibling;
    use crate::carry::scopes::Outline;
    use crate::merge::{Algorithm, Versions, edits};

    /// The new version with the only edit after the definition that it follows.
    fn placed(base: &str, ours: &str, theirs: &str) -> Option<String> {
        let versions = Versions::new(base.as_bytes(), ours.as_bytes(), &theirs.as_bytes().to_vec().into());
        let all = edits(&versions.base, &versions.ours, Algorithm::Histogram);
        let [edit] = &all[..] else { panic!("{all:?}") };
        let outlines = [base, ours, theirs].map(|text| Outline::of("m.py", text.as_bytes()));
        let placed = sibling(&versions, edit, &outlines)?;
        let (head, rest) = versions.theirs.split_at(placed.theirs.start);
        Some(String::from_utf8(Versions::text(&[head, &placed.with, rest].concat())).unwrap())
    }

    const BASE: &str = "\
class A:
    def first(self):
        return 1

    def second(self):
        return 2


def last():
    return 0
";

    const NEW: &str = "    def new(self):\n        def inner():\n            pass\n        return inner\n";

    fn with_new(text: &str) -> String {
        text.replace("return 2\n", &format!("return 2\n\n{NEW}"))
    }

    #[test]
    fn a_method_goes_after_the_one_that_it_follows() {
        // Upstream added some there, too, and another class with the same methods.
        let third = "\n    def third(self):\n        return 3\n";
        let theirs = BASE.replace("return 2\n", &format!("return 2\n{third}"));
        let theirs = format!("{theirs}\n\n{}", BASE.replace("class A", "class B").replace("last", "end"));
        let expected = theirs.replacen("return 2\n", &format!("return 2\n\n{NEW}"), 1);
        assert_eq!(placed(BASE, &with_new(BASE), &theirs), Some(expected));
    }

    #[test]
    fn what_is_not_in_the_class_or_there_twice_is_no_place() {
        let elsewhere = BASE.replace("    def second", "class B:\n    def second");
        assert_eq!(placed(BASE, &with_new(BASE), &elsewhere), None);
        let twice = format!("{BASE}\n\n{BASE}");
        assert_eq!(placed(BASE, &with_new(BASE), &twice), None);
    }

    #[test]
    fn only_whole_definitions_right_after_another_are_placed() {
        let and_more = with_new(BASE).replace("return inner\n", "return inner\n    attribute = 1\n");
        assert_eq!(placed(BASE, &and_more, BASE), None);
        let base = BASE.replace("return 2\n", "return 2\n    attribute = 1\n");
        let ours = base.replace("attribute = 1\n", &format!("attribute = 1\n\n{NEW}"));
        assert_eq!(placed(&base, &ours, &base), None);
    }
}
