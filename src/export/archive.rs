//! Writes a tree as a tarball. Equal trees give equal bytes.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use lzma_rust2::{XzOptions, XzWriter};

use super::gzip::Gzip;
use super::output::stream;
use super::zstd::Zstd;
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
                let encoder = Zstd::new(writer);
                append(tree, prefix, encoder, out, date)?.finish().and_then(Write::flush).map_err(io)?;
            }
        }
        Ok(())
    })
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
