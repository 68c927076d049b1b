//! Edits that the fuzzer and the tests try on any bytes.

use std::sync::LazyLock;

use crate::edit::testing::{applied, edit_text, on, patchset};
use crate::patchset::Patchset;
use crate::plan::plan;

const MAKE_CHANGES: &[&str] = &[
    "makefile.remove-prerequisite: {target: all, word: a}",
    "makefile.remove-prerequisite: {target: [all, a], word: b}",
    "makefile.add-prerequisite: {target: all, word: x}",
    "makefile.add-prerequisite: {target: [a, all], word: x, after: b}",
    "makefile.replace-prerequisite: {target: all, word: a, with: b}",
    "makefile.prefix-command: {command: a, with: yod}",
    "makefile.prefix-command: {command: $(a), with: '${b}', count: 2}",
    "makefile.set-variable: {name: a, value: b}",
    "makefile.append-variable: {name: a, value: b}",
    "makefile.add-rule: {target: x, prerequisites: [a], recipe: [b]}",
    "makefile.add-variable: {name: x, value: b, before: a}",
    "makefile.add-variable: {name: x, value: b, operator: +=, after: a, if: ifdef b}",
    "makefile.remove-variable: {name: a}",
    "makefile.insert: {before: a, text: x = b}",
    "makefile.insert: {at: end, text: x = b}",
    "within: {target: all}\nmakefile.insert: {at: start, text: x b}",
    "makefile.insert: {before: a, below-comment: false, text: '# x'}",
    "makefile.replace: {find: a, with: x}",
    "makefile.remove: {find: a}",
    "makefile.replace-comment: {find: a, with: x}",
    "makefile.replace-comment: {find: b, with: \"# x\\n# y\"}",
    "makefile.remove-comment: {find: a}",
    "makefile.move: {find: a, before: b}",
    "makefile.move: {find: a, after: b}",
    "makefile.move: {find: a, into: {target: all}, at: end}",
    "makefile.move: {from: a, to: b, at: start}",
    "makefile.wrap: {from: a, if: ifdef b, otherwise: x = b}",
    "makefile.wrap: {from: a, to: b, if: ifdef b}",
    "makefile.replace-condition: {find: a, with: x}",
    "makefile.replace-condition: {find: ifdef b, with: 'ifeq ($(x),b)'}",
    "makefile.replace-condition: {find: a, or: x}",
    "makefile.add-word: {variable: a, word: x}",
    "makefile.add-word: {variable: a, word: x, after: b}",
    "makefile.add-word: {variable: a, word: x, before: b}",
    "makefile.remove-word: {variable: a, word: b}",
    "makefile.replace-word: {variable: a, word: b, with: x}",
];

const SETUP_CHANGES: &[&str] = &[
    "setup.enable: {modules: [a]}",
    "setup.disable: {modules: [a]}",
    "setup.add: {module: x, arguments: x.c}",
    "setup.set: {module: a, value: y.c -lx}",
    "setup.set: {variable: A, value: y}",
    "setup.add: {module: x, arguments: x.c, before: a}",
    "setup.add: {module: x, arguments: x.c, after: a, condition: '@X@'}",
    "setup.add: {module: x, arguments: x.c, section: '*shared*'}",
    "setup.replace: {module: a, with: y y.c}",
    "setup.replace: {section: '*shared*', with: '*static*'}",
    "setup.remove: {module: a, comment: true}",
    "setup.remove: {variable: A}",
];

