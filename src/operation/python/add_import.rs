//! `python.add-import`.

use super::imports::{Imports, check_import, named_import};
use super::items::{Match, answer};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.add-import`: imports a module, or a name from one. A name joins the import of that module, if there is one:
    /// in its place if the names are sorted, at the end otherwise.
    ///
    /// It does not fit where a name would join `from MODULE import *`, or where the module of `before` or `after` is
    /// not imported. What is imported only in an `if` or `try` does not count.
    ///
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.add-import: {module: test.support, name: requires_demo}
    /// ```
    /// ```diff
    ///  import unittest
    /// -from test.support import (captured_stdout, run_unittest)
    /// +from test.support import (captured_stdout, requires_demo, run_unittest)
    /// ```
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.add-import: {module: sys, after: os}
    /// ```
    /// ```diff
    ///  import os
    /// +import sys
    ///  import unittest
    /// ```
    pub struct AddImport {
        /// The module, with `as` if it gets another name.
        module: String,
        /// The name that is imported from it, with `as` if it gets another one. Without it the module is imported.
        name: Option<String>,
        /// The module before whose import a new line is put.
        before: Option<String>,
        /// The module after whose import a new line is put. Without both it is after the imports at the start.
        after: Option<String>,
    }
}

impl AddImport {
    fn line(&self) -> String {
        match &self.name {
            Some(name) => format!("from {} import {}", self.module.trim(), name.trim()),
            None => format!("import {}", self.module.trim()),
        }
    }
}

impl Operate for AddImport {
    fn describe(&self) -> Description<'_> {
        let other = self.before.as_ref().or(self.after.as_ref());
        let anchor = other.map_or(Anchor::File, |other| Anchor::Text(other.clone()));
        Description::new(anchor).label(self.name.as_ref().unwrap_or(&self.module)).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_import(&self.module, self.name.as_deref())?;
        ensure(self.before.is_none() || self.after.is_none(), "needs `before` or `after`, not both")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let imports = Imports::of(site)?;
        let (module, name) = (self.module.trim(), self.name.as_deref());
        let mut found = imports.find(module, name);
        found.retain(|(statement, item)| {
            let span = imports.all[*statement].names.items[*item].span;
            let is_same = site.file.python().is_code(span, name.unwrap_or(module).as_bytes());
            is_same && imports.is_plain(*statement)
        });
        if let Some((statement, item)) = found.first() {
            return already(imports.all[*statement].names.items[*item].span.start);
        }
        let mut own = if name.is_some() { imports.from(module) } else { Vec::new() };
        own.retain(|statement| imports.is_plain(*statement));
        let (text, [.., last]) = (imports.text(), &own[..]) else {
            return imports.add_line(&self.line(), self.before.as_deref(), self.after.as_deref());
        };
        let new = name.unwrap_or_default().trim();
        let is_one_each = own.len() > 1 && own.iter().all(|index| imports.all[*index].names.items.len() == 1);
        if is_one_each {
            // Each name has a line of its own.
            let lines = imports.own_lines(*last)?;
            let line = format!("{}{}", self.line(), String::from_utf8_lossy(line_ending(text)));
            let next = own
                .iter()
                .find(|index| key(text, imports.all[**index].names.items[0].span) > new.to_lowercase());
            let at = next.map_or(lines.end, |next| imports.all[*next].place.lines.start);
            let margin = crate::operation::lines::indentation(text, lines.start);
            let line = [margin, line.as_bytes()].concat();
            return change_at(vec![lines], vec![insert_lines(text, at, &line)]);
        }
        let list = imports.list(*last);
        let items = &list.list.items;
        let keys: Vec<String> = items.iter().map(|item| key(text, item.span)).collect();
        if let [star] = &keys[..]
            && star == "*"
        {
            let why = format!("all names of `{module}` are imported already");
            return refused(why, items[0].span.start);
        }
        let is_sorted = keys.len() > 1 && keys.is_sorted();
        let place = keys.iter().position(|key| is_sorted && *key > new.to_lowercase());
        let rewrites = list.insert(place.unwrap_or(items.len()), new);
        let matches = vec![Match { at: imports.all[*last].place.span, rewrites }];
        answer(&named_import(module, None), Count(1), matches, &Vec::new)
    }
}

/// How names are sorted.
fn key(text: &[u8], name: Span) -> String {
    String::from_utf8_lossy(name.of(text)).to_lowercase()
}
