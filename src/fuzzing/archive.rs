//! A tar archive.

use std::fs;

use crate::tree::{ArchiveTree, Node, Tree};

/// The largest archive that is tried: a dozen members.
const LONGEST: usize = 16 << 10;

/// It is refused, or all of its paths and links stay inside.
pub fn archive(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let folder = super::tree::folder();
    let path = folder.path().join("a.tar");
    fs::write(&path, with_checksums(bytes)).unwrap();
    let Ok(tree) = ArchiveTree::open(&path) else { return };
    let _ = tree.files();
    let _ = tree.walk(&mut |entry| {
        let path = entry.path.as_str();
        assert!(
            !path.starts_with('/') && path.split('/').all(|part| !["", ".", ".."].contains(&part)),
            "{path}"
        );
        assert_eq!(entry.mode & !0o777, 0, "{path}");
        if let Node::Symlink(target) = &entry.node {
            let depth = path.matches('/').count();
            let up = target.split(|byte| *byte == b'/').filter(|part| *part == b"..").count();
            assert!(!target.starts_with(b"/") && up <= depth, "{path}");
        }
        Ok(())
    });
}

/// The bytes with a right checksum in every block that looks like a header: a fuzzer never guesses one.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for block in bytes.chunks_exact_mut(512).filter(|block| block[257..262] == *b"ustar") {
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    bytes
}
