//! `m4.add-branch`.

use super::branch::{Layout, patterns_near};
use super::statements::check_code;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::Edge;
use crate::syntax::m4::{Branch, Case, Dialect, M4File};

arguments! {
    /// `m4.add-branch`: adds a branch to a `case` or `AS_CASE`, written as its neighbours are. A `;;` that is missing before it is
    /// added.
    ///
    /// It refuses a branch after `*`, which is never reached, and a `case` without a branch to write another one like.
    ///
    /// ```yaml
    /// file: configure.ac
    /// within: {section: DYNLOADFILE}
    /// m4.add-branch: {before: '*', pattern: 'Kestrel*', text: 'DYNLOADFILE="dynload_demo.o"'}
    /// ```
    /// ```diff
    ///  AC_MSG_CHECKING([DYNLOADFILE])
    ///  case $ac_sys_system in
    ///  hp*|HP*) DYNLOADFILE="dynload_hpux.o";;
    /// +Kestrel*) DYNLOADFILE="dynload_demo.o";;
    ///  *) DYNLOADFILE="dynload_stub.o";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// within: {case: $ac_sys_system}
    /// m4.add-branch: {after: iOS, pattern: Kestrel, text: 'MULTIARCH="x"'}
    /// ```
    /// ```diff
    ///  AS_CASE([$ac_sys_system],
    ///    [iOS], [MULTIARCH=""],
    /// +  [Kestrel], [MULTIARCH="x"],
    ///    [MULTIARCH=$triplet]
    ///  )
    /// ```
    one_of(at, before, after)
    pub struct AddBranch {
        /// `start` or `end` of the only `case` in the scope.
        at: Option<Edge>,
        /// The pattern of the branch before which it is put, or one pattern of its list. `*` is also the default of an `AS_CASE`.
        before: Option<String>,
        /// The pattern of the branch after which it is put.
        after: Option<String>,
        /// The patterns of the branch, without quotes and parenthesis: `A*|B*`.
        pattern: String; not_empty,
        /// The statements of the branch.
        text: Text,
    }
}

impl AddBranch {
    /// The case, and the branch next to which the new one is put, if it has any.
    fn place<'a>(&self, site: &'a Site<'_>) -> Result<(&'a Case, Option<&'a Branch>), Failure> {
        let m4 = site.file.m4();
        let Some(edge) = self.at else {
            let pattern = self.before.as_ref().or(self.after.as_ref()).map_or("", String::as_str);
            let found = m4.find_branches(pattern, site.scope);
            return match found[..] {
                [(case, branch)] => Ok((case, Some(branch))),
                [] => {
                    let miss = Miss::new(format!("no branch `{pattern}` was found"));
                    Err(miss.near(patterns_near(m4, pattern, site.scope)).into())
                }
                _ => {
                    let what = format!("expected 1 branch `{pattern}`, found {}", found.len());
                    Err(Failure::ambiguous(what, found.iter().map(|(_, branch)| branch.span.start)))
                }
            };
        };
        let inside: Vec<&Case> = m4.cases().iter().filter(|case| site.scope.contains(case.span)).collect();
        let is_inner = |case: &Case| {
            inside.iter().any(|other| other.span.len() > case.span.len() && other.span.contains(case.span))
        };
        let outer: Vec<&Case> = inside.iter().copied().filter(|case| !is_inner(case)).collect();
        match outer[..] {
            [case] if edge == Edge::Start => Ok((case, case.branches.first())),
            [case] => Ok((case, case.branches.last())),
            [] => Err(Miss::new("no `case` was found").into()),
            _ => {
                let what = format!("expected 1 `case`, found {}", outer.len());
                Err(Failure::ambiguous(what, outer.iter().map(|case| case.span.start)))
            }
        }
    }

    /// Whether the case has the branch: the failure if it has another one with the same pattern.
    fn is_made(&self, site: &Site<'_>, m4: &M4File, case: &Case) -> Result<Option<usize>, Failure> {
        let own = m4.find_branches(&self.pattern, case.span);
        let Some((_, branch)) = own.first() else { return Ok(None) };
        let body = branch.body;
        if m4.is(body, m4.parse_like(site.texts.get(&self.text)).code()) {
            return Ok(Some(branch.span.start));
        }
        let why = format!("the `case` has a branch `{}` already, with other statements", self.pattern.trim());
        Err(Failure::refused(why, branch.span.start))
    }
}

impl AddBranch {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, texts: &Texts, dialect: Dialect) -> Result<(), String> {
        let AddBranch { at, before, after, pattern, text } = self;
        let given = usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
        ensure(given == 1, "needs one of `at`, `before` and `after`")?;
        ensure(!pattern.trim().is_empty(), "has an empty pattern")?;
        check_code(pattern.as_bytes(), dialect)?;
        check_code(texts.get(text), dialect)
    }
}

impl Operate for AddBranch {
    fn describe(&self) -> Description<'_> {
        // A pattern like `*` is everywhere.
        let pattern = self.before.as_ref().or(self.after.as_ref());
        let telling = pattern.filter(|pattern| pattern.chars().any(char::is_alphanumeric));
        let anchor = telling.map_or(Anchor::File, |pattern| Anchor::Text(pattern.clone()));
        Description::new(anchor).label(self.pattern.clone()).texts([&self.text]).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Text(pattern) = anchor else { return false };
        match (&mut self.before, &mut self.after) {
            (Some(before), _) => *before = pattern,
            (None, Some(after)) => *after = pattern,
            (None, None) => return false,
        }
        true
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let m4 = site.file.m4();
        let (case, neighbour) = self.place(site)?;
        if let Some(at) = self.is_made(site, m4, case)? {
            return already(at);
        }
        let Some(neighbour) = neighbour else {
            return refused("the `case` has no branch to write another one like", case.span.start);
        };
        let after = self.after.is_some() || self.at == Some(Edge::End);
        let is_default = neighbour.pattern.is_none_or(|pattern| m4.is(pattern, b"*"));
        if after && is_default {
            return refused("no branch after `*` is ever reached", neighbour.span.start);
        }
        let layout = Layout::new(site.file, case, neighbour);
        let text = site.texts.get(&self.text);
        change_at(vec![neighbour.span], layout.add(self.pattern.trim(), text, after))
    }
}
