//! `ci/pre-receive/keyfence` as the hook of a bare repository.

use super::{Bed, Brings, read};
use crate::{
    cli::Ran,
    git::{Repo, executable},
};

/// Returns a bare repository whose hook looks for keyfence at `places`.
fn server(places: &str) -> Repo {
    let repo = Repo::with(&["--bare"]);
    let text = read("ci/pre-receive/keyfence");
    let line = text
        .lines()
        .find(|line| line.starts_with("places="))
        .unwrap();
    let text = text.replace(line, &format!("places='{places}'"));
    executable(&repo.root.join("hooks/pre-receive"), &text);
    repo
}

fn push(bed: &Bed, server: &Repo) -> Ran {
    let url = server.root.to_str().unwrap();
    let mut push = bed.repo.command(["push", url, "topic"]);
    // GitLab sets it for each hook: https://docs.gitlab.com/administration/server_hooks/
    Ran::of(&push.env("GL_ID", "key-1").output().unwrap())
}

#[test]
fn pushes_are_checked() {
    let places = format!("/nowhere/keyfence {}", env!("CARGO_BIN_EXE_keyfence"));
    let server = server(&places);
    push(&Bed::new(Brings::Nothing), &server).ends(0);
    let server = self::server(&places);
    let bed = Bed::new(Brings::Pair);
    let ran = push(&bed, &server).ends(1);
    assert!(ran.err.contains("GL-HOOK-ERR: keyfence found"), "{ran:#?}");
    assert!(!ran.err.contains(&bed.pair.secret), "{ran:#?}");
}

#[test]
fn what_cannot_be_checked_is_refused() {
    let bed = Bed::new(Brings::Nothing);
    let ran = push(&bed, &server("/nowhere/keyfence /nowhere/else")).ends(1);
    for part in [
        "/nowhere/keyfence /nowhere/else",
        "install.sh",
        "hooks/pre-receive",
        "GL-HOOK-ERR: keyfence",
    ] {
        assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
    }
    let broken = bed.repo.beside("keyfence");
    executable(&broken, "#!/bin/sh\nexit 127\n");
    let ran = push(&bed, &server(broken.to_str().unwrap())).ends(1);
    assert!(ran.err.contains("does not start"), "{ran:#?}");
}
