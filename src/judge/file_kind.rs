//! `file-kind`: the file is a test, an example, documentation, or somebody else's code.

use super::{Judge, Opinion, Scene, randomness, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "file-kind",
    says: "stands in a test, an example, documentation or vendored code",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// Words of folder and file names.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "test", "tests", "testing", "testdata", "spec", "specs", "fixture", "fixtures", "example", "examples",
    "sample", "samples", "mock", "mocks", "demo", "demos", "doc", "docs", "documentation", "vendor", "vendored",
    "dummy", "node_modules", "third_party", "thirdparty", "e2e", "stub", "stubs", "tutorial", "tutorials",
    "changelog", "relnotes", "benchmark", "benchmarks", "cassettes", "__tests__", "testsuite", "testlib",
    "dist", "guides", "man",
];

/// Words of folders that hold texts about the program, where a sentence may tell what is in use.
const MANUALS: &[&str] = &["doc", "docs", "documentation", "guides", "man"];

/// Words of files that show something, and do so with what they reach: a notebook holds what came of running it.
const SHOWN: &[&str] = &[
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if scene.proved {
        return None;
    }
    let path = scene.path();
    let told = scene.rule.id.starts_with("prose-");
    let notebook = path.ends_with(b".ipynb");
    let says = |word: &[u8]| {
        view::is_one_of(word, WORDS)
            && !(told && view::is_one_of(word, MANUALS))
            && !(notebook && view::is_one_of(word, SHOWN))
    };
    let tests = path.split(|b| *b == b'/').any(|part| {
        // `t/` and `t1234-name.sh` are tests of Perl and C projects; `unittest`, `conftest.py` hold the word within one.
        part == b"t"
            || view::contains(part, "unittest")
            || view::contains(part, "conftest")
            || view::contains(part, "testcase")
    });
    // Manuals print passwords that somebody made up; what a machine made was copied from somewhere, or is said to be in use.
    let secret = scene.secret();
    let copied = told || randomness::looks_random(secret) || randomness::is_uuid(secret);
    let prose = view::language(path) == view::Language::Prose && !copied;
    let found = tests
        || prose
        || path.split(|b| *b == b'/').any(&says)
        || view::words(path).into_iter().any(says);
    found.then_some(Opinion::Lower)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(path: &str, expected: bool) {
        let said = testing::opinion(&JUDGE, SecretKind::Password, path, "password: ‹x›", false);
        assert_eq!(said == Some(Opinion::Lower), expected, "{path}");
    }

    #[test]
    fn what_a_machine_made_is_in_use_where_it_is_written() {
        let text = "token: ‹kQxWvZpT7Rb4Zr9XqLw2mN8s›";
        let said = |path| testing::opinion(&JUDGE, SecretKind::Opaque, path, text, false);
        assert_eq!(said("README.md"), None);
        assert_eq!(said("docs/setup.md"), Some(Opinion::Lower));
        assert_eq!(said("test/README.md"), Some(Opinion::Lower));
    }

    #[test]
    fn kinds_of_files() {
        for path in [
            "test/a.rb",
            "src/a_test.go",
            "src/UserTest.java",
            "README.md",
            "node_modules/a/b.js",
            "spec/x.yml",
            "docs/a.txt",
            "t/t0300-credentials.sh",
            ".env.example",
            "a.spec.ts",
            "test/demo.ipynb",
        ] {
            check(path, true);
        }
        for path in [
            "src/a.go",
            "config/prod.yml",
            "latest/contest.rb",
            ".env",
            "demo.ipynb",
        ] {
            check(path, false);
        }
    }
}
