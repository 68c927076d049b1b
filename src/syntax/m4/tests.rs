//! Statements, cases and sections of small sources.

use super::Dialect;
use super::M4File;
use crate::text::Span;

const SOURCE: &str = r#"dnl it's a comment
AC_MSG_CHECKING(LDSHARED)
if test -z "$LDSHARED" # why
then
	case $ac_sys_system/$ac_sys_release in
	AIX*|aix*)
		BLDSHARED="a; fi"
		LDSHARED='x' ;;
	SunOS/5*)
		if test "$GCC" = "yes"
		then LDSHARED='$(CC)'
		else LDSHARED='$(CC) -G';
		fi ;;
	hp*) LDSHARED="ld -b";;
	*) LDSHARED="ld"
	esac
fi
AC_MSG_RESULT($LDSHARED)
AS_CASE([$ac_sys_system],
  [Darwin*], [MULTIARCH=""],
  [iOS], [
    if cmd; then
      AC_SUBST([A])dnl
    fi
  ],
  [MULTIARCH=$($CC --print 2>/dev/null)]
)
cat > x <<EOF
if it's
EOF
AC_TRY_RUN([
#include <a.h>
int main() { if (x) return 'a'; }
], x=yes, AC_DEFINE(X, 1,
  [don't]))
f () {
  a && b ||
    c | while read x; do d; done
}
AC_SUBST([B])
"#;

fn file() -> M4File {
    M4File::parse(SOURCE.as_bytes(), Dialect::M4)
}

fn all() -> Span {
    Span::new(0, SOURCE.len())
}

fn whole(code: &str) -> &'static str {
    let file = file();
    let found = file.find_code(code.as_bytes(), all());
    assert!(!found.is_empty(), "{code}");
    let (_, statements) = file.statements(found[0]).unwrap();
    let span = file.whole_lines(statements);
    &SOURCE[span.start..span.end]
}

#[test]
fn a_statement_has_all_its_lines() {
    assert_eq!(whole("LDSHARED='x'"), "\t\tLDSHARED='x'");
    assert_eq!(whole("BLDSHARED"), "\t\tBLDSHARED=\"a; fi\"\n");
    assert!(
        whole("if test \"$GCC\" = \"yes\"").starts_with("\t\tif")
            && whole("test \"$GCC\"").ends_with("\t\tfi")
    );
    assert_eq!(whole("LDSHARED='$(CC) -G'"), "LDSHARED='$(CC) -G';\n");
    assert_eq!(whole("ld -b"), "LDSHARED=\"ld -b\"");
    assert!(whole("if test -z \"$LDSHARED\" then").ends_with("\tesac\nfi\n"));
    assert_eq!(whole("AC_SUBST([A])"), "      AC_SUBST([A])dnl\n");
    assert_eq!(whole("MULTIARCH=\"\""), "MULTIARCH=\"\"");
    assert!(whole("it's").starts_with("cat > x") && whole("it's").ends_with("EOF\n"));
    assert_eq!(whole("AC_SUBST([B])"), "AC_SUBST([B])\n");
    assert_eq!(whole("d; done"), "  a && b ||\n    c | while read x; do d; done\n");
}

#[test]
fn a_word_of_an_argument_is_part_of_the_whole_call() {
    assert!(whole("X, 1").starts_with("AC_TRY_RUN([\n"), "{}", whole("X, 1"));
    assert!(whole("don't").ends_with("[don't]))\n"));
    assert_eq!(whole("B"), "AC_SUBST([B])\n");
}

#[test]
fn sections_cases_and_branches_are_found() {
    let file = file();
    let text = |span: Span| &SOURCE[span.start..span.end];
    let section = file.sections("LDSHARED", all());
    assert_eq!(section.len(), 1);
    assert!(text(section[0]).starts_with("AC_MSG_CHECKING") && text(section[0]).ends_with("($LDSHARED)"));
    let cases = file.find_cases("\"$ac_sys_system/$ac_sys_release\"", section[0]);
    assert_eq!(cases.len(), 1);
    assert!(text(cases[0].span).ends_with("esac"));
    assert!(file.find_cases("$ac_sys_system", section[0]).is_empty());
    let branch = |pattern: &str, outer: Span| -> Vec<&str> {
        file.find_branches(pattern, outer).iter().map(|(_, branch)| text(branch.span)).collect()
    };
    assert_eq!(branch("hp*", section[0]), ["hp*) LDSHARED=\"ld -b\";;"]);
    assert_eq!(branch("aix*", section[0]).len(), 1);
    assert_eq!(branch("AIX*|aix*", section[0]).len(), 1);
    assert_eq!(branch("*", section[0]), ["*) LDSHARED=\"ld\""]);
    assert_eq!(branch("*", all()).len(), 2);
    assert_eq!(branch("Darwin*", all()), ["[Darwin*], [MULTIARCH=\"\"]"]);
    assert_eq!(file.find_calls("AC_SUBST", Some("B"), all()).len(), 1);
}

#[test]
fn code_is_found_with_other_quotes() {
    let file = file();
    let found = |code: &str| -> Vec<&str> {
        file.find_unquoted(code.as_bytes(), all()).iter().map(|span| &SOURCE[span.start..span.end]).collect()
    };
    assert_eq!(found("AC_SUBST(A)"), ["AC_SUBST([A])"]);
    assert_eq!(found("AC_MSG_CHECKING([LDSHARED])"), ["AC_MSG_CHECKING(LDSHARED)"]);
    assert_eq!(found("AS_CASE($ac_sys_system"), ["AS_CASE([$ac_sys_system]"]);
}

#[test]
fn text_that_only_looks_like_shell_is_read_in_time() {
    for part in ["if\n", "case x in\n", "A([", "( ", "\"`", "a && if ", "for x in\n", "{ '"] {
        let text = part.repeat(100_000 / part.len());
        let start = std::time::Instant::now();
        M4File::parse(text.as_bytes(), Dialect::M4);
        assert!(start.elapsed().as_secs() < 30, "{part:?}: {:?}", start.elapsed());
    }
}

#[test]
fn a_keyword_may_be_the_last_word() {
    for text in [
        "case",
        "a\ncase ",
        "case x",
        "case x in",
        "case x in\n a",
        "if",
        "if x; then",
        "for",
        "while",
        "{",
        "(",
        "a |",
        "x() {",
    ] {
        for end in ["", "\n", " \\\n"] {
            let text = format!("{text}{end}");
            for dialect in [Dialect::M4, Dialect::Shell] {
                M4File::parse(text.as_bytes(), dialect);
            }
        }
    }
}
