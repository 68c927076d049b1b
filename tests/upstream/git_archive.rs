//! A tag has the files that `git archive` writes, which are those of the release.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::Command;

use pypatch::fetch::Located;
use pypatch::tree::{GitTree, Tree};

use crate::common::pins::{locate, pin, report_missing};
use crate::common::skip;

#[test]
fn a_tag_has_the_files_that_git_archive_writes() {
    let mut missing = Vec::new();
    for name in ["python-2.7.18", "python-3.13.5"] {
        let repository = match locate(name) {
            Some(Located::Git { repository, .. }) => repository,
            Some(Located::Tarball { .. }) => {
                skip(
                    "a_tag_has_the_files_that_git_archive_writes",
                    &format!("{name} is here as a tarball, not as a tag"),
                );
                continue;
            }
            None => {
                missing.push(name);
                continue;
            }
        };
        let tag = pin(name).tag.unwrap();
        // The largest file may be absent from a partial mirror.
        let output = Command::new("git")
            .args(["archive", &tag, "--", ".", ":!Misc/svnmap.txt"])
            .current_dir(&repository)
            .output();
        let Ok(output) = output else { return };
        if !output.status.success() {
            missing.push(name);
            continue;
        }
        let mut expected = BTreeMap::new();
        for entry in tar::Archive::new(&output.stdout[..]).entries().unwrap() {
            let mut entry = entry.unwrap();
            if entry.header().entry_type() == tar::EntryType::Regular {
                let path = entry.path().unwrap().to_str().unwrap().to_owned();
                let executable = entry.header().mode().unwrap() & 0o100 != 0;
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                expected.insert(path, (bytes, executable));
            }
        }
        let tree = GitTree::open(&repository, &tag).unwrap();
        let mut names = tree.files().unwrap();
        names.retain(|path| path.as_str() != "Misc/svnmap.txt");
        assert!(
            names.iter().map(pypatch::tree::TreePath::as_str).eq(expected.keys().map(String::as_str)),
            "{name}"
        );
        let converted = expected.values().filter(|(bytes, _)| bytes.windows(2).any(|pair| pair == b"\r\n"));
        assert!(converted.count() > 50, "{name} has files with CRLF");
        for path in names {
            let file = tree.read(&path).unwrap().unwrap();
            let (bytes, executable) = &expected[path.as_str()];
            assert!(file.bytes == bytes[..] && file.executable == *executable, "{path} of {name}");
        }
    }
    report_missing("a_tag_has_the_files_that_git_archive_writes", 2, &missing);
}
