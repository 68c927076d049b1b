//! Puts the shipped patchsets, pins and snapshots into the binary, the first two also as JSON.

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use serde_yaml::Spanned;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for folder in ["patchsets", "upstream-pins", "snapshots"] {
        embed(folder, &out)?;
        // The compiler sees a change of an embedded file, but not a new one.
        println!("cargo:rerun-if-changed={folder}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    prepare_patchsets(&out)?;
    prepare_pins(&out)
}

/// Writes the list that src/shipped.rs includes: the path and contents of every file below `folder`, sorted by path.
fn embed(folder: &str, out: &Path) -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(folder);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(&root)?.to_str().ok_or("a file name is not UTF-8")?;
                files.push((below.to_owned(), path.clone()));
            }
        }
    }
    files.sort();
    let mut text = String::from("&[\n");
    for (below, path) in files {
        writeln!(text, "    ({below:?}, include_bytes!({path:?})),")?;
    }
    fs::write(out.join(format!("{folder}.files.rs")), text + "]\n")?;
    Ok(())
}

/// Writes what src/patchset/prepared.rs includes: each patchset as JSON, with the positions of its edits in the YAML.
/// Nothing is checked here: a test there compares it with the YAML.
fn prepare_patchsets(out: &Path) -> Result<(), Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Places {
        #[serde(default)]
        edits: Vec<Spanned<IgnoredAny>>,
    }
    let mut prepared = Vec::new();
    for folder in entries("patchsets")? {
        let Ok(text) = fs::read_to_string(folder.join("patchset.yaml")) else { continue };
        // Invalid YAML is reported by whoever loads it.
        let (Ok(patchset), Ok(places)) =
            (serde_yaml::from_str::<Value>(&text), serde_yaml::from_str::<Places>(&text))
        else {
            continue;
        };
        let place = |edit: &Spanned<IgnoredAny>| (edit.referenced.line(), edit.referenced.column());
        let places: Vec<_> = places.edits.iter().map(place).collect();
        prepared.push((folder, json!({"places": places, "patchset": patchset})));
    }
    write_list(&out.join("patchsets.rs"), &prepared)
}

/// Writes what src/tree/pin/load.rs includes: each file of pins as JSON.
fn prepare_pins(out: &Path) -> Result<(), Box<dyn Error>> {
    let mut prepared = Vec::new();
    for file in entries("upstream-pins")? {
        let yaml = file.extension().is_some_and(|extension| extension == "yaml");
        if let Some(pins) = yaml.then(|| fs::read_to_string(&file)).and_then(Result::ok)
            && let Ok(pins) = serde_yaml::from_str::<Value>(&pins)
        {
            prepared.push((file.with_extension(""), pins));
        }
    }
    write_list(&out.join("pins.rs"), &prepared)
}

/// The entries of a folder, sorted.
fn entries(folder: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    Ok(entries)
}

/// Writes a Rust list of names and JSON texts.
fn write_list(file: &Path, list: &[(PathBuf, Value)]) -> Result<(), Box<dyn Error>> {
    let mut text = String::from("&[\n");
    for (path, value) in list {
        let name = path.file_name().unwrap_or_default().display().to_string();
        writeln!(text, "    ({name:?}, {:?}),", value.to_string())?;
    }
    fs::write(file, text + "]\n")?;
    Ok(())
}
