//! What a new pin has, from the tag and the tarballs of its release.

use std::path::{Path, PathBuf};

use crate::cli::{CliError, Ui, Workspace};
use crate::fetch::{self, Download, Why, is_tarball_of, offers, tag_tree, upstream_address};
use crate::regular;
use crate::tree::pin::{Pin, Tarball};
use crate::tree::{ArchiveTree, GitTree, Tree, TreePath, release_difference, tree_version};
use crate::version::Version;

/// Where the parts of a release come from, besides the sources of the workspace.
#[derive(Debug, Default)]
pub(in crate::cli) struct From<'a> {
    /// Tarballs, https addresses, repositories, `git:REPO@TAG`, directories with tarballs.
    pub named: &'a [String],
    /// The address of the tarball that is named, if its file name does not say it.
    pub url: Option<&'a str>,
    /// The git tree id of the tag.
    pub tree: Option<&'a str>,
}

/// A release that can be pinned, and what was found out about it, for people.
pub(in crate::cli) struct Gathered {
    pub pin: Pin,
    pub found: Vec<String>,
    /// The tarballs that were downloaded for it.
    downloads: Vec<Download>,
}

impl Gathered {
    /// Moves what was downloaded to the cache.
    ///
    /// # Errors
    /// If the cache has another file of that name, or it cannot be written.
    pub fn keep(&mut self) -> Result<(), CliError> {
        for one in self.downloads.drain(..) {
            let title = format!("cannot keep {}", one.tarball.file_name);
            one.keep()
                .map_err(|why| CliError::source(format!("{title}: {why}")).detail("nothing was written"))?;
        }
        Ok(())
    }
}

