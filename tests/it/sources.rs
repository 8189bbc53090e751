//! The sources give what git says, and name what they do not read.

mod beside_objects;
mod disk;
mod range;
mod staged;

use std::{collections::BTreeMap, io, sync::Mutex};

use bstr::BString;
use keyfence::{
    finding::Skipped,
    source::{Blob, Content, Visitor},
};

/// Everything a source gave.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) blobs: BTreeMap<BString, Vec<Vec<u8>>>,
    pub(crate) skipped: Vec<Skipped>,
}

impl Given {
    pub(crate) fn paths(&self) -> Vec<String> {
        self.blobs.keys().map(ToString::to_string).collect()
    }

    pub(crate) fn skips(&self) -> Vec<(String, &str, bool)> {
        self.skipped
            .iter()
            .map(|skip| (skip.path.to_string(), &*skip.reason, skip.incomplete))
            .collect()
    }
}

struct Collect<'a>(&'a Mutex<Given>);

impl Visitor for Collect<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> io::Result<()> {
        let mut bytes = Vec::new();
        match blob.content {
            Content::Bytes(all) => bytes.extend_from_slice(all),
            Content::Reader {
                reader,
                expected_len,
            } => {
                reader.read_to_end(&mut bytes)?;
                if let Some(len) = expected_len {
                    assert_eq!(bytes.len() as u64, len, "{}", blob.path);
                }
            }
        }
        let mut given = self.0.lock().unwrap();
        given.blobs.entry(blob.path.into()).or_default().push(bytes);
        Ok(())
    }

    fn skip(&mut self, skipped: Skipped) {
        self.0.lock().unwrap().skipped.push(skipped);
    }
}

/// Runs a source and collects what it gives.
pub(crate) fn collect<T>(
    source: impl FnOnce(&keyfence::source::MakeVisitor<'_>) -> T,
) -> (Given, T) {
    let given = Mutex::default();
    let result = source(&|| Box::new(Collect(&given)));
    let mut given = given.into_inner().unwrap();
    given.skipped.sort();
    (given, result)
}

#[test]
fn standard_input_is_one_blob() {
    let (given, ()) = collect(|make| {
        keyfence::source::stdin::scan(&mut &b"a\nb"[..], &mut *make());
    });
    assert_eq!(given.blobs[&BString::from("<stdin>")], [b"a\nb"]);
}

#[test]
fn broken_standard_input_is_named() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the pipe burst"))
        }
    }
    let (given, ()) = collect(|make| keyfence::source::stdin::scan(&mut Broken, &mut *make()));
    let burst = ("<stdin>".to_string(), "the pipe burst", true);
    assert_eq!(given.skips(), [burst]);
}

/// Git's own cleaning of messages is what ours gives.
#[test]
fn messages_are_cleaned_as_git_does() {
    use keyfence::source::message::{Cleanup, Comment, Options, clean};
    let repo = crate::git::Repo::new();
    for file in [
        "\n\na  \n\n\n# c\nb\n",
        "# only\n",
        "a\n#b\n\n\n#c\n\nd",
        "\t\n x\n",
        "x\r\ny\r\n",
    ] {
        for (cleanup, args) in [
            (Cleanup::Strip, &["stripspace", "-s"][..]),
            (Cleanup::Whitespace, &["stripspace"][..]),
        ] {
            let options = Options {
                cleanup,
                comment: Comment::from_config(None),
                verbose: false,
            };
            let git = crate::git::run_with(repo.command(args), file.as_bytes());
            let ours = clean(file.as_bytes(), &options).text;
            assert_eq!(
                BString::from(ours),
                BString::from(git),
                "{file:?} {cleanup:?}"
            );
        }
    }
}
