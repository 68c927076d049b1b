//! `diff`.

use crate::edit::Outcome;
use crate::edit::testing::{complaint, on, without};
use crate::operation::Delta;

fn patch(hunks: &str) -> String {
    in_yaml(&format!("--- a/f.c\n+++ b/f.c\n{hunks}"))
}

fn in_yaml(patch: &str) -> String {
    let lines: String = patch.lines().map(|line| format!("    {line}\n")).collect();
    format!("diff:\n  patch: |\n{lines}")
}

const HUNK: &str = "@@ -2,3 +2,4 @@\n b\n-c\n+C\n+D\n d\n";

#[test]
fn a_hunk_applies_at_its_line() {
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\n").changed(&patch(HUNK)), "a\nb\nC\nD\nd\ne\n");
    assert_eq!(on("f.c", "a\nb\nC\nD\nd\ne\n").already(&patch(HUNK)), [2]);
    let after = on("f.c", b"\xe9  \nb\nc\nd\n\xe9  ".as_slice()).changed_bytes(&patch(HUNK));
    assert_eq!(after, b"\xe9  \nb\nC\nD\nd\n\xe9  ");
}

#[test]
fn a_patch_may_have_git_mail_or_svn_headers() {
    let git = format!("diff --git a/f.c b/f.c\nindex 123..456 100644\n--- a/f.c\n+++ b/f.c\n{HUNK}");
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\n").changed(&in_yaml(&git)), "a\nb\nC\nD\nd\ne\n");
    let mail = format!("From: A\nSubject: b\n\nText.\n---\n f.c | 3 ++-\n\n{git}-- \n2.39.2\n");
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\n").changed(&in_yaml(&mail)), "a\nb\nC\nD\nd\ne\n");
    let svn = format!("Index: f.c\n=====\n--- f.c\t(revision 1)\n+++ f.c\t(working copy)\n{HUNK}");
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\n").changed(&in_yaml(&svn)), "a\nb\nC\nD\nd\ne\n");
}

#[test]
fn a_hunk_may_move_up_to_max_offset() {
    let far = format!("{}b\nc\nd\n", "x\n".repeat(30));
    assert_eq!(on("f.c", &far).changed(&patch(HUNK)), far.replace("c", "C\nD"));
    let with_offset = |offset: usize| format!("{}  max-offset: {offset}\n", patch(HUNK));
    match on("f.c", &far).outcome(&with_offset(28)) {
        Outcome::Missing { what, near, help, .. } => {
            assert_eq!(
                what,
                "hunk 1 (line 2 of the patch's file) fits only 29 lines from where the patch says"
            );
            assert_eq!(near[0].place.line, 31);
            assert_eq!(help.unwrap(), "if that is the place, write `max-offset: 29`");
        }
        other => panic!("{other:#?}"),
    }
    assert_eq!(on("f.c", &far).changed(&with_offset(29)), far.replace("c", "C\nD"));
}

#[test]
fn a_far_hunk_applies_if_it_fits_once_below_its_heading() {
    let far = |heading: &str| format!("int g(void)\n{}{heading}\n{{\nb\nc\nd\n", " x\n".repeat(300));
    let changed = |heading: &str| far(heading).replace("\nc\n", "\nC\nD\n");
    let hunk = |heading: &str| patch(&HUNK.replace("@@\n", &format!("@@ {heading}\n")));
    assert_eq!(on("f.c", far("int f(void)")).changed(&hunk("")), changed("int f(void)"));
    assert_eq!(on("f.c", far("int f(void)")).changed(&hunk("int f(voi")), changed("int f(void)"));
    let (what, near) = on("f.c", far("int f(void)")).missing(&hunk("int g(void)"));
    assert_eq!(what, "hunk 1 (line 2 of the patch's file) fits only 302 lines from where the patch says");
    assert_eq!(near, ["b"]);
    // Lines that are only removed are recognised by the words around them.
    let removal = patch("@@ -2,3 +2,2 @@\n before\n-c\n after\n");
    let far = format!("{}before\nc\nafter\n", "x\n".repeat(300));
    assert_eq!(on("f.c", &far).changed(&removal), far.replace("c\n", ""));
}

