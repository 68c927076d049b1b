//! `pypatch pins`: the releases that pypatch knows by hash.

use std::io::{self, Write};
use std::path::Path;

use clap::{Args, ValueEnum};
use glob::Pattern;
use serde::Serialize;

use crate::fetch::{Located, Places, locate};
use crate::tree::pin::{Pin, PinError, PinSet};

/// List the CPython releases that are pinned by hash, and where each can be had on this machine.
#[derive(Debug, Args)]
pub struct PinsArgs {
    /// Only these: a pin (python-2.5), a series (2.7) or a pattern (3.1?.*).
    #[arg(value_name = "PATTERN")]
    pub pattern: Option<String>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t)]
    pub format: PinsFormat,
}

/// How `pins` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PinsFormat {
    /// A line for each: name, tarball, where it is.
    #[default]
    Text,
    /// `{"schema": 1, "pins": [{name, version, tag, tree, tarballs, debian, local}]}`.
    Json,
}

/// Why `pins` failed.
#[derive(Debug, thiserror::Error)]
pub enum PinsCommandError {
    /// Nothing fits the pattern, or a file of pins is broken.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The pattern cannot be understood.
    #[error("`{pattern}` is no pattern: {reason}")]
    Pattern {
        /// What was given.
        pattern: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Prints the pins to `out`.
///
/// # Errors
/// When nothing fits the pattern, or when a file of pins says something wrong.
pub fn run(
    args: &PinsArgs,
    pins: &PinSet,
    places: &Places,
    out: &mut dyn Write,
) -> Result<(), PinsCommandError> {
    let pins = select(args.pattern.as_deref(), pins)?;
    let local: Vec<_> = pins.iter().map(|pin| locate(pin, places).located).collect();
    let rows = pins.iter().zip(&local);
    match args.format {
        PinsFormat::Text => text(rows, out)?,
        PinsFormat::Json => {
            let report =
                Report { schema: 1, pins: rows.map(|(pin, local)| Row::new(pin, local.as_ref())).collect() };
            serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// The pins that a pattern means: by name, by version, or all of a series.
fn select(pattern: Option<&str>, pins: &PinSet) -> Result<Vec<Pin>, PinsCommandError> {
    let Some(pattern) = pattern else { return Ok(pins.all()?) };
    let compiled = Pattern::new(pattern)
        .map_err(|error| PinsCommandError::Pattern { pattern: pattern.to_owned(), reason: error.msg })?;
    let mut found = pins.all()?;
    found.retain(|pin| {
        let version = pin.version.to_string();
        [pin.name.as_str(), &version, &pin.version.minor()].iter().any(|text| compiled.matches(text))
    });
    if found.is_empty() {
        let nearest = pins.nearest(pattern)?;
        return Err(PinError::Unknown { name: pattern.to_owned(), nearest }.into());
    }
    Ok(found)
}

fn text<'a>(
    rows: impl Iterator<Item = (&'a Pin, &'a Option<Located>)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (pin, local) in rows {
        let tarball = pin.tarballs.first().map_or("tree only", |tarball| &tarball.file_name);
        match local {
            Some(located) => {
                writeln!(out, "{:<18}{tarball:<26}{}", pin.name, located.path().display())?;
            }
            None => writeln!(out, "{:<18}{tarball}", pin.name)?,
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    pins: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    version: String,
    tag: &'a str,
    tree: &'a str,
    tarballs: Vec<TarballRow<'a>>,
    debian: Option<DebianRow<'a>>,
    local: Option<Local<'a>>,
}

#[derive(Serialize)]
struct TarballRow<'a> {
    url: &'a str,
    sha256: String,
}

#[derive(Serialize)]
struct DebianRow<'a> {
    suite: &'a str,
    source: &'a str,
}

/// Where the release is on this machine.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Local<'a> {
    Tarball(&'a Path),
    Git(&'a Path),
}

impl<'a> Row<'a> {
    fn new(pin: &'a Pin, local: Option<&'a Located>) -> Row<'a> {
        let tarballs = pin.tarballs.iter();
        Row {
            name: &pin.name,
            version: pin.version.to_string(),
            tag: &pin.tag,
            tree: &pin.tree,
            tarballs: tarballs
                .map(|tarball| TarballRow { url: &tarball.url, sha256: tarball.sha256.to_string() })
                .collect(),
            debian: pin
                .debian
                .as_ref()
                .map(|debian| DebianRow { suite: &debian.suite, source: &debian.source }),
            local: local.map(|located| match located {
                Located::Tarball { path, .. } => Local::Tarball(path),
                Located::Git { repository, .. } => Local::Git(repository),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(pattern: Option<&str>, format: PinsFormat) -> Result<String, PinsCommandError> {
        let args = PinsArgs { pattern: pattern.map(str::to_owned), format };
        let mut out = Vec::new();
        run(&args, &PinSet::shipped(), &Places::default(), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_series_a_name_and_a_pattern_select_pins() {
        let names = |pattern| -> Vec<String> {
            let text = pins(Some(pattern), PinsFormat::Text).unwrap();
            text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
        };
        assert_eq!(names("python-2.5"), ["python-2.5"]);
        assert_eq!(names("3.0"), ["python-3.0", "python-3.0.1"]);
        assert_eq!(names("2.5.[56]"), ["python-2.5.5", "python-2.5.6"]);
        assert_eq!(
            pins(None, PinsFormat::Text).unwrap().lines().count(),
            PinSet::shipped().all().unwrap().len()
        );
    }

    #[test]
    fn a_line_says_name_and_tarball() {
        insta::assert_snapshot!(pins(Some("3.0"), PinsFormat::Text).unwrap(), @r"
        python-3.0        tree only
        python-3.0.1      Python-3.0.1.tgz
        ");
    }

    #[test]
    fn json_says_everything() {
        insta::assert_snapshot!(pins(Some("2.7.18"), PinsFormat::Json).unwrap(), @r#"
        {
          "schema": 1,
          "pins": [
            {
              "name": "python-2.7.18",
              "version": "2.7.18",
              "tag": "v2.7.18",
              "tree": "8133f47ade097d9fa33954a0211ea16b9088bfd3",
              "tarballs": [
                {
                  "url": "https://www.python.org/ftp/python/2.7.18/Python-2.7.18.tar.xz",
                  "sha256": "b62c0e7937551d0cc02b8fd5cb0f544f9405bafc9a54d3808ed4594812edef43"
                },
                {
                  "url": "https://www.python.org/ftp/python/2.7.18/Python-2.7.18.tgz",
                  "sha256": "da3080e3b488f648a3d7a4560ddee895284c3380b11d6de75edb986526b9a814"
                }
              ],
              "debian": {
                "suite": "bullseye",
                "source": "python2.7"
              },
              "local": null
            }
          ]
        }
        "#);
    }

    #[test]
    fn a_pattern_that_fits_nothing_names_the_nearest() {
        match pins(Some("2.7.19"), PinsFormat::Text) {
            Err(PinsCommandError::Pin(PinError::Unknown { nearest, .. })) => {
                assert_eq!(nearest, ["python-2.7.18", "python-2.7.17", "python-2.7.16"]);
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(pins(Some("[",), PinsFormat::Text), Err(PinsCommandError::Pattern { .. })));
    }
}
