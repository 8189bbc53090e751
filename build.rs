//! Names the code that decides what is found, so that what one program has learnt of a history is not believed by another that would have
//! found something else. Nobody has to remember to raise a number.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What has no say in it: the rules (they are named one by one), what comes after findings, and what people see.
const LEFT_OUT: &[&str] = &[
    "src/rule/builtin.rs",
    "src/rule/files.rs",
    "src/prefilter/builtin.rs",
    "src/cli",
    "src/config",
    "src/hook",
    "src/policy",
    "src/provenance",
    "src/report",
    "src/main.rs",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let mut files = Vec::new();
    list(Path::new("src"), &mut files)?;
    files.sort();
    let mut hash = Hash::new();
    for file in files {
        hash.add(file.to_string_lossy().replace('\\', "/").as_bytes());
        hash.add_lines(&fs::read(&file)?);
    }
    // A new release of ours alone, with new rules, changes nothing else.
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    let lock = lock.replace("\r\n", "\n");
    for package in lock.split("\n\n") {
        if !package.contains("\nname = \"keyfence\"\n") {
            hash.add(package.trim().as_bytes());
        }
    }
    println!("cargo::rustc-env=KEYFENCE_ENGINE={}", hash.0);
    let mut rules = Hash::new();
    rules.add_lines(&fs::read("src/rule/builtin.rs")?);
    println!("cargo::rustc-env=KEYFENCE_RULES={}", rules.0);
    Ok(())
}

fn list(folder: &Path, out: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if LEFT_OUT.iter().any(|left_out| path == Path::new(left_out)) {
            continue;
        }
        if path.is_dir() {
            list(&path, out)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
    Ok(())
}

/// FNV-1a (<https://www.rfc-editor.org/rfc/rfc9923>): the same everywhere, and nobody attacks his own sources.
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds the lines of `bytes`. Git may write line breaks as Windows does.
    fn add_lines(&mut self, bytes: &[u8]) {
        let lines = bytes.split(|b| *b == b'\n');
        lines.for_each(|line| self.add(line.strip_suffix(b"\r").unwrap_or(line)));
    }

    /// Adds `bytes`, and that they end.
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(b"\n") {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
