//! Writes files and small directories that appear when they are complete.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::ExportError;
use super::target::{Target, parent};
use crate::apply::copy_attributes;
use crate::interrupt::Whole;
use crate::scratch::{self, NewDirectories, Scratch};

/// An output that is complete on the disk, but not in its place. If it is dropped, nothing of it remains.
#[derive(Debug)]
pub(crate) struct Prepared {
    scratch: Scratch,
    /// The name of the output in the scratch directory.
    name: &'static str,
    to: PathBuf,
    /// Whether it replaces a file.
    replaces: bool,
    above: NewDirectories,
}

/// Writes `bytes` to the file that the user named, or that a link there leads to: completely or not at all. A pipe
/// or a device is written into.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn file(out: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    stream(out, |writer| writer.write_all(bytes).map_err(failed(out)))
}

/// Writes what `write` writes as [`file()`] does.
pub(super) fn stream(
    out: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    match Target::of(out).map_err(failed(out))? {
        Target::File(path) => {
            let prepared = prepare(&path, NewDirectories::default(), failed(out), write)?;
            commit(vec![prepared]).map_err(failed(out))
        }
        Target::Stream(path) => write_into(&open_stream(&path).map_err(failed(out))?, out, write),
        Target::Open(path) => write_into(&open_again(&path).map_err(failed(out))?, out, write),
    }
}

/// Prepares the file `out`, a name that pypatch chose: a link there is refused. Directories above it are made.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn prepare_file(out: &Path, bytes: &[u8]) -> io::Result<Prepared> {
    if fs::symlink_metadata(out).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("it is a link, a directory, a pipe or a device, not a regular file"));
    }
    let above = NewDirectories::make(parent(out))?;
    prepare(out, above, |error| error, |writer| writer.write_all(bytes))
}

/// Writes the file `out` as [`prepare_file`] does.
///
/// # Errors
/// When it cannot be written; an old file is unchanged then.
pub(crate) fn replace(out: &Path, bytes: &[u8]) -> io::Result<()> {
    commit(vec![prepare_file(out, bytes)?])
}

/// Prepares the directory `out`, which must not exist, with these files. Directories above it are made.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn prepare_directory(out: &Path, files: &[(PathBuf, &[u8])]) -> io::Result<Prepared> {
    let above = NewDirectories::make(parent(out))?;
    let scratch = Scratch::new(parent(out))?;
    let root = scratch.join(scratch::TREE);
    fs::create_dir(&root)?;
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(parent(&path))?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    Ok(Prepared { scratch, name: scratch::TREE, to: out.to_owned(), replaces: false, above })
}

/// Moves outputs to their places, in this order. If that fails for one, those before it are removed again, except for
/// files that were replaced.
///
/// # Errors
/// When one cannot be moved, or is new and its place is not free any more.
pub(crate) fn commit(all: Vec<Prepared>) -> io::Result<()> {
    let whole = Whole::begin();
    let mut done: Vec<Prepared> = Vec::new();
    for one in all {
        let from = one.scratch.join(one.name);
        let moved = if one.replaces { fs::rename(&from, &one.to) } else { rename_new(&from, &one.to) };
        if let Err(error) = moved {
            for earlier in done.into_iter().rev().filter(|one| !one.replaces) {
                // Into its scratch directory, which is removed.
                let _ = fs::rename(&earlier.to, earlier.scratch.join(earlier.name));
            }
            return Err(error);
        }
        done.push(one);
    }
    for one in done {
        // The output is there, so an error here changes nothing.
        let _ = File::open(parent(&one.to)).and_then(|directory| directory.sync_all());
        one.above.keep();
        whole.changed(&one.to);
    }
    Ok(())
}

fn failed(out: &Path) -> impl Fn(io::Error) -> ExportError + '_ {
    |source| ExportError::Io { path: out.to_owned(), source }
}

/// Writes a file to a scratch directory next to `to`. It gets the mode, the owner and the attributes of the file that
/// it replaces, or the mode that the umask allows.
fn prepare<E>(
    to: &Path,
    above: NewDirectories,
    failed: impl Fn(io::Error) -> E,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<Prepared, E> {
    // A file that may not be written to is not replaced either.
    let old = match OpenOptions::new().write(true).read(true).open(to) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        // It may be written to, but not read.
        Err(_) => Some(OpenOptions::new().write(true).open(to).map_err(&failed)?),
    };
    let scratch = Scratch::new(parent(to)).map_err(&failed)?;
    let mode = if old.is_some() { 0o600 } else { 0o666 };
    let path = scratch.join(scratch::FILE);
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(&failed)?;
    let mut writer = BufWriter::new(&file);
    write(&mut writer)?;
    writer.flush().map_err(&failed)?;
    drop(writer);
    if let Some(old) = &old {
        be_like(&file, old).map_err(&failed)?;
    }
    file.sync_all().map_err(&failed)?;
    Ok(Prepared { scratch, name: scratch::FILE, to: to.to_owned(), replaces: old.is_some(), above })
}

fn be_like(new: &File, old: &File) -> io::Result<()> {
    let (wanted, given) = (old.metadata()?, new.metadata()?);
    let mut mode = wanted.mode() & 0o777;
    if (wanted.uid(), wanted.gid()) != (given.uid(), given.gid())
        && fchown(new, Some(wanted.uid()), Some(wanted.gid())).is_err()
        && fchown(new, None, Some(wanted.gid())).is_err()
    {
        // What the old group could do is not for another group.
        mode &= 0o707;
    }
    new.set_permissions(Permissions::from_mode(mode))?;
    copy_attributes(old, new)
}

/// Renames what must not replace anything.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot do this.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if fs::symlink_metadata(to).is_err() => {
            fs::rename(from, to)
        }
        result => Ok(result?),
    }
}

fn open_stream(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// Opens an open file of a process: an own one keeps its position.
fn open_again(path: &Path) -> io::Result<File> {
    let own = [("1", rustix::stdio::stdout()), ("2", rustix::stdio::stderr())];
    let process = PathBuf::from(format!("/proc/{}/fd", std::process::id()));
    let own = own.into_iter().find(|(number, _)| process.join(number) == path);
    match own {
        Some((_, file)) => Ok(file.try_clone_to_owned()?.into()),
        None => OpenOptions::new().append(true).open(path),
    }
}

fn write_into(
    file: &File,
    out: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer.flush().map_err(failed(out))
}
