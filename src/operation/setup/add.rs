//! `setup.add`.

use super::module_line::{DEFINITION, has_arguments, lines_of, section_name};
use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::Section;

/// `setup.add`: adds the line of a static module.
///
/// It refuses a module that is already built from other arguments, which `setup.set` replaces, and a last line that
/// is continued.
///
/// ```yaml
/// file: Modules/Setup.local
/// setup.add: {module: yod, arguments: yodmodule.c -lyod}
/// ```
/// ```diff
///  # Edit this file for local setup changes
/// +yod yodmodule.c -lyod
/// ```
/// ```yaml
/// file: Modules/Setup
/// setup.add: {module: _device, arguments: -DFAST device.c}
/// ```
/// ```diff
///  # The modules.
///  *static*
///  _io _io/_iomodule.c
/// +_device -DFAST device.c
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Add {
    /// The module's name.
    pub module: String,
    /// Sources, options and libraries: `foo.c -lm`.
    pub arguments: String,
}

impl Operate for Add {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::End)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (setup, text) = (site.file.setup(), &site.file.bytes);
        if self.arguments.contains('=') {
            return Err(Failure::fault(DEFINITION));
        }
        let lines = lines_of(site.file, &Module::plain(self.module.clone()));
        if let Some(line) = lines.into_iter().find(|line| line.enabled) {
            let why = match section_name(line.section) {
                Some(section) => format!("`{}` is listed after `{section}`", self.module),
                None if has_arguments(text, line, &self.arguments) => return already(line.name.start),
                None => format!("`{}` is built from other arguments", self.module),
            };
            return refused(why, line.name.start);
        }
        if setup.continues {
            return refused("the last line is continued, and would include the new one", text.len());
        }
        let marker = if setup.last_section == Section::Static { "" } else { "*static*\n" };
        let lines = format!("{marker}{} {}", self.module, self.arguments);
        change(vec![insert_lines(text, text.len(), &as_lines(lines.as_bytes(), line_ending(text)))])
    }
}
