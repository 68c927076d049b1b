//! Puts the shipped patchsets, pins and snapshots into the binary, compressed, and the first two also as JSON.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use serde_yaml::Spanned;

/// A file: its path below the embedded folder, and its contents.
type Embedded = (PathBuf, Vec<u8>);

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for folder in ["patchsets", "upstream-pins", "snapshots"] {
        let files = files(folder)?;
        if folder == "snapshots" {
            let (heads, rests) = files.into_iter().map(split_snapshot).unzip();
            write_list(&out, "snapshot-heads", heads)?;
            write_together(&out, folder, rests)?;
        } else {
            write_list(&out, folder, files)?;
        }
        // The compiler sees a change of an embedded file, but not a new one.
        println!("cargo:rerun-if-changed={folder}");
    }
    let schemas = ["patchset", "report"].map(|name| {
        let schema = format!("src/{name}/schema.json");
        println!("cargo:rerun-if-changed={schema}");
        // Without the file, the test that writes it can still be built.
        let compact =
            serde_json::from_slice::<Value>(&fs::read(schema).unwrap_or_default()).unwrap_or_default();
        (name.into(), compact.to_string().into_bytes())
    });
    write_list(&out, "schemas", schemas.into())?;
    println!("cargo:rerun-if-changed=build.rs");
    prepare_patchsets(&out)?;
    prepare_pins(&out)
}

/// Every file below `folder`: its path from there, and its contents.
fn files(folder: &str) -> Result<Vec<Embedded>, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(below) = folders.pop() {
        for path in entries(&below)? {
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.strip_prefix(folder)?.to_owned(), fs::read(&path)?));
            }
        }
    }
    Ok(files)
}

/// Embeds each patchset as JSON, with the positions of its edits in the YAML. Nothing is checked here: a test in
/// src/patchset/prepared.rs compares it with the YAML.
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
        let json = json!([patchset, places]).to_string();
        prepared.push((folder.strip_prefix("patchsets")?.to_owned(), json.into_bytes()));
    }
    write_list(out, "prepared-patchsets", prepared)
}

/// Embeds each file of pins as JSON.
fn prepare_pins(out: &Path) -> Result<(), Box<dyn Error>> {
    let mut prepared = Vec::new();
    for file in entries("upstream-pins")? {
        let yaml = file.extension().is_some_and(|extension| extension == "yaml");
        if let Some(pins) = yaml.then(|| fs::read_to_string(&file)).and_then(Result::ok)
            && let Ok(pins) = serde_yaml::from_str::<Value>(&pins)
        {
            let minor = file.strip_prefix("upstream-pins")?.with_extension("");
            prepared.push((minor, pins.to_string().into_bytes()));
        }
    }
    write_list(out, "prepared-pins", prepared)
}

/// The entries of a folder, sorted.
fn entries(folder: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    Ok(entries)
}

/// The beginning of a snapshot, with the digests of the files that it touches, and the rest. An `apply` reads only the former.
fn split_snapshot((path, mut contents): Embedded) -> (Embedded, Embedded) {
    let is_section = |(_, bytes): &(usize, &[u8])| bytes.starts_with(b"\n== ");
    let sections = contents.windows(4).enumerate().filter(is_section);
    let end = sections.map(|(at, _)| at).nth(1).unwrap_or(contents.len());
    let rest = contents.split_off(end);
    ((path.clone(), contents), (path, rest))
}

/// Writes files that are much alike, compressed as one: a seventh of what they take one by one. With them goes the list of their
/// paths and lengths that src/shipped.rs includes, sorted by path.
fn write_together(out: &Path, name: &str, mut files: Vec<Embedded>) -> Result<(), Box<dyn Error>> {
    files.sort();
    let packed = out.join(format!("{name}.xz"));
    let mut encoder = XzWriter::new(File::create(&packed)?, XzOptions::with_preset(6))?;
    let mut text = String::from("&[\n");
    for (path, contents) in &files {
        encoder.write_all(contents)?;
        let path = path.to_str().ok_or("a file name is not UTF-8")?;
        writeln!(text, "    ({path:?}, {}),", contents.len())?;
    }
    encoder.finish()?;
    fs::write(out.join(format!("{name}.rs")), text + "]\n")?;
    Ok(())
}

/// Writes compressed files, and the list of them that src/shipped.rs includes, sorted by path.
fn write_list(out: &Path, name: &str, mut files: Vec<Embedded>) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(out.join(name))?;
    files.sort();
    let mut text = String::from("&[\n");
    for (i, (path, contents)) in files.iter().enumerate() {
        let packed = out.join(name).join(i.to_string());
        let mut encoder = DeflateEncoder::new(File::create(&packed)?, Compression::best());
        encoder.write_all(contents)?;
        encoder.finish()?;
        let path = path.to_str().ok_or("a file name is not UTF-8")?;
        // From the list itself: a path from the root would differ from build to build.
        writeln!(text, "    ({path:?}, include_bytes!(\"{name}/{i}\")),")?;
    }
    fs::write(out.join(format!("{name}.rs")), text + "]\n")?;
    Ok(())
}
