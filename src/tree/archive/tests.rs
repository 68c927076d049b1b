use std::fs;
use std::io::Write;

use base64::Engine;
use tar::{EntryType, Header};

use super::*;
use crate::tree::testing::{self, header, path};
use crate::tree::tree_id;

const XZ: &[&str] = &[
    "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AHxdACgeSoaab1RwEmECCeKK5e0I+GUFpx3FvR1wyCpOqvyIJe8J",
    "CVneayWaHnJuvYJQrxs3ksR8vSj2+XDnwONQ5dCaintpYUeJX310wFOsES4vzZDOdIaQs8Hd3gce2Cjm4GxwH59m",
    "QE1STnPvdX8TGMyU3dx29Q2FG921BQAAv2LQCSHMJt0AAZgBgFAAAMjx5Y6xxGf7AgAAAAAEWVo=",
];

/// The same tar from `zstd -19`.
const ZSTD: &[&str] = &[
    "KLUv/WQAJ80CADKEDhKQPQaMFtAJWXaFgW077vsqQAEgNJGpBD+4L2MNLkAy5piDG/YvdHUDjvkPUloHkMxncVHkDFpj",
    "3i4KAPLF8eCnLJGAArBBAIF0Bm46LrJgUAAwjwI7hlkDyA==",
];

/// Opens `bytes` as a tarball.
fn open(bytes: &[u8]) -> Result<ArchiveTree, TreeError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    ArchiveTree::open(file.path())
}

/// A member that is written without a library.
fn member(kind: u8, name: &str, link: &str, body: &[u8]) -> Vec<u8> {
    let mut header = header(EntryType::new(kind), body.len());
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name.as_bytes());
    old.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(body);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    [&members.concat()[..], &[0; 1024]].concat()
}

fn file(name: &str) -> Vec<u8> {
    member(b'0', name, "", b"int spam;\n")
}

fn hostile(members: &[Vec<u8>]) -> String {
    match open(&tar(members)) {
        Err(TreeError::Hostile { member, why, .. }) => format!("{member}: {why}"),
        other => panic!("{other:?}"),
    }
}

