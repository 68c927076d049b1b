//! `python.remove-import`.

use super::imports::{Imports, check_import, named_import};
use super::items::{Match, answer, removed};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-import`: removes the import of a module, or of a name from one; the statement, too, if it imports
    /// nothing else.
    ///
    /// `import MODULE` next to `from MODULE import ...` is ambiguous without `count`: `python.remove` can name one of them.
    /// It refuses an import that shares its line with other statements. Where a similar name is imported instead, the
    /// import is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/distutils/util.py
    /// python.remove-import: {module: sys}
    /// ```
    /// ```diff
    /// -import os, sys, string
    /// +import os, string
    ///  from distutils import log
    /// ```
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.remove-import: {module: test.support, name: run_unittest}
    /// ```
    /// ```diff
    ///  import unittest
    /// -from test.support import run_unittest
    ///  import os
    /// ```
    pub struct RemoveImport {
        /// The module.
        module: String,
        /// The name that is imported from it. Without it, `import MODULE` is removed, or all of `from MODULE import ...`.
        name: Option<String>,
        /// How many imports match.
        count: Count,
    }
}

impl Operate for RemoveImport {
    fn describe(&self) -> Description<'_> {
        let label = self.name.as_ref().unwrap_or(&self.module);
        Description::new(Anchor::Text(self.module.clone())).label(label).within().removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_import(&self.module, self.name.as_deref())
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let imports = Imports::of(site)?;
        let name = self.name.as_deref();
        let what = named_import(&self.module, name);
        let found = imports.find(&self.module, name);
        let mut matches = Vec::new();
        for (statement, item) in found {
            let at = imports.all[statement].names.items[item].span;
            matches.push(Match { at, rewrites: imports.remove((statement, item))? });
        }
        // Both forms count: the edit could not recognise its result if it preferred one.
        if name.is_none() {
            for statement in imports.from(&self.module) {
                let rewrites = vec![Rewrite::remove(imports.own_lines(statement)?)];
                matches.push(Match { at: imports.all[statement].place.span, rewrites });
            }
            matches.sort_by_key(|one| one.at.start);
        }
        if matches.is_empty() {
            return removed(&what, imports.near(&self.module, name), site.scope.start);
        }
        answer(&what, self.count, matches, &Vec::new)
    }
}
