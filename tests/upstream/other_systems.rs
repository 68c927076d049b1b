//! The Catamount patchsets for other scripting systems, on the releases that they are written for.

use std::collections::BTreeMap;

use pypatch::patchset::Catalog;
use pypatch::plan::{Plan, plan};
use pypatch::tree::Tree;

use crate::common::pins;

/// The plans of a patchset on those of its releases that are available locally.
fn plans(patchset: &str) -> Vec<(Plan, Box<dyn Tree>)> {
    let patchset = Catalog::new(Vec::<std::path::PathBuf>::new()).load(patchset).unwrap();
    let opened = patchset.pins.iter().map(|pin| (pin, pins::open(pin))).collect::<Vec<_>>();
    let missing: Vec<&String> =
        opened.iter().filter(|(_, tree)| tree.is_none()).map(|(pin, _)| *pin).collect();
    pins::report_missing(&patchset.id, opened.len(), &missing);
    let trees = opened.into_iter().filter_map(|(_, tree)| tree);
    trees.map(|tree| (plan(&patchset, tree.as_ref()).unwrap(), tree)).collect()
}

/// The lines that a plan adds to each file, and those that it removes.
fn changed(plan: &Plan) -> BTreeMap<&str, (Vec<String>, Vec<String>)> {
    let lines = |file: Option<&pypatch::tree::File>| -> Vec<String> {
        let text = file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let of_file = |change: &'_ pypatch::tree::FileChange| {
        let (before, after) = (lines(change.before.as_ref()), lines(change.after.as_ref()));
        let only = |all: &[String], other: &[String]| -> Vec<String> {
            all.iter().filter(|line| !other.contains(line)).cloned().collect()
        };
        (only(&after, &before), only(&before, &after))
    };
    plan.changes.iter().map(|change| (change.path.as_str(), of_file(change))).collect()
}

#[test]
fn lua_reads_modules_on_rank_0_and_has_no_processes() {
    for (plan, _) in plans("catamount-lua5.4") {
        let source = &plan.source;
        assert!(plan.fits(), "{source}");
        let changed = changed(&plan);
        let added = |file: &str| changed[file].0.join("\n");
        let loadlib = "#include \"lcatamount.h\"\n    if (lcatamount_readable(filename))  /* does file exist and is readable? */\n  \
                       return checkload(L, (lcatamount_loadfile(L, filename) == LUA_OK), filename);";
        assert_eq!(added("src/loadlib.c"), loadlib, "{source}");
        assert_eq!(changed["src/lua.c"].0.len(), 4, "{source}");
        assert!(added("src/Makefile").contains("\tyod ./"), "{source}");
        assert!(added("Makefile").contains(" c89 catamount "), "{source}");
        // 5.4.7 calls l_system itself.
        let redirected = added("src/loslib.c").contains("  stat = l_system(cmd);");
        assert_eq!(redirected, ["lua-5.4.2", "lua-5.4.4"].contains(&source.as_str()), "{source}");
        let conditions = "#if defined(LUA_USE_CATAMOUNT)\n#if !defined(LUA_ROOT)";
        assert_eq!(added("src/luaconf.h"), conditions, "{source}");
    }
}

#[test]
fn tcl_runs_its_shell_by_the_launcher_and_finds_no_users() {
    for (plan, _) in plans("catamount-tcl8.6") {
        let source = &plan.source;
        assert!(plan.fits(), "{source}");
        let changed = changed(&plan);
        let (added, removed) = &changed["unix/Makefile.in"];
        assert_eq!((added.len(), removed.len()), (4, 4), "{source}");
        assert!(added.iter().all(|line| line.contains(" yod ./${TCL")), "{source}: {added:?}");
        let removes_none = |file: &str| changed[file].1.is_empty();
        assert!(removes_none("unix/tclUnixCompat.c") && removes_none("unix/tclUnixPipe.c"), "{source}");
        let stubs = changed["unix/tclUnixCompat.c"].0.iter().filter(|line| *line == "    return NULL;");
        assert_eq!(stubs.count(), 4, "{source}");
    }
}

#[test]
fn a_release_is_of_the_software_that_its_pin_names() {
    for name in ["lua-5.4.4", "tcl-8.6.13", "python-2.7.18"] {
        if let Some([tree]) = pins::need("the version of a tree", [name]) {
            let version = pypatch::tree::tree_version(tree.as_ref()).unwrap().unwrap();
            assert_eq!((version.pin_name().as_str(), &version), (name, &pins::pin(name).version));
        }
    }
}
