//! Gets a tarball from the source packages of a Debian archive, through the system's `apt-get`.
//!
//! The configuration is private, so that the machine's own lists stay as they are. Its only
//! sources are the archives that the machine uses anyway, with another suite: no host is named
//! here. The signatures of the archive are checked by apt as ever, its expiry is not, since the
//! pinned sha256 says what the tarball must be.

mod archives;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::apt_error::{AptError, PATIENCE};
use super::{Cache, Located, Progress, Why};
use crate::contents::if_exists;
use crate::interrupt::{Listed, Whole};
use crate::tree::pin::{Debian, Tarball};
use archives::{Archive, archives};

/// How often a running `apt-get` is looked after.
const POLL: Duration = Duration::from_millis(50);

/// The system's apt.
#[derive(Debug, Clone)]
pub struct Apt {
    /// The program and its first arguments.
    command: Vec<OsString>,
    /// Where its configuration is: `/etc/apt`.
    etc: PathBuf,
}

impl Apt {
    /// The `apt-get` of the system, with the sources in `/etc/apt`.
    pub fn of_system() -> Option<Apt> {
        Some(Apt { command: vec!["apt-get".into()], etc: "/etc/apt".into() })
    }

    /// Fetches the upstream tarball of a source package into the cache.
    pub(super) fn fetch(
        &self,
        debian: &Debian,
        tarballs: &[Tarball],
        cache: &Cache,
        progress: &mut dyn Progress,
    ) -> Result<Located, Why> {
        let archives = archives(&self.etc);
        let mut last = Why::Apt(AptError::NoArchive);
        let _lock = cache.lock("apt", progress)?;
        // Whoever held the lock may have fetched it.
        if let Some(located) = tarballs.iter().find_map(|tarball| cache.look(tarball).ok()?) {
            return Ok(located);
        }
        for archive in archives {
            let whole = Whole::begin();
            let directory = scratch(cache.root())?;
            let _listed = Listed::all(directory.path());
            drop(whole);
            let run = Run { apt: self, directory };
            match run.tarball(&archive, debian, tarballs, progress) {
                Ok((tarball, file)) => return cache.adopt(tarball, &file),
                Err(why @ Why::Apt(AptError::NotInstalled)) => return Err(why),
                // The first archive is the likeliest, so its failure says most.
                Err(why) if matches!(last, Why::Apt(AptError::NoArchive)) => last = why,
                Err(_) => {}
            }
        }
        Err(last)
    }
}

/// An empty directory in the cache, which is removed when it is dropped.
fn scratch(cache: &Path) -> io::Result<TempDir> {
    // An earlier run may have been killed.
    if_exists(fs::remove_dir_all(cache.join("apt")))?;
    // apt downloads as another user, who has to read it.
    let permissions = PermissionsExt::from_mode(0o777);
    tempfile::Builder::new().prefix("apt").rand_bytes(0).permissions(permissions).tempdir_in(cache)
}

/// The private configuration of apt for one archive.
struct Run<'a> {
    apt: &'a Apt,
    directory: TempDir,
}

