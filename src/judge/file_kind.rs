//! `file-kind`: the file is a test, an example, documentation, or somebody else's code.

use super::{Judge, Opinion, Scene, view};
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

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if scene.proved {
        return None;
    }
    let words = view::words(scene.path());
    let joined = scene
        .path()
        .split(|b| *b == b'/')
        .any(|part| view::is_one_of(part, WORDS));
    let tests = scene.path().split(|b| *b == b'/').any(|part| {
        // `t/` and `t1234-name.sh` are tests of Perl and C projects; `unittest`, `conftest.py` hold the word within one.
        part == b"t"
            || view::contains(part, "unittest")
            || view::contains(part, "conftest")
            || view::contains(part, "testcase")
    });
    let found = joined
        || tests
        || words.iter().any(|w| view::is_one_of(w, WORDS))
        || view::language(scene.path()) == view::Language::Prose;
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
        ] {
            check(path, true);
        }
        for path in ["src/a.go", "config/prod.yml", "latest/contest.rb", ".env"] {
            check(path, false);
        }
    }
}
