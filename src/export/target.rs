//! What the path of an output leads to.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How many links lead to an output at most, as in Linux.
const MOST_LINKS: usize = 40;

/// What the path of an output leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A regular file, or a name that is free, in an existing directory. No part of the path is a link.
    File(PathBuf),
    /// A pipe or a device: the output is written into it.
    Stream(PathBuf),
    /// An open file of a process, such as /dev/stdout: the output is appended to it.
    Open(PathBuf),
}

impl Target {
    /// Follows the links at `out`, the last of which may lead to a name that is free. `-` is stdout.
    pub fn of(out: &Path) -> io::Result<Target> {
        let mut path = if out == Path::new("-") { PathBuf::from("/dev/stdout") } else { out.to_owned() };
        for _ in 0..=MOST_LINKS {
            if path.as_os_str().as_bytes().ends_with(b"/") {
                return Err(ErrorKind::IsADirectory.into());
            }
            let folder = parent(&path).canonicalize().map_err(|error| match error.kind() {
                ErrorKind::NotFound => {
                    io::Error::new(ErrorKind::NotFound, "its parent directory does not exist")
                }
                _ => error,
            })?;
            let Some(name) = path.file_name() else { return Err(ErrorKind::IsADirectory.into()) };
            let real = folder.join(name);
            // What is there looks like a link, but is none.
            if folder.starts_with("/proc") && folder.ends_with("fd") {
                return Ok(Target::Open(real));
            }
            match fs::symlink_metadata(&real) {
                Ok(metadata) if metadata.is_symlink() => path = folder.join(fs::read_link(&real)?),
                Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::IsADirectory.into()),
                Ok(metadata) if metadata.is_file() => return Ok(Target::File(real)),
                Ok(_) => return Ok(Target::Stream(real)),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Target::File(real)),
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("too many links"))
    }
}

/// The directory that contains `path`.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_to_the_last_name() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("d")).unwrap();
        fs::write(root.join("d/file"), "").unwrap();
        for (link, target) in
            [("a", "d/../b"), ("b", "d/file"), ("free", "d/new"), ("dir", "d"), ("loop", "loop")]
        {
            symlink(target, root.join(link)).unwrap();
        }
        let of = |path: &str| Target::of(&root.join(path));
        assert_eq!(of("a").unwrap(), Target::File(root.join("d/file")));
        assert_eq!(of("dir/new").unwrap(), Target::File(root.join("d/new")));
        assert_eq!(of("free").unwrap(), Target::File(root.join("d/new")));
        for (path, error) in [
            ("dir", "is a directory"),
            ("d/", "is a directory"),
            ("new/", "is a directory"),
            ("d/..", "is a directory"),
            ("loop", "too many links"),
            ("nowhere/x", "its parent directory does not exist"),
        ] {
            assert_eq!(of(path).unwrap_err().to_string(), error, "{path}");
        }
    }

    #[test]
    fn pipes_devices_and_open_files_are_written_into() {
        assert_eq!(Target::of(Path::new("/dev/null")).unwrap(), Target::Stream("/dev/null".into()));
        for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"] {
            assert!(matches!(Target::of(Path::new(path)).unwrap(), Target::Open(_)), "{path}");
        }
    }
}
