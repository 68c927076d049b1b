//! A patched tree is the same whether its release is a tag or a tarball.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult};
use pypatch::fetch::{Located, Places, locate};
use pypatch::tree::pin::Pin;
use pypatch::tree::{ArchiveTree, Tree, TreePath};

use crate::common::TestEnvironment;
use crate::common::pins::pin;
use crate::common::skip;
use crate::common::tree::TreeState;

/// Releases, and a patchset for each.
const RELEASES: [(&str, &str); 4] = [
    ("python-2.7.18", "catamount-py2.7"),
    ("python-3.9.2", "catamount-py3.9"),
    ("python-3.11.2", "catamount-py3.11"),
    ("python-3.13.5", "catamount-py3.13"),
];

const TEST: &str = "a_tag_and_the_tarball_of_its_release_are_patched_alike";

#[test]
fn a_tag_and_the_tarball_of_its_release_are_patched_alike() {
    for (name, patchset) in RELEASES {
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
        // Both receipts record when the old files were changed, and nothing else that depends on the source.
        let receipts = [&mut tag, &mut tarball].map(|state| state.remove(".pypatch-receipt.json").unwrap().2);
        let [of_tag, of_tarball] =
            receipts.map(|bytes| without_times(serde_json::from_slice(&bytes).unwrap()));
        assert_eq!(of_tag, of_tarball, "{name}");

        assert!(tag.len() > 4000, "{name}: {}", tag.len());
        let names = |tree: &TreeState| tree.keys().cloned().collect::<Vec<String>>();
        assert_eq!(names(&tag), names(&tarball), "{name}");
        for (path, (mode, _, bytes)) in &tag {
            let (other_mode, _, other_bytes) = &tarball[path];
            assert!(mode == other_mode && bytes == other_bytes, "{name}: {path}");
        }
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
