//! The recipe of a ported patchset.

use super::decide::{Decided, Decision, taken};
use crate::patchset::{Build, Program, Regenerate};
use crate::plan::RECIPE;
use crate::tree::TreePath;

/// `old` as decided: variables that configure does not read are not preset, and files and variables have the names that
/// took the place of the old ones.
pub fn ported_build(old: &Build, decided: &[Decided]) -> Build {
    let mut build = old.clone();
    for one in decided.iter().filter(|one| one.cell.edit == RECIPE) {
        let Some(name) = &one.cell.part else { continue };
        let new = match &one.decision {
            Decision::Dropped { .. } => None,
            Decision::Taken { candidate, .. } => {
                let Some(new) = taken(&one.cell, *candidate).and_then(|one| one.instead.clone()) else {
                    continue;
                };
                Some(new)
            }
            Decision::Kept | Decision::Open => continue,
        };
        build.programs.iter_mut().for_each(|program| preset(program, name, new.as_deref()));
        build.regenerate.iter_mut().for_each(|one| read(one, name, new.as_deref()));
    }
    build
}

/// Presets `new` in place of `name`, or neither.
fn preset(program: &mut Program, name: &str, new: Option<&str>) {
    let words = std::mem::take(&mut program.configure).into_iter();
    let renamed = words.filter_map(|word| match word.split_once('=') {
        Some((variable, value)) if variable == name => new.map(|new| format!("{new}={value}")),
        _ => Some(word),
    });
    program.configure = renamed.collect();
    if let Some(value) = program.environment.remove(name)
        && let Some(new) = new
    {
        program.environment.insert(new.to_owned(), value);
    }
}

/// Reads `new` in place of the file `name`, or neither.
fn read(one: &mut Regenerate, name: &str, new: Option<&str>) {
    let new: Option<TreePath> = new.and_then(|new| new.parse().ok());
    let reads = std::mem::take(&mut one.reads).into_iter();
    one.reads =
        reads.filter_map(|file| if file.as_str() == name { new.clone() } else { Some(file) }).collect();
}
