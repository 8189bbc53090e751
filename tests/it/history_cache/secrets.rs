//! No byte of a secret is in the file.

use std::fs;

use data_encoding::{BASE32, BASE64, BASE64_NOPAD, HEXLOWER, HEXUPPER};

use super::{same, token, usual};
use crate::git::{Repo, run};

#[test]
fn no_secret_is_in_the_file() {
    let repo = Repo::new();
    let secrets: Vec<String> = (0..6).map(token).collect();
    repo.write("blob", format!("key {}\n", secrets[0]));
    repo.write(
        format!("{}/{}.txt", secrets[1], secrets[2]),
        format!("{}\n", secrets[0]),
    );
    repo.git(["add", "-A"]);
    let mut commit = repo.command(["commit", "-q", "-m", &secrets[3]]);
    commit.env("GIT_AUTHOR_NAME", &secrets[4]);
    commit.env("GIT_COMMITTER_NAME", &secrets[4]);
    run(commit);
    repo.git(["tag", "-a", "v1", "-m", &secrets[5]]);
    let cache = repo.beside("cache");
    for scans in 0..2 {
        same(&usual(), &repo.root, &cache);
        let file = fs::read(&cache).unwrap();
        let holds = |what: &[u8]| file.windows(what.len()).any(|window| window == what);
        // It does hold ids.
        let id = String::from_utf8(repo.git(["rev-parse", "HEAD:blob"])).unwrap();
        assert!(holds(&HEXLOWER.decode(id.trim().as_bytes()).unwrap()));
        for secret in &secrets {
            // Of a secret no eight bytes are told, however they are written.
            let parts = secret.as_bytes().windows(8);
            for part in parts {
                assert!(!holds(part), "{scans}");
                assert!(!holds(HEXLOWER.encode(part).as_bytes()), "{scans}");
                assert!(!holds(HEXUPPER.encode(part).as_bytes()), "{scans}");
            }
            for skip in 0..3 {
                let part = &secret.as_bytes()[skip..skip + 12];
                for encoding in [BASE64, BASE64_NOPAD, BASE32] {
                    assert!(!holds(&encoding.encode(part).as_bytes()[..12]), "{scans}");
                }
            }
        }
        for word in ["blob", "An Author", "message"] {
            assert!(!holds(word.as_bytes()), "{word}");
        }
    }
}
