//! Makes the binary anew when something changes that it holds, prepares the shipped patchsets, and links it all as one
//! file.

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use serde_yaml::Spanned;

/// The libraries that std links to by name, and what stands for each of them in a binary that needs no other file. Since
/// glibc 2.34 the last four are empty.
const LIBRARIES: [(&str, &str); 7] = [
    ("libc.so", "GROUP(-l:libc.a -lgcc_eh -lgcc)\n"),
    ("libm.so", "INPUT(-l:libm.a)\n"),
    ("libgcc_s.so", "INPUT(-lgcc_eh -lgcc)\n"),
    ("libpthread.so", "INPUT(-l:libpthread.a)\n"),
    ("libdl.so", "INPUT(-l:libdl.a)\n"),
    ("librt.so", "INPUT(-l:librt.a)\n"),
    ("libutil.so", "INPUT(-l:libutil.a)\n"),
];
const ARCHIVES: [&str; 7] =
    ["libc.a", "libm.a", "libgcc_eh.a", "libpthread.a", "libdl.a", "librt.a", "libutil.a"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    prepare_patchsets(&out)?;
    prepare_pins(&out)?;
    // A new file in one of these folders is not seen by the compiler.
    for folder in ["patchsets", "upstream-pins", "snapshots", "build.rs"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let of_target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let here =
        of_target("OS") == "linux" && of_target("ENV") == "gnu" && env::var("HOST") == env::var("TARGET");
    // Whoever has flags, a linker, or a libgit2 or zlib of their own knows better: a single shared library among the
    // archives makes a binary that cannot start.
    let own = ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_LINKER", "LIBGIT2_NO_VENDOR", "LIBZ_SYS_STATIC"];
    for name in own {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let usual = own.iter().all(|name| env::var_os(name).is_none_or(|value| value.is_empty()));
    if env::var_os("CARGO_FEATURE_STATIC").is_some() && here && usual {
        let archives: Vec<PathBuf> = ARCHIVES.iter().map(|name| archive(name)).collect();
        for path in &archives {
            println!("cargo:rerun-if-changed={}", path.display());
        }
        match archives.iter().find(|path| !path.is_file()) {
            None => link_as_one_file(&out)?,
            Some(path) => {
                let name = path.display();
                println!(
                    "cargo:warning=cc has no {name}: the binary will need the libraries of this machine"
                );
            }
        }
    }
    Ok(())
}

/// Writes what src/patchset/prepared.rs takes in: for each patchset its contents as JSON, and where its edits stand
/// in the YAML. That it says the same is tested there; nothing of it is checked here.
fn prepare_patchsets(out: &Path) -> Result<(), Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Places {
        #[serde(default)]
        edits: Vec<Spanned<IgnoredAny>>,
    }
    let mut prepared = Vec::new();
    for folder in entries("patchsets")? {
        let Ok(text) = fs::read_to_string(folder.join("patchset.yaml")) else { continue };
        // One that is no YAML is told of by whatever loads it.
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

/// Writes what src/tree/pin/load.rs takes in.
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

/// What lies in a folder, sorted.
fn entries(folder: &str) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    Ok(entries)
}

/// A Rust list of names and texts.
fn write_list(file: &Path, list: &[(PathBuf, Value)]) -> Result<(), Box<dyn Error>> {
    let mut text = String::from("&[\n");
    for (path, value) in list {
        let name = path.file_name().unwrap_or_default().display().to_string();
        writeln!(text, "    ({name:?}, {:?}),", value.to_string())?;
    }
    fs::write(file, text + "]\n")?;
    Ok(())
}

/// The feature `static`. `-C target-feature=+crt-static` does the same where `--target` is given; without, cargo
/// passes it to procedural macros too, which cannot be linked so. Only the binary is linked with what stands here.
fn link_as_one_file(out: &Path) -> io::Result<()> {
    let folder = out.join("archives");
    fs::create_dir_all(&folder)?;
    for (name, text) in LIBRARIES {
        fs::write(folder.join(name), text)?;
    }
    for argument in ["-no-pie", "-static", &format!("-L{}", folder.display())] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
    Ok(())
}

/// Where the C compiler has an archive; its bare name when it has none.
fn archive(name: &str) -> PathBuf {
    let asked = Command::new("cc").arg(format!("-print-file-name={name}")).output();
    let answer = asked.ok().and_then(|asked| String::from_utf8(asked.stdout).ok());
    PathBuf::from(answer.as_deref().unwrap_or(name).trim())
}
