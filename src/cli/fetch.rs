//! `pypatch fetch`: gets pinned releases and prints where they are.

use std::io::{self, Write};

use clap::Args;

use crate::fetch::{FetchError, Places, Progress, obtain};
use crate::tree::pin::{PinError, PinSet};

/// Get pinned releases and print the path of each.
///
/// A release is looked for in PYPATCH_SOURCES (directories with tarballs, or git repositories with
/// release tags), in the cache, at upstream's address, and in the distribution's source package.
/// Wherever it comes from, its hash must be the pinned one.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// The releases, such as python-2.5.
    #[arg(required = true, value_name = "PIN")]
    pub pins: Vec<String>,
}

/// Why `fetch` failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchCommandError {
    /// A name that is no pin, or a broken file of pins.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// A release that can be had nowhere.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Prints a path a line to `out`. `warn` is given a line for every place that held something wrong.
///
/// # Errors
/// At the first release that cannot be had. Names are checked before anything is fetched.
pub fn run(
    args: &FetchArgs,
    pins: &PinSet,
    places: &Places,
    out: &mut dyn Write,
    warn: &mut dyn FnMut(&str),
    progress: &mut dyn Progress,
) -> Result<(), FetchCommandError> {
    let pins = args.pins.iter().map(|name| pins.get(name)).collect::<Result<Vec<_>, _>>()?;
    for pin in pins {
        let obtained = obtain(&pin, places, progress)?;
        for attempt in obtained.rejected.iter().filter(|attempt| !attempt.why.is_absence()) {
            warn(&attempt.to_string());
        }
        writeln!(out, "{}", obtained.located.path().display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Silent;
    use std::fs;

    /// What `fetch` prints and warns of, with the pins of a directory that also holds a tarball.
    fn fetch(tarball: &str, names: &[&str]) -> (Result<String, FetchCommandError>, Vec<String>) {
        let directory = tempfile::tempdir().unwrap();
        let sha256 = crate::digest::Sha256Digest::of(b"good");
        let pins = format!(
            "schema: 1\nreleases:\n  - version: '2.5'\n    tag: v2.5\n    tree: {}\n    tarballs: \
             [{{url: https://a.test/Python-2.5.tgz, sha256: {sha256}}}]\n",
            "0".repeat(40)
        );
        fs::write(directory.path().join("2.5.yaml"), pins).unwrap();
        fs::write(directory.path().join("Python-2.5.tgz"), tarball).unwrap();
        let places = Places { sources: vec![directory.path().to_owned()], ..Places::default() };
        let args = FetchArgs { pins: names.iter().map(|name| (*name).to_owned()).collect() };
        let (mut out, mut warnings) = (Vec::new(), Vec::new());
        let mut warn = |text: &str| warnings.push(text.to_owned());
        let pins = PinSet::with_overlay(directory.path());
        let result = run(&args, &pins, &places, &mut out, &mut warn, &mut Silent);
        let root = directory.path().display().to_string();
        (result.map(|()| String::from_utf8(out).unwrap().replace(&root, "DIR")), warnings)
    }

    #[test]
    fn the_path_of_each_release_is_printed() {
        let (printed, warnings) = fetch("good", &["python-2.5", "python-2.5.0"]);
        assert_eq!(printed.unwrap(), "DIR/Python-2.5.tgz\nDIR/Python-2.5.tgz\n");
        assert!(warnings.is_empty());
    }

    #[test]
    fn a_wrong_hash_is_an_error_when_nothing_else_helps() {
        let (printed, _) = fetch("evil", &["python-2.5"]);
        match printed {
            Err(FetchCommandError::Fetch(error)) => {
                assert!(error.attempts[0].to_string().contains("Python-2.5.tgz: has the sha256 "));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_that_is_no_pin_is_told_before_anything_is_fetched() {
        let (printed, _) = fetch("good", &["python-2.5", "python-2.55"]);
        assert!(matches!(printed, Err(FetchCommandError::Pin(PinError::Unknown { .. }))), "{printed:?}");
    }
}
