//! What a tarball holds, once every member has been judged.

use std::collections::BTreeMap;

use super::Limits;
use super::members::{Kind, Member, Members};
use super::spool::Spool;
use crate::tree::{Mtime, TreeError, TreePath};

/// What stands at a path of an archive.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) what: What,
    pub(super) mode: u32,
    pub(super) mtime: Option<Mtime>,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// Where its bytes lie in the spool.
    File {
        offset: u64,
        len: u64,
    },
    Directory,
    Symlink(Vec<u8>),
}

/// Every path of an archive, its one top directory taken off.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) places: BTreeMap<TreePath, Place>,
    /// A name that is no [`TreePath`].
    pub(super) unnameable: Option<String>,
}

impl Index {
    /// Reads the tar in `spool`.
    pub(super) fn read(spool: &mut Spool, archive: &str, limits: &Limits) -> Result<Index, TreeError> {
        let mut members = Members::new(spool, archive, limits);
        let mut named: BTreeMap<Vec<u8>, Place> = BTreeMap::new();
        let mut names = 0;
        while let Some(member) = members.next()? {
            let hostile = |why: String| refuse(archive, &member.name, why);
            let name = inside(&member.name).map_err(|why| hostile(why.to_owned()))?;
            names += name.len() as u64;
            if name.len() > limits.name || names > limits.names {
                return Err(hostile("its name is too long".to_owned()));
            }
            let place = place(&member, &named).map_err(hostile)?;
            match (named.get(&name), &place.what) {
                _ if name.is_empty() && matches!(place.what, What::Directory) => {}
                _ if name.is_empty() => return Err(hostile("it has no name".to_owned())),
                // A directory may be named again, when something in it was added later.
                (None, _) | (Some(Place { what: What::Directory, .. }), What::Directory) => {
                    named.insert(name, place);
                }
                // Which of the two counts depends on the program that unpacks it.
                (Some(_), _) => return Err(hostile("it is there twice".to_owned())),
            }
        }
        let top = top(&named).map_or(0, |top| top.len() + 1);
        let mut index = Index::default();
        for (name, place) in named {
            if name.len() >= top {
                index.add(&name[top..], place).map_err(|why| refuse(archive, &name, why.to_owned()))?;
            }
        }
        Ok(index)
    }

    /// Adds what comes next in byte order of the names, so after everything that it lies below.
    fn add(&mut self, name: &[u8], place: Place) -> Result<(), &'static str> {
        if let What::Symlink(target) = &place.what {
            let depth = name.iter().filter(|&&byte| byte == b'/').count();
            stays_inside(target, depth)?;
        }
        let Some(path) = std::str::from_utf8(name).ok().and_then(|name| name.parse::<TreePath>().ok()) else {
            self.unnameable = Some(String::from_utf8_lossy(name).into_owned());
            return Ok(());
        };
        for above in path.ancestors() {
            match self.places.get(&above).map(|above| &above.what) {
                Some(What::Directory) => {}
                Some(What::Symlink(_)) => return Err("it lies below a symbolic link"),
                Some(What::File { .. }) => return Err("it lies below a file"),
                None => {
                    let implied = Place { what: What::Directory, mode: 0o755, mtime: None };
                    self.places.insert(above, implied);
                }
            }
        }
        self.places.insert(path, place);
        Ok(())
    }
}

/// A member's name in its plainest spelling, without `.` and doubled or closing slashes.
fn inside(name: &[u8]) -> Result<Vec<u8>, &'static str> {
    if name.starts_with(b"/") {
        return Err("its name is absolute");
    }
    if name.contains(&0) {
        return Err("its name holds a NUL");
    }
    let parts: Vec<&[u8]> = name.split(|&b| b == b'/').filter(|&part| part != b"" && part != b".").collect();
    if parts.contains(&&b".."[..]) {
        return Err("its name leads out with `..`");
    }
    Ok(parts.join(&b'/'))
}

fn place(member: &Member, named: &BTreeMap<Vec<u8>, Place>) -> Result<Place, String> {
    let what = match &member.kind {
        Kind::File { offset, len } => What::File { offset: *offset, len: *len },
        Kind::Directory => What::Directory,
        Kind::Symlink(target) => What::Symlink(target.clone()),
        Kind::HardLink(target) => {
            let linked = inside(target).ok().and_then(|target| named.get(&target));
            return match linked {
                Some(file @ Place { what: What::File { .. }, .. }) => Ok(file.clone()),
                _ => {
                    let target = String::from_utf8_lossy(target);
                    Err(format!("it is a hard link to `{target}`, which is no file before it"))
                }
            };
        }
    };
    Ok(Place { what, mode: member.mode, mtime: member.mtime })
}

/// The directory that everything lies in, if there is one.
fn top(named: &BTreeMap<Vec<u8>, Place>) -> Option<Vec<u8>> {
    fn first(name: &[u8]) -> &[u8] {
        name.split(|&byte| byte == b'/').next().unwrap_or(name)
    }
    let top = first(named.keys().next()?);
    let wrapped = named
        .iter()
        .all(|(name, place)| first(name) == top && (name != top || matches!(place.what, What::Directory)));
    wrapped.then(|| top.to_owned())
}

/// Whether a link, so many directories deep, can only lead into the tree. Going up is allowed at the
/// start alone: what `..` means after the name of another link is not in the spelling.
fn stays_inside(target: &[u8], depth: usize) -> Result<(), &'static str> {
    if target.starts_with(b"/") {
        return Err("it is a symbolic link to an absolute path");
    }
    if target.is_empty() || target.contains(&0) {
        return Err("it is a symbolic link to nowhere");
    }
    let parts = || target.split(|&byte| byte == b'/').filter(|&part| part != b"" && part != b".");
    let up = parts().take_while(|&part| part == b"..").count();
    if up > depth || parts().skip(up).any(|part| part == b"..") {
        return Err("it is a symbolic link that leads out of the tree");
    }
    Ok(())
}

fn refuse(archive: &str, member: &[u8], why: String) -> TreeError {
    let member = String::from_utf8_lossy(member).into_owned();
    TreeError::Hostile { archive: archive.to_owned(), member, why }
}
