//! `c.unwrap`.

use super::code::{check_code, named_code};
use crate::operation::arguments::arguments;
use crate::operation::lines::{common_indentation, indentation};
use crate::operation::prelude::*;
use crate::operation::unit::gone;
use crate::syntax::c::{has_code, is_directive};
use crate::text::{line_bounds, lines};

arguments! {
    /// `c.unwrap`: removes an `#if` ... `#endif`, or an `if`, around code, and keeps the code of one of its branches.
    ///
    /// It refuses an `if` with other code on its lines, and code that is not the head of a group or of an `if`. A branch
    /// that the group does not have is missing.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.unwrap: {find: '#ifdef MPI', keep: '#else'}
    /// ```
    /// ```diff
    ///  int a;
    /// -#ifdef MPI
    /// -int b;
    /// -#else
    ///  int c;
    /// -#endif
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// within: {function: f}
    /// c.unwrap: {find: if (use_mpi)}
    /// ```
    /// ```diff
    ///  void f(void)
    ///  {
    /// -    if (use_mpi) {
    /// -        a();
    /// -    }
    /// +    a();
    ///  }
    /// ```
    pub struct Unwrap {
        /// The directive that begins the group, or the head of the `if`: `#ifdef X`, `if (x > 0)`.
        find: String; not_empty,
        /// The branch whose code stays: a directive of the group, or `else`; the first one unless given.
        keep: Option<String>,
        /// How many matches `find` has.
        count: Count,
    }
}

impl Unwrap {
    /// What is removed around the branch that stays, and that branch.
    fn group(&self, file: &ParsedFile, found: Span) -> Result<(Span, Span), Failure> {
        let start = line_bounds(&file.bytes, found.start).start;
        let mut groups = file.c().conditionals().iter();
        let group = groups.find(|group| group.span.start == start || group.span.start == found.start);
        let none = || Failure::refused("this directive begins no `#if` group", found.start);
        let group = group.ok_or_else(none)?;
        let wanted = self.keep.as_deref().unwrap_or(&group.branches[0].condition);
        let kept: Vec<Span> = group
            .branches
            .iter()
            .filter(|branch| is_directive(&branch.condition, wanted))
            .map(|branch| branch.body)
            .collect();
        match kept[..] {
            [one] => Ok((group.span, one)),
            [] => {
                let near = group.branches.iter().map(|branch| branch.directive.start);
                Err(Miss::new(format!("the group has no branch `{wanted}`")).near(near).into())
            }
            _ => Err(Failure::ambiguous(
                format!("the group has {} branches `{wanted}`", kept.len()),
                kept.iter().map(|body| body.start),
            )),
        }
    }

    /// The rewrites for an `if`.
    fn rewrites_of_if(&self, file: &ParsedFile, found: Span) -> Result<Vec<Rewrite>, Failure> {
        let text = &file.bytes;
        let parts = file.c().if_parts(found).ok_or_else(|| {
            Failure::refused("this is not the head of an `if` that has statements of its own", found.start)
        })?;
        let body = match (&self.keep, parts.otherwise) {
            (None, _) => parts.body,
            (Some(_), Some(otherwise)) => otherwise,
            (Some(_), None) => {
                return Err(Miss::new("the `if` has no `else`").near([found.start]).into());
            }
        };
        let whole = file.c().whole_units(found).unwrap_or(found);
        if line_bounds(text, whole.start).start != whole.start
            || !text[..whole.end].ends_with(b"\n") && whole.end != text.len()
        {
            return Err(Failure::refused("other code is on the lines of the `if`", whole.start));
        }
        let margin = indentation(text, whole.start);
        // The remark after a statement stays with it.
        let is_last = !body.of(text).starts_with(b"{") && !has_code(Span::new(body.end, whole.end).of(text));
        let body = if is_last { Span::new(body.start, whole.end) } else { body };
        let inside = body.of(text);
        // The braces have lines of their own; the code between them loses a step of indentation.
        let inside = inside.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(inside);
        let first = inside.iter().position(|b| *b == b'\n').map_or(0, |end| end + 1);
        let skipped = if inside[..first].trim_ascii().is_empty() { first } else { 0 };
        let inside = inside[skipped..].trim_ascii_end();
        // After code on the line of the head or `else`, the lines are at the column of the `if` already.
        let inside = if skipped == 0 { inside.trim_ascii_start() } else { inside };
        let old = if skipped == 0 { margin.to_vec() } else { common_indentation(inside) };
        let mut out = Vec::new();
        for line in lines(inside) {
            let line = line.of(inside);
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
            let own = bare.strip_prefix(&old[..]).unwrap_or(bare.trim_ascii_start());
            if !own.trim_ascii().is_empty() && !own.starts_with(b"#") {
                out.extend_from_slice(margin);
            }
            out.extend_from_slice(own);
            out.extend_from_slice(line_ending(text));
        }
        if !text[..whole.end].ends_with(b"\n") {
            out.truncate(out.trim_ascii_end().len());
        }
        Ok(vec![Rewrite::replace(whole, out)])
    }

    fn rewrites(&self, file: &ParsedFile, found: Span) -> Result<Vec<Rewrite>, Failure> {
        if !self.find.trim_start().starts_with('#') {
            return self.rewrites_of_if(file, found);
        }
        let (group, kept) = self.group(file, found)?;
        let ends = [Span::new(group.start, kept.start), Span::new(kept.end, group.end)];
        Ok(ends.map(Rewrite::remove).to_vec())
    }
}

impl Operate for Unwrap {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_code([("find", self.find.as_bytes())])?;
        let find = self.find.trim();
        let is_if = find.strip_prefix("if").is_some_and(|rest| rest.trim_start().starts_with('('));
        ensure(find.starts_with('#') || is_if, "needs a `find` that is `#if...` or `if (...)`")?;
        let keep = self.keep.as_deref().map(str::trim);
        let fits = keep.is_none_or(|keep| if is_if { keep == "else" } else { keep.starts_with('#') });
        ensure(fits, "needs a `keep` that is a directive of the group, or `else` for an `if`")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        let found = file.c().find_code(self.find.as_bytes(), site.scope);
        let what = named_code(&self.find, None);
        if found.is_empty() {
            return gone(site, &self.find);
        }
        let none = Results::proof(Vec::new());
        let rewrite = |span: Span| Rewrite::insert(span.start, "");
        match_count(&what, self.count.0, &found, &none, rewrite, Vec::new)?;
        let all: Vec<Vec<Rewrite>> =
            found.iter().map(|span| self.rewrites(file, *span)).collect::<Result<_, _>>()?;
        change_at(found, all.concat())
    }
}
