//! `python.add-branch`.

use super::statements::{Statements, check_statements, require_statements};
use crate::operation::arguments::arguments;
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::Units;
use crate::syntax::python::{Clause, is_expression};

arguments! {
    /// `python.add-branch`: adds a branch to an `if`, a `try` or a loop: an `elif` with `condition`, an `except`, or else
    /// the `else`. Before the first branch, the new one gets the `if`, and the old one becomes an `elif`.
    ///
    /// It refuses a place where Python allows no such branch, such as an `elif` after the `else`, and a header that a
    /// branch with other statements has.
    ///
    /// ```yaml
    /// file: setup.py
    /// within: {function: detect}
    /// python.add-branch: {after: 'elif platform == "darwin"', condition: platform == "kestrel", text: 'libs = []'}
    /// ```
    /// ```diff
    ///  def detect():
    ///      if platform == "win32":
    ///          libs = ["m"]
    ///      elif platform == "darwin":
    ///          libs = ["c"]
    /// +    elif platform == "kestrel":
    /// +        libs = []
    ///      return libs
    /// ```
    /// ```yaml
    /// file: setup.py
    /// python.add-branch: {before: platform == "win32", condition: platform == "kestrel", text: 'libs = []'}
    /// ```
    /// ```diff
    /// -if platform == "win32":
    /// +if platform == "kestrel":
    /// +    libs = []
    /// +elif platform == "win32":
    ///      libs = ["m"]
    /// ```
    one_of(before, after)
    pub struct AddBranch {
        /// The branch before which it is put: its condition or exception, with or without its keyword; or `else`.
        before: Option<String>,
        /// The branch after which it is put; also `try`, for the first `except`.
        after: Option<String>,
        /// The condition of an `elif`.
        condition: Option<String>,
        /// The exception of an `except`: `OSError`, `OSError as e`.
        except: Option<String>,
        /// The statements of the branch.
        text: Text,
        /// How many branches match `before` or `after`.
        count: Count,
    }
}

/// What branches may come after which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    First,
    Middle,
    Else,
    Finally,
}

fn rank(keyword: &[u8]) -> Rank {
    match keyword {
        b"elif" | b"except" => Rank::Middle,
        b"else" => Rank::Else,
        b"finally" => Rank::Finally,
        _ => Rank::First,
    }
}

impl AddBranch {
    fn anchor(&self) -> &str {
        self.before.as_ref().or(self.after.as_ref()).map_or("", |code| code.trim())
    }

    /// The keyword of the new branch after the first, and what follows it.
    fn header(&self) -> (&'static str, &str) {
        match (&self.condition, &self.except) {
            (Some(condition), _) => ("elif", condition.trim()),
            (None, Some(except)) => ("except", except.trim()),
            (None, None) => ("else", ""),
        }
    }

