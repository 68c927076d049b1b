//! Hostile archives.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Either, Fate, Read, Refused, Run, Source, attack, attack_with, of};
use crate::common::TestEnvironment;

/// A kind: its name, what has to become of it, and the bytes.
struct Kind {
    name: &'static str,
    fate: Fate,
    bytes: fn(&Tar) -> Vec<u8>,
}

/// What kinds are made of. All members are in the folder `t`.
struct Tar {
    /// A tree that `gadget` fits, without the two blocks of zeros at the end.
    tree: Vec<u8>,
    /// A folder that no command may touch.
    outside: String,
}

/// A member: a header with its checksum, and contents.
fn member(kind: u8, name: impl AsRef<[u8]>, link: impl AsRef<[u8]>, body: &[u8]) -> Vec<u8> {
    with(kind, name, link, body, |_| {})
}

/// A member whose header is changed before its checksum is computed.
fn with(
    kind: u8,
    name: impl AsRef<[u8]>,
    link: impl AsRef<[u8]>,
    body: &[u8],
    change: impl FnOnce(&mut [u8; 512]),
) -> Vec<u8> {
    let mut header = [0; 512];
    let (name, link) = (name.as_ref(), link.as_ref());
    header[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    header[100..108].copy_from_slice(b"0000644\0");
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", body.len()).as_bytes());
    header[136..148].copy_from_slice(b"10000000000\0");
    header[156] = kind;
    header[157..157 + link.len().min(100)].copy_from_slice(&link[..link.len().min(100)]);
    header[257..265].copy_from_slice(b"ustar\x0000");
    change(&mut header);
    checksum(&mut header);
    let mut bytes = [&header[..], body].concat();
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn checksum(header: &mut [u8; 512]) {
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn file(name: impl AsRef<[u8]>) -> Vec<u8> {
    member(b'0', name, "", b"hostile\n")
}

fn dir(name: impl AsRef<[u8]>) -> Vec<u8> {
    member(b'5', name, "", b"")
}

fn symlink(name: impl AsRef<[u8]>, to: impl AsRef<[u8]>) -> Vec<u8> {
    member(b'2', name, to, b"")
}

fn hardlink(name: impl AsRef<[u8]>, to: impl AsRef<[u8]>) -> Vec<u8> {
    member(b'1', name, to, b"")
}

fn mode(name: &str, mode: &str) -> Vec<u8> {
    with(b'0', name, "", b"hostile\n", |header| header[100..108].copy_from_slice(mode.as_bytes()))
}

/// A member whose header says another size.
fn sized(kind: u8, name: &str, size: &[u8; 12]) -> Vec<u8> {
    with(kind, name, "", b"hostile\n", |header| header[124..136].copy_from_slice(size))
}

/// A record of a pax header with the right length.
fn record(text: impl AsRef<[u8]>) -> Vec<u8> {
    let text = text.as_ref();
    let mut length = text.len() + 3;
    while length != text.len() + length.to_string().len() + 2 {
        length = text.len() + length.to_string().len() + 2;
    }
    [length.to_string().as_bytes(), b" ", text, b"\n"].concat()
}

/// A pax header before the file `t/x`.
fn pax(records: impl AsRef<[u8]>) -> Vec<u8> {
    [member(b'x', "t/PaxHeader", "", records.as_ref()), file("t/x")].concat()
}

/// A long name of GNU tar before the file `t/x`.
fn long_name(name: impl AsRef<[u8]>) -> Vec<u8> {
    [member(b'L', "././@LongLink", "", &[name.as_ref(), b"\0"].concat()), file("t/x")].concat()
}

/// A long link target of GNU tar before a link.
fn long_link(kind: u8, to: impl AsRef<[u8]>) -> Vec<u8> {
    let long = member(b'K', "././@LongLink", "", &[to.as_ref(), b"\0"].concat());
    [long, member(kind, "t/x", "", b"")].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The header of a zstd frame with a window of `1 << log` bytes.
fn zstd_with_a_window(log: u8) -> Vec<u8> {
    vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3]
}

/// The header of an xz file that wants a dictionary of 4 GiB.
fn xz_with_a_huge_dictionary() -> Vec<u8> {
    let mut bytes = b"\xfd7zXZ\0\0\0".to_vec();
    let flags = crc32(&bytes[6..8]);
    bytes.extend(flags);
    let block = [2, 0, 0x21, 1, 40, 0, 0, 0];
    bytes.extend(block);
    bytes.extend(crc32(&block));
    bytes.extend([1, 0xff, 0xff]);
    bytes.extend([b'x'; 70_000]);
    bytes
}

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

impl Tar {
    fn new(env: &TestEnvironment) -> Tar {
        let mut builder = tar::Builder::new(Vec::new());
        builder.follow_symlinks(false);
        builder.append_dir_all("t", env.path("tree")).unwrap();
        let mut tree = builder.into_inner().unwrap();
        tree.truncate(tree.len() - 1024);
        Tar { tree, outside: env.folder().join("outside").display().to_string() }
    }

    /// The tree and more members.
    fn and(&self, members: &[Vec<u8>]) -> Vec<u8> {
        [&self.tree[..], &members.concat(), &[0; 1024]].concat()
    }

    fn whole(&self) -> Vec<u8> {
        self.and(&[])
    }

    /// More members, and then the tree.
    fn after(&self, members: &[Vec<u8>]) -> Vec<u8> {
        [&members.concat()[..], &self.tree, &[0; 1024]].concat()
    }
}

macro_rules! kinds {
    ($($name:literal $fate:expr, $tar:pat => $bytes:expr;)*) => {
        &[$(Kind { name: $name, fate: $fate, bytes: |$tar| $bytes },)*]
    };
}

const R: Fate = Refused(4);

const KINDS: &[Kind] = kinds! {
    // Names.
    "an absolute name" R, t => t.and(&[file(format!("{}/evil", t.outside))]);
    "an absolute name first" R, t => t.after(&[file(format!("{}/evil", t.outside))]);
    "two slashes first" R, t => t.and(&[file("//evil")]);
    "an absolute directory" R, t => t.and(&[dir(format!("{}/evil/", t.outside))]);
    "above the top" R, t => t.and(&[file("../outside/evil")]);
    "above the top, from inside" R, t => t.and(&[file("t/../../outside/evil")]);
    "a name ending in .." R, t => t.and(&[dir("t/Lib/..")]);
    "the name .." R, t => t.and(&[dir("..")]);
    "the name ." Either, t => t.and(&[dir(".")]);
    "the name ./" Either, t => t.and(&[dir("./")]);
    "a file named ." R, t => t.and(&[file(".")]);
    "an empty name" R, t => t.and(&[file("")]);
    "an empty name of a directory" Either, t => t.and(&[dir("")]);
    "a component ." Either, t => t.and(&[file("t/./evil")]);
    "an empty component" Either, t => t.and(&[file("t//evil")]);
    "a file with a slash at its end" Either, t => t.and(&[file("t/evil/")]);
    "a backslash" Either, t => t.and(&[file("t/..\\evil")]);
    "a drive" Either, t => t.and(&[file("t/C:evil")]);
    "a line end in a name" Either, t => t.and(&[file("t/a\nb")]);
    "a carriage return in a name" Either, t => t.and(&[file("t/a\rb")]);
    "an escape code in a name" Either, t => t.and(&[file("t/\x1b[2Jevil")]);
    "a name in Latin-1" Either, t => t.and(&[file(b"t/L\xf6wis")]);
    "a name that is not UTF-8" Either, t => t.and(&[file(b"t/\xff\xfe\xc0\xaf")]);
    "a name in overlong UTF-8" Either, t => t.and(&[file(b"t/\xc0\xae\xc0\xae/evil")]);
    "composed and decomposed names" Either, t => t.and(&[file("t/\u{e9}"), file("t/e\u{301}")]);
    "names that differ in case" Either, t => t.and(&[file("t/LIB/compiler.py"), file("t/configurE")]);
    "a bidirectional mark in a name" Either, t => t.and(&[file("t/\u{202e}gpj.c")]);
    "a hook of git" R, t => t.and(&[file("t/.git/hooks/pre-commit")]);
    "a configuration of git in capitals" R, t => t.and(&[file("t/.GIT/config")]);
    "the short name of .git" R, t => t.and(&[file("t/git~1/config")]);
    "a stream of .git" R, t => t.and(&[file("t/.git::$INDEX_ALLOCATION/x")]);
    "a .git that HFS+ ignores a part of" R, t => t.and(&[file("t/.g\u{200c}it/config")]);
    "a .git with dots after it" R, t => t.and(&[file("t/Lib/.git. ./config")]);
    "a stage" R, t => t.and(&[file("t/.pypatch-stage-1.000000000/journal.json")]);
    "a stage that is done" R, t => t.and(&[dir("t/.pypatch-done-1.000000000")]);
    "a stage that is a link" R, t => t.and(&[symlink("t/.pypatch-stage-1.000000000", "Lib")]);
    "a receipt" R, t => t.and(&[file("t/.pypatch-receipt.json")]);
    "a receipt in capitals" R, t => t.and(&[file("t/.PyPatch-receipt.json")]);
    "a component of 256 bytes" R, t => t.and(&[long_name(format!("t/{}", "n".repeat(256)))]);
    "65 components" R, t => t.and(&[long_name(format!("t/{}x", "d/".repeat(64)))]);
    "a path of 1025 bytes" R, t => t.and(&[long_name(format!("t/{}x", format!("{}/", "d".repeat(127)).repeat(8)))]);
    "a path of 100,000 bytes" R, t => t.and(&[long_name("d/".repeat(50_000))]);
    "a prefix that leads out" R, t => t.and(&[with(b'0', "evil", "", b"", |h| h[345..347].copy_from_slice(b".."))]);
    "an absolute prefix" R, t => t.and(&[with(b'0', "evil", "", b"", |h| h[345..350].copy_from_slice(b"/root"))]);
    // Links.
    "a symbolic link out, absolute" R, t => t.and(&[symlink("t/evil", &t.outside)]);
    "a symbolic link to the root" R, t => t.and(&[symlink("t/evil", "/")]);
    "a symbolic link out, relative" R, t => t.and(&[symlink("t/evil", "../../outside")]);
    "a symbolic link to the folder above" R, t => t.and(&[symlink("t/evil", "..")]);
    "a symbolic link out and in again" R, t => t.and(&[symlink("t/evil", "../t/README")]);
    "a symbolic link through a file" Either, t => t.and(&[symlink("t/evil", "configure/../Lib")]);
    "a symbolic link to itself" Either, t => t.and(&[symlink("t/evil", "evil")]);
    "two symbolic links to each other" Either, t => t.and(&[symlink("t/a", "b"), symlink("t/b", "a")]);
    "a chain of symbolic links out" R, t => t.and(&[symlink("t/a", "."), symlink("t/Lib/b", "../a/..")]);
    "a symbolic link to its own folder" Either, t => t.and(&[symlink("t/Lib/evil", ".")]);
    "an empty symbolic link" R, t => t.and(&[symlink("t/evil", "")]);
    "a symbolic link with an escape code" Either, t => t.and(&[symlink("t/evil", "\x1b[2J")]);
    "a symbolic link that is not UTF-8" Either, t => t.and(&[symlink("t/evil", b"\xff")]);
    "a file through a symbolic link" R, t => t.and(&[symlink("t/evil", "Lib"), file("t/evil/x")]);
    "a file before the symbolic link it is below" R, t => t.and(&[file("t/evil/x"), symlink("t/evil", "Lib")]);
    "a directory through a symbolic link" R, t => t.and(&[symlink("t/evil", "Lib"), dir("t/evil/x/")]);
    "a symbolic link in the place of a touched file" R, t => t.after(&[symlink("t/configure", "README")]);
    "the top is a symbolic link" R, t => t.after(&[symlink("t", &t.outside)]);
    "the top is a symbolic link, after it" R, t => t.and(&[symlink("t", &t.outside)]);
    "a dangling symbolic link" Either, t => t.and(&[symlink("t/evil", "nowhere")]);
    "a hard link out, absolute" R, t => t.and(&[hardlink("t/evil", format!("{}/victim", t.outside))]);
    "a hard link out, relative" R, t => t.and(&[hardlink("t/evil", "../outside/victim")]);
    "a hard link out, from inside" R, t => t.and(&[hardlink("t/evil", "t/../../outside/victim")]);
    "a hard link to nothing" R, t => t.and(&[hardlink("t/evil", "t/nowhere")]);
    "a hard link to itself" R, t => t.and(&[hardlink("t/evil", "t/evil")]);
    "a hard link to a directory" R, t => t.and(&[hardlink("t/evil", "t/Lib")]);
    "a hard link to a symbolic link" R, t => t.and(&[hardlink("t/evil", "t/README")]);
    "a hard link to a later file" R, t => t.and(&[hardlink("t/evil", "t/later"), file("t/later")]);
    "a hard link to an empty name" R, t => t.and(&[hardlink("t/evil", "")]);
    "a hard link with contents" Either, t => t.and(&[member(b'1', "t/evil", "t/configure", b"hostile\n")]);
    "a hard link to a touched file" Either, t => t.and(&[hardlink("t/evil", "t/configure")]);
    "a hard link with the name of its file" R, t => t.and(&[hardlink("t/configure", "t/configure")]);
    // Types.
    "a character device" R, t => t.and(&[member(b'3', "t/evil", "", b"")]);
    "a block device" R, t => t.and(&[member(b'4', "t/evil", "", b"")]);
    "a pipe" R, t => t.and(&[member(b'6', "t/evil", "", b"")]);
    "a contiguous file" Either, t => t.and(&[member(b'7', "t/evil", "", b"hostile\n")]);
    "a file of old tar" Either, t => t.and(&[member(0, "t/evil", "", b"hostile\n")]);
    "a sparse file of GNU tar" R, t => t.and(&[member(b'S', "t/evil", "", b"hostile\n")]);
    "a volume label" R, t => t.and(&[member(b'V', "t/evil", "", b"")]);
    "the rest of a file of another volume" R, t => t.and(&[member(b'M', "t/evil", "", b"hostile\n")]);
    "a list of names of GNU tar" R, t => t.and(&[member(b'D', "t/evil", "", b"Yx\0\0")]);
    "old long names of GNU tar" R, t => t.and(&[member(b'N', "t/evil", "", b"Rename a to b\n")]);
    "an unknown type" R, t => t.and(&[member(b'Z', "t/evil", "", b"")]);
    "a type that is not ASCII" R, t => t.and(&[member(0xff, "t/evil", "", b"")]);
    "a Solaris header" R, t => t.and(&[member(b'X', "t/evil", "", b"10 path=y\n")]);
    // Modes and times.
    "a setuid file" Either, t => t.and(&[mode("t/evil", "0004755\0")]);
    "a setgid file" Either, t => t.and(&[mode("t/evil", "0002755\0")]);
    "a sticky file" Either, t => t.and(&[mode("t/evil", "0001755\0")]);
    "a file of mode 7777" Either, t => t.and(&[mode("t/evil", "0007777\0")]);
    "a file of mode 0" Either, t => t.and(&[mode("t/evil", "0000000\0")]);
    "a mode that says device" Either, t => t.and(&[mode("t/evil", "0020644\0")]);
    "a mode that is not a number" R, t => t.and(&[mode("t/evil", "rwxr-xr-")]);
    "a negative mode" Either, t => t.and(&[mode("t/evil", "-000001\0")]);
    "a setgid directory" Either, t => t.and(&[with(b'5', "t/evil/", "", b"", |h| h[100..108].copy_from_slice(b"0002777\0"))]);
    "a directory of mode 0 with a file" Either, t => t.and(&[with(b'5', "t/evil/", "", b"", |h| h[100..108].copy_from_slice(b"0000000\0")), file("t/evil/x")]);
    "a time before 1970" Either, t => t.and(&[with(b'0', "t/evil", "", b"", |h| h[136..148].copy_from_slice(&[255; 12]))]);
    "the last time" Either, t => t.and(&[with(b'0', "t/evil", "", b"", |h| h[136..148].copy_from_slice(b"77777777777\0"))]);
    "a time of 95 bits" Either, t => t.and(&[with(b'0', "t/evil", "", b"", |h| { h[136] = 0x80; h[137..148].fill(0xff) })]);
    "a time that is not a number" Either, t => t.and(&[with(b'0', "t/evil", "", b"", |h| h[136..148].copy_from_slice(b"yesterday!!!"))]);
    "an owner that is not a number" Either, t => t.and(&[with(b'0', "t/evil", "", b"", |h| h[108..116].copy_from_slice(b"nobody!!"))]);
    // Order.
    "a file twice" R, t => t.and(&[file("t/evil"), file("t/evil")]);
    "a touched file twice" R, t => t.and(&[file("t/configure")]);
    "a touched file twice, spelled differently" R, t => t.and(&[file("t/./configure")]);
    "a file over a directory" R, t => t.and(&[file("t/Lib")]);
    "a directory over a file" R, t => t.and(&[dir("t/configure/")]);
    "a file over a directory and back" R, t => t.and(&[dir("t/evil/"), file("t/evil"), dir("t/evil/")]);
    "a file below a file" R, t => t.and(&[file("t/configure/evil")]);
    "a symbolic link over a file" R, t => t.and(&[symlink("t/configure", "README")]);
    "a directory twice" Either, t => t.and(&[dir("t/Lib/"), dir("t/Lib/")]);
    "two top folders" Either, t => t.and(&[file("u/evil")]);
    "a file next to the top folder" Either, t => t.and(&[file("evil")]);
    "a single file" Either, _ => [file("t"), vec![0; 1024]].concat();
    "a single directory" Either, _ => [dir("t/"), vec![0; 1024]].concat();
    "no member" R, _ => vec![0; 1024];
    "no byte" R, _ => Vec::new();
    // Sizes.
    "a size of 8 GiB" R, t => t.and(&[sized(b'0', "t/evil", b"77777777777\0")]);
    "a negative size" R, t => t.and(&[sized(b'0', "t/evil", &[255; 12])]);
    "a size of 95 bits" R, t => t.and(&[sized(b'0', "t/evil", b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")]);
    "a size of 2^63" R, t => t.and(&[sized(b'0', "t/evil", b"\x80\0\0\0\x80\0\0\0\0\0\0\0")]);
    "a size that is not a number" R, t => t.and(&[sized(b'0', "t/evil", b"hello world\0")]);
    "a size with a minus sign" R, t => t.and(&[sized(b'0', "t/evil", b"-0000000001\0")]);
    "a size one byte over the limit" R, t => t.and(&[sized(b'0', "t/evil", b"04000000001\0")]);
    "a size that hides the next member" Either, t => t.and(&[sized(b'0', "t/evil", b"00000001000\0"), file("t/hidden")]);
    "a directory with a size" R, t => t.and(&[sized(b'5', "t/evil/", b"00000000010\0")]);
    "a symbolic link with a size" Either, t => t.and(&[with(b'2', "t/evil", "Lib", b"hostile\n", |_| {})]);
    // Checksums.
    "a wrong checksum" R, t => { let mut m = file("t/evil"); m[0] = b'u'; t.and(&[m]) };
    "a checksum of blanks" R, t => { let mut m = file("t/evil"); m[148..156].fill(b' '); t.and(&[m]) };
    "a checksum of zeros" R, t => { let mut m = file("t/evil"); m[148..156].fill(0); t.and(&[m]) };
    "a header of noise" R, t => t.and(&[(0..=255).chain(0..=255).collect()]);
    "no magic" Either, t => t.and(&[with(b'0', "t/evil", "", b"", |h| h[257..265].fill(0))]);
    // Streams.
    "cut in a header" R, t => t.whole()[..t.tree.len() - 700].to_vec();
    "cut in a file" R, t => t.and(&[member(b'0', "t/evil", "", &[b'x'; 2000])])[..t.tree.len() + 900].to_vec();
    "cut after a file" R, t => t.tree.clone();
    "a single block of zeros at the end" Either, t => [&t.tree[..], &[0; 512]].concat();
    "a block of zeros in the middle" R, t => [&t.tree[..], &[0; 512], &file("t/evil"), &[0; 1024]].concat();
    "noise after the end" R, t => [&t.whole()[..], &[b'x'; 700]].concat();
    "another archive after the end" R, t => [t.whole(), t.whole()].concat();
    "many zeros after the end" Either, t => [&t.whole()[..], &[0; 100_000]].concat();
    "gzip" Read, t => gzip(&t.whole());
    "bzip2" Read, t => bzip2(&t.whole());
    "gzip, cut" R, t => { let g = gzip(&t.whole()); g[..g.len() - 9].to_vec() };
    "gzip, cut in its header" R, t => gzip(&t.whole())[..7].to_vec();
    "gzip, a wrong checksum" R, t => { let mut g = gzip(&t.whole()); let n = g.len(); g[n - 6] ^= 1; g };
    "gzip, a wrong length" R, t => { let mut g = gzip(&t.whole()); let n = g.len(); g[n - 2] ^= 1; g };
    "gzip, a byte changed" R, t => { let mut g = gzip(&t.whole()); let n = g.len() / 2; g[n] ^= 0x55; g };
    "gzip, noise after the end" R, t => [&gzip(&t.whole())[..], b"noise"].concat();
    "gzip, in two streams" Either, t => { let w = t.whole(); [gzip(&w[..1024]), gzip(&w[1024..])].concat() };
    "gzip, another archive in a second stream" R, t => [gzip(&t.whole()), gzip(&t.whole())].concat();
    "gzip in gzip" R, t => gzip(&gzip(&t.whole()));
    "gzip of nothing" R, _ => gzip(b"");
    "gzip, its own name leads out" Read, t => {
        let mut g = flate2::GzBuilder::new().filename("../../outside/evil").write(Vec::new(), Compression::fast());
        g.write_all(&t.whole()).unwrap();
        g.finish().unwrap()
    };
    "bzip2, cut" R, t => { let b = bzip2(&t.whole()); b[..b.len() - 9].to_vec() };
    "bzip2, a byte changed" R, t => { let mut b = bzip2(&t.whole()); let n = b.len() / 2; b[n] ^= 0x55; b };
    "xz, cut" R, _ => b"\xfd7zXZ\0\0\x04".to_vec();
    "xz of noise" R, _ => [&b"\xfd7zXZ\0"[..], &[0x55; 500]].concat();
    "zstd" Read, t => zstd(&t.whole());
    "zstd, cut" R, t => { let z = zstd(&t.whole()); z[..z.len() - 9].to_vec() };
    "zstd, cut in its header" R, _ => b"\x28\xb5\x2f\xfd\x04".to_vec();
    "zstd, a wrong checksum" R, t => { let mut z = zstd(&t.whole()); let n = z.len(); z[n - 2] ^= 1; z };
    "zstd, a byte changed" R, t => { let mut z = zstd(&t.whole()); let n = z.len() / 2; z[n] ^= 0x55; z };
    "zstd, noise after the end" R, t => [&zstd(&t.whole())[..], b"noise"].concat();
    "zstd, in two frames" Read, t => { let w = t.whole(); [zstd(&w[..1024]), zstd(&w[1024..])].concat() };
    "zstd, another archive in a second frame" R, t => [zstd(&t.whole()), zstd(&t.whole())].concat();
    "zstd, a frame to skip" Read, t => [&b"\x50\x2a\x4d\x18\x04\0\0\0skip"[..], &zstd(&t.whole())].concat();
    "zstd, a frame to skip that says 4 GiB" R, t => [&zstd(&t.whole())[..], b"\x50\x2a\x4d\x18\xff\xff\xff\xff"].concat();
    "zstd, a dictionary" R, t => { let mut z = zstd(&t.whole()); z[4] |= 1; z.insert(6, 9); z };
    "zstd of noise" R, _ => [&b"\x28\xb5\x2f\xfd\x04\x38"[..], &[0x55; 500]].concat();
    "zstd of nothing" R, _ => zstd(b"");
    "zstd in gzip" R, t => gzip(&zstd(&t.whole()));
    "a zip file" R, _ => b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec();
    "a text" R, _ => b"hello\n".repeat(500);
    // Extended headers.
    "pax: a path that leads out" R, t => t.and(&[pax(record("path=../outside/evil"))]);
    "pax: an absolute path" R, t => t.and(&[pax(record(format!("path={}/evil", t.outside)))]);
    "pax: a path with a NUL" R, t => t.and(&[pax(record("path=t/evil\0../x"))]);
    "pax: a path with a line end" Either, t => t.and(&[pax(record("path=t/a\nb"))]);
    "pax: an empty path" R, t => t.and(&[pax(record("path="))]);
    "pax: two paths" Either, t => t.and(&[pax([record("path=t/a"), record("path=t/b")].concat())]);
    "pax: a link that leads out" R, t => t.and(&[member(b'x', "p", "", &record(format!("linkpath={}", t.outside))), symlink("t/evil", "Lib")]);
    "pax: a larger size" R, t => t.and(&[pax(record("size=99999999999"))]);
    "pax: a size that hides the next member" R, t => t.and(&[pax(record("size=1024")), file("t/hidden")]);
    "pax: a negative size" R, t => t.and(&[pax(record("size=-1"))]);
    "pax: a size that is not a number" R, t => t.and(&[pax(record("size=many"))]);
    "pax: a size of 80 bits" R, t => t.and(&[pax(record("size=999999999999999999999999"))]);
    "pax: a time that is not a number" Either, t => t.and(&[pax(record("mtime=1e99"))]);
    "pax: a negative time" Either, t => t.and(&[pax(record("mtime=-99999999999999999999.5"))]);
    "pax: a record that says it is longer" R, t => t.and(&[pax("99 path=t/evil\n")]);
    "pax: a record that says it is shorter" R, t => t.and(&[pax("5 path=t/evil\n")]);
    "pax: a record of length 0" R, t => t.and(&[pax("0 path=t/evil\n")]);
    "pax: a length of 80 bits" R, t => t.and(&[pax("999999999999999999999999 path=t/evil\n")]);
    "pax: a record without a line end" R, t => t.and(&[pax("11 path=t/e")]);
    "pax: a record without a value" R, t => t.and(&[pax("7 path\n")]);
    "pax: noise" R, t => t.and(&[pax([0xff; 64])]);
    "pax: nothing" Either, t => t.and(&[pax("")]);
    "pax: an unknown key" Either, t => t.and(&[pax(record("SCHILY.xattr.security.capability=x"))]);
    "pax: another character set" Either, t => t.and(&[pax([record("hdrcharset=BINARY"), record(b"path=t/\xff")].concat())]);
    "pax: a sparse file" R, t => t.and(&[pax([record("GNU.sparse.major=1"), record("GNU.sparse.minor=0"), record("GNU.sparse.realsize=99999999999")].concat())]);
    "pax: a sparse name" R, t => t.and(&[pax(record("GNU.sparse.name=../outside/evil"))]);
    "pax: 2 MiB" R, t => t.and(&[pax(record(format!("comment={}", "x".repeat(2 << 20))))]);
    "pax: for no member" R, t => t.and(&[member(b'x', "p", "", &record("path=t/evil"))]);
    "pax: twice" Either, t => t.and(&[member(b'x', "p", "", &record("path=t/a")), pax(record("path=t/b"))]);
    "pax: for all, a path" R, t => t.after(&[member(b'g', "g", "", &record("path=t/evil"))]);
    "pax: for all, a size" R, t => t.after(&[member(b'g', "g", "", &record("size=1"))]);
    "pax: for all, a comment" Read, t => t.after(&[member(b'g', "g", "", &record("comment=0123"))]);
    "a long name that leads out" R, t => t.and(&[long_name("t/../../outside/evil")]);
    "a long name with a NUL" Either, t => t.and(&[long_name("t/evil\0/../..")]);
    "an empty long name" R, t => t.and(&[long_name("")]);
    "a long name of 2 MiB" R, t => t.and(&[long_name("x".repeat(2 << 20))]);
    "two long names" R, t => t.and(&[member(b'L', "L", "", b"t/a\0"), long_name("t/b")]);
    "a long name and a pax path" Either, t => t.and(&[member(b'L', "L", "", b"t/a\0"), pax(record("path=../outside/evil"))]);
    "a long name for no member" R, t => t.and(&[member(b'L', "L", "", b"t/evil\0")]);
    "a long name that says 8 GiB" R, t => t.and(&[sized(b'L', "L", b"77777777777\0")]);
    "a long symbolic link out" R, t => t.and(&[long_link(b'2', &t.outside)]);
    "a long hard link out" R, t => t.and(&[long_link(b'1', format!("{}/victim", t.outside))]);
    "a symbolic link of 5,000 bytes" R, t => t.and(&[long_link(b'2', "x/".repeat(2500))]);
    // Bombs.
    "a bomb of hard links" R, t => {
        let big = member(b'0', "t/big", "", &vec![0; 8 << 20]);
        let links = (0..600).map(|i| hardlink(format!("t/{i}"), "t/big"));
        gzip(&t.and(&[big].into_iter().chain(links).collect::<Vec<_>>()))
    };
    "a bomb of implied directories" R, t => {
        gzip(&t.and(&(0..17_000).map(|i| long_name(format!("t/{i}/{}x", "d/".repeat(61)))).collect::<Vec<_>>()))
    };
    "a bomb of long paths" R, t => {
        let name = |i: u32| long_name(format!("t/{i}/{}", format!("{}/", "d".repeat(240)).repeat(4)));
        gzip(&t.and(&(0..70_000).map(name).collect::<Vec<_>>()))
    };
    "a bomb of empty streams, gzip" Either, t => [gzip(b"").repeat(20_000), gzip(&t.whole())].concat();
    "a bomb of empty streams, bzip2" R, t => [bzip2(b"").repeat(10_001), bzip2(&t.whole())].concat();
    "a bomb of a size, gzip" R, t => gzip(&t.and(&[sized(b'0', "t/evil", b"04000000001\0"), vec![0; 1 << 20]]));
    "a bomb of a size, bzip2" R, t => bzip2(&t.and(&[sized(b'0', "t/evil", b"04000000001\0"), vec![0; 1 << 20]]));
    "a bomb of a size, zstd" R, t => zstd(&t.and(&[sized(b'0', "t/evil", b"04000000001\0"), vec![0; 1 << 20]]));
    // 17 GiB in blocks of 128 KiB that repeat a byte.
    "a bomb of blocks, zstd" R, _ => [zstd_with_a_window(17), [2, 0, 0x10, 0].repeat(140_000)].concat();
    "a bomb of a window, zstd" R, _ => [&zstd_with_a_window(31)[..], b"\x29\0\0eggs\0"].concat();
    "a bomb of empty frames, zstd" R, _ => [zstd_with_a_window(27), vec![1, 0, 0]].concat().repeat(100_000);
    "a bomb of frames to skip, zstd" Read, t => [b"\x50\x2a\x4d\x18\0\0\0\0".repeat(100_000), zstd(&t.whole())].concat();
    "a bomb of a dictionary, xz" R, _ => xz_with_a_huge_dictionary();
    "a bomb of extended headers" R, t => {
        let header = member(b'g', "g", "", &record(format!("comment={}", "x".repeat(1000))));
        gzip(&t.after(&[header.repeat(2000), pax(record("path=../evil"))]))
    };
};

#[test]
fn a_hostile_archive_touches_nothing_and_leaves_nothing() {
    assert!(KINDS.len() >= 152, "{}", KINDS.len());
    attack_with(
        KINDS,
        |kind| kind.name.to_owned(),
        |kind| {
            let env = TestEnvironment::with_tree();
            fs::create_dir(env.folder().join("outside")).unwrap();
            fs::write(env.folder().join("outside/victim"), "untouched").unwrap();
            fs::write(env.path("a.tar"), (kind.bytes)(&Tar::new(&env))).unwrap();
            let commands: [Run<'_>; 5] = [
                (&["export", "gadget", "a.tar", "--as", "tree", "-o", "out"], Some("out")),
                (&["plan", "gadget", "a.tar"], None),
                (&["diff", "gadget", "a.tar"], None),
                (&["export", "gadget", "a.tar", "--as", "tar", "-o", "out.tar"], Some("out.tar")),
                (&["apply", "--allow-unpinned", "gadget", "a.tar", "-o", "applied"], Some("applied")),
            ];
            attack(&env, Source::Archive, kind.fate, &of(kind.name, &commands))
        },
    );
}