#[test]
fn a_hunk_that_fits_twice_far_away_names_both_places() {
    let far = format!("a\n{}b\nc\nd\n{}b\nc\nd\n", "x\n".repeat(300), "x\n".repeat(100));
    match on("f.c", &far).outcome(&patch(HUNK)) {
        Outcome::Missing { what, near, help, .. } => {
            let nearest = "the nearest of them 300 lines from where the patch says";
            assert_eq!(what, format!("hunk 1 (line 2 of the patch's file) fits in 2 places, {nearest}"));
            assert_eq!(near.iter().map(|near| near.place.line).collect::<Vec<_>>(), [302, 405]);
            assert!(help.unwrap().starts_with("give the hunk more context, or correct the line of its `@@`"));
        }
        other => panic!("{other:#?}"),
    }
    // With the advice, it fits at either.
    for (line, at) in [(302, 302), (405, 405)] {
        let corrected = patch(&HUNK.replace("-2,3", &format!("-{line},3")));
        assert_eq!(on("f.c", &far).changed(&corrected).lines().nth(at).unwrap(), "C");
    }
}

#[test]
fn max_offset_is_advised_only_where_the_hunks_before_still_fit() {
    let first = "@@ -2,3 +2,4 @@\n b\n-c\n+C\n+D\n d\n";
    let second = "@@ -6,3 +7,3 @@ int f(void)\n m\n-n\n+N\n o\n";
    let help = |far: &str| match on("f.c", far).outcome(&patch(&format!("{first}{second}"))) {
        Outcome::Missing { help, .. } => help.unwrap(),
        other => panic!("{other:#?}"),
    };
    let filler = "x\n".repeat(300);
    let near = format!("a\nx\nb\nc\nd\n{filler}m\nn\no\n");
    assert_eq!(help(&near), "if that is the place, write `max-offset: 299`");
    // The first hunk would have two places.
    let twice = format!("a\nx\nb\nc\nd\n{filler}b\nc\nd\n{filler}m\nn\no\n");
    let by = "if that is the place, correct the line of the hunk's `@@` by 602";
    assert_eq!(help(&twice), by);
}

#[test]
fn a_hunk_of_context_alone_is_made_wherever_it_fits() {
    let context = patch("@@ -2,3 +2,3 @@\n b\n c\n d\n");
    assert_eq!(on("f.c", "b\nc\nd\n").already(&context), [1]);
    on("f.c", "b\nc\nx\n").missing(&context);
}

#[test]
fn a_removed_line_that_is_there_in_another_form_is_not_gone() {
    let removal = patch("@@ -2,3 +2,2 @@\n }\n-b = 1\n {\n");
    on("f.c", "a\n}\nb = 2\n{\n\n}\n{\n").missing(&removal);
    assert_eq!(on("f.c", "a\nx\n}\n{\n").already(&removal), [3]);
}

#[test]
fn a_hunk_with_two_matches_is_ambiguous_unless_one_is_its_line() {
    assert_eq!(on("f.c", "a\na\na\nb\nc\nd\nb\nc\nd\n").ambiguous(&patch(HUNK)), [4, 7]);
    let own = on("f.c", "a\nb\nc\nd\nb\nc\nd\n");
    assert_eq!(own.changed(&patch(HUNK)), "a\nb\nC\nD\nd\nb\nc\nd\n");
}

#[test]
fn context_lines_must_match_exactly() {
    let (_, near) = on("f.c", "a\nb\nc\nd \ne\n").missing(&patch(HUNK));
    assert_eq!(near, ["d"]);
    on("f.c", "a\nc\nd\ne\n").missing(&patch(HUNK));
}

#[test]
fn lines_that_are_only_added_are_added_once() {
    let add = patch("@@ -1,2 +1,4 @@\n a\n+x\n+y\n b\n");
    assert_eq!(on("f.c", "a\nb\n").changed(&add), "a\nx\ny\nb\n");
    // The old lines still match after the new ones.
    let again = patch("@@ -1,2 +1,4 @@\n a\n+a\n+b\n b\n");
    assert_eq!(on("f.c", "a\nb\nc\n").changed(&again), "a\na\nb\nb\nc\n");
}

#[test]
fn one_of_two_hunks_may_be_applied_already() {
    let two = patch("@@ -1,2 +1,3 @@\n a\n+x\n b\n@@ -5,2 +6,2 @@\n e\n-f\n+F\n");
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\nf\n").changed(&two), "a\nx\nb\nc\nd\ne\nF\n");
    assert_eq!(on("f.c", "a\nx\nb\nc\nd\ne\nf\n").changed(&two), "a\nx\nb\nc\nd\ne\nF\n");
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\nF\n").changed(&two), "a\nx\nb\nc\nd\ne\nF\n");
}