    fn is_anchor(&self, site: &Site<'_>, clause: &Clause) -> bool {
        let code = self.anchor().trim_end_matches(':');
        let keyword = clause.keyword.of(&site.file.bytes);
        for own in ["if", "elif", "else", "try", "except", "finally", "for", "while"] {
            let rest =
                code.strip_prefix(own).filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '(']));
            if let Some(rest) = rest {
                // The first branch may have become another.
                let is_same =
                    keyword == own.as_bytes() || matches!((own, keyword), ("if", b"elif") | ("elif", b"if"));
                return is_same && site.file.python().is_code(clause.head, rest.as_bytes());
            }
        }
        !clause.head.is_empty() && site.file.python().is_code(clause.head, code.as_bytes())
    }

    /// Whether a statement that begins with a keyword can have such a branch.
    fn can_have(&self, begins: &[u8]) -> bool {
        match self.header().0 {
            "elif" => begins == b"if",
            "except" => begins == b"try",
            _ => true,
        }
    }

    /// The rewrites that add the branch next to one of a chain; none if it is there.
    fn added(&self, site: &Site<'_>, chain: &[Clause], index: usize) -> Result<Vec<Rewrite>, Failure> {
        let (file, text) = (site.file, &site.file.bytes[..]);
        let python = file.python();
        let own = &chain[index];
        let (keyword, head) = self.header();
        let is_first = self.before.is_some() && index == 0;
        let of_clause = |clause: &Clause| rank(clause.keyword.of(text));
        let is_same = |clause: &&Clause| {
            let is_keyword = clause.keyword.of(text) == keyword.as_bytes()
                || keyword == "elif" && clause.keyword.of(text) == b"if";
            is_keyword && python.is_code(clause.head, head.as_bytes())
        };
        let ending = line_ending(text);
        let margin = indentation(text, own.start);
        let step: &[u8] = if margin.starts_with(b"\t") { b"\t" } else { b"    " };
        let inner = match python.block_margin(&chain[0]) {
            Some(inner) => inner.to_vec(),
            None => [margin, step].concat(),
        };
        let block = Statements.indented(file, site.texts.get(&self.text), &inner);
        if let Some(same) = chain.iter().find(is_same) {
            let body = Span::new(same.start, same.end).of(text);
            return if body.ends_with(&block) || text[same.start..].ends_with(block.trim_ascii_end()) {
                Ok(Vec::new())
            } else {
                Err(Failure::refused("there is a branch with this header, and other statements", same.start))
            };
        }
        let begins = chain[0].keyword.of(text);
        if !self.can_have(begins) {
            let first = String::from_utf8_lossy(begins);
            return Err(Failure::refused(format!("a `{first}` has no `{keyword}`"), own.start));
        }
        let new = rank(keyword.as_bytes());
        let place = if self.before.is_some() { index } else { index + 1 };
        let before = place.checked_sub(1).map(|before| &chain[before]);
        let after = chain.get(place);
        let is_bare = |clause: &Clause| clause.keyword.of(text) == b"except" && clause.head.is_empty();
        let is_ordered = before.is_none_or(|before| {
            of_clause(before) <= new
                && of_clause(before) < Rank::Else
                && !(keyword == "except" && is_bare(before))
        }) && after
            .is_none_or(|after| is_first || of_clause(after) >= new && of_clause(after) > Rank::First)
            && (!is_first || keyword == "elif")
            && !(keyword == "else"
                && begins == b"try"
                && before.is_some_and(|before| of_clause(before) == Rank::First));
        if !is_ordered {
            return Err(Failure::refused(format!("the new `{keyword}` has no place there"), own.start));
        }
        let keyword = if is_first { "if" } else { keyword };
        let gap = if head.is_empty() { "" } else { " " };
        let head = with_line_ends(format!("{keyword}{gap}{head}:").as_bytes(), ending);
        match before {
            Some(before) => {
                let lines = [margin, &head, ending, &block].concat();
                Ok(vec![insert_lines(text, before.end, &lines)])
            }
            None => {
                let lines = [&head, ending, &block, margin, b"el"].concat();
                Ok(vec![Rewrite::insert(own.keyword.start, lines)])
            }
        }
    }
}

impl Operate for AddBranch {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.anchor().to_owned())).texts([&self.text]).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        crate::operation::unit::set_anchor(&mut self.before, &mut self.after, anchor)
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(self.before.is_some() != self.after.is_some(), "needs either `before` or `after`")?;
        ensure(!self.anchor().is_empty(), "has an empty anchor")?;
        ensure(self.condition.is_none() || self.except.is_none(), "needs `condition` or `except`, not both")?;
        let is_valid = |code: &String| code.trim().is_empty() || is_expression(code.trim().as_bytes());
        ensure(
            self.condition.as_ref().is_none_or(|it| is_valid(it) && !it.trim().is_empty()),
            "needs a `condition` that is an expression",
        )?;
        ensure(self.except.as_ref().is_none_or(is_valid), "needs an exception as `except`")?;
        ensure(!texts.get(&self.text).trim_ascii().is_empty(), "does nothing: its `text` is empty")?;
        check_statements(texts.get(&self.text))
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.text)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        let chains = site.file.python().chains(site.scope);
        let mut found: Vec<(&[Clause], usize)> = Vec::new();
        for chain in &chains {
            let own = (0..chain.len()).filter(|index| self.is_anchor(site, &chain[*index]));
            found.extend(own.map(|index| (&chain[..], index)));
        }
        // The `else` of a `try` or a loop is not the one that an `elif` is put before.
        let can_have = |(chain, _): &(&[Clause], usize)| self.can_have(chain[0].keyword.of(&site.file.bytes));
        if found.iter().any(can_have) {
            found.retain(can_have);
        }
        let mut matches = Vec::new();
        for (chain, index) in found {
            let rewrites = self.added(site, chain, index)?;
            let clause = &chain[index];
            let at = Span::new(clause.keyword.start, clause.head.end);
            matches.push(super::items::Match { at, rewrites });
        }
        let near = || near_lines(site.file, self.anchor(), &[]);
        super::items::answer(&format!("the branch `{}`", self.anchor()), self.count, matches, &near)
    }
}
