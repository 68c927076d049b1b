//! Changes of Modules/Setup.local, which decides since 3.12: makesetup reads it first, and the first rule for a module
//! wins.

use serde_json::{Value, json};

use super::change::NewEdit;
use crate::modules::{EditableSetup, ExtensionModule, Inventory, Linkage};

/// What configure writes into a Setup.local of its own.
const EMPTY: &str = "# Edit this file for local setup changes\n";

const STATIC: &str = "*static*";
const DISABLED: &str = "*disabled*";

/// What makes a module so: a line of the file is changed first, if one says otherwise.
pub(super) struct Wanted {
    first: Option<Value>,
    pub(super) change: Value,
}

/// The edits before those that make `wanted`: one for a file that a tree does not have, one for the lines that say
/// otherwise.
pub(super) fn preparing<'a>(
    file: &EditableSetup,
    wanted: impl IntoIterator<Item = &'a Wanted>,
) -> Vec<NewEdit> {
    let edit = |id: &str, changes| NewEdit { id: id.to_owned(), depends_on: Vec::new(), changes };
    let wanted: Vec<&Wanted> = wanted.into_iter().collect();
    let leaves_out = wanted.iter().any(|wanted| wanted.change["setup.add"]["section"] == DISABLED);
    let content = if leaves_out { format!("{EMPTY}{STATIC}\n{DISABLED}\n") } else { EMPTY.to_owned() };
    let new = json!({"file": file.path, "file.add": {"content": content}});
    let first: Vec<Value> = wanted.into_iter().filter_map(|wanted| wanted.first.clone()).collect();
    let created = (!file.exists).then(|| edit("setup-local", vec![new]));
    let changed = (!first.is_empty()).then(|| edit("setup-before", first));
    created.into_iter().chain(changed).collect()
}

/// Whether the module is linked statically already.
fn is_linked(module: &ExtensionModule) -> bool {
    module.linkage.is_built_in()
}

/// Links a module statically, from what the other Setup files build it from; `None` if it is.
pub(super) fn enable(file: &EditableSetup, module: &ExtensionModule) -> Option<Wanted> {
    let name = &module.name;
    let is_here = module.location.0 == file.path;
    let comment = json!({"file": file.path, "setup.enable": {"modules": [name]}});
    let first = json!({"file": file.path, "setup.remove": {"module": name}});
    let wanted = if is_here && module.is_comment {
        Wanted { first: None, change: comment }
    } else {
        Wanted { first: is_here.then_some(first), change: add(file, name, &module.arguments) }
    };
    (!is_linked(module)).then_some(wanted)
}

/// Leaves a module out; `None` if it is.
pub(super) fn disable(file: &EditableSetup, module: &ExtensionModule) -> Option<Wanted> {
    let name = &module.name;
    let first = json!({"file": file.path, "setup.disable": {"modules": [name]}});
    let first = (module.location.0 == file.path).then_some(first);
    let change = json!({"file": file.path, "setup.add": {"module": name, "section": DISABLED}});
    (module.linkage != Linkage::Off).then_some(Wanted { first, change })
}

/// The change that links a module from `arguments`.
pub(super) fn add(file: &EditableSetup, module: &str, arguments: &str) -> Value {
    let section = file.is_local.then_some(STATIC);
    let mut operation = json!({"module": module, "arguments": arguments});
    if let Some(section) = section {
        operation["section"] = section.into();
    }
    json!({"file": file.path, "setup.add": operation})
}

/// The module of this name, if a line of a Setup file builds it, or would; else why not.
pub(super) fn listed<'a>(found: &'a Inventory, name: &str) -> Result<&'a ExtensionModule, String> {
    match found.modules.get(name) {
        None => Err(format!("no line of Modules/Setup* builds `{name}`")),
        Some(module) if module.linkage == Linkage::SetupPy => {
            Err(format!("only setup.py builds `{name}` ({}:{})", module.location.0, module.location.1))
        }
        Some(module) => Ok(module),
    }
}

/// The same, if the line also says all that is needed to link the module.
pub(super) fn buildable<'a>(found: &'a Inventory, name: &str) -> Result<&'a ExtensionModule, String> {
    let module = listed(found, name)?;
    let (arguments, (file, line)) = (&module.arguments, &module.location);
    if is_linked(module) {
        return Ok(module);
    }
    if module.shares_line {
        return Err(format!(
            "`{name}` is listed together with other modules ({file}:{line}): give each a line of its own"
        ));
    }
    if arguments.is_empty() {
        return Err(format!("no line of Modules/Setup* says what `{name}` is built from"));
    }
    // configure replaces `@NAME@` in Setup.stdlib.in, and does not make a Setup.local from anything.
    if arguments.contains('@') {
        return Err(format!(
            "configure decides what `{name}` is built from ({file}:{line}: `{arguments}`): use the build directory, after configure"
        ));
    }
    Ok(module)
}
