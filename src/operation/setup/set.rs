//! `setup.set`.

use super::module_line::{CONTINUED, DEFINITION, has_arguments, one_line, rewritten};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::{Section, Variable};

arguments! {
    /// `setup.set`: replaces what a module is built from, or the value of a variable.
    ///
    /// It refuses a module that is listed after `*disabled*`.
    ///
    /// ```yaml
    /// file: Modules/Setup.dist
    /// setup.set: {module: zlib, value: zlibmodule.c -L/apps/zlib -lz}
    /// ```
    /// ```diff
    /// -#zlib zlibmodule.c -lz
    /// +zlib zlibmodule.c -L/apps/zlib -lz
    /// ```
    /// ```yaml
    /// file: Modules/Setup
    /// setup.set: {variable: SSL, value: /opt/device/ssl}
    /// ```
    /// ```diff
    /// -#SSL=/usr/local/ssl
    /// +SSL=/opt/device/ssl
    ///  #_ssl _ssl.c -I$(SSL)/include
    /// ```
    one_of(module, variable)
    pub struct Set {
        /// The module whose line is replaced and enabled.
        module: Option<String>,
        /// The variable whose value is replaced and enabled.
        variable: Option<String>,
        /// Sources, options and libraries, or the variable's value.
        value: String,
    }
}

impl Operate for Set {
    fn describe(&self) -> Description<'_> {
        Description::new(match (&self.module, &self.variable) {
            (Some(module), _) => Anchor::ModuleLine(module.clone()),
            (None, variable) => Anchor::Variable(variable.clone().unwrap_or_default()),
        })
        .compared(Compared::LogicalLine)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(self.module.is_some() != self.variable.is_some(), "needs either `module` or `variable`")
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        match anchor {
            Anchor::ModuleLine(module) => (self.module, self.variable) = (Some(module), None),
            Anchor::Variable(variable) => (self.module, self.variable) = (None, Some(variable)),
            _ => return false,
        }
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        match (&self.module, &self.variable) {
            (Some(module), _) => set_module(site.file, module, &self.value),
            (None, variable) => set_variable(site.file, variable.as_deref().unwrap_or_default(), &self.value),
        }
    }
}

fn set_module(file: &ParsedFile, module: &str, value: &str) -> Answer {
    let text = &file.bytes;
    let wanted = Module::plain(module.to_owned());
    if value.contains('=') {
        return Err(Failure::fault(DEFINITION));
    }
    let line = one_line(file, &wanted)?;
    if !line.enabled && line.continues {
        return refused(CONTINUED, line.name.start);
    }
    if line.section == Section::Disabled {
        return refused(format!("`{module}` is listed after `*disabled*`"), line.name.start);
    }
    if line.enabled && has_arguments(text, line, value) {
        return already(line.name.start);
    }
    let (start, blank) = line.arguments.first().map_or((line.name.end, " "), |word| (word.start, ""));
    change(rewritten(text, line, start, &format!("{blank}{}", value.trim())))
}

fn set_variable(file: &ParsedFile, name: &str, value: &str) -> Answer {
    let text = &file.bytes;
    let all = &file.setup().variables;
    let is_on = |v: &&Variable| v.enabled && v.name.of(text) == name.as_bytes();
    // An active definition counts before those in comments.
    let has_one_on = all.iter().filter(is_on).count() == 1;
    let variables: Vec<&Variable> = all.iter().filter(|v| v.enabled || !has_one_on).collect();
    let names = variables.iter().map(|v| (v.name.start, String::from_utf8_lossy(v.name.of(text))));
    let defined = |n| format!("`{name}` is defined {n} times");
    let variable = variables[only(name, names, format!("no variable is called `{name}`"), defined)?];
    if variable.enabled && variable.value.of(text) == value.as_bytes() {
        return already(variable.name.start);
    }
    if !variable.enabled && variable.continues {
        return refused(CONTINUED, variable.name.start);
    }
    let mut rewrites = vec![Rewrite::replace(variable.value, value)];
    if !variable.enabled {
        rewrites.push(Rewrite::remove(Span::new(variable.line.start, variable.name.start)));
    }
    change(rewrites)
}
