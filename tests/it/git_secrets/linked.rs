//! `install.sh --git-secrets`, with a cargo that has built already.

use std::{fs, os::unix::fs::symlink, path::Path};

use super::Place;
use crate::cli::Ran;

/// Returns a place with a `cargo` and a `rustc` that do nothing.
fn place() -> Place {
    let place = Place::new();
    let program = env!("CARGO_BIN_EXE_keyfence");
    let tools = [
        (
            "cargo",
            format!("printf '{{\"executable\":\"{program}\"}}\\n'"),
        ),
        ("rustc", "echo rustc 1.999.0".to_owned()),
    ];
    for (name, command) in tools {
        let mut write = place.command("sh", &place.bin);
        let status = write
            .args([
                "-c",
                "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$0\" && chmod +x \"$0\"",
            ])
            .args([name, &command])
            .status()
            .unwrap();
        assert!(status.success());
    }
    fs::remove_file(place.bin.join("git-secrets")).unwrap();
    place
}

fn install(place: &Place, prefix: &Path, link: bool) -> Ran {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    let mut command = place.command("sh", &place.home);
    command.arg(script).arg("--prefix").arg(prefix);
    if link {
        command.arg("--git-secrets");
    }
    Ran::of(&command.output().unwrap())
}

#[test]
fn the_program_is_linked_when_asked() {
    let place = place();
    let prefix = place.repo.beside("prefix");
    let link = prefix.join("bin/git-secrets");
    install(&place, &prefix, false).ends(0);
    assert!(!link.exists());
    for _ in 0..2 {
        let ran = install(&place, &prefix, true).ends(0);
        assert!(
            ran.out.contains("`git secrets` is keyfence now"),
            "{ran:#?}"
        );
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("keyfence"));
    }
    let usage = place.command(&link, &place.home).output().unwrap();
    let usage = Ran::of(&usage).ends(0);
    assert!(
        usage.out.starts_with("usage: git secrets --scan"),
        "{usage:#?}"
    );
}

#[test]
fn what_is_there_is_never_overwritten() {
    let place = place();
    let prefix = place.repo.beside("prefix");
    let link = prefix.join("bin/git-secrets");
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    let refused = || {
        let ran = install(&place, &prefix, true).ends(1);
        assert!(
            ran.err.contains("is there already, and is not ours"),
            "{ran:#?}"
        );
        assert!(!prefix.join("bin/keyfence").exists());
    };
    fs::write(&link, "theirs").unwrap();
    refused();
    assert_eq!(fs::read_to_string(&link).unwrap(), "theirs");
    fs::remove_file(&link).unwrap();
    symlink("/nonexistent/git-secrets", &link).unwrap();
    refused();
    assert_eq!(
        fs::read_link(&link).unwrap(),
        Path::new("/nonexistent/git-secrets")
    );
}

#[test]
fn another_one_that_comes_first_is_named() {
    let place = place();
    let other = place.bin.join("git-secrets");
    fs::copy(place.bin.join("rustc"), &other).unwrap();
    let ran = install(&place, &place.repo.beside("prefix"), true).ends(0);
    let named = format!("but {} comes first on your PATH", other.display());
    assert!(ran.out.contains(&named), "{ran:#?}");
}