fn damaged(bytes: &[u8]) -> String {
    match open(bytes) {
        Err(TreeError::Archive { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_tarball_is_recognized_by_its_first_bytes() {
    let plain = testing::tarball();
    let id = tree_id(&open(&plain).unwrap()).unwrap();

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&plain).unwrap();
    // What `xz -9` made of `Python-2.5/spam.c`.
    let [xz, zstd] =
        [XZ, ZSTD].map(|text| base64::engine::general_purpose::STANDARD.decode(text.concat()).unwrap());
    let spam = tree_id(&open(&tar(&[file("Python-2.5/spam.c")])).unwrap()).unwrap();
    for (packed, id) in
        [(gzip.finish().unwrap(), &id), (bzip2.finish().unwrap(), &id), (xz, &spam), (zstd, &spam)]
    {
        assert_eq!(&tree_id(&open(&packed).unwrap()).unwrap(), id);
        for cut in [packed.len() / 2, packed.len() - 1] {
            assert!(matches!(open(&packed[..cut]), Err(TreeError::Archive { .. })), "{cut}");
        }
    }
}

#[test]
fn a_file_that_is_not_a_tarball_is_refused_with_the_reason() {
    assert_eq!(damaged(b""), "it is empty");
    assert_eq!(damaged(b"hello"), "it is too short for a tarball");
    assert_eq!(damaged(&[b'x'; 2000]), "it is not a tar archive");
    assert_eq!(damaged(b"PK\x03\x04"), "it is a zip file, not a tarball");
    assert_eq!(damaged(&[0; 1024]), "it has no members");
    let missing = ArchiveTree::open("no/such/Python-2.5.tgz");
    assert!(matches!(missing, Err(TreeError::NoSource(_))));
}

#[test]
fn a_tar_that_is_truncated_or_followed_by_data_is_refused() {
    let tar = tar(&[file("a"), file("b")]);
    for cut in [600, 1024, 1200, 1536, 2048] {
        assert_eq!(damaged(&tar[..cut]), "it is truncated", "{cut}");
    }
    assert_eq!(damaged(&[&tar[..], &file("c")].concat()), "data follows its end");
    let garbage = [&tar[..1024], &[b'x'; 512], &tar[1024..]].concat();
    assert_eq!(damaged(&garbage), "a header has the wrong checksum");
}

#[test]
fn members_that_would_leave_the_tree_are_refused() {
    assert_eq!(hostile(&[file("/etc/passwd")]), "/etc/passwd: its name is absolute");
    for name in ["../x", "Python-2.5/../../x", "Python-2.5/.."] {
        assert_eq!(hostile(&[file(name)]), format!("{name}: its name leaves the tree with `..`"));
    }
    for target in ["..", "../Python-2.5/x", "Lib/../../x", "Lib/../x"] {
        let link = member(b'2', "Python-2.5/link", target, b"");
        let why = hostile(&[file("Python-2.5/x"), link]);
        assert_eq!(why, "Python-2.5/link: it is a symbolic link that leaves the tree", "{target}");
    }
    let link = member(b'2', "Python-2.5/link", "/etc", b"");
    let why = "Python-2.5/link: it is a symbolic link to an absolute path";
    assert_eq!(hostile(&[file("Python-2.5/x"), link]), why);
    for target in ["/etc/passwd", "../x", "Python-2.5/none", "Python-2.5"] {
        let link = member(b'1', "Python-2.5/link", target, b"");
        assert!(hostile(&[file("Python-2.5/x"), link]).contains("not an earlier file"), "{target}");
    }
}

#[test]
fn members_that_programs_read_differently_are_refused() {
    let (a, directory) = (file("a"), member(b'5', "a/", "", b""));
    let link = member(b'2', "a", "b", b"");
    for members in [[&a, &a], [&a, &directory], [&directory, &a], [&a, &link], [&link, &link]] {
        let members: Vec<_> = members.into_iter().cloned().chain([file("b")]).collect();
        assert!(hostile(&members).ends_with(": it occurs twice"));
    }
    assert_eq!(hostile(&[link.clone(), file("a/x"), file("b/x")]), "a/x: it is below a symbolic link");
    assert_eq!(hostile(&[file("a/x"), link, file("b/x")]), "a/x: it is below a symbolic link");
    assert_eq!(hostile(&[file("a"), file("a/x"), file("b")]), "a/x: it is below a file");
    assert!(hostile(&[member(b'5', "a", "", b"contents")]).ends_with("but has contents"));
    let named_twice = [member(b'L', "l", "", b"x\0"), member(b'L', "l", "", b"y\0"), file("a")];
    assert_eq!(damaged(&tar(&named_twice)), "a member has two names");
    let renamed = member(b'g', "g", "", b"10 path=x\n");
    assert!(hostile(&[renamed, file("a")]).ends_with("it renames or resizes every member"));
}

#[test]
fn members_of_types_that_no_release_has_are_refused() {
    for (kind, why) in [
        (b'3', "it is a device"),
        (b'4', "it is a device"),
        (b'6', "it is a pipe"),
        (b'V', "its type `V` is unknown"),
    ] {
        assert_eq!(hostile(&[file("b"), member(kind, "a", "", b"")]), format!("a: {why}"));
    }
    let pax = member(b'x', "x", "", b"23 GNU.sparse.size=100\n");
    assert!(hostile(&[pax, file("a")]).contains("sparse"));
}

#[test]
fn archives_beyond_the_limits_are_refused() {
    let limits = Limits { total: 4096, file: 8, members: 3, extension: 16, link: 20, name: 20, names: 30 };
    let within = |members: &[Vec<u8>]| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&tar(members)).unwrap();
        ArchiveTree::open_within(file.path(), &limits).map(|_| ()).map_err(|error| error.to_string())
    };
    let empty = |name: &str| member(b'0', name, "", b"");
    assert_eq!(within(&[empty("a"), empty("b"), empty("c")]), Ok(()));
    let error = |members: &[Vec<u8>]| within(members).unwrap_err();
    assert!(error(&[empty("a"), empty("b"), empty("c"), empty("d")]).contains("more than 3 members"));
    assert!(error(&[file("a")]).contains("10 bytes long"));
    assert!(error(&[empty("aaaaaaaaaaaaaaaaaaaaa")]).contains("name is too long"));
    assert!(error(&[empty("aaaaaaaaaaaaaaaa"), empty("bbbbbbbbbbbbbbbb")]).contains("name is too long"));
    assert!(error(&[member(b'L', "l", "", &[b'x'; 17])]).contains("extended header of 17 bytes"));
    assert!(error(&vec![empty("a"); 10]).contains("more than 4096 bytes"));
    // A size of 2^62 bytes, in the binary format.
    let mut huge = Header::from_byte_slice(&empty("a")).clone();
    huge.set_size(1 << 62);
    huge.set_cksum();
    assert!(error(&[huge.as_bytes().to_vec()]).contains("truncated"));
}

#[test]
fn long_names_in_every_format_are_read() {
    let long = format!("Python-2.5/{}", "directory/".repeat(25) + "file.py");
    let mut bytes = Vec::new();
    let mut gnu = tar::Builder::new(&mut bytes);
    gnu.append_data(&mut header(EntryType::Regular, 1), &long, &b"x"[..]).unwrap();
    gnu.finish().unwrap();
    drop(gnu);
    let mut pax = tar::Builder::new(Vec::new());
    let time = "1158611400.5";
    pax.append_pax_extensions([("path", long.as_bytes()), ("mtime", time.as_bytes())]).unwrap();
    pax.append_data(&mut header(EntryType::Regular, 1), "Python-2.5/short", &b"x"[..]).unwrap();
    let pax = pax.into_inner().unwrap();
    let comment = member(b'g', "pax_global_header", "", b"18 comment=123456\n");
    for bytes in [&bytes, &pax, &[comment, pax.clone()].concat()] {
        let tree = open(bytes).unwrap();
        let inside = path(long.strip_prefix("Python-2.5/").unwrap());
        assert_eq!(tree.read(&inside).unwrap().unwrap().bytes, b"x");
    }
    let mut mtime = None;
    let keep = &mut |entry: WalkEntry| {
        mtime = entry.mtime;
        Ok(())
    };
    open(&pax).unwrap().walk(keep).unwrap();
    assert_eq!(mtime, Some((1_158_611_400, 500_000_000)));
}

#[test]
fn links_inside_the_tree_are_kept() {
    let tree = open(&tar(&[
        file("Python-2.5/Lib/a"),
        member(b'1', "Python-2.5/Lib/b", "Python-2.5/Lib/a", b""),
        member(b'2', "Python-2.5/Lib/c", "../Lib/a", b""),
    ]))
    .unwrap();
    assert_eq!(tree.read(&path("Lib/b")).unwrap(), tree.read(&path("Lib/a")).unwrap());
    assert_eq!(tree.entry(&path("Lib/c")).unwrap(), Some(Entry::Symlink));
    assert_eq!(tree.files().unwrap(), [path("Lib/a"), path("Lib/b")]);
}

#[test]
fn a_sparse_file_is_filled_with_zeros() {
    let mut header = header(EntryType::GNUSparse, 512);
    header.set_path("Python-2.5/sparse").unwrap();
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(2000);
    gnu.sparse[0].set_offset(1000);
    gnu.sparse[0].set_length(512);
    header.set_cksum();
    let sparse = [&header.as_bytes()[..], &[b'x'; 512]].concat();
    let tree = open(&tar(&[sparse.clone(), file("Python-2.5/z")])).unwrap();
    let expected = [&[0; 1000][..], &[b'x'; 512], &[0; 488]].concat();
    assert_eq!(tree.read(&path("sparse")).unwrap().unwrap().bytes, expected);
    assert_eq!(tree.read(&path("z")).unwrap().unwrap().bytes, b"int spam;\n");

    let mut lying = Header::from_byte_slice(&sparse[..512]).clone();
    lying.as_gnu_mut().unwrap().sparse[0].set_length(1 << 40);
    lying.set_cksum();
    let lying = [&lying.as_bytes()[..], &[b'x'; 512]].concat();
    assert_eq!(hostile(&[lying]), "Python-2.5/sparse: its map of parts is malformed");
}

#[test]
fn only_a_directory_that_contains_everything_is_left_out() {
    let names = |members: &[Vec<u8>]| {
        let files = open(&tar(members)).unwrap().files().unwrap();
        files.iter().map(TreePath::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&[member(b'5', "./Python-2.5/", "", b""), file("./Python-2.5/Lib/a")]), "Lib/a");
    assert_eq!(names(&[member(b'5', "./", "", b""), file("./Lib/a"), file("./b")]), "Lib/a b");
    assert_eq!(names(&[file("a")]), "a");
}

#[test]
fn an_invalid_name_is_skipped_by_plans_only() {
    let tree = open(&tar(&[file("a"), file("back\\slash")])).unwrap();
    assert_eq!(tree.files().unwrap(), [path("a")]);
    assert!(matches!(tree.walk(&mut |_| Ok(())), Err(TreeError::Name { .. })));
}

#[test]
fn a_tree_outlives_its_tarball() {
    let folder = tempfile::tempdir().unwrap();
    let tarball = folder.path().join("x.tar");
    fs::write(&tarball, tar(&[file("a")])).unwrap();
    let tree = ArchiveTree::open(&tarball).unwrap();
    fs::write(&tarball, "").unwrap();
    assert_eq!(tree.read(&path("a")).unwrap().unwrap().bytes, b"int spam;\n");
}

#[test]
fn no_header_causes_a_panic() {
    let mut sparse = header(EntryType::GNUSparse, 512);
    sparse.set_path("sparse").unwrap();
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.set_real_size(512);
    gnu.sparse[0].set_length(512);
    gnu.sparse[0].set_offset(0);
    for kind in *b"025LxS" {
        let mut start = member(kind, "a", "b", b"");
        if kind == b'S' {
            start = sparse.as_bytes().to_vec();
        }
        for at in 0..512 {
            for byte in [0, b' ', b'9', b'/', 0x80, 0xff] {
                let mut header = Header::from_byte_slice(&start).clone();
                header.as_mut_bytes()[at] = byte;
                header.set_cksum();
                let bytes = tar(&[header.as_bytes().to_vec(), vec![b'x'; 512], file("z")]);
                let _ = Index::read(&mut Spool::of(&bytes), "x", &LIMITS);
            }
        }
    }
}

#[test]
fn names_of_git_and_pypatch_are_refused() {
    for (name, whose) in [
        ("P/.git/hooks/pre-commit", "git"),
        ("P/Lib/.GIT", "git"),
        ("P/git~1/config", "git"),
        ("P/.git./x", "git"),
        ("P/.pypatch-stage-1.000000000/journal.json", "pypatch"),
        ("P/Lib/.Pypatch-receipt.json", "pypatch"),
    ] {
        let why = hostile(&[file("P/setup.py"), file(name)]);
        assert!(why.ends_with(&format!("{whose} uses that name for itself")), "{name}: {why}");
    }
}

#[test]
fn directories_that_are_not_listed_and_hard_links_count() {
    let limits = |total, members, names| Limits {
        total,
        members,
        names,
        file: 8192,
        extension: 16,
        link: 99,
        name: 99,
    };
    let open = |members: &[Vec<u8>], limits: &Limits| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&tar(members)).unwrap();
        ArchiveTree::open_within(file.path(), limits).map(|_| ()).map_err(|error| error.to_string())
    };
    let linked = [member(b'0', "P/a", "", &[b'x'; 5000]), member(b'1', "P/b", "P/a", b"")];
    assert_eq!(open(&linked, &limits(10_000, 9, 99)), Ok(()));
    assert!(
        open(&linked, &limits(9_999, 9, 99)).unwrap_err().ends_with("its files have more than 9999 bytes")
    );
    let deep = [file("P/a/b/c/d"), file("P/e")];
    assert_eq!(open(&deep, &limits(9999, 5, 99)), Ok(()));
    assert!(open(&deep, &limits(9999, 4, 99)).unwrap_err().ends_with("it has more than 4 entries"));
    assert!(open(&deep, &limits(9999, 5, 12)).unwrap_err().ends_with("its names have more than 12 bytes"));
    // 65 names fit the field of an old header if each is one letter.
    let name = format!("{}f", "d/".repeat(45));
    let long = [member(b'L', "x", "", format!("P/{}{name}\0", "d/".repeat(19)).as_bytes()), file("x")];
    assert!(hostile(&[&[file("P/e")], &long[..]].concat()).ends_with("it has more than 64 components"));
}

