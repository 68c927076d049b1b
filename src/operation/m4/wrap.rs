//! `m4.wrap`.

use super::layout::Style;
use super::statements::{Statements, check_code};
use crate::operation::arguments::arguments;
use crate::operation::lines::leading_blanks;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::Units;
use crate::syntax::m4::{self, Block, BlockKind, Dialect, M4File};
use crate::text::{line_bounds, lines};

arguments! {
    /// `m4.wrap`: puts whole statements into an `if`, or into the only branch of a new `case`, written as those of the file are.
    ///
    /// It refuses a part of a statement. Texts of several lines in the statements, such as here-documents, are not indented.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.wrap: {from: 'AC_DEFINE([HAVE_DEMO]', if: 'test "$with_demo" = yes', otherwise: DEMO=}
    /// ```
    /// ```diff
    ///  if test "$GCC" = yes; then
    ///    OPT=-O3
    ///  fi
    /// -AC_DEFINE([HAVE_DEMO], [1],
    /// -          [the demo])
    /// +if test "$with_demo" = yes; then
    /// +  AC_DEFINE([HAVE_DEMO], [1],
    /// +            [the demo])
    /// +else
    /// +  DEMO=
    /// +fi
    ///  AC_OUTPUT
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.wrap: {from: AC_FOO, to: AC_BAR, case: $ac_sys_system, branch: Linux*}
    /// ```
    /// ```diff
    /// -AC_FOO
    /// -AC_BAR
    /// +case $ac_sys_system in
    /// +  Linux*)
    /// +    AC_FOO
    /// +    AC_BAR
    /// +    ;;
    /// +esac
    ///  AC_OUTPUT
    /// ```
    one_of(r#if, case)
    pub struct Wrap {
        /// The first code to wrap, with the statement that it is in.
        from: String,
        /// The last code to wrap.
        to: Option<String>,
        /// The commands of an `if` around the statements: `test "$with_foo" = yes`.
        r#if: Option<String>,
        /// What a `case` around the statements compares: `$ac_sys_system`.
        case: Option<String>,
        /// The patterns of the branch of that `case`: `A*|B*`.
        branch: Option<String>,
        /// The statements of the other case: of the `else`, or of a branch `*`.
        otherwise: Option<Text>,
    }
}

/// What is around the statements.
#[derive(Clone, Copy)]
enum Frame<'a> {
    If(&'a str),
    Case(&'a str, &'a str),
}

impl Wrap {
    fn frame(&self) -> Frame<'_> {
        match &self.r#if {
            Some(condition) => Frame::If(condition.trim()),
            None => Frame::Case(
                self.case.as_deref().unwrap_or_default().trim(),
                self.branch.as_deref().unwrap_or_default().trim(),
            ),
        }
    }

    /// The whole statements from a match of `from` to the one of `to`, with the block that has them.
    fn statements<'a>(&self, site: &Site<'a>, from: Span) -> Result<(&'a Block, Span), Failure> {
        let last = match &self.to {
            None => from,
            Some(to) => {
                let found = Statements.find(site.file, to.as_bytes(), Span::new(from.start, site.scope.end));
                only_match(site.file, to, &found)?
            }
        };
        let none = || Failure::refused("this is not part of a statement", from.start);
        site.file.m4().statements(Span::new(from.start, last.end)).ok_or_else(none)
    }

    /// Whether a block consists of these statements, and is in such an `if` or `case`.
    fn is_made(&self, site: &Site<'_>, block: &Block, statements: Span) -> bool {
        let m4 = site.file.m4();
        let own = m4.parse_like(self.otherwise.as_ref().map_or(&b""[..], |text| site.texts.get(text)));
        let (first, last) = (block.statements.first(), block.statements.last());
        let is_all = first.is_some_and(|first| first.start == statements.start)
            && last.is_some_and(|last| last.end == statements.end);
        is_all
            && match self.frame() {
                Frame::If(condition) => {
                    is_in_if(m4, block, condition, self.otherwise.as_ref().map(|_| own.code()))
                }
                Frame::Case(subject, pattern) => {
                    let all = m4.find_cases(subject, site.file.span()).into_iter();
                    let mut all =
                        all.filter(|case| case.branches.first().is_some_and(|b| b.body == block.span));
                    all.any(|case| {
                        let has = |index: usize, wanted: &str| {
                            let own = case.branches.get(index).and_then(|branch| branch.pattern);
                            own.is_some_and(|own| m4.is(own, wanted.as_bytes()))
                        };
                        has(0, pattern)
                            && match &self.otherwise {
                                None => case.branches.len() == 1,
                                Some(_) => has(1, "*") && m4.is(case.branches[1].body, own.code()),
                            }
                    })
                }
            }
    }

    /// The lines before and after the statements, and the blanks that these get.
    fn lines(&self, site: &Site<'_>, at: usize, margin: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let ending = line_ending(&site.file.bytes);
        let style = Style::near(site.file, at, margin);
        let line = |blanks: &[u8], text: &str| [margin, blanks, text.as_bytes(), ending].concat();
        let other = |blanks: &[u8]| {
            let text = self.otherwise.as_ref().map(|text| site.texts.get(text))?;
            Some(Statements.indented(site.file, text, &[margin, blanks].concat()))
        };
        match self.frame() {
            Frame::If(condition) => {
                let before = if style.then_has_own_line {
                    [line(b"", &format!("if {condition}")), line(b"", "then")].concat()
                } else {
                    line(b"", &format!("if {condition}; then"))
                };
                let other = other(&style.step).map(|other| [line(b"", "else"), other].concat());
                (before, [other.unwrap_or_default(), line(b"", "fi")].concat(), style.step)
            }
            Frame::Case(subject, pattern) => {
                let (outer, inner) =
                    (&style.pattern_step, [&style.pattern_step[..], &style.body_step].concat());
                let before =
                    [line(b"", &format!("case {subject} in")), line(outer, &format!("{pattern})"))].concat();
                let end = line(&inner, ";;");
                let other = other(&inner).map(|other| [line(outer, "*)"), other, end.clone()].concat());
                (before, [end, other.unwrap_or_default(), line(b"", "esac")].concat(), inner)
            }
        }
    }
}

