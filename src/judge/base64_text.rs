//! Is a run of base64 part of something longer?
//!
//! Looks only at rules anchored at runs of base64 ([`Anchor::Base64Run`]): the last line of a certificate or an image, or a
//! stretch of a base64url token between two `-`, has the length of a secret now and then.

use bstr::ByteSlice as _;

use super::{Judge, Opinion, Scene};
use crate::rule::{Anchor, SecretKind};

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "base64-text",
    says: "is part of longer base64 text",
    kinds: &[SecretKind::Opaque],
    opinion,
};

/// How far the lines above and below are read, in bytes; base64 is wrapped at 64 or 76 characters, rarely wider.
const NEIGHBOUR_BYTES: usize = 512;

/// How many neighbouring lines of the very same length make a block.
const BLOCK_LINES: usize = 4;

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let by_run = scene
        .rule
        .anchors
        .iter()
        .any(|anchor| matches!(anchor, Anchor::Base64Run(_)));
    (by_run && (continues(scene) || in_block(scene))).then_some(Opinion::Drop)
}

/// Returns true when the byte before the run joins it to what stands before: `_`, `-` and `.` of a base64url token, `$` of a
/// password hash, `%` and `\` of an escape that swallows the run's first letters.
fn continues(scene: &Scene<'_>) -> bool {
    let before = scene.before();
    if scene.span.start < scene.secret_span.start {
        return !led_by_escape(before);
    }
    let dashes = before.iter().rev().take_while(|b| **b == b'-').count();
    match before.last() {
        Some(b'-') => dashes == 1 && before.len() > 1 && before[before.len() - 2] != b':',
        Some(b'_' | b'.' | b'$' | b'%' | b'\\') => true,
        _ => false,
    }
}

/// Returns true when the byte before the secret, which has the looks of base64, belongs to an escape (`\n`) or is the mark of an
/// added line in a diff.
fn led_by_escape(before: &[u8]) -> bool {
    matches!(before, [.., b'\\', b'n' | b'r' | b't'] | [b'+'])
}

/// Returns true when the run is a whole line and a line beside it is a longer run, or many are equally long.
fn in_block(scene: &Scene<'_>) -> bool {
    if whole_run(&scene.bytes[scene.line.clone()]) == 0 {
        return false;
    }
    let len = scene.secret_span.len();
    let low = scene.line.start.saturating_sub(NEIGHBOUR_BYTES);
    let high = scene.bytes.len().min(scene.line.end + NEIGHBOUR_BYTES);
    let above = scene.bytes[low..scene.line.start]
        .split(|b| *b == b'\n')
        .rev()
        .skip(1)
        .map(whole_run);
    let below = scene.bytes[scene.line.end..high]
        .split(|b| *b == b'\n')
        .skip(1)
        .map(whole_run);
    let longer = |run: Option<usize>| run.is_some_and(|run| run > len);
    if longer(above.clone().next()) || longer(below.clone().next()) {
        return true;
    }
    let equal = |runs: &mut dyn Iterator<Item = usize>| runs.take_while(|run| *run == len).count();
    equal(&mut above.clone()) + equal(&mut below.clone()) >= BLOCK_LINES
}

/// Returns the length of a line that is one run of base64 but for white space, quotes and what joins literals; 0 for other lines.
fn whole_run(line: &[u8]) -> usize {
    let frame = |b: &u8| b.is_ascii_whitespace() || b"\"'`,;\\#*|>".contains(b);
    // A `+` that joins literals stands apart; one that touches the run belongs to it.
    let line = line.trim();
    let line = line.strip_suffix(b" +").unwrap_or(line);
    let line = line.strip_prefix(b"+ ").unwrap_or(line);
    let from = line.iter().position(|b| !frame(b)).unwrap_or(line.len());
    let to = line
        .iter()
        .rposition(|b| !frame(b) && *b != b'=')
        .map_or(from, |at| at + 1);
    let body = line.get(from..to).unwrap_or_default();
    if body
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    {
        body.len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::opinion;
    use crate::{
        judge::Scene,
        matcher::reference,
        rule::{
            RuleSet,
            parse::parse,
            template::{Random, fill},
        },
    };

    const RULE: &str = "[[rule]]\nid = \"run\"\nseverity = \"low\"\nkind = \"opaque\"\nbase64_run = 40\nregex = '[A-Za-z0-9+/]{40}'\nboundary = \"base64\"\n";

    #[track_caller]
    fn check(template: &str, dropped: bool) {
        let rules = RuleSet::new(false, parse("run.toml".as_ref(), RULE).unwrap()).unwrap();
        let text = fill(template, &mut Random::new(2)).unwrap();
        let candidates = reference(&rules, text.as_bytes());
        let candidate = candidates.first().expect("a run of 40");
        let scene = Scene::new(
            rules.rule(candidate.rule),
            candidate,
            crate::judge::PathView::Known(b"x"),
            false,
        );
        assert_eq!(opinion(&scene).is_some(), dropped, "{text}");
    }

    #[test]
    fn lines_of_longer_text() {
        check("{base64:64}\n{base64:40}\n", true);
        check("  \"{base64:76}\\n\" +\n  \"{base64:40}\"\n", false);
        check("  \"{base64:76}\" +\n  \"{base64:40}\"\n", true);
        check("key\n{base64:40}\n", false);
        check("{base64:20}\n{base64:40}\n", false);
        check("a = {base64:64}\nb = {base64:40}\n", false);
        check(
            "{base64:40}\n{base64:40}\n{base64:40}\n{base64:40}\n{base64:40}\n",
            true,
        );
        check("{base64:40}\n{base64:40}\n", false);
    }

    #[test]
    fn what_joins() {
        check("abc_{base64:40}", true);
        check("abc-{base64:40}", true);
        check("abc.{base64:40}", true);
        check("--{base64:40}", false);
        check("- {base64:40}", false);
        check("={base64:40}", false);
    }
}
