use super::*;

fn parse(text: &str) -> Patch {
    Patch::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn error(text: &str) -> String {
    Patch::parse(text.as_bytes()).expect_err("the patch is damaged")
}

const HUNK: &str = "@@ -1,2 +1,2 @@\n a\n-b\n+c\n";

#[test]
fn a_plain_section_after_a_git_section_is_its_own() {
    let git = format!("diff --git a/x.c b/x.c\nindex 1..2 100644\n--- a/x.c\n+++ b/x.c\n{HUNK}");
    let empty = "diff --git a/e.py b/e.py\nnew file mode 100644\nindex 000..e69\n";
    let plain = format!("--- a/y.c.orig\t2014-05-27\n+++ b/y.c\t2014-05-27\n{HUNK}");
    let svn = format!("Index: z.c\n=======\n--- z.c\t(revision 1)\n+++ z.c\t(working copy)\n{HUNK}");
    for text in [
        format!("{git}{empty}{plain}{svn}"),
        format!("{svn}{plain}text\n{empty}{git}"),
        format!("{empty}{svn}-- \n2.39\nFrom: a\n---\n x.c | 2 +-\n\n{git}{plain}"),
    ] {
        let patch = parse(&text);
        assert_eq!(patch.sections.len(), 4, "{text}");
        for (name, hunks) in [("x.c", 1), ("e.py", 0), ("y.c", 1), ("z.c", 1)] {
            let found = patch.sections_for(name);
            assert_eq!(found.len(), 1, "{name} of\n{text}");
            assert_eq!(found[0].hunks.len(), hunks);
        }
        assert!(patch.sections_for("w.c").is_empty());
    }
}

/// The names of two sections, of which the second is `--- b/other` and so on.
fn named(line: &str, path: &str) -> bool {
    let text = format!("--- {line}\n+++ {line}\n{HUNK}--- a/other.c\n+++ b/other.c\n{HUNK}");
    parse(&text).sections_for(path).len() == 1
}

#[test]
fn a_name_may_be_followed_by_blanks_and_any_date() {
    for date in [
        "",
        "\t2020-10-05 20:37:58.000000000 +0530",
        "    2020-10-05 20:37:58.000000000 +0530",
        " 2020-10-05",
        "  \tMon Oct  5 20:37:58 2020",
        " Mon Oct  5 20:37:58 2020",
        "   Mon Oct 05 20:37:58 2020 +0200",
        "  5 Oct 2020 10:11:12 -0000      1.22",
        " Oct 5 2020",
        "  Mo 5. Okt 20:37:58 2020",
        "  20/10/05 20:37:58",
        "\t(revision 123)",
        "  (working copy)",
        " 2020-10-05T20:37:58Z",
    ] {
        assert!(named(&format!("p/Lib/ident.py{date}"), "Lib/ident.py"), "{date}");
        assert!(named(&format!("p/my 2 files.py{date}"), "my 2 files.py"), "{date}");
    }
}

#[test]
fn leading_directories_of_a_name_are_ignored() {
    for name in [
        "./Lib/a.py",
        "Lib/a.py",
        "a/Lib/a.py",
        "/tmp//x/./Lib/a.py",
        "Python-2.7/Lib/a.py",
        "\"p/Lib/a.py\"",
    ] {
        assert!(named(name, "Lib/a.py"), "{name}");
    }
    assert!(named("\"a/caf\\303\\251 \\\"x.py\"", "caf\u{e9} \"x.py"));
    // `a/` and `b/` are the only prefix of git.
    let two = format!("--- a/Lib/uuid.py\n+++ b/Lib/uuid.py\n{HUNK}--- a/x.py\n+++ b/x.py\n{HUNK}");
    assert!(parse(&two).sections_for("uuid.py").is_empty());
    assert_eq!(parse(&two).sections_for("Lib/uuid.py").len(), 1);
}

#[test]
fn a_section_has_the_name_of_any_of_its_header_lines() {
    for header in [
        "Index: Lib/a.py\n=====\nRCS file: /cvs/Lib/a.py,v\ndiff -u -r1.2 a.py\n--- a.py 5 Oct 2020 10:11:12 -0000 1.2\n+++ a.py",
        "==== //depot/main/Lib/a.py#5 (text) ====\n",
        "diff -r 1234 Lib/a.py\n--- a/Lib/a.py\tMon Oct 05 2020\n+++ b/Lib/a.py\tMon Oct 05 2020",
        "diff --git Lib/a.py Lib/a.py\n--- Lib/a.py\n+++ Lib/a.py",
        "--- Lib/a.py\n+++ Lib/a.py.new",
        "--- Lib/a.py~\n+++ Lib/a.py",
        "--- //depot/main/Lib/a.py\t2020\n+++ /home/x/Lib/a.py\t2020",
        "--- /dev/null\n+++ Lib/a.py",
        "--- Lib/a.py\n+++ /dev/null 1 Jan 1970",
    ] {
        let text = format!("{header}\n{HUNK}--- Lib/b.py\n+++ Lib/b.py\n{HUNK}");
        assert_eq!(parse(&text).sections_for("Lib/a.py").len(), 1, "{header}");
        assert_eq!(parse(&text).sections_for("Lib/b.py").len(), 1, "{header}");
    }
}

#[test]
fn a_section_adds_or_removes_a_file_in_every_spelling() {
    let adds = |header: &str| parse(&format!("{header}\n@@ -0,0 +1 @@\n+x\n")).sections[0].effect;
    let removes = |header: &str| parse(&format!("{header}\n@@ -1 +0,0 @@\n-x\n")).sections[0].effect;
    for none in [
        "/dev/null",
        "/dev/null\tThu Jan  1 00:00:00 1970",
        "/dev/null   2020-01-02",
        "a//dev/null",
        "dev/null",
        "NUL",
        "a/x.c\t1970-01-01 00:00:00.000000000 +0000",
        "a/x.c  1970-01-01 01:00:00 +0100",
        "a/x.c\t1969-12-31 19:00:00.000000000 -0500",
        "a/x.c\tThu Jan  1 00:00:00 1970",
        "a/x.c Wed Dec 31 16:00:00 1969",
        "a/x.c\tThu Jan 01 00:00:00 1970 +0000",
    ] {
        assert_eq!(adds(&format!("--- {none}\n+++ b/x.c")), Effect::Adds, "{none}");
        assert_eq!(removes(&format!("--- a/x.c\n+++ {none}")), Effect::Removes, "{none}");
    }
    assert_eq!(adds("--- a/x.c\n+++ b/x.c"), Effect::Adds);
    assert_eq!(removes("--- a/x.c\n+++ b/x.c"), Effect::Changes);
}

#[test]
fn a_damaged_hunk_is_named_with_its_line_and_what_is_wrong() {
    let head = "--- a/x\n+++ b/x\n";
    let first = "@@ -1,2 +1,2 @@\n a\n-b\n+c\n";
    for (hunk, what) in [
        (
            "@@ -9,5 +9,2 @@\n a\n-b\n",
            "hunk 2 (line 7 of the patch) is cut off: its header says 5 old and 2 new lines, and the patch ends before",
        ),
        (
            "@@ -9,1 +9,1 @@\n a\n-b\n+c\n",
            "hunk 2 (line 7 of the patch) has more lines than it says: its header says 1 old and 1 new lines, and line 9 is one more",
        ),
        (
            "@@ -9,2 +9,1 @@\n a\n+c\n-b\n",
            "hunk 2 (line 7 of the patch) has more new lines than it says: its header says 2 old and 1 new lines, and line 9 is one more",
        ),
        (
            "@@ -9,4 +9,4 @@\n a\n-b\n+c\n@@ -20 +20 @@\n-a\n+b\n",
            "hunk 2 (line 7 of the patch) has fewer lines than it says: its header says 4 old and 4 new lines, and line 11 begins the next hunk",
        ),
        (
            "@@ -9,4 +9,4 @@\n a\n-b\n+c\nhello\n",
            "hunk 2 (line 7 of the patch) is damaged: its header says 4 old and 4 new lines, and line 11 begins neither with a blank nor with `-` or `+`",
        ),
        ("@@ -x,4 +9,4 @@\n a\n", "hunk 2 (line 7 of the patch) has an invalid header: `@@ -x,4 +9,4 @@`"),
        (
            "\n@@ -9,2 +9,2 @@\n a\n-b\n+c\n",
            "the hunk at line 8 has no header: write `--- NAME` and `+++ NAME` above it",
        ),
    ] {
        assert_eq!(error(&format!("{head}{first}{hunk}")), what);
    }
}

#[test]
fn a_diff_of_another_format_is_not_left_out_silently() {
    let head = format!("--- a/x\n+++ b/x\n{HUNK}");
    for other in [
        "*** a/y\t2020\n--- b/y\t2020\n***************\n*** 1,2 ****\n",
        "diff y y\n1,2c3\n< a\n---\n> b\n",
        "text\n   --- a/y\n   +++ b/y\n   @@ -1 +1 @@\n   -a\n   +b\n",
    ] {
        assert!(error(&format!("{head}{other}")).contains("only unified diffs"), "{other}");
    }
}

#[test]
fn directories_are_left_out_as_patch_counts_them() {
    let path = |name: &str, level: usize| {
        parse(&format!("--- {name}\n+++ {name}\n{HUNK}")).sections[0].path(Some(level))
    };
    for (name, level, left) in [
        ("./src/a.c", 1, Some("src/a.c")),
        ("/src/a.c", 1, Some("src/a.c")),
        ("old//src/a.c", 1, Some("src/a.c")),
        ("x/./src/a.c", 2, Some("src/a.c")),
        ("x/./src/a.c", 1, Some("src/a.c")),
        ("a.c", 1, None),
        ("x/", 1, None),
    ] {
        assert_eq!(path(name, level).as_deref(), left, "{name} -p{level}");
    }
}

#[test]
fn a_name_may_have_a_tab_where_another_one_is_before_the_date() {
    assert!(named("p/my\tfile.py\t2020-10-05 20:37:58 +0530", "my\tfile.py"));
    assert!(named("p/file.py\tmy\tfile", "file.py"));
}

#[test]
fn a_copy_next_to_the_file_is_not_the_file() {
    for (old, new) in [("a/x.c", "b/x.c.new"), ("a/x.c", "b/x.c~"), ("a/x.c.orig", "b/x.c")] {
        let patch = parse(&format!("--- {old}\n+++ {new}\n{HUNK}"));
        assert_eq!(patch.sections[0].path(None).as_deref(), Some("x.c"), "{old} {new}");
    }
    let patch = parse(&format!("--- a/x.c\n+++ b/x.cpp\n{HUNK}"));
    assert_eq!(patch.sections[0].path(None).as_deref(), Some("x.cpp"));
    assert_eq!(patch.sections[0].paths(Some(1)), ["x.cpp", "x.c"]);
}

#[test]
fn text_that_looks_like_a_header_is_text_without_a_hunk() {
    let text = format!("It changes\n--- run(x);\n+++ y = x;\n+++ run(y);\n\n--- a/x.c\n+++ b/x.c\n{HUNK}");
    let patch = parse(&text);
    assert_eq!(patch.sections.len(), 1);
    assert_eq!(patch.sections[0].path(None).as_deref(), Some("x.c"));
    assert!(text[first_line(text.as_bytes())..].starts_with("--- a/x.c"));
    assert_eq!(parse(&format!("@@ -, +, @@\n--- a/x.c\n+++ b/x.c\n{HUNK}")).sections.len(), 1);
}

#[test]
fn hunks_that_would_take_minutes_are_too_many() {
    assert_eq!(too_many(5_000, 30_000), None);
    let why = too_many(100_000, 100_000).unwrap();
    assert_eq!(why, "100000 hunks are too many for a file of 100000 lines: divide the patch");
    assert!(too_many(usize::MAX, 2).is_some());
}
