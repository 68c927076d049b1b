//! The extension modules of a tree, and those that programs need.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{HANG, OLD};
use super::{Report, array, column, counted};
use crate::modules::{Analysis, Inventory, Linkage};

/// The modules of a tree, a line each.
impl Report for Inventory {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = column(self.modules.keys().map(String::len));
        for one in self.modules.values() {
            let (linkage, (file, line)) = (one.linkage.name(), &one.location);
            let missing = match &one.missing[..] {
                [] => String::new(),
                files => format!("  {OLD}missing: {}{OLD:#}", files.join(" ")),
            };
            writeln!(out, "{:width$}  {linkage:12}  {HANG}{file}:{line}{missing}", one.name)?;
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let modules = array(self.modules.values(), |one| {
            json!({
                "name": one.name, "linkage": one.linkage.name(), "file": one.location.0, "line": one.location.1,
                "missing": one.missing,
            })
        });
        let setup = self.editable.as_ref().map(|file| &file.path);
        Some(json!({"schema": 1, "modules": modules, "setup": setup}))
    }
}

/// The extension modules that programs need.
pub struct ProgramAnalysis<'a> {
    /// The modules of the tree.
    pub inventory: &'a Inventory,
    /// The programs, by name.
    pub programs: &'a [(String, Analysis)],
    /// The modules that they need and that are not linked statically.
    pub missing: &'a [&'a str],
}

impl Report for ProgramAnalysis<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, one) in self.programs {
            let needed = counted(one.extensions.len(), "extension module");
            writeln!(out, "{name}: {} followed, {needed} needed", counted(one.followed, "module"))?;
            for needed in &one.extensions {
                let linkage = self.inventory.modules[&needed.name].linkage;
                if linkage != Linkage::Core {
                    let perhaps = if needed.conditional { ", perhaps" } else { "" };
                    let (linkage, chain) = (linkage.name(), needed.chain.join(" > "));
                    writeln!(out, "  {linkage:12} {}{perhaps}  by {chain}", needed.name)?;
                }
            }
            for lost in one.not_found.iter().filter(|lost| !lost.conditional) {
                writeln!(out, "  not found    {}  by {}", lost.name, lost.by)?;
            }
            for (name, why) in &one.unreadable {
                writeln!(out, "  unreadable   {name}: {why}")?;
            }
        }
        match self.missing {
            [] => writeln!(out, "all of them are linked statically"),
            names => writeln!(out, "not linked statically: {}", names.join(" ")),
        }
    }

    fn json(&self) -> Option<Value> {
        let programs = array(self.programs, |(name, one)| {
            json!({
                "program": name,
                "followed": one.followed,
                "extensions": array(&one.extensions, |needed| json!({
                    "name": needed.name, "linkage": self.inventory.modules[&needed.name].linkage.name(),
                    "chain": needed.chain, "conditional": needed.conditional,
                })),
                "not_found": array(&one.not_found, |lost| json!({
                    "name": lost.name, "by": lost.by, "conditional": lost.conditional,
                })),
                "unreadable": array(&one.unreadable, |(name, why)| json!({"name": name, "why": why})),
            })
        });
        Some(json!({"schema": 1, "programs": programs, "missing": self.missing}))
    }
}
