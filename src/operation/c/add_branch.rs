//! `c.add-branch`.

use super::code::{body_indentation, check_between_lines, check_code, indented};
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::syntax::c::{Branch, CFile, Conditional, is_directive};

/// `c.add-branch`: adds a branch to an `#if` group.
///
/// It refuses a branch before the `#if` or after the `#else`, and a branch that the group has with other lines.
///
/// ```yaml
/// file: Python/thread.c
/// c.add-branch: {after: '#ifdef _POSIX_THREADS', directive: '#elif defined(YOD)', text: '#include "thread_yod.h"'}
/// ```
/// ```diff
///  #ifdef _POSIX_THREADS
///  #include "thread_pthread.h"
/// +#elif defined(YOD)
/// +#include "thread_yod.h"
///  #else
///  #error "none"
///  #endif
/// ```
/// ```yaml
/// file: Python/thread.c
/// within: {function: init}
/// c.add-branch: {after: '#ifdef MPI', directive: '#else', text: start();}
/// ```
/// ```diff
///  void init(void)
///  {
///  #ifdef MPI
///      broadcast();
/// +#else
/// +    start();
///  #endif
///  }
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["before"]}, {"required": ["after"]}])))]
pub struct AddBranch {
    /// The directive of the branch before which it is put: an `#elif` or `#else`.
    pub before: Option<String>,
    /// The directive of the branch after which it is put.
    pub after: Option<String>,
    /// The directive of the new branch: `#elif defined(X)`, `#else`.
    #[cfg_attr(test, schemars(regex(pattern = r"^\s*#\s*el")))]
    pub directive: String,
    /// The lines of the branch.
    pub text: Text,
}

impl AddBranch {
    fn neighbour(&self) -> &str {
        self.before.as_deref().or(self.after.as_deref()).unwrap_or_default()
    }

    fn is_else(&self) -> bool {
        is_directive(&self.directive, "#else")
    }

    /// The only branch of the neighbour's directive, and its group.
    fn place<'a>(&self, site: &Site<'a>) -> Result<(&'a Conditional, &'a Branch), Failure> {
        let c = site.file.c();
        let groups = c.conditionals().iter().filter(|group| site.scope.contains(group.span));
        let all = groups.flat_map(|group| group.branches.iter().map(move |branch| (group, branch)));
        let found: Vec<_> =
            all.clone().filter(|(_, b)| is_directive(&b.condition, self.neighbour())).collect();
        match found[..] {
            [one] => Ok(one),
            [] => {
                let names = all.map(|(_, b)| (b.directive.start, b.condition.as_str().into()));
                let what = format!("no branch `{}` was found", self.neighbour());
                Err(Miss::new(what).near(nearest(self.neighbour(), names)).into())
            }
            _ => {
                let what = format!("expected 1 branch `{}`, found {}", self.neighbour(), found.len());
                Err(Failure::ambiguous(what, found.iter().map(|(_, branch)| branch.directive.start)))
            }
        }
    }
}

impl Operate for AddBranch {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.neighbour().to_owned()))
            .label(self.directive.clone())
            .texts([&self.text])
            .within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let (Anchor::Text(code), Some(place)) = (anchor, self.before.as_mut().or(self.after.as_mut())) else {
            return false;
        };
        *place = code;
        true
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(self.before.is_some() != self.after.is_some(), "needs either `before` or `after`")?;
        let text = texts.get(&self.text);
        check_code([("text", text)])?;
        let rest = self.directive.trim().strip_prefix('#').map(str::trim_start).unwrap_or_default();
        let is_elif = rest.starts_with("elif") && rest.split_whitespace().count() > 1 && !rest.contains('\n');
        ensure(is_elif || self.is_else(), "needs a `directive` that is `#elif CONDITION` or `#else`")?;
        ensure(CFile::parse(text).unbalanced().is_none(), "has a `text` whose directives do not match")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let (group, neighbour) = self.place(site)?;
        if group.end.is_empty() {
            return refused("this `#if` has no `#endif`", group.span.start);
        }
        let own = site.texts.get(&self.text);
        let tokens = |file: &CFile, span: Span| -> Vec<Vec<u8>> {
            file.tokens_of(span).into_iter().map(|token| token.trim_ascii().to_vec()).collect()
        };
        if let Some(branch) = group.branches.iter().find(|b| is_directive(&b.condition, &self.directive)) {
            let wanted = tokens(&CFile::parse(own), Span::new(0, own.len()));
            if tokens(file.c(), branch.body) == wanted {
                return already(branch.directive.start);
            }
            let why = format!("the group has a branch `{}` already, with other lines", branch.condition);
            return refused(why, branch.directive.start);
        }
        let index = group.branches.iter().position(|branch| branch == neighbour).unwrap_or_default();
        let is_last = index + 1 == group.branches.len();
        if self.before.is_some() && index == 0 {
            return refused("a branch cannot be before the `#if`", neighbour.directive.start);
        }
        if self.after.is_some() && neighbour.condition == "#else" {
            return refused("no branch can be after the `#else`", neighbour.directive.start);
        }
        if self.is_else() && (self.before.is_some() || !is_last) {
            return refused("an `#else` must be the last branch", neighbour.directive.start);
        }
        let at = if self.before.is_some() { neighbour.directive.start } else { neighbour.body.end };
        check_between_lines(file, at)?;
        // `#  elif` in the spelling of the group.
        let line = neighbour.directive.of(text);
        let hash = line.iter().position(|b| *b == b'#').map_or(0, |hash| hash + 1);
        let blanks = line[hash..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let directive = self.directive.trim().trim_start_matches('#').trim_start();
        let ending = line_ending(text);
        let mut lines = [&line[..hash + blanks], directive.as_bytes(), ending].concat();
        let has_code = neighbour
            .body
            .of(text)
            .split(|b| *b == b'\n')
            .any(|line| !matches!(line.trim_ascii().first(), None | Some(b'#')));
        let margin = match has_code {
            true => body_indentation(text, neighbour.body.start, neighbour.body.end),
            false => indentation(text, neighbour.directive.start).to_vec(),
        };
        lines.extend(indented(own, &margin, ending));
        change_at(vec![neighbour.directive], vec![insert_lines(text, at, &lines)])
    }
}