impl Run<'_> {
    /// The tarball of the source package that is pinned, and where it was put.
    fn tarball<'a>(
        &self,
        archive: &Archive,
        debian: &Debian,
        tarballs: &'a [Tarball],
        progress: &mut dyn Progress,
    ) -> Result<(&'a Tarball, PathBuf), Why> {
        self.configure(archive, &debian.suite)?;
        self.apt_get("update", &[], &mut || {})?;
        let uris = self.apt_get("source", &["--print-uris", &debian.source], &mut || {})?;
        let offers: Vec<Offer> = uris.lines().filter_map(Offer::of_line).collect();
        let pinned = |offer: &Offer| tarballs.iter().find(|pin| pin.sha256.to_string() == offer.sha256);
        let Some((offer, tarball)) = offers.iter().find_map(|offer| Some((offer, pinned(offer)?))) else {
            let offered = offers.iter().map(|offer| format!("{} {}", offer.name, offer.sha256)).collect();
            return Err(AptError::OtherTarball { offered }.into());
        };
        let file = self.out().join(&offer.name);
        let mut reported = 0;
        progress.start(Some(offer.size));
        self.apt_get("source", &["--download-only", "--tar-only", &debian.source], &mut || {
            let size = fs::metadata(&file).map_or(0, |metadata| metadata.len());
            progress.advance(size.saturating_sub(reported));
            reported = reported.max(size);
        })?;
        Ok((tarball, file))
    }

    fn out(&self) -> PathBuf {
        self.directory.path().join("out")
    }

    /// Writes the configuration.
    fn configure(&self, archive: &Archive, suite: &str) -> Result<(), Why> {
        let root = self.directory.path();
        let plain = |text: &&str| !text.contains(['"', '\\', '\n']);
        let path = root.to_str().filter(plain).ok_or_else(|| AptError::UnusablePath(root.to_owned()))?;
        for directory in ["sources", "lists/partial", "cache/archives/partial", "out"] {
            fs::create_dir_all(root.join(directory))?;
        }
        fs::write(root.join("sources/pypatch.sources"), archive.stanza(suite))?;
        fs::write(
            root.join("apt.conf"),
            format!(
                "Dir::Etc::sourcelist \"/dev/null\";\n\
                 Dir::Etc::sourceparts \"{path}/sources\";\n\
                 Dir::State::lists \"{path}/lists\";\n\
                 Dir::Cache \"{path}/cache\";\n\
                 Acquire::Check-Valid-Until \"false\";\n\
                 Acquire::Languages \"none\";\n\
                 Acquire::http::Timeout \"20\";\n\
                 Acquire::https::Timeout \"20\";\n\
                 #clear APT::Update::Pre-Invoke;\n\
                 #clear APT::Update::Post-Invoke;\n\
                 #clear APT::Update::Post-Invoke-Success;\n"
            ),
        )?;
        Ok(())
    }

    /// Runs `apt-get WHAT ARGUMENT...` and calls `watch` now and then. What it wrote comes back.
    fn apt_get(
        &self,
        what: &'static str,
        arguments: &[&str],
        watch: &mut dyn FnMut(),
    ) -> Result<String, Why> {
        let root = self.directory.path();
        let (written, said) = (root.join("stdout"), root.join("stderr"));
        let (program, first) = self.apt.command.split_first().expect("a command has a program");
        let whole = Whole::begin();
        let mut child = Command::new(program)
            .args(first)
            .arg("-c")
            .arg(root.join("apt.conf"))
            .args(["-qq", "-y", what])
            .args(arguments)
            .current_dir(self.out())
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(File::create(&written)?)
            .stderr(File::create(&said)?)
            .spawn()
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => Why::from(AptError::NotInstalled),
                _ => error.into(),
            })?;
        let _listed = Listed::child(child.id());
        drop(whole);
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if start.elapsed() > PATIENCE {
                child.kill()?;
                child.wait()?;
                return Err(AptError::TimedOut { what }.into());
            }
            watch();
            thread::sleep(POLL);
        };
        watch();
        if status.success() {
            return Ok(lossy(&written)?);
        }
        // Warnings come first, what it died of comes last.
        let said = lossy(&said)?;
        let message = said.lines().rfind(|line| line.starts_with("E:")).or(said.lines().last());
        let message = message.unwrap_or_default().trim().to_owned();
        Err(AptError::Failed { what, status, message }.into())
    }
}

