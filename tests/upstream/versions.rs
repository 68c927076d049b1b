//! What `pypatch explain` says of the releases that have the files of a format.

use std::sync::Mutex;
use std::thread;

use glob::Pattern;
use pypatch::tree::Tree;
use pypatch::tree::pin::{Pin, PinSet};
use pypatch::version::VersionRange;

use crate::common::TestEnvironment;
use crate::common::pins;

/// A sentence of `explain`: an operation that shows it, its words, a path or a pattern of paths, and the ranges of the
/// releases that have such a path.
type Claim = (&'static str, &'static str, &'static str, &'static [&'static str]);

const ALL: &[&str] = &[">=2.4"];

const CLAIMS: &[Claim] = &[
    ("makefile.insert", "Every release has Makefile.pre.in.", "Makefile.pre.in", ALL),
    ("shell.insert", "Every release has Modules/makesetup and install-sh;", "Modules/makesetup", ALL),
    ("shell.insert", "Every release has Modules/makesetup and install-sh;", "install-sh", ALL),
    ("shell.insert", "Lib/plat-*/regen is in those up to 3.5.", "Lib/plat-*/regen", &["<3.6"]),
    ("setup.add", "Modules/Setup.dist is in releases up to 3.7,", "Modules/Setup.dist", &["<3.8"]),
    ("setup.add", "Modules/Setup from 3.8 on,", "Modules/Setup", &[">=3.8"]),
    ("setup.add", "and Modules/Setup.stdlib.in from 3.11 on.", "Modules/Setup.stdlib.in", &[">=3.11"]),
    ("header.define", "Every release has pyconfig.h.in and Include/.", "pyconfig.h.in", ALL),
    ("header.define", "Every release has pyconfig.h.in and Include/.", "Include/Python.h", ALL),
    (
        "python.insert",
        "Lib/distutils and setup.py are in releases up to 3.11.",
        "Lib/distutils/__init__.py",
        &["<3.12"],
    ),
    ("python.insert", "Lib/distutils and setup.py are in releases up to 3.11.", "setup.py", &["<3.12"]),
    (
        "m4.insert",
        "configure.in is in releases up to 2.7.3, 3.1.4 and 3.2.3,",
        "configure.in",
        &["<=2.7.3", ">=3.0, <=3.1.4", ">=3.2, <=3.2.3"],
    ),
    (
        "m4.insert",
        "and configure.ac in all others:",
        "configure.ac",
        &[">2.7.3, <3.0", ">3.1.4, <3.2", ">3.2.3"],
    ),
    (
        "m4.insert",
        "aclocal.m4 is in 2.4, and from 2.7.10 and 3.4.4 on.",
        "aclocal.m4",
        &["<2.5", ">=2.7.10, <3.0", ">=3.4.4"],
    ),
    (
        "xml.insert",
        "PCbuild/*.vcxproj is in 2.7 from 2.7.11 on, and in all releases from 3.3 on;",
        "PCbuild/*.vcxproj",
        &[">=2.7.11, <3.0", ">=3.3"],
    ),
    ("xml.insert", "Tools/msi/*.wxs is in releases from 3.5 on.", "Tools/msi/*.wxs", &[">=3.5"]),
    ("xml.insert", "Every release has property lists in Mac/.", "Mac/**/*.plist*", ALL),
];

#[test]
fn explain_shows_every_sentence_about_versions() {
    let env = TestEnvironment::new();
    for (operation, sentence, ..) in CLAIMS {
        let page = env.stdout(&["explain", operation]);
        let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(sentence), "{operation}: {sentence}\n{page}");
    }
}

#[test]
fn releases_have_the_files_that_explain_says() {
    let all = PinSet::shipped().own().unwrap();
    let (missing, wrong) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for half in all.chunks(all.len().div_ceil(2)) {
            let (missing, wrong) = (&missing, &wrong);
            scope.spawn(move || {
                for pin in half {
                    match pins::open(&pin.name) {
                        Some(tree) => wrong.lock().unwrap().extend(wrong_claims(pin, tree.as_ref())),
                        None => missing.lock().unwrap().push(pin.name.clone()),
                    }
                }
            });
        }
    });
    pins::report_missing(
        "releases_have_the_files_that_explain_says",
        all.len(),
        &missing.into_inner().unwrap(),
    );
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wrong_claims(pin: &Pin, tree: &dyn Tree) -> Vec<String> {
    let files = tree.files().unwrap();
    let is_wrong = |(_, _, path, ranges): &&Claim| {
        let pattern = Pattern::new(path).unwrap();
        let has = files.iter().any(|file| pattern.matches(file.as_str()));
        let contains = |range: &str| range.parse::<VersionRange>().unwrap().contains(&pin.version);
        has != ranges.iter().any(|range| contains(range))
    };
    CLAIMS.iter().filter(is_wrong).map(|(_, sentence, ..)| format!("{}: {sentence}", pin.name)).collect()
}
