//! Makes the binary anew when something changes that it holds: a new file in one of these folders is
//! not seen by the compiler.

fn main() {
    for folder in ["patchsets", "upstream-pins", "snapshots"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