const C_CHANGES: &[&str] = &[
    "c.insert: {function: f, at: entry, text: 'x();'}",
    "c.insert: {function: f, after: a(), text: 'x();'}",
    "c.insert: {before: a(), text: 'x();'}",
    "c.insert: {before: a(), below-comment: false, text: '/* x */'}",
    "c.replace: {find: a(), with: x()}",
    "c.replace-condition: {around: a(), or: defined(Y)}",
    "c.replace-condition: {find: '#ifdef X', and: Y || Z}",
    "c.replace-condition: {find: '#ifdef X', with: Y, count: 2}",
    "c.replace-condition: {find: X, with: Y || Z}",
    "c.replace-condition: {find: X, of: if, with: 'Y = \"Z\"'}",
    "c.replace-condition: {find: if (X), or: Y}",
    "c.replace-condition: {around: a(), of: if, or: Y}",
    "c.replace-condition: {around: a(), of: while, with: Y}",
    "c.replace-condition: {find: x, and: \"Y +\\nZ\"}",
    "c.wrap: {function: f, condition: '#ifdef Y'}",
    "c.wrap: {function: f, condition: '#ifdef Y', from: a(), otherwise: 'x();'}",
    "c.add-include: {include: '\"x.h\"', after: a.h}",
    "c.replace-comment: {find: a, with: \"x\\ny\"}",
    "c.replace-comment: {find: a, with: /* x */}",
    "c.replace-comment: {above: a(), find: b, with: x}",
    "c.remove-comment: {find: a}",
    "c.redirect-call: {function: f, from: a, to: x}",
    "c.remove: {find: a()}",
    "within: {function: f}\nc.remove: {from: '#ifdef Y', to: '#endif', comment: true}",
    "c.move: {find: a(), at: start}",
    "c.move: {find: a(), before: b}",
    "c.move: {find: '#ifdef Y', into: {function: f}, at: end}",
    "within: {function: f}\nc.move: {from: '#ifdef Y', to: '#endif', at: start}",
    "within: {function: f}\nc.insert: {at: end, text: 'x();'}",
    "c.wrap: {from: a(), if: b > 0, otherwise: 'x();'}",
    "c.unwrap: {find: '#ifdef Y', keep: '#else'}",
    "c.unwrap: {find: if (b)}",
    "c.replace-function: {function: f, with: 'int f(void) { return 1; }'}",
    "c.add-entry: {table: m, after: f, entry: '{\"x\", x}'}",
    "c.add-entry: {table: m, at: end, entry: x}",
    "c.replace-entry: {table: m, entry: a, with: '{\"x\", x}'}",
    "c.remove-entry: {table: m, entry: f}",
    "c.replace-include: {include: a.h, with: '\"x.h\"'}",
    "c.remove-include: {include: a.h}",
    "c.add-macro: {after: X_H, name: Z(a), value: (a) + 1}",
    "c.set-macro: {name: X_H, value: '1'}",
    "c.remove-macro: {name: X_H, comment: true}",
    "c.remove-declaration: {name: f, comment: true}",
    "c.add-argument: {call: a, argument: x}",
    "c.add-argument: {call: a, argument: x, number: 1}",
    "c.replace-argument: {call: a, number: 1, with: x}",
    "c.remove-argument: {call: a, argument: b}",
    "c.rename: {name: f, to: x}",
    "c.rename: {name: f, to: x, count: all}",
    "c.add-branch: {after: '#ifdef Y', directive: '#elif X', text: 'x();'}",
    "header.undef: {names: [A]}",
    "header.define: {name: A, value: '1', place: inside-guard}",
    "header.add-entry: {name: B, comment: x}",
    "header.remove-entry: {name: A}",
    "header.append: {text: 'int x;', place: inside-guard}",
];

