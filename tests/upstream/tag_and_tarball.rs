//! A patched tree is the same whether its release is a tag or a tarball, but for the files that only one of them has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult};
use pypatch::fetch::{Located, Places, locate};
use pypatch::tree::pin::Pin;
use pypatch::tree::{ArchiveTree, Tree, TreePath};

use crate::common::TestEnvironment;
use crate::common::pins::pin;
use crate::common::skip;

/// A release, a patchset for it, and the paths of its tag that upstream's release script leaves out of the tarball. No
/// `.gitattributes` names them. The script also writes Misc/NEWS from the snippets in Misc/NEWS.d.
const RELEASES: [(&str, &str, &[&str]); 2] = [
    (
        "python-2.7.18",
        "catamount-py2.7",
        &[".bzrignore", ".gitattributes", ".github", ".gitignore", ".travis.yml", "Misc/NEWS.d"],
    ),
    (
        "python-3.13.5",
        "catamount-py3.13",
        &[".azure-pipelines", ".gitattributes", ".github", ".gitignore", "Misc/NEWS.d", "Misc/mypy"],
    ),
];

const TEST: &str = "a_tag_and_the_tarball_of_its_release_are_patched_alike";

#[test]
fn a_tag_and_the_tarball_of_its_release_are_patched_alike() {
    for (name, patchset, only_tag) in RELEASES {
        let Some((repository, tarball)) = sources(&pin(name)) else {
            skip(TEST, &format!("{name} is not available locally both as a tag and as a tarball"));
            continue;
        };
        let mut env = TestEnvironment::new();
        complete(&env.path("repository"), &repository, &pin(name), &tarball);
        for (source, output) in [(env.path("repository"), "tag"), (tarball, "tarball")] {
            env.set("PYPATCH_SOURCES", source.to_str().unwrap());
            env.stdout(&["apply", patchset, name, "--output", output]);
        }
        let (mut tag, mut tarball) = (env.state("tag"), env.state("tarball"));
        let only = |one: &crate::common::tree::TreeState, other: &crate::common::tree::TreeState| {
            one.keys().filter(|path| !other.contains_key(*path)).cloned().collect::<BTreeSet<String>>()
        };
        assert_eq!(only(&tarball, &tag), BTreeSet::from(["Misc/NEWS".to_owned()]), "{name}");
        let left_out = only(&tag, &tarball);
        let is_below = |path: &str, top: &str| path == top || path.starts_with(&format!("{top}/"));
        let is_expected = |path: &&String| only_tag.iter().any(|top| is_below(path, top));
        assert_eq!(left_out.iter().filter(|path| !is_expected(path)).collect::<Vec<_>>(), [""; 0], "{name}");
        for top in only_tag {
            assert!(left_out.contains(*top), "{name}: {top}");
        }

        // Both receipts record when the old files were changed, and nothing else that depends on the source.
        let receipts = [&mut tag, &mut tarball].map(|state| state.remove(".pypatch-receipt.json").unwrap().2);
        let [of_tag, of_tarball] =
            receipts.map(|bytes| without_times(serde_json::from_slice(&bytes).unwrap()));
        assert_eq!(of_tag, of_tarball, "{name}");

        let mut compared = 0;
        for (path, (mode, _, bytes)) in &tag {
            let Some((other_mode, _, other_bytes)) = tarball.get(path) else { continue };
            assert!(mode == other_mode && bytes == other_bytes, "{name}: {path}");
            compared += 1;
        }
        assert!(compared > 4000, "{name}: {compared}");
    }
}

/// The git repository and the tarball of a release on this machine.
fn sources(pin: &Pin) -> Option<(PathBuf, PathBuf)> {
    let all = Places::from_env();
    let located: Vec<Located> = all
        .sources
        .iter()
        .map(|place| Places { sources: vec![place.clone()], ..Places::default() })
        .chain([Places { cache: all.cache.clone(), ..Places::default() }])
        .filter_map(|places| locate(pin, &places).located)
        .collect();
    let repository = located.iter().find_map(|located| match located {
        Located::Git { repository, .. } => Some(repository.clone()),
        Located::Tarball { .. } => None,
    })?;
    let tarball = located.iter().find_map(|located| match located {
        Located::Tarball { path } => Some(path.clone()),
        Located::Git { .. } => None,
    })?;
    Some((repository, tarball))
}

/// Makes a repository that has all objects of a release: those of `other`, and the files that are absent from it, as the
/// largest are from a partial mirror. They are taken from the tarball, and have the same id.
fn complete(repository: &Path, other: &Path, pin: &Pin, tarball: &Path) {
    let objects = Repository::open(other).unwrap().commondir().join("objects").canonicalize().unwrap();
    drop(Repository::init_bare(repository).unwrap());
    fs::write(repository.join("objects/info/alternates"), format!("{}\n", objects.display())).unwrap();
    let repository = Repository::open(repository).unwrap();
    let database = repository.odb().unwrap();
    let mut absent: Vec<(TreePath, Oid)> = Vec::new();
    let tree = repository.find_tree(Oid::from_str(&pin.tree).unwrap()).unwrap();
    tree.walk(TreeWalkMode::PreOrder, |above, entry| {
        if entry.kind() == Some(ObjectType::Blob) && !database.exists(entry.id()) {
            absent.push((format!("{above}{}", entry.name().unwrap()).parse().unwrap(), entry.id()));
        }
        TreeWalkResult::Ok
    })
    .unwrap();
    let tarball = ArchiveTree::open(tarball).unwrap();
    for (path, id) in absent {
        let file = tarball.read(&path).unwrap().unwrap();
        assert_eq!(repository.blob(&file.bytes).unwrap(), id, "{path}");
    }
}

/// A receipt without `mtime`, at any depth.
fn without_times(mut value: serde_json::Value) -> serde_json::Value {
    fn visit(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.remove("mtime");
                members.values_mut().for_each(visit);
            }
            serde_json::Value::Array(members) => members.iter_mut().for_each(visit),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::String(_) => {}
        }
    }
    visit(&mut value);
    value
}