#[test]
fn an_applied_hunk_is_searched_at_its_new_line() {
    // 300 lines are added above the second hunk.
    let lines: String = (0..300).map(|i| format!("+l{i}\n")).collect();
    let big = patch(&format!("@@ -1,2 +1,302 @@\n a\n{lines} b\n@@ -3,2 +303,2 @@\n c\n-d\n+D\n"));
    on("f.c", "a\nb\nc\nd\n").changed(&big);
}

#[test]
fn a_missing_newline_at_end_of_file_must_match() {
    let hunk =
        patch("@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n");
    assert_eq!(on("f.c", "a\nb").changed(&hunk), "a\nc");
    on("f.c", "a\nb\n").missing(&hunk);
    let ends = patch("@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
    assert_eq!(on("f.c", "a\nb").changed(&ends), "a\nb\n");
}

#[test]
fn a_patch_of_several_files_applies_the_section_of_the_file() {
    let other = "--- a/g.c\n+++ b/g.c\n@@ -1 +1 @@\n-b\n+x\n";
    let both = in_yaml(&format!("{other}--- a/f.c\n+++ b/f.c\n{HUNK}"));
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\n").changed(&both), "a\nb\nC\nD\nd\ne\n");
    let git = in_yaml(&format!(
        "diff --git a/g.c b/g.c\n{other}diff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n{HUNK}"
    ));
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\n").changed(&git), "a\nb\nC\nD\nd\ne\n");
    let why = on("h.c", "b\nc\nd\n").refused(&both);
    assert_eq!(why, "the patch has no section for h.c: it is for g.c, f.c");
}

#[test]
fn two_sections_for_a_file_are_applied_one_after_the_other() {
    let second = "--- a/f.c\n+++ b/f.c\n@@ -3,3 +3,3 @@\n C\n-D\n+d\n d\n";
    let other = "--- a/g.c\n+++ b/g.c\n@@ -1 +1 @@\n-b\n+x\n";
    for patch in [
        format!("--- a/f.c\n+++ b/f.c\n{HUNK}{second}"),
        format!("{other}--- a/f.c\n+++ b/f.c\n{HUNK}{other}{second}"),
    ] {
        assert_eq!(on("f.c", "a\nb\nc\nd\ne\n").changed(&in_yaml(&patch)), "a\nb\nC\nd\nd\ne\n");
        // The first one does not fit the result of the second.
        assert_eq!(on("f.c", "a\nb\nC\nd\nd\ne\n").already(&in_yaml(&patch)).len(), 1);
    }
    let adds =
        format!("--- /dev/null\n+++ b/f.c\n@@ -0,0 +1,4 @@\n+a\n+b\n+c\n+d\n--- a/f.c\n+++ b/f.c\n{HUNK}");
    assert_eq!(without("f.c").changed(&in_yaml(&adds)), "a\nb\nC\nD\nd\n");
    on("f.c", "a\nb\nC\nD\nd\n").already(&in_yaml(&adds));
}

#[test]
fn hunk_numbers_need_not_ascend_if_the_places_do() {
    let edited = patch("@@ -1,3 +1,2 @@\n a\n-b\n c\n@@ -8 +8 @@\n-d\n+D\n@@ -2,2 +2,3 @@\n e\n+x\n f\n");
    assert_eq!(on("f.c", "a\nb\nc\nd\ne\nf\n").changed(&edited), "a\nc\nD\ne\nx\nf\n");
    let (what, near) = on("f.c", "e\nf\na\nb\nc\nd\n").missing(&edited);
    assert_eq!(
        (what.as_str(), near),
        ("hunk 3 (line 2 of the patch's file) does not fit", vec!["e".to_owned()])
    );
}

#[test]
fn a_hunk_is_searched_from_where_the_one_before_it_was_found() {
    // As `patch`: the second hunk also fits at the line that it names, but the first one moved by two lines.
    let two = patch("@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -7,3 +7,3 @@\n x\n-y\n+Y\n z\n");
    let text = "1\n2\na\nb\nc\n6\nx\ny\nx\ny\nz\n";
    assert_eq!(on("f.c", text).changed(&two), "1\n2\na\nB\nc\n6\nx\ny\nx\nY\nz\n");
}

#[test]
fn a_patch_that_changes_more_than_lines_is_refused() {
    let rename = "diff --git a/g.c b/f.c\nsimilarity index 90%\nrename from g.c\nrename to f.c\n--- a/g.c\n+++ b/f.c\n@@ -1 +1 @@\n-b\n+x\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(rename)).contains("renames"));
    let binary = "diff --git a/f.c b/f.c\nindex 123..456 100644\nBinary files a/f.c and b/f.c differ\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(binary)).contains("binary"));
    let git_binary = "diff --git a/f.c b/f.c\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 3\nKc$}+X-~s>vbpV3^\n\nliteral 2\nJc$`b(0ssKe0BryO\n\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(git_binary)).contains("binary"));
    let link = "diff --git a/f.c b/f.c\nnew file mode 120000\n--- /dev/null\n+++ b/f.c\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n";
    assert!(without("f.c").refused(&in_yaml(link)).contains("symbolic link"));
    let svn = "--- f.c\t(revision 3)\n+++ f.c\t(nonexistent)\n@@ -1 +0,0 @@\n-b\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(svn)).contains("`file.remove`"));
}

#[test]
fn a_damaged_patch_is_an_invalid_patchset() {
    for (patch, what) in [
        ("hello", "has a patch without a hunk"),
        ("--- a/f.c\n+++ b/f.c\n", "has a patch without a hunk"),
        ("@@ -1 +1 @@", "the hunk at line 1 has no header"),
        ("--- a/f.c\n+++ b/f.c\n@@ -1,9 +1,9 @@\n x\n", "hunk 1 (line 3 of the patch) is cut off"),
    ] {
        let complaint = complaint(&in_yaml(patch));
        assert!(complaint.contains(what), "{complaint}");
    }
}

#[test]
fn a_file_that_a_patch_adds_is_added_with_its_mode() {
    let git =
        "diff --git a/f.c b/f.c\nnew file mode 100755\n--- /dev/null\n+++ b/f.c\n@@ -0,0 +1,2 @@\n+x\n+y\n";
    let parts = without("f.c").parts(&in_yaml(git));
    let [Delta::Add { bytes, executable: true }] = &parts[0].deltas[..] else { panic!("{parts:#?}") };
    assert_eq!(&bytes[..], b"x\ny\n");
    assert_eq!(
        on("f.c", "other\n").refused(&in_yaml(git)),
        "the patch adds the file, and another file of that name exists"
    );
    // The same file without the mode.
    assert_eq!(on("f.c", "x\ny\n").outcome(&in_yaml(git)).name(), "change");
    let plain =
        "--- f.c\t1970-01-01 01:00:00.000000000 +0100\n+++ f.c\t2020-01-01\n@@ -0,0 +1,2 @@\n+x\n+y\n";
    assert_eq!(without("f.c").changed(&in_yaml(plain)), "x\ny\n");
    on("f.c", "x\ny\n").already(&in_yaml(plain));
    let empty = "diff --git a/f.c b/f.c\nnew file mode 100644\nindex 0000000..e69de29\n";
    assert_eq!(without("f.c").changed(&in_yaml(empty)), "");
    on("f.c", "").already(&in_yaml(empty));
    // A section that adds nothing still needs its file.
    let (what, _) = without("f.c").missing(&patch(HUNK));
    assert_eq!(what, "the file `f.c` does not exist");
}

#[test]
fn a_file_that_a_patch_removes_must_have_its_lines() {
    let delete = "diff --git a/f.c b/f.c\ndeleted file mode 100644\n--- a/f.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n";
    let parts = on("f.c", "a\nb\n").parts(&in_yaml(delete));
    assert_eq!(parts[0].deltas, [Delta::Remove]);
    without("f.c").already(&in_yaml(delete));
    let (what, _) = on("f.c", "a\nb\nc\n").missing(&in_yaml(delete));
    assert_eq!(what, "the patch removes the file, and has only a part of its lines");
    on("f.c", "a\nc\n").missing(&in_yaml(delete));
    // Without a date of 1970 the file becomes empty.
    let emptied = "--- a/f.c\n+++ b/f.c\n@@ -1,2 +0,0 @@\n-a\n-b\n";
    assert_eq!(on("f.c", "a\nb\n").changed(&in_yaml(emptied)), "");
}

#[test]
fn a_patch_that_changes_the_mode_as_well_does_both() {
    let both =
        format!("diff --git a/f.c b/f.c\nold mode 100644\nnew mode 100755\n--- a/f.c\n+++ b/f.c\n{HUNK}");
    let parts = on("f.c", "a\nb\nc\nd\n").parts(&in_yaml(&both));
    assert!(
        matches!(parts[0].deltas[..], [Delta::Rewrite(_), Delta::Mode { executable: true }]),
        "{parts:#?}"
    );
    let only = "diff --git a/f.c b/f.c\nold mode 100644\nnew mode 100755\n";
    assert_eq!(on("f.c", "a\n").parts(&in_yaml(only))[0].deltas, [Delta::Mode { executable: true }]);
}

#[test]
fn an_addition_without_context_is_refused() {
    let why = on("f.c", "a\nb\n").refused(&patch("@@ -1,0 +2 @@\n+x\n"));
    assert_eq!(why, "hunk 1 (line 3 of the patch) has no line to match: give it context");
}

#[test]
fn adjacent_hunks_apply_or_are_refused() {
    let touching = patch("@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -3,3 +3,3 @@\n c\n-d\n+D\n e\n");
    let parts = on("f.c", "a\nb\nc\nd\ne\n").parts(&touching);
    assert!(parts[0].outcome.is_failure() || !parts[0].deltas.is_empty(), "{parts:?}");
}

#[test]
fn crlf_in_patch_and_file_is_kept() {
    let crlf = "diff:\n  patch: \"--- a/f.c\\n+++ b/f.c\\n@@ -1,2 +1,2 @@\\n a\\r\\n-b\\r\\n+c\\r\\n\"";
    assert_eq!(on("f.c", "a\r\nb\r\n").changed(crlf), "a\r\nc\r\n");
    on("f.c", "a\nb\n").missing(crlf);
    // `patch` ignores the `\r` of a patch whose headers have it, too.
    let mailed =
        "diff:\n  patch: \"--- a/f.c\\r\\n+++ b/f.c\\r\\n@@ -1,2 +1,2 @@\\r\\n a\\r\\n-b\\r\\n+c\\r\\n\"";
    assert_eq!(on("f.c", "a\r\nb\r\n").changed(mailed), "a\r\nc\r\n");
    assert_eq!(on("f.c", "a\nb\n").changed(mailed), "a\nc\n");
}

#[test]
fn a_removal_without_context_is_refused() {
    let case = on("f", "a\nb\nc\nfoo\n");
    assert!(
        case.refused("diff: {patch: \"--- a/f\\n+++ b/f\\n@@ -3,1 +2,0 @@\\n-foo\\n\"}")
            .contains("no line to match")
    );
}

#[test]
fn a_hunk_with_less_context_at_one_end_is_at_that_end_of_the_file() {
    let at_start = patch("@@ -1,2 +1,3 @@\n+N\n a\n b\n");
    let at_end = patch("@@ -3,2 +3,3 @@\n c\n d\n+N\n");
    assert_eq!(on("f.c", "a\nb\nc\nd\n").changed(&at_start), "N\na\nb\nc\nd\n");
    assert_eq!(on("f.c", "a\nb\nc\nd\n").changed(&at_end), "a\nb\nc\nd\nN\n");
    assert_eq!(on("f.c", "x\na\nb\nc\nd\n").changed(&at_end), "x\na\nb\nc\nd\nN\n");
    let (what, near) = on("f.c", "x\na\nb\nc\nd\n").missing(&at_start);
    let head =
        "hunk 1 (line 1 of the patch's file) has less context before its changes, as at the start of a file";
    assert_eq!(what, format!("{head}, and fits only elsewhere"));
    assert_eq!(near, ["a"]);
    match on("f.c", "a\nb\nc\nd\nx\n").outcome(&at_end) {
        Outcome::Missing { what, help, .. } => {
            assert!(
                what.ends_with("after its changes, as at the end of a file, and fits only elsewhere"),
                "{what}"
            );
            assert_eq!(help.unwrap(), "give it as much context there, or write `max-offset: 0`");
        }
        other => panic!("{other:#?}"),
    }
    // Who writes the distance has looked.
    let looked = |patch: &str| format!("{patch}  max-offset: 1\n");
    assert_eq!(on("f.c", "x\na\nb\nc\nd\n").changed(&looked(&at_start)), "x\nN\na\nb\nc\nd\n");
    assert_eq!(on("f.c", "a\nb\nc\nd\nx\n").changed(&looked(&at_end)), "a\nb\nc\nd\nN\nx\n");
    // What was added since does not matter.
    assert_eq!(on("f.c", "x\nN\na\nb\nc\nd\n").already(&at_start), [2]);
    assert_eq!(on("f.c", "a\nb\nc\nd\nN\nx\n").already(&at_end), [3]);
}
