//! `verdict`: `PASS` says that a test has passed, and the value is its name.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "verdict",
    says: "is the name of a test that has passed",
    kinds: &[SecretKind::Password],
    opinion,
};

/// What begins the lines of test logs (`DejaGnu`, Automake, Go, TAP).
const VERDICTS: &[&[u8]] = &[
    b"PASS",
    b"FAIL",
    b"XFAIL",
    b"XPASS",
    b"KFAIL",
    b"KPASS",
    b"SKIP",
    b"ERROR",
    b"UNTESTED",
    b"UNSUPPORTED",
    b"UNRESOLVED",
    b"ok ",
    b"--- PASS",
];

/// How far the lines above and below are read, in bytes.
const NEIGHBOUR_BYTES: usize = 256;

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if view::name(scene) != b"PASS" || !view::separator(scene).starts_with(b":") {
        return None;
    }
    let begins = |line: &[u8]| {
        let line = line.trim_ascii_start();
        VERDICTS.iter().any(|verdict| line.starts_with(verdict))
    };
    let low = scene.line.start.saturating_sub(NEIGHBOUR_BYTES);
    let above = scene.bytes[low..scene.line.start].trim_ascii_end();
    let above = above.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let end = scene.line.end.min(scene.bytes.len());
    let high = scene.bytes.len().min(end + NEIGHBOUR_BYTES);
    let below = scene.bytes[end..high].trim_ascii_start();
    // A name goes on with more words, or with a mark: `PASS: gdb.base/x.exp: run`.
    let goes_on = scene.secret().ends_with(b":") || !scene.after().trim_ascii().is_empty();
    (goes_on || begins(above) || begins(below)).then_some(Opinion::Drop)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let said = testing::opinion(&JUDGE, SecretKind::Password, "test.log", text, false);
        assert_eq!(said == Some(Opinion::Drop), expected, "{text}");
    }

    #[test]
    fn logs_of_tests() {
        check("¦PASS: ‹addr2line›\n", false);
        check("¦PASS: ‹addr2line›\nPASS: ar\n", true);
        check("XFAIL: nm\n¦PASS: ‹addr2line›\n", true);
        check("¦PASS: ‹gdb.base/x.exp:› run to main\n", true);
        check("USER: root\n¦PASS: ‹hunter2x›\n", false);
        check("USER: root\nDB_¦PASS: ‹hunter2x›\nPASS: x\n", false);
        check("FAIL: a\n¦pass: ‹hunter2x›\n", false);
    }
}