const PYTHON_CHANGES: &[&str] = &[
    "python.add-method: {class: A, method: m, code: 'def m(self): pass'}",
    "python.replace-method: {class: A, method: f, code: 'def f(self): return 1'}",
    "python.add-function: {function: h, code: 'def h(): pass'}",
    "python.add-function: {function: h, code: 'def h(): pass', after: g}",
    "python.replace-function: {function: g, code: 'def g(): return 1'}",
    "within: {function: g}\npython.insert: {at: start, text: 'x()'}",
    "within: {class: A, function: f}\npython.insert: {at: end, text: 'x()'}",
    "python.insert: {after: pass, text: 'y()'}",
    "python.insert: {before: pass, text: \"if x:\\n    y()\"}",
    "python.insert: {before: pass, below-comment: true, text: '# y'}",
    "python.replace: {find: pass, with: 'x()'}",
    "within: {class: A}\npython.replace: {find: 'x', with: z}",
    "python.remove: {find: pass}",
    "python.replace-comment: {find: x, with: \"y\\nz\"}",
    "python.replace-comment: {find: x, with: '# z'}",
    "python.remove-comment: {find: x}",
    "python.move: {find: pass, before: x}",
    "python.move: {find: x, at: end}",
    "python.move: {find: x, into: {function: g}, at: start}",
    "within: {class: A}\npython.move: {from: x, to: pass, at: end}",
    "python.wrap: {from: pass, if: X}",
    "python.wrap: {from: x, if: X, otherwise: 'y()'}",
    "python.wrap: {from: pass, except: X, otherwise: 'y()'}",
    "python.add-import: {module: z}",
    "python.add-import: {module: a, name: z}",
    "within: {function: g}\npython.add-import: {module: z, after: a}",
    "python.remove-import: {module: a}",
    "python.remove-import: {module: a, name: x}",
    "python.replace-import: {module: a, with: z}",
    "python.replace-import: {module: a, name: x, with: from z import x}",
    "within: {variable: x}\npython.add-entry: {entry: z}",
    "python.add-entry: {entry: \"'z': 1\", before: x}",
    "python.replace-entry: {entry: x, with: z}",
    "python.replace-entry: {key: x, with: z}",
    "python.remove-entry: {entry: x, comment: true}",
    "python.replace-condition: {find: x, or: y}",
    "python.replace-condition: {find: 'if x:', and: y or z}",
    "python.replace-condition: {find: x, with: y or z}",
    "python.set-variable: {name: x, value: y}",
    "python.remove-variable: {name: x, comment: true}",
    "python.add-argument: {call: f, argument: z}",
    "python.add-argument: {call: f, argument: z=1, after: x}",
    "python.replace-argument: {call: f, argument: x, with: z}",
    "python.remove-argument: {call: f, argument: x}",
    "python.add-parameter: {function: g, parameter: z=1}",
    "python.replace-parameter: {function: g, parameter: x, with: z}",
    "python.remove-parameter: {function: g, parameter: x}",
    "python.add-base: {class: A, base: z}",
    "python.remove-base: {class: A, base: x}",
    "python.add-decorator: {class: A, function: f, decorator: z}",
    "python.add-decorator: {class: A, decorator: z, after: x}",
    "python.replace-decorator: {function: g, decorator: x, with: z}",
    "python.remove-decorator: {function: g, decorator: x}",
    "python.rename: {from: x, to: z}",
    "python.rename: {from: x, to: z, count: all}",
    "python.add-branch: {before: x and y, condition: z, text: y()}",
    "python.add-branch: {after: if x and y, text: y()}",
    "python.add-class: {class: Z, code: 'class Z: pass', after: A}",
    "python.add-method: {class: A, method: m, code: 'def m(self): pass', before: f}",
    "python.remove-function: {function: g}",
    "python.remove-method: {class: A, method: f, comment: true}",
];

const M4_CHANGES: &[&str] = &[
    "m4.insert: {before: a=1, text: x=2}",
    "m4.insert: {after: A, text: 'B([x])'}",
    "within: {if: test x}\nm4.insert: {at: end, text: x=2}",
    "m4.insert: {before: a=1, below-comment: true, text: '# x'}",
    "m4.replace: {find: a=1, with: a=2}",
    "m4.replace: {find: b, with: x}",
    "m4.remove: {find: a=1, comment: true}",
    "m4.remove: {find: if test x}",
    "m4.replace-comment: {find: a, with: x}",
    "m4.replace-comment: {find: b, with: dnl x}",
    "m4.remove-comment: {find: a}",
    "m4.move: {find: a=1, after: A}",
    "m4.move: {find: a=1, at: end}",
    "m4.move: {find: b=1, into: {case: $a}, at: start}",
    "m4.wrap: {from: a=1, if: test x}",
    "m4.wrap: {from: a=1, to: b=1, if: test x, otherwise: x=1}",
    "m4.wrap: {from: a=1, case: $a, branch: b*}",
    "m4.set-variable: {name: a, value: '2'}",
    "m4.add-branch: {before: '*', pattern: x*, text: b=1}",
    "m4.add-branch: {after: b*, pattern: x*, text: b=1}",
    "m4.remove-branch: {pattern: b*}",
    "m4.replace-condition: {find: b*, or: x*}",
    "m4.replace-condition: {find: test x, and: test y}",
    "m4.replace-argument: {call: A, number: 2, with: x}",
    "m4.add-word: {variable: a, word: x}",
    "m4.add-word: {call: A, word: x, after: b}",
    "m4.remove-word: {call: A, word: b}",
    "m4.replace-word: {variable: a, word: b, with: x}",
    "m4.override: {macro: A, text: 'AC_DEFUN([A], [x])'}",
];

