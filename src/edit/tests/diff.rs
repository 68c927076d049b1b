//! `diff`.

use crate::edit::testing::on;

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
    let near = format!("{}  max-offset: 5\n", patch(HUNK));
    let (what, near) = on("f.c", &far).missing(&near);
    assert_eq!(what, "hunk 1 (line 2 of the patch's file) does not fit");
    assert_eq!(near, ["b"]);
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
    assert_eq!(on("h.c", "b\nc\nd\n").refused(&both), "the patch has 2 files, none of them h.c");
    let twice = in_yaml(&format!("--- a/f.c\n+++ b/f.c\n{HUNK}--- a/f.c\n+++ b/f.c\n{HUNK}"));
    assert_eq!(on("f.c", "b\nc\nd\n").refused(&twice), "the patch has 2 sections for f.c");
}

#[test]
fn a_patch_that_changes_more_than_lines_is_refused() {
    let rename = "diff --git a/g.c b/f.c\nsimilarity index 90%\nrename from g.c\nrename to f.c\n--- a/g.c\n+++ b/f.c\n@@ -1 +1 @@\n-b\n+x\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(rename)).contains("renames"));
    let create =
        "diff --git a/f.c b/f.c\nnew file mode 100644\n--- /dev/null\n+++ b/f.c\n@@ -0,0 +1 @@\n+x\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(create)).contains("adds the file"));
    let delete =
        "diff --git a/f.c b/f.c\ndeleted file mode 100644\n--- a/f.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(delete)).contains("removes the file"));
    let binary = "diff --git a/f.c b/f.c\nindex 123..456 100644\nBinary files a/f.c and b/f.c differ\n";
    assert!(on("f.c", "b\n").refused(&in_yaml(binary)).contains("binary"));
    let git_binary = "diff --git a/f.c b/f.c\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 3\nKcmZQzU|?i`00961\n\nliteral 2\nJcmZQzU}^vW00961\n\n";
    on("f.c", "b\n").refused(&in_yaml(git_binary));
    for garbage in
        ["hello", "@@ -1 +1 @@", "--- a/f.c\n+++ b/f.c\n", "--- a/f.c\n+++ b/f.c\n@@ -1,9 +1,9 @@\n x\n"]
    {
        on("f.c", "b\n").refused(&in_yaml(garbage));
    }
}

#[test]
fn an_addition_without_context_is_refused() {
    let why = on("f.c", "a\nb\n").refused(&patch("@@ -1,0 +2 @@\n+x\n"));
    assert_eq!(why, "hunk 1 of the patch has no line to match");
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
}

#[test]
fn a_removal_without_context_is_refused() {
    let case = on("f", "a\nb\nc\nfoo\n");
    assert!(
        case.refused("diff: {patch: \"--- a/f\\n+++ b/f\\n@@ -3,1 +2,0 @@\\n-foo\\n\"}")
            .contains("no line to match")
    );
}