#[test]
fn many_empty_streams_of_bzip2_are_refused() {
    use bzip2::write::BzEncoder;
    let stream = |bytes: &[u8]| {
        let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let (empty, whole) = (stream(b""), stream(&tar(&[file("P/spam.c")])));
    let some = [&empty.repeat(50)[..], &whole, &empty].concat();
    assert_eq!(open(&some).unwrap().files().unwrap().len(), 1);
    let many = [&empty.repeat(10_001)[..], &whole].concat();
    assert_eq!(damaged(&many), "it has more than 10000 streams");
}

#[test]
fn a_large_file_is_copied_piece_by_piece() {
    let bytes: Vec<u8> = (0..9_000_000u32).map(|i| (i % 251) as u8).collect();
    let tree = open(&tar(&[member(b'0', "P/large", "", &bytes), file("P/small")])).unwrap();
    let folder = tempfile::tempdir().unwrap();
    crate::export::tree(&tree, &folder.path().join("out")).unwrap();
    assert!(fs::read(folder.path().join("out/large")).unwrap() == bytes);
    let mut kinds = Vec::new();
    tree.walk(&mut |entry| {
        kinds.push(matches!(entry.node, Node::Large(_)));
        Ok(())
    })
    .unwrap();
    assert_eq!(kinds, [true, false]);
}