/// Searches a release, compares its parts, and makes its pin.
///
/// # Errors
/// If the tag is not found, or the parts are not of one release.
pub(in crate::cli) fn gather(
    ui: &Ui,
    workspace: &Workspace,
    version: &Version,
    from: &From<'_>,
) -> Result<Gathered, CliError> {
    let mut places = Vec::new();
    let mut tarballs: Vec<(Tarball, PathBuf)> = Vec::new();
    let mut tags: Vec<(PathBuf, String, String)> = Vec::new();
    let mut downloads: Vec<Download> = Vec::new();
    let files = from.named.iter().filter(|name| Path::new(name).is_file()).count();
    if from.url.is_some() && files != 1 {
        let title = format!("--url is the address of one tarball that --from names, and {files} are named");
        return Err(CliError::usage(title).help("name the file with --from, and leave --url out otherwise"));
    }
    for name in from.named {
        if name.starts_with("https://") {
            let one = download(ui, workspace, name, &downloads)?;
            tarballs.push((one.tarball.clone(), one.path().to_owned()));
            downloads.push(one);
        } else if let Some(git) = name.strip_prefix("git:") {
            let (repo, rev) = git.rsplit_once('@').map_or((git, None), |(repo, rev)| (repo, Some(rev)));
            let tag = rev.map_or(format!("v{version}"), str::to_owned);
            let tag = tag.strip_prefix("refs/tags/").map_or(tag.clone(), str::to_owned);
            if tag.contains('/') {
                return Err(CliError::usage(format!(
                    "--from: the tag of a pin has no slash, as `{tag}` has"
                )));
            }
            let tree = tag_tree(Path::new(repo), &tag)
                .map_err(|why| CliError::source(format!("cannot read {repo}: {why}")))?
                .ok_or_else(|| {
                    CliError::source(format!("{repo} is not a git repository with the tag {tag}"))
                        .help("a pin has the name and the tree of a tag")
                })?;
            tags.push((repo.into(), tag, tree));
        } else if Path::new(name).is_file() {
            tarballs.push((local(version, Path::new(name), from.url)?, name.into()));
        } else if Path::new(name).is_dir() {
            places.push(PathBuf::from(name));
        } else {
            return Err(CliError::source(format!("--from: no file or directory `{name}`"))
                .help("name a tarball, an https address, or a git repository with the tag"));
        }
    }
    places.extend(workspace.places.sources.iter().cloned());
    places.extend(workspace.places.cache.iter().map(|cache| cache.join("tarballs")).filter(|it| it.is_dir()));
    let offer = offers(version, &places)
        .map_err(|(place, why)| CliError::source(format!("cannot search {}: {why}", place.display())))?;
    let own = format!("v{version}");
    tags.extend(offer.tags.into_iter().map(|(repo, tree)| (repo, own.clone(), tree)));
    for file in offer.tarballs {
        tarballs.push((local(version, &file, None)?, file));
    }
    let tree = the_tree(version, from.tree, &tags)?;
    let tarballs = the_tarballs(tarballs)?;
    let (common, _) = workspace.pins.common(&version.minor())?;
    let mut found: Vec<String> =
        tags.iter().map(|(repo, rev, _)| format!("{rev} of {}: tree {tree}", repo.display())).collect();
    let tag = match tags.first() {
        Some((repo, rev, _)) => {
            let tag = GitTree::open(repo, &tree)?;
            require_version(&tag, version, &format!("{rev} of {}", repo.display()))?;
            Some(tag)
        }
        None => None,
    };
    let mut only_one_has: Vec<TreePath> = Vec::new();
    for (tarball, file) in &tarballs {
        let is_download = downloads.iter().any(|one| one.path() == file);
        let shown = match &tarball.url {
            Some(url) if is_download => url.clone(),
            Some(_) | None => file.display().to_string(),
        };
        let bar = ui.progress(&format!("comparing {} with the tag", tarball.file_name), None);
        let opened = ArchiveTree::open(file)?;
        require_version(&opened, version, &shown)?;
        let Some(tag) = &tag else {
            found.push(format!("{shown}: sha256 {}; not compared with a tag", tarball.sha256));
            continue;
        };
        let difference = release_difference(tag, &opened, &common)?;
        drop(bar);
        if !difference.differing.is_empty() {
            let title = format!("{shown} is not the release of the tag v{version}");
            let paths = difference.differing.iter().take(10).map(|path| format!("differs: {path}"));
            let more = difference.differing.len().saturating_sub(10);
            return Err(CliError::source(title)
                .details(paths.chain((more > 0).then(|| format!("and {more} more"))))
                .detail("nothing was written")
                .help("find out which of them is upstream's, and leave the other one out of the sources"));
        }
        let only = match difference.only.is_empty() {
            true => String::new(),
            false => {
                let names: Vec<&str> = difference.only.iter().map(TreePath::as_str).collect();
                format!("; only one of them has {}", names.join(", "))
            }
        };
        only_one_has.extend(difference.only);
        found.push(format!("{shown}: sha256 {}; its files are those of the tag{only}", tarball.sha256));
    }
    only_one_has.sort();
    only_one_has.dedup();
    only_one_has.extend(common);
    let pin = Pin {
        name: format!("python-{version}"),
        version: version.clone(),
        // Of several names, upstream's.
        tag: tags
            .into_iter()
            .map(|(_, tag, _)| tag)
            .reduce(|one, other| if other == own { other } else { one })
            .or(Some(own)),
        tree,
        tarballs: tarballs.into_iter().map(|(tarball, _)| tarball).collect(),
        debian: None,
        exclude: only_one_has,
    };
    Ok(Gathered { pin, found, downloads })
}

fn download(ui: &Ui, workspace: &Workspace, url: &str, earlier: &[Download]) -> Result<Download, CliError> {
    if workspace.places.web.is_none() {
        return Err(CliError::source(format!("--offline: {url} was not asked")));
    }
    let name = url.rsplit('/').next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._+-~".contains(c);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.chars().all(is_plain) {
        return Err(CliError::usage(format!("{url} does not end with the name of a tarball")));
    }
    if earlier.iter().any(|one| one.tarball.file_name == name) {
        return Err(CliError::usage(format!("--from names two addresses of {name}")));
    }
    let mut bar = ui.progress(&format!("fetching {name}"), None);
    fetch::download_unpinned(url, &workspace.places, &mut bar)
        .map_err(|why: Why| CliError::source(format!("cannot fetch {url}: {why}")))
}

