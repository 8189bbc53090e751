//! The guard for known secrets, as people use it: what is added and how, and that a leak of it is found wherever it stands.

#![cfg(unix)]

mod add;
mod cuts;
mod found;

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use keyfence::rule::template::{Random, fill};

use crate::{
    cli::{self, Pair, Ran},
    git::Repo,
};

/// A user: a repository to work in, and a home folder.
struct User {
    repo: Repo,
    _home: tempfile::TempDir,
    home: PathBuf,
}

impl User {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            repo: cli::repository(),
            home: folder.path().canonicalize().unwrap(),
            _home: folder,
        }
    }

    fn command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = cli::program(&self.repo.root, args);
        command.env("HOME", &self.home);
        command
    }

    fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Ran {
        Ran::of(&self.command(args).output().unwrap())
    }

    /// Runs a command of `keyfence guard` with this standard input.
    fn given(&self, args: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(args.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that refuses its arguments closes its input.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        Ran::of(&child.wait_with_output().unwrap())
    }

    /// Guards `secret` under `name`.
    #[track_caller]
    fn guards(&self, name: &str, secret: &str) {
        self.given(&["guard", "add", "-", "--name", name], secret)
            .ends(0);
    }

    fn store(&self) -> PathBuf {
        self.home.join(".config/keyfence/guard")
    }

    fn list(&self) -> serde_json::Value {
        self.run(["guard", "list", "--json"]).ends(0).json()
    }

    fn names(&self) -> Vec<String> {
        let list = self.list();
        let names = list.as_array().unwrap().iter();
        names
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    }

    fn write_home(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

/// A secret that no rule knows by its form: it stands behind no name.
fn drawn(seed: u64) -> String {
    fill("{base62:12}-{base62:11}", &mut Random::new(seed)).unwrap()
}

/// A secret in some form, in a text that programs write.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let wide = |bytes: &[u8]| bytes.iter().flat_map(|b| [*b, 0]).collect::<Vec<u8>>();
    let each = |write: fn(&u8) -> String| bytes.iter().map(write).collect::<Vec<_>>().concat();
    let percent = each(|b| format!("%{b:02x}"));
    let unicode = each(|b| format!("\\u{b:04x}"));
    let based = |lead: &str| BASE64.encode(format!("{lead}{secret}").as_bytes());
    vec![
        ("plain", bytes.to_vec()),
        ("within a word", format!("x{secret}y").into_bytes()),
        ("base64", based("").into_bytes()),
        ("base64, one byte on", based(":").into_bytes()),
        ("base64, two bytes on", based("a:").into_bytes()),
        (
            "base64 for URLs",
            BASE64URL_NOPAD
                .encode(format!("~~~{secret}").as_bytes())
                .into_bytes(),
        ),
        ("hex", HEXLOWER.encode(bytes).into_bytes()),
        ("HEX", HEXUPPER.encode(bytes).into_bytes()),
        ("percent", percent.into_bytes()),
        ("unicode escapes", unicode.into_bytes()),
        (
            "base64 twice",
            BASE64
                .encode(format!("auth={} ", based("user:")).as_bytes())
                .into_bytes(),
        ),
        (
            "powershell",
            BASE64
                .encode(&wide(format!("x {secret}").as_bytes()))
                .into_bytes(),
        ),
        (
            "in a binary",
            [b"\x7fELF\0\0\0", &wide(bytes)[..], b"\0\0"].concat(),
        ),
    ]
}

/// Asserts that `text` holds neither the secret nor what it is written as.
#[track_caller]
fn tells_nothing(text: &str, secret: &str) {
    for (form, written) in forms(secret) {
        let found = memchr::memmem::find(text.as_bytes(), &written);
        assert_eq!(found, None, "{form} in {text}");
    }
}
