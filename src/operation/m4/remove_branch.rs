//! `m4.remove-branch`.

use super::branch::{Layout, patterns_near};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::m4::Dialect;

arguments! {
    /// `m4.remove-branch`: removes a branch of a `case` or `AS_CASE`, with its statements.
    ///
    /// It needs all patterns of the branch, so that a branch for others, too, is never removed.
    ///
    /// ```yaml
    /// file: configure.ac
    /// within: {section: CCSHARED}
    /// m4.remove-branch: {pattern: 'Linux-android*'}
    /// ```
    /// ```diff
    ///  AC_MSG_CHECKING([CCSHARED])
    ///  case $ac_sys_system in
    /// -  Linux-android*) ;;
    ///    Linux*|GNU*) CCSHARED="-fPIC";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// within: {case: $host}
    /// m4.remove-branch: {pattern: '*-*-emscripten|*-*-wasi', comment: true}
    /// ```
    /// ```diff
    ///  AS_CASE([$host],
    /// -  dnl no processes
    /// -  [*-*-emscripten|*-*-wasi], [with_fork=no],
    ///    [with_fork=yes]
    ///  )
    /// ```
    pub struct RemoveBranch {
        /// All patterns of the branch, without quotes and parenthesis: `A*|B*`.
        pattern: String; not_empty,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
    }
}

impl RemoveBranch {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, _texts: &Texts, _dialect: Dialect) -> Result<(), String> {
        ensure(!self.pattern.trim().is_empty(), "has an empty pattern")
    }
}

impl Operate for RemoveBranch {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.pattern.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(pattern) => self.pattern = pattern);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let m4 = site.file.m4();
        let found = m4.find_branches(&self.pattern, site.scope);
        let named = format!("branch `{}`", self.pattern.trim());
        match found[..] {
            [(case, branch)] => {
                let is_whole = branch.pattern.is_none_or(|pattern| m4.is(pattern, self.pattern.as_bytes()));
                if !is_whole {
                    let family = m4.dialect().family();
                    let why = format!(
                        "the branch has other patterns, too: name all of them, or write `{family}.replace-condition`"
                    );
                    return refused(why, branch.span.start);
                }
                let span = Layout::new(site.file, case, branch).removed(self.comment);
                change_at(vec![branch.span], vec![Rewrite::remove(span)])
            }
            [] => {
                // A removed branch leaves no trace. Where one is found that `pattern` may misspell, it was not removed.
                let near = patterns_near(m4, &self.pattern, site.scope);
                if near.is_empty() {
                    return already(site.scope.start);
                }
                let what = format!("no {named} was found, but similar ones were");
                let mut miss = Miss::new(what).near(near);
                // It may also have been removed next to similar ones, as a receipt can show.
                miss.results = vec![site.scope.start];
                Err(miss.into())
            }
            _ => {
                let what = format!("expected 1 {named}, found {}", found.len());
                Err(Failure::ambiguous(what, found.iter().map(|(_, branch)| branch.span.start)))
            }
        }
    }
}
