//! `python.replace-import`.

use super::imports::{Found, Imports, check_import, named_import};
use crate::operation::arguments::arguments;
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::syntax::python::PyFile;

arguments! {
    /// `python.replace-import`: replaces a module that is imported or that names are imported from, or one such name. A
    /// whole statement as `with` replaces that of the name, or is put after it if that imports others, too.
    ///
    /// It refuses to put a statement after an import that shares its line with others.
    ///
    /// ```yaml
    /// file: Lib/distutils/util.py
    /// python.replace-import: {module: distutils, name: log, with: from logging import log}
    /// ```
    /// ```diff
    ///  import os
    /// -from distutils import errors, log
    /// +from distutils import errors
    /// +from logging import log
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.replace-import: {module: cPickle, with: pickle}
    /// ```
    /// ```diff
    /// -import os, cPickle
    /// +import os, pickle
    ///  x = 1
    /// ```
    pub struct ReplaceImport {
        /// The module.
        module: String,
        /// The name that is imported from it.
        name: Option<String>,
        /// The new name if there is one, or else the new module; or a whole statement.
        with: String,
        /// How many imports match.
        count: Count,
    }
}

impl ReplaceImport {
    fn is_statement(&self) -> bool {
        self.with.trim().starts_with("import ") || self.with.trim().starts_with("from ")
    }

    /// Where the module or name is: what is replaced in the statements.
    fn found(&self, imports: &Imports<'_>, module: &str, name: Option<&str>) -> Vec<(Found, Span)> {
        let found = imports.find(module, name);
        let item = |one: Found| (one, imports.all[one.0].names.items[one.1].span);
        let from = |statement: usize| Some(((statement, 0), imports.all[statement].from?));
        // `import MODULE` and `from MODULE import ...` both count: the edit could not recognise its result if it preferred one.
        let also = if name.is_none() { imports.from(module) } else { Vec::new() };
        let mut all: Vec<(Found, Span)> =
            found.into_iter().map(item).chain(also.into_iter().filter_map(from)).collect();
        all.sort_by_key(|(_, span)| span.start);
        all
    }

    /// The rewrites of one import.
    fn rewrites(&self, imports: &Imports<'_>, (found, span): (Found, Span)) -> Result<Vec<Rewrite>, Failure> {
        let with = self.with.trim();
        if !self.is_statement() {
            return Ok(vec![Rewrite::replace(span, with)]);
        }
        let text = imports.text();
        let import = &imports.all[found.0];
        let is_all = import.names.items.len() == 1 || import.from == Some(span);
        if is_all {
            return Ok(vec![Rewrite::replace(import.place.span, with)]);
        }
        let lines = imports.own_lines(found.0)?;
        let line = [indentation(text, lines.start), with.as_bytes(), line_ending(text)].concat();
        let mut all = imports.list(found.0).remove(found.1, false);
        all.push(insert_lines(text, lines.end, &line));
        Ok(all)
    }
}

impl Operate for ReplaceImport {
    fn describe(&self) -> Description<'_> {
        let label = self.name.as_ref().unwrap_or(&self.module);
        Description::new(Anchor::Text(self.module.clone())).label(label).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_import(&self.module, self.name.as_deref())?;
        if self.is_statement() {
            let text = self.with.trim().as_bytes();
            let file = PyFile::parse(text);
            let imports = file.import_statements(Span::new(0, text.len()));
            let is_one = matches!(imports[..], [ref one] if one.place.span.len() == text.len());
            return ensure(is_one && file.problems().is_empty(), "needs a `with` that is one import");
        }
        match &self.name {
            Some(_) => check_import(&self.module, Some(&self.with)),
            None => check_import(&self.with, None),
        }
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let imports = Imports::of(site)?;
        let name = self.name.as_deref();
        let mut found = self.found(&imports, &self.module, name);
        let python = site.file.python();
        let with = self.with.trim();
        let done: Vec<Span> = if self.is_statement() {
            let is_done = |import: &&_| {
                let import: &crate::syntax::python::ImportStatement = import;
                python.is_code(import.place.span, with.as_bytes())
            };
            imports.all.iter().filter(is_done).map(|import| import.place.span).collect()
        } else {
            let (module, name) = if name.is_some() { (&self.module[..], Some(with)) } else { (with, None) };
            let all = self.found(&imports, module, name).into_iter().map(|(_, span)| span);
            all.filter(|span| python.is_code(*span, with.as_bytes())).collect()
        };
        // `a` is imported by `a as b`, too.
        found.retain(|(_, span)| !done.iter().any(|done| done.contains(*span)));
        let mut rewrites = Vec::new();
        for one in &found {
            rewrites.push((one.1, self.rewrites(&imports, *one)?));
        }
        let spans: Vec<Span> = found.iter().map(|(_, span)| *span).collect();
        let results =
            results((site.file, site.scope), (self.text().as_bytes(), with.as_bytes()), &spans, done);
        let near = || imports.near(&self.module, name);
        let empty = |span: Span| Rewrite::insert(span.start, "");
        let what = named_import(&self.module, name);
        match match_count(&what, self.count.0, &spans, &results, empty, near)? {
            Resolution::Already(at) => Ok(Resolution::Already(at)),
            Resolution::Change { .. } => {
                let (anchors, rewrites): (Vec<Span>, Vec<Vec<Rewrite>>) = rewrites.into_iter().unzip();
                change_at(anchors, rewrites.concat())
            }
        }
    }
}

impl ReplaceImport {
    /// What is replaced, as code.
    fn text(&self) -> &str {
        self.name.as_ref().unwrap_or(&self.module)
    }
}
