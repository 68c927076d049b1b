//! Makes the binary anew when something changes that it holds, and links it as one file.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The libraries that std links to, and what stands for each of them in a binary that needs no other file.
const ARCHIVES: [(&str, &str); 3] = [
    ("libc.so", "GROUP(-l:libc.a -lgcc_eh -lgcc)\n"),
    ("libm.so", "INPUT(-l:libm.a)\n"),
    ("libgcc_s.so", "INPUT(-lgcc_eh -lgcc)\n"),
];

fn main() -> io::Result<()> {
    // A new file in one of these folders is not seen by the compiler.
    for folder in ["patchsets", "upstream-pins", "snapshots", "build.rs"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let of_target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let here =
        of_target("OS") == "linux" && of_target("ENV") == "gnu" && env::var("HOST") == env::var("TARGET");
    // Whoever brings a linker of their own knows better.
    let usual = env::var_os("RUSTC_LINKER").is_none();
    if env::var_os("CARGO_FEATURE_STATIC").is_none() || !here || !usual {
        return Ok(());
    }
    match ["libc.a", "libm.a", "libgcc_eh.a"].iter().find(|name| archive(name).is_none()) {
        None => link_as_one_file(Path::new(&env::var("OUT_DIR").unwrap_or_default())),
        Some(name) => {
            println!("cargo:warning=cc has no {name}: the binary will need the libraries of this machine");
            Ok(())
        }
    }
}

/// The feature `static`. `-C target-feature=+crt-static` does the same where `--target` is given; without, cargo
/// passes it to procedural macros too, which cannot be linked so. Only the binary is linked with what stands here.
fn link_as_one_file(out: &Path) -> io::Result<()> {
    let folder = out.join("archives");
    fs::create_dir_all(&folder)?;
    for (name, text) in ARCHIVES {
        fs::write(folder.join(name), text)?;
    }
    for argument in ["-no-pie", "-static", &format!("-L{}", folder.display())] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
    Ok(())
}

/// Where the C compiler has an archive.
fn archive(name: &str) -> Option<PathBuf> {
    let asked = Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
    path.is_file().then_some(path)
}
