//! The literals of a scope, and their entries.

use super::items::List;
use super::statements::require_statements;
use crate::operation::prelude::*;
use crate::syntax::python::{Item, Items, PyFile};

/// The literals that an operation on entries may be about: the one that the scope is, or all in the scope.
pub(super) struct Literals<'a> {
    pub site: &'a Site<'a>,
    pub all: Vec<Items>,
}

impl<'a> Literals<'a> {
    /// # Errors
    /// The file cannot be parsed.
    pub(super) fn of(site: &'a Site<'a>) -> Result<Literals<'a>, Failure> {
        require_statements(site.file)?;
        let python = site.file.python();
        let own = if site.is_limited { python.literal(site.scope) } else { None };
        let all = own.map_or_else(|| python.literals(site.scope), |own| vec![own]);
        Ok(Literals { site, all })
    }

    pub(super) fn python(&self) -> &'a PyFile {
        self.site.file.python()
    }

    pub(super) fn list(&self, literal: usize) -> List<'_> {
        let list = &self.all[literal];
        List { text: &self.site.file.bytes, list, is_tuple: list.is_tuple() }
    }

    /// Where entries are that `wanted` names: the literal, and the index in it.
    pub(super) fn find(&self, wanted: &str) -> Vec<(usize, usize)> {
        let in_one = |(index, list): (usize, &Items)| -> Vec<(usize, usize)> {
            self.python().named_items(list, wanted.as_bytes()).into_iter().map(|item| (index, item)).collect()
        };
        self.all.iter().enumerate().flat_map(in_one).collect()
    }

    pub(super) fn item(&self, (literal, item): (usize, usize)) -> &Item {
        &self.all[literal].items[item]
    }

    /// The only literal that is not inside another one.
    ///
    /// # Errors
    /// The scope has none, or several.
    pub(super) fn outermost(&self) -> Result<usize, Failure> {
        let is_inside = |one: &Items| self.all.iter().any(|other| other.inside.contains(one.span()));
        let outer: Vec<usize> = (0..self.all.len()).filter(|index| !is_inside(&self.all[*index])).collect();
        match outer[..] {
            [one] => Ok(one),
            [] => {
                let what = "the scope has no literal of a dict, list, tuple or set";
                Err(Failure::Missing(Miss { at: Some(self.site.scope.start), ..Miss::new(what) }))
            }
            _ => Err(Failure::Ambiguous {
                what: format!("the scope has {} literals", outer.len()),
                at: outer.iter().map(|index| self.all[*index].span().start).collect(),
                help: Some(
                    "name an entry with `before` or `after`, or limit it: `within: {variable: NAME}`"
                        .to_owned(),
                ),
            }),
        }
    }

    /// The entries that resemble one that was not found.
    pub(super) fn near(&self, wanted: &str) -> Vec<usize> {
        let text = &self.site.file.bytes;
        let items = self.all.iter().flat_map(|list| &list.items);
        // Quotes would make short strings similar.
        let is_quote = |sign: char| matches!(sign, '\'' | '"');
        let names = items.map(|item| {
            let name = item.key.unwrap_or(item.span);
            (name.start, String::from_utf8_lossy(name.of(text)).trim_matches(is_quote).to_owned().into())
        });
        nearest(wanted.trim().trim_matches(is_quote), names)
    }
}
