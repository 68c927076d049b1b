//! `setup.enable`.

use super::module_line::{CONTINUED, DEFINITION, lines_of, no_line, section_name};
use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::{Module as Line, Section};

/// `setup.enable`: uncomments the lines of modules, which are then linked statically.
///
/// It refuses a module that is listed after `*disabled*` or `*shared*`, and is ambiguous where several lines would
/// build it.
///
/// ```yaml
/// file: Modules/Setup.dist
/// setup.enable: {modules: [array]}
/// ```
/// ```diff
/// -#array arraymodule.c
/// +array arraymodule.c
///  #cmath cmathmodule.c
/// ```
/// ```yaml
/// file: Modules/Setup.dist
/// setup.enable: {modules: [{name: collections, aliases: [_collections]}, _bisect]}
/// ```
/// ```diff
/// -#_bisect _bisectmodule.c
/// -#_collections _collectionsmodule.c # Container types
/// +_bisect _bisectmodule.c
/// +_collections _collectionsmodule.c # Container types
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Enable {
    /// The modules, each a part of its own in reports.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub modules: Vec<Module>,
}

impl Operate for Enable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Modules { modules: self.modules.clone(), enable: true })
            .compared(Compared::LogicalLine)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.modules.is_empty(), "names no module")
    }

    moves_to!(self, Anchor::Modules { modules, enable: true } => self.modules = modules);

    fn modules(&self) -> &[Module] {
        &self.modules
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let wanted = site.module();
        let lines = lines_of(site.file, wanted);
        if let Some(defines) = lines.iter().find(|line| line.is_definition) {
            return refused(DEFINITION, defines.name.start);
        }
        if let Some(on) = lines.iter().find(|line| line.enabled) {
            // A commented copy of an active line stays a comment: enabling it would register the module twice (3.0 to
            // 3.10 have such a `_weakref`).
            return match section_name(on.section) {
                None => already(on.name.start),
                Some(section) => {
                    refused(format!("`{}` is listed after `{section}`", wanted.name), on.name.start)
                }
            };
        }
        let off: Vec<&&Line> = lines.iter().filter(|line| !line.enabled).collect();
        match off[..] {
            [] => Err(no_line(site.file, wanted)),
            [line] if line.section != Section::Static => {
                let why = format!("the line of `{}` is listed after `*shared*` or `*disabled*`", wanted.name);
                refused(why, line.name.start)
            }
            [line] if line.is_open => refused(CONTINUED, line.name.start),
            [line] => change(line.hashes.iter().map(|hash| Rewrite::remove(*hash)).collect()),
            _ => Err(Failure::Ambiguous {
                what: format!("{} lines would build `{}`", off.len(), wanted.name),
                at: off.iter().map(|line| line.name.start).collect(),
                help: Some("say with `setup.set` what it is built from".to_owned()),
            }),
        }
    }
}
