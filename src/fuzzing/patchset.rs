//! A patchset.yaml.

use std::fs;

use super::LONGEST;
use crate::edit::testing::MemoryTree;
use crate::patchset::Catalog;
use crate::plan::plan;

/// It is loaded or has complaints with a place; if it is loaded, it can be planned.
pub fn patchset(text: &[u8]) {
    if text.len() > LONGEST {
        return;
    }
    let folder = super::tree::folder();
    fs::create_dir(folder.path().join("t")).unwrap();
    fs::write(folder.path().join("t/patchset.yaml"), text).unwrap();
    let Ok(patchset) = Catalog::new(vec![folder.path().to_owned()]).load("t") else { return };
    let tree = MemoryTree::of([
        ("Makefile", &b"all: a b\n\ta x\na: b\n"[..]),
        ("Setup", b"#a a.c\nb b.c\n"),
        ("f.c", b"int f(void)\n{\n\ta();\n\treturn 1;\n}\n"),
        ("f.py", b"class A:\n    def f(self):\n        pass\n"),
    ]);
    if let Ok(plan) = plan(&patchset, &tree) {
        plan.diff();
    }
}