impl Wrap {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, texts: &Texts, dialect: Dialect) -> Result<(), String> {
        let is_empty = |code: &String| code.trim().is_empty();
        ensure(!is_empty(&self.from) && !self.to.as_ref().is_some_and(is_empty), "has an empty anchor")?;
        ensure(self.r#if.is_some() != self.case.is_some(), "needs either `if` or `case`")?;
        ensure(
            self.case.is_some() == self.branch.is_some(),
            "needs `branch` with `case`: the pattern of its branch",
        )?;
        self.otherwise.as_ref().map_or(Ok(()), |text| check_code(texts.get(text), dialect))?;
        match self.frame() {
            Frame::If(condition) => {
                check_code(condition.as_bytes(), dialect)?;
                let parsed = M4File::parse(format!("if {condition}\nthen :; fi").as_bytes(), dialect);
                let own = Span::new(3, 3 + condition.len());
                let is_condition = parsed.conditions().iter().any(|one| one.span == own);
                ensure(is_condition, "has an `if` that is not a command of the shell: `test \"$X\" = yes`")
            }
            Frame::Case(subject, pattern) => {
                check_code(subject.as_bytes(), dialect)?;
                check_code(pattern.as_bytes(), dialect)?;
                let text = format!("case {subject} in {pattern}) :;; esac");
                let parsed = M4File::parse(text.as_bytes(), dialect);
                let is_case = parsed.cases().last().is_some_and(|case| {
                    let is = |span: Span, wanted: &str| span.of(text.as_bytes()) == wanted.as_bytes();
                    is(case.subject, subject)
                        && matches!(&case.branches[..], [only] if only.pattern.is_some_and(|own| is(own, pattern)))
                });
                ensure(is_case, "has a `case` or a `branch` that the shell would not read so")?;
                let is_reached = self.otherwise.is_none() || pattern != "*";
                ensure(is_reached, "has an `otherwise` that is never reached: the branch is `*`")
            }
        }
    }
}