/// The tarball in a file, with its address at upstream.
fn local(version: &Version, file: &Path, url: Option<&str>) -> Result<Tarball, CliError> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let url = match url {
        Some(url) => url.to_owned(),
        None if is_tarball_of(version, &name) => upstream_address(version, &name),
        None => {
            return Err(CliError::usage(format!(
                "{} is not named like a tarball of {version}",
                file.display()
            ))
            .help("give its address with --url"));
        }
    };
    let sha256 = regular::digest(file)
        .map_err(|error| CliError::source(format!("cannot read {}: {error}", file.display())))?;
    let file_name = url.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Tarball { url: Some(url), sha256, file_name })
}

/// The tree of all tags.
fn the_tree(
    version: &Version,
    given: Option<&str>,
    tags: &[(PathBuf, String, String)],
) -> Result<String, CliError> {
    let is_id = |text: &str| {
        text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    if let Some(given) = given.filter(|given| !is_id(given)) {
        return Err(CliError::usage(format!("--tree: `{given}` is not 40 lower-case hexadecimal digits")));
    }
    let trees = given.into_iter().chain(tags.iter().map(|(.., tree)| tree.as_str()));
    let mut distinct: Vec<&str> = trees.collect();
    distinct.sort_unstable();
    distinct.dedup();
    match distinct[..] {
        [one] => Ok(one.to_owned()),
        [] => Err(CliError::source(format!("no repository has the tag v{version}"))
            .detail("nothing was written")
            .help("a pin has the git tree id of the tag: set PYPATCH_SOURCES to a clone of CPython, or give --from REPO or --tree ID")),
        _ => {
            let places = tags.iter().map(|(repo, rev, tree)| format!("{rev} of {}: {tree}", repo.display()));
            let given = given.map(|tree| format!("--tree: {tree}"));
            Err(CliError::source(format!("v{version} has several trees"))
                .details(given.into_iter().chain(places))
                .detail("nothing was written")
                .help("find out which of them is upstream's, and name only that one"))
        }
    }
}

/// The tarballs, each once.
fn the_tarballs(all: Vec<(Tarball, PathBuf)>) -> Result<Vec<(Tarball, PathBuf)>, CliError> {
    let mut kept: Vec<(Tarball, PathBuf)> = Vec::new();
    for (tarball, file) in all {
        match kept
            .iter()
            .find(|(other, _)| other.file_name == tarball.file_name || other.sha256 == tarball.sha256)
        {
            None => kept.push((tarball, file)),
            // Another name of the same file.
            Some((other, _)) if other.sha256 == tarball.sha256 => {}
            Some((other, first)) => {
                return Err(CliError::source(format!("{} has several digests", tarball.file_name))
                    .detail(format!("{}: {}", first.display(), other.sha256))
                    .detail(format!("{}: {}", file.display(), tarball.sha256))
                    .detail("nothing was written")
                    .help("find out which of them is upstream's, and leave the other one out"));
            }
        }
    }
    // The smallest ones first, as in the shipped pins.
    kept.sort_by_key(|(tarball, _)| !tarball.file_name.ends_with(".xz"));
    Ok(kept)
}

/// Refuses a tree of another version.
fn require_version(tree: &dyn Tree, version: &Version, what: &str) -> Result<(), CliError> {
    match tree_version(tree)? {
        Some(found) if found == *version && !found.to_string().ends_with('+') => Ok(()),
        found => {
            let found = found.map_or("not CPython".to_owned(), |found| found.named());
            Err(CliError::source(format!("{what} is {found}, not {version}"))
                .detail("nothing was written")
                .help("a pin is of a release as upstream made it: name another one, or correct the source"))
        }
    }
}
