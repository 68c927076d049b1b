//! Writes a tree as a tarball. Equal trees give equal bytes.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;

use lzma_rust2::{XzOptions, XzWriter};

use super::gzip::Gzip;
use super::output::stream;
use super::{ExportError, for_each_entry};
use crate::date::Date;
use crate::tree::{Node, Tree, WalkEntry};

/// The compression of a tarball.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// No compression: `.tar`.
    None,
    /// gzip: `.tar.gz` or `.tgz`.
    Gzip,
    /// bzip2: `.tar.bz2` or `.tbz2`.
    Bzip2,
    /// xz: `.tar.xz` or `.txz`.
    Xz,
    /// zstd: `.tar.zst` or `.tzst`.
    Zstd,
}

/// The level of zstd. Level 12 takes three times as long for 1 %.
const ZSTD_LEVEL: i32 = 9;
/// How many threads zstd compresses on; the bytes are the same whatever their number.
const ZSTD_MOST: u32 = 4;

impl Compression {
    /// The compression that the suffix of a file name means, and the name without the suffix.
    ///
    /// # Errors
    /// [`ExportError::UnknownSuffix`].
    pub fn of(path: &Path) -> Result<(Compression, String), ExportError> {
        const SUFFIXES: [(&str, Compression); 9] = [
            (".tar", Compression::None),
            (".tar.gz", Compression::Gzip),
            (".tgz", Compression::Gzip),
            (".tar.bz2", Compression::Bzip2),
            (".tbz2", Compression::Bzip2),
            (".tar.xz", Compression::Xz),
            (".txz", Compression::Xz),
            (".tar.zst", Compression::Zstd),
            (".tzst", Compression::Zstd),
        ];
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        SUFFIXES
            .into_iter()
            .find_map(|(suffix, compression)| Some((compression, name.strip_suffix(suffix)?.to_owned())))
            .filter(|(_, stem)| !stem.is_empty())
            .ok_or_else(|| ExportError::UnknownSuffix(path.to_owned()))
    }
}

/// Writes `tree` to the file `out`, with all members in a directory `prefix`. The file appears when it is
/// complete; a pipe or a device is written into. No file is newer than `date`, and that is the time of files that have none.
///
/// # Errors
/// When the tree cannot be read or the file cannot be written.
pub fn archive(
    tree: &dyn Tree,
    out: &Path,
    prefix: &str,
    compression: Compression,
    date: Option<Date>,
) -> Result<(), ExportError> {
    let io = |source| ExportError::Io { path: out.to_owned(), source };
    stream(out, |writer| {
        match compression {
            Compression::None => append(tree, prefix, writer, out, date)?.flush().map_err(io)?,
            Compression::Gzip => {
                let encoder = Gzip::new(writer).map_err(io)?;
                append(tree, prefix, encoder, out, date)?.finish().and_then(Write::flush).map_err(io)?;
            }
            Compression::Bzip2 => {
                let encoder = bzip2::write::BzEncoder::new(writer, bzip2::Compression::best());
                append(tree, prefix, encoder, out, date)?.finish().and_then(Write::flush).map_err(io)?;
            }
            Compression::Xz => {
                let encoder = XzWriter::new(writer, XzOptions::with_preset(6)).map_err(io)?;
                append(tree, prefix, encoder, out, date)?.finish().and_then(Write::flush).map_err(io)?;
            }
            Compression::Zstd => {
                let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
                let encoder = zstd_encoder(writer, cores).map_err(io)?;
                append(tree, prefix, encoder, out, date)?.finish().and_then(Write::flush).map_err(io)?;
            }
        }
        Ok(())
    })
}

/// An encoder that writes a checksum.
fn zstd_encoder<W: Write>(writer: W, cores: u32) -> io::Result<zstd::Encoder<'static, W>> {
    let mut encoder = zstd::Encoder::new(writer, ZSTD_LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.multithread(cores.min(ZSTD_MOST))?;
    Ok(encoder)
}

fn append<W: Write>(
    tree: &dyn Tree,
    prefix: &str,
    writer: W,
    out: &Path,
    date: Option<Date>,
) -> Result<W, ExportError> {
    let limit = date.and_then(|date| u64::try_from(date.seconds).ok());
    let io = |source| ExportError::Io { path: out.to_owned(), source };
    let mut builder = tar::Builder::new(writer);
    for_each_entry(tree, |entry| member(&mut builder, prefix, entry, limit).map_err(io))?;
    builder.into_inner().map_err(io)
}

fn member<W: Write>(
    builder: &mut tar::Builder<W>,
    prefix: &str,
    entry: &WalkEntry,
    limit: Option<u64>,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(entry.mode);
    header.set_uid(0);
    header.set_gid(0);
    let mtime = entry.mtime.map(|(seconds, _)| u64::try_from(seconds).unwrap_or(0));
    header.set_mtime(match (mtime, limit) {
        (Some(mtime), Some(limit)) => mtime.min(limit),
        (Some(mtime), None) => mtime,
        (None, limit) => limit.unwrap_or(0),
    });
    let path = format!("{prefix}/{}", entry.path);
    match &entry.node {
        Node::File(bytes) => {
            header.set_size(bytes.len() as u64);
            builder.append_data(&mut header, path, &bytes[..])
        }
        Node::Large(large) => {
            header.set_size(large.size());
            builder.append_data(&mut header, path, large.reader())
        }
        Node::Directory => {
            header.set_entry_type(tar::EntryType::Directory);
            header.set_size(0);
            builder.append_data(&mut header, format!("{path}/"), io::empty())
        }
        Node::Symlink(target) => {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            builder.append_link(&mut header, path, Path::new(OsStr::from_bytes(target)))
        }
        // A device or a submodule does not belong to the sources.
        Node::Other => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_zstd_are_the_same_whatever_the_number_of_cores() {
        let line = |i: usize| format!("static int spam{};\n", i * i % 977_351).into_bytes();
        let text: Vec<u8> = (0..).flat_map(line).take(24 << 20).collect();
        let all = [1, 2, 3, 64].map(|cores| {
            let mut encoder = zstd_encoder(Vec::new(), cores).unwrap();
            text.chunks(777_777).for_each(|some| encoder.write_all(some).unwrap());
            encoder.finish().unwrap()
        });
        assert!(all.iter().all(|one| *one == all[0]));
        assert!(zstd::decode_all(&all[0][..]).unwrap() == text);
    }
}