const TEXT_CHANGES: &[&str] = &[
    "text.insert: {after: a, indent: anchor, text: x}",
    "text.insert: {before: b, indent: anchor, text: \"x\\n  y\"}",
    "text.insert: {after: a, text: ' x'}",
    "text.insert: {before: b, text: 'x '}",
    "text.move: {find: a, after: b}",
    "text.move: {find: b, before: a}",
    "text.move: {find: a, at: end}",
    "text.replace: {find: a, with: x}",
    "text.replace: {find: a, with: x a, count: 2}",
    "m4.define: {macros: A, text: 'm4_define([A], [x])'}",
];

const XML_CHANGES: &[&str] = &[
    "xml.insert: {before: a, text: <x/>}",
    "xml.insert: {after: a b='', text: <x/>}",
    "xml.insert: {at: end, text: <x/>}",
    "within: {element: a}\nxml.insert: {at: start, text: <x/>}",
    "xml.replace: {find: a, with: x}",
    "xml.replace: {find: <b/>, with: <x/>, count: 2}",
    "xml.remove: {find: a/b, comment: true}",
    "xml.remove: {find: <b>a</b>}",
    "xml.set-attribute: {element: a, name: b, value: x}",
    "xml.set-attribute: {element: b, name: x, value: '\"'}",
    "xml.set-text: {element: b, text: x}",
    "xml.add-word: {element: b, word: x}",
    "xml.add-word: {element: b, attribute: a, word: x, before: b}",
    "xml.remove-word: {element: b, word: a}",
    "xml.replace-word: {element: b, word: a, with: x;y}",
];

/// A file and edits of it, each a patchset of its own.
pub(crate) struct Edits {
    file: &'static str,
    patchsets: LazyLock<Vec<Patchset>>,
}

pub(crate) static MAKE: Edits =
    Edits { file: "Makefile", patchsets: LazyLock::new(|| patchsets("Makefile", MAKE_CHANGES)) };
pub(crate) static SETUP: Edits =
    Edits { file: "Setup", patchsets: LazyLock::new(|| patchsets("Setup", SETUP_CHANGES)) };
pub(crate) static C: Edits = Edits { file: "f.c", patchsets: LazyLock::new(|| patchsets("f.c", C_CHANGES)) };
pub(crate) static PYTHON: Edits =
    Edits { file: "f.py", patchsets: LazyLock::new(|| patchsets("f.py", PYTHON_CHANGES)) };
pub(crate) static M4: Edits =
    Edits { file: "configure.ac", patchsets: LazyLock::new(|| patchsets("configure.ac", M4_CHANGES)) };
pub(crate) static XML: Edits =
    Edits { file: "f.vcxproj", patchsets: LazyLock::new(|| patchsets("f.vcxproj", XML_CHANGES)) };
pub(crate) static TEXT: Edits =
    Edits { file: "f", patchsets: LazyLock::new(|| patchsets("f", TEXT_CHANGES)) };

fn patchsets(file: &str, changes: &[&str]) -> Vec<Patchset> {
    changes.iter().map(|change| patchset(&edit_text(file, change))).collect()
}

/// Tries the edits on a file with these contents. Each can be reversed, and recognises its own result. In a file that is damaged,
/// before it or after it, an edit may not do so; then the plan refuses it, as it does for a user.
pub(crate) fn try_edits_of(edits: &Edits, text: &[u8], is_damaged: bool) {
    let case = on(edits.file, text);
    for patchset in edits.patchsets.iter() {
        let (parts, forgotten) = case.parts_twice(&patchset.edits[0]);
        let Some(forgotten) = forgotten else { continue };
        let is_damaged =
            is_damaged || case.is_damaged(&case.tree) || case.is_damaged(&applied(&case.tree, &parts));
        assert!(is_damaged && !plan(patchset, &case.tree).unwrap().fits(), "{forgotten}");
    }
}