fn lossy(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// An upstream tarball that a source package has.
struct Offer {
    name: String,
    /// In bytes.
    size: u64,
    sha256: String,
}

impl Offer {
    /// Reads a line of `--print-uris`: `'URI' NAME SIZE SHA256:HEX`.
    fn of_line(line: &str) -> Option<Offer> {
        let (_uri, rest) = line.strip_prefix('\'')?.split_once("' ")?;
        let mut words = rest.split(' ');
        let name = words.next().filter(|name| name.contains(".orig.tar.") && !name.contains('/'))?;
        let size = words.next()?.parse().ok()?;
        let sha256 = words.next()?.strip_prefix("SHA256:")?;
        Some(Offer { name: name.to_owned(), size, sha256: sha256.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::testing::{Recorder, pin};

    /// Where apt is configured and its cache is, and an `apt-get` that does what `script` says.
    fn apt(script: &str, sources: &str) -> (TempDir, Apt, Cache) {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("sources.list"), sources).unwrap();
        fs::write(directory.path().join("apt-get"), script).unwrap();
        let command = vec!["sh".into(), directory.path().join("apt-get").into()];
        let apt = Apt { command, etc: directory.path().to_owned() };
        let cache = Cache::new(&directory.path().join("cache"));
        (directory, apt, cache)
    }

    fn fetch(apt: &Apt, cache: &Cache) -> (Result<Located, Why>, Recorder) {
        let pin = pin("https://a.test", b"good");
        let debian = Debian { suite: "bullseye".to_owned(), source: "python2.5".to_owned() };
        let mut recorder = Recorder::default();
        (apt.fetch(&debian, &pin.tarballs, cache, &mut recorder), recorder)
    }

    const SOURCES: &str = "deb http://mirror.test/debian bookworm main\n";

    /// Checks its configuration, prints what it has and puts a file in the working directory.
    const HELPFUL: &str = r#"
set -e
test "$1" = -c
grep -q "^Suites: bullseye$" "$(dirname "$2")/sources/pypatch.sources"
grep -q "^URIs: http://mirror.test/debian$" "$(dirname "$2")/sources/pypatch.sources"
case "$*" in
*update) ;;
*"source --print-uris python2.5")
    echo "'http://mirror.test/p.dsc' p.dsc 10 SHA256:00"
    echo "'http://mirror.test/p.tgz' python2.5_2.5.orig.tar.gz 4 SHA256:SUM" ;;
*"source --download-only --tar-only python2.5") printf WORD > python2.5_2.5.orig.tar.gz ;;
*) exit 9 ;;
esac
"#;

    fn helpful(announced: &[u8], given: &str) -> String {
        let sum = crate::digest::Sha256Digest::of(announced).to_string();
        HELPFUL.replace("SUM", &sum).replace("WORD", given)
    }

    #[test]
    fn the_tarball_of_the_source_package_comes_into_the_cache() {
        let (_directory, apt, cache) = apt(&helpful(b"good", "good"), SOURCES);
        let (located, recorder) = fetch(&apt, &cache);
        assert_eq!(fs::read(located.unwrap().path()).unwrap(), b"good");
        assert_eq!((recorder.total, recorder.bytes), (Some(4), 4));
        assert!(!cache.root().join("apt").exists(), "the private configuration is gone");
    }

    #[test]
    fn another_tarball_is_not_even_downloaded() {
        let (_directory, apt, cache) = apt(&helpful(b"newer", "newer"), SOURCES);
        match fetch(&apt, &cache).0 {
            Err(Why::Apt(AptError::OtherTarball { offered })) => {
                assert!(offered[0].starts_with("python2.5_2.5.orig.tar.gz "), "{offered:?}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_apt_promised_is_hashed_all_the_same() {
        let (_directory, apt, cache) = apt(&helpful(b"good", "evil"), SOURCES);
        assert!(matches!(fetch(&apt, &cache).0, Err(Why::WrongHash { .. })));
    }

    #[test]
    fn a_failure_says_what_apt_died_of() {
        let script = "echo 'W: odd' >&2; echo 'E: no such suite' >&2; echo 'more' >&2; exit 100";
        let (_directory, apt, cache) = apt(script, SOURCES);
        let error = fetch(&apt, &cache).0.unwrap_err().to_string();
        assert_eq!(error, "apt-get update failed (exit status: 100): E: no such suite");
    }

    #[test]
    fn a_second_archive_helps_when_the_first_does_not() {
        let sources = format!("deb http://first.test/debian bookworm main\n{SOURCES}");
        let (_directory, apt, cache) = apt(&helpful(b"good", "good"), &sources);
        fetch(&apt, &cache).0.unwrap();
    }

    #[test]
    fn a_machine_without_apt_or_without_an_archive_is_reported() {
        let (_directory, mut apt, cache) = apt("", SOURCES);
        apt.command = vec!["pypatch-no-such-program".into()];
        assert!(matches!(fetch(&apt, &cache).0, Err(Why::Apt(AptError::NotInstalled))));
        apt.etc = "/nonexistent".into();
        assert!(matches!(fetch(&apt, &cache).0, Err(Why::Apt(AptError::NoArchive))));
    }
}
