//! `file.move`.

use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::tree::TreePath;

arguments! {
    /// `file.move`: gives a file or a symbolic link another name, which may be in another folder. Other edits change it under its new name, and
    /// are planned after this one without `depends-on`.
    ///
    /// A file without the text is missing, so that a different file is never moved. It refuses to replace another file. A link keeps its
    /// target as it is written, which must not lead out of the tree from the new place.
    ///
    /// ```yaml
    /// file: Lib/plat-linux2/regen
    /// file.move: {to: Lib/plat-kestrel/regen, contains: h2py}
    /// ```
    /// ```diff
    ///  python h2py.py
    /// ```
    /// ```yaml
    /// file: Modules/Setup.dist
    /// file.move: {to: Modules/Setup, contains: posix posixmodule.c}
    /// ```
    /// ```diff
    ///  posix posixmodule.c
    /// ```
    pub struct Move {
        /// Its new path in the tree.
        to: String,
        /// A text that the file, or the target of the link, must contain: it distinguishes the file from another of the same name.
        contains: String,
    }
}

impl Operate for Move {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::File)
    }

    fn new_name(&self) -> Option<&str> {
        Some(&self.to)
    }

    fn takes_links(&self) -> bool {
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.contains.is_empty(), "does nothing: its `contains` is empty")?;
        let path: Result<TreePath, _> = self.to.parse();
        let is_path = path.map_err(|error| format!("has an {error}"))?;
        ensure(!is_path.as_str().contains('*'), "has a pattern as `to`")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let has_text =
            |file: &ParsedFile| !find_words(&file.bytes, self.contains.as_bytes(), file.span()).is_empty();
        let (text, to) = (&self.contains, &self.to);
        if !site.exists {
            return match site.target {
                Some(target) if has_text(target) => Ok(Resolution::Already(Vec::new())),
                Some(_) => {
                    let what = format!(
                        "the file does not exist, and `{to}` does not contain `{text}`: it may be another one"
                    );
                    Err(Miss::new(what).into())
                }
                None => Err(Miss::new(format!("neither the file nor `{to}` exists")).into()),
            };
        }
        if site.file.path.as_str() == to {
            return Err(Failure::fault("does nothing: `to` is the name of the file"));
        }
        if !has_text(site.file) {
            let what = format!("the file exists, but does not contain `{text}`: it may be another one");
            return Err(Miss::new(what).near([0]).into());
        }
        if site.target.is_some() {
            return refused(format!("another file `{to}` exists, and is never replaced"), 0);
        }
        let ParsedFile { bytes, executable, is_link, .. } = site.file;
        let to = to.parse().map_err(|_| Failure::fault("has a `to` that is not a path"))?;
        change_file(Delta::Move { to, bytes: bytes.clone(), executable: *executable, is_link: *is_link })
    }
}