impl Operate for Wrap {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.from.clone())).texts(&self.otherwise).within()
    }

    moves_to!(self, Anchor::Text(from) => self.from = from);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let found = Statements.find(file, self.from.as_bytes(), site.scope);
        // The statements for the other case may have the code once more.
        let all = found.iter().filter_map(|from| self.statements(site, *from).ok());
        if let Some((_, done)) = all.into_iter().find(|(block, all)| self.is_made(site, block, *all)) {
            return already(done.start);
        }
        let (_, statements) = self.statements(site, only_match(file, &self.from, &found)?)?;
        let unit = file.m4().whole_lines(statements);
        let line = Span::new(line_bounds(text, unit.start).start, statements.start).of(text);
        // Statements that begin in the middle of a line are indented from their column.
        let margin: Vec<u8> = line.iter().map(|b| if *b == b'\t' { b'\t' } else { b' ' }).collect();
        let (before, after, step) = self.lines(site, unit.start, &margin);
        let mut deltas =
            vec![Rewrite::insert(statements.start, [&before[margin.len()..], &margin, &step].concat())];
        for line in lines(unit.of(text)).skip(1) {
            let at = unit.start + line.start;
            let code = line.of(unit.of(text));
            let is_directive = m4::without_comments(code).starts_with(b"#");
            if !code.trim_ascii().is_empty() && !file.m4().is_verbatim(at) && !is_directive {
                let blanks = leading_blanks(code);
                let common = blanks.iter().zip(&margin).take_while(|(a, b)| a == b).count();
                // Blanks in front of a tab would not move the code.
                let after_tabs = blanks.iter().rposition(|b| *b == b'\t').map_or(0, |last| last + 1);
                let place = if step.ends_with(b" ") { common.max(after_tabs) } else { common };
                deltas.push(Rewrite::insert(at + place, step.clone()));
            }
        }
        let has_own_end = unit.end == text.len() || text[..unit.end].ends_with(b"\n");
        deltas.push(if has_own_end {
            insert_lines(text, unit.end, &after)
        } else {
            Rewrite::insert(unit.end, [line_ending(text), after.trim_ascii_end()].concat())
        });
        change_at(vec![unit], deltas)
    }
}

/// Whether a block is the first of an `if` with this condition, and with this `else` or none.
fn is_in_if(m4: &M4File, block: &Block, condition: &str, otherwise: Option<&[u8]>) -> bool {
    let code = m4.code();
    let is_head = |head: Span| {
        let between = Span::new(head.end, block.span.start).of(code).trim_ascii();
        let before = code[..head.start].trim_ascii_end();
        between.strip_prefix(b";").unwrap_or(between).trim_ascii() == b"then"
            && before.ends_with(b"if")
            && !before.ends_with(b"elif")
    };
    let mut heads = m4.conditions().iter().map(|one| one.span).filter(|head| head.end <= block.span.start);
    if block.kind != BlockKind::Body || !heads.any(|head| m4.is(head, condition.as_bytes()) && is_head(head))
    {
        return false;
    }
    let Some(otherwise) = otherwise else { return code[block.span.end..].starts_with(b"fi") };
    let other = m4.blocks().iter().find(|other| other.span.start == block.span.end + 4);
    code[block.span.end..].starts_with(b"else")
        && other.is_some_and(|other| {
            let own = other.statements.first().zip(other.statements.last());
            let own = own.map_or(other.span, |(first, last)| Span::new(first.start, last.end));
            m4.is(own, otherwise) && code[other.span.end..].starts_with(b"fi")
        })
}

/// The only match of code.
fn only_match(file: &ParsedFile, code: &str, found: &[Span]) -> Result<Span, Failure> {
    let what = format!("the code `{}`", code.split_whitespace().collect::<Vec<_>>().join(" "));
    match found[..] {
        [one] => Ok(one),
        [] => Err(Miss::new(format!("{what} was not found")).near(near_lines(file, code, &[])).into()),
        _ => {
            let what = format!("expected 1 match of {what}, found {}", found.len());
            Err(Failure::ambiguous(what, found.iter().map(|span| span.start)))
        }
    }
}
