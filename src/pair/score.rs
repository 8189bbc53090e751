//! How well two parts fit: the sum of what speaks for and against it, in points.
//!
//! | reason | points |
//! |---|---|
//! | start | 60 |
//! | each 48 bytes between them, at most 60 times | -1 |
//! | each line between them | -1 |
//! | both together, where the names say id and secret and no border lies between | at most -40 |
//! | on one line | +10 |
//! | an INI header or a document mark (`---`) between them | -120: never |
//! | another section border between them (object, block, element, list item) | -20 |
//! | an empty line between them | -6 |
//! | one commented out, the other not | -12; both alike: +4 |
//! | the secret is called a secret | +20, by AWS's name +5 |
//! | the secret is called a token, an id | -30, -20 |
//! | the secret is called something else (a commit, a digest, another vendor's key) | -60 |
//! | the id is called an id | +10; a secret: -10 |
//! | names with equal stems (`prod_…` and `prod_…`) | +30; different ones: -25; only one has a stem: -5 |
//! | the secret's own rule is sure, fairly sure | +15, +8 |
//! | same quotes, same indentation | +2 each |
//! | the id comes first | +3 |
//!
//! What values are called is read this way for pairs with `aws_names`. The rules for the parts of others go by names or marks, so their
//! parts are what they are, worth +30, and only what is left of the names without words for roles (`stem.rs`) is compared, with the same points.
//!
//! [`ACCEPT`] points make a pair, [`SURE`] a sure one: an unnamed random value is taken up to a few hundred bytes away, one that is
//! named a secret up to the limits, one that is named something else never.

use super::{
    context::Context,
    label::{Label, LabelKind},
    stem::stem,
};
use crate::{
    detection::Detection,
    rule::{Confidence, PairRule},
};

/// The most bytes between two parts.
pub(super) const MAX_BYTES: u64 = 4096;

/// The most lines between two parts.
pub(super) const MAX_LINES: u64 = 30;

/// The most lines between two parts of one section whose names say what they are: the file that `s3cmd --configure` writes has some
/// dozens of options between them, in the order of the alphabet.
const MAX_LINES_NAMED: u64 = 100;

/// The most points that distance costs two such parts.
const MAX_FAR_NAMED: i32 = 40;

/// The points that make a pair.
pub(super) const ACCEPT: i32 = 20;

/// The points that make a pair sure.
pub(super) const SURE: i32 = 30;

/// Points for parts whose own rules say what they are.
const KNOWN: i32 = 30;

/// Returns how many bytes and lines lie between two detections, or nothing when they overlap or are too far apart.
fn between(rule: &PairRule, a: &Detection, b: &Detection) -> Option<(u64, u64)> {
    let (first, second) = in_order(a, b);
    // What was decoded from one text may be mapped to the same place.
    let one_blob = !a.decoded.is_empty() && a.decoded == b.decoded;
    let bytes = match second.secret_span.start.checked_sub(first.secret_span.end) {
        Some(bytes) => bytes,
        None if one_blob => 0,
        None => return None,
    };
    let lines = second.start.line.saturating_sub(first.end.line);
    let most = if are_named(rule, a, b) {
        MAX_LINES_NAMED
    } else {
        MAX_LINES
    };
    (bytes <= MAX_BYTES && lines <= most).then_some((bytes, lines))
}

/// Returns true when one is called an id and the other a secret, of the same thing, in the same section.
fn are_named(rule: &PairRule, a: &Detection, b: &Detection) -> bool {
    let (Some(one), Some(other)) = (&a.context, &b.context) else {
        return false;
    };
    let kinds = (one.label.kind, other.label.kind);
    let alike = if rule.aws_names {
        matches!(
            kinds,
            (LabelKind::Id, LabelKind::Secret) | (LabelKind::Secret, LabelKind::Id)
        ) && one.label.stem == other.label.stem
    } else {
        stems(rule, &one.label, &other.label) >= 0
    };
    alike && !crosses(a, b, |c| c.header_back) && !crosses(a, b, |c| c.section_back)
}

/// Returns true when the border of the later part lies between both.
fn crosses(a: &Detection, b: &Detection, back: impl Fn(&Context) -> Option<u32>) -> bool {
    let (first, second) = in_order(a, b);
    border(second, back).is_some_and(|border| border >= first.secret_span.end)
        && first.decoded == second.decoded
}

/// Returns true when the later part stands in a wider section than the earlier: that one's has ended between them.
fn leaves_section(a: &Detection, b: &Detection) -> bool {
    let (first, second) = in_order(a, b);
    let start = |part| border(part, |c| c.section_back);
    first.decoded == second.decoded
        && start(second).is_some_and(|outer| start(first).is_some_and(|inner| outer < inner))
}

/// Returns where the border stands that is `back` bytes before the part.
fn border(part: &Detection, back: impl Fn(&Context) -> Option<u32>) -> Option<u64> {
    let back = part.context.as_deref().and_then(back)?;
    Some(part.secret_span.start.saturating_sub(u64::from(back)))
}

fn in_order<'a>(a: &'a Detection, b: &'a Detection) -> (&'a Detection, &'a Detection) {
    if a.secret_span.start <= b.secret_span.start {
        (a, b)
    } else {
        (b, a)
    }
}

/// Returns the points for `id` and `secret` being one credential, or nothing when they cannot be.
pub(super) fn score(rule: &PairRule, id: &Detection, secret: &Detection) -> Option<i32> {
    let neutral = Context::default();
    let id_context = id.context.as_deref().unwrap_or(&neutral);
    let secret_context = secret.context.as_deref().unwrap_or(&neutral);
    let sure = match secret.confidence {
        Confidence::High => 15,
        Confidence::Medium => 8,
        Confidence::Low => 0,
    };
    let named = if rule.aws_names {
        names(&id_context.label, &secret_context.label)
    } else {
        KNOWN + stems(rule, &id_context.label, &secret_context.label)
    };
    Some(
        near(rule, id, secret)?
            + sure
            + named
            + if id.secret_span.start < secret.secret_span.start {
                3
            } else {
                0
            },
    )
}

/// Returns the points for two parts standing where parts of one credential stand, whatever they are called.
pub(super) fn near(rule: &PairRule, a: &Detection, b: &Detection) -> Option<i32> {
    let (bytes, lines) = between(rule, a, b)?;
    let far = i32::try_from((bytes / 48).min(60) + lines).unwrap_or(i32::MAX);
    let far = if are_named(rule, a, b) {
        far.min(MAX_FAR_NAMED)
    } else {
        far
    };
    let same_line = if a.start.line == b.start.line { 10 } else { 0 };
    Some(60 - far + same_line + places(a, b))
}

/// Returns the points for the borders between two parts and for how their lines look.
fn places(a: &Detection, b: &Detection) -> i32 {
    let (first, second) = in_order(a, b);
    let (Some(above), Some(below)) = (&first.context, &second.context) else {
        return 0;
    };
    let mut points = 0;
    if crosses(a, b, |c| c.header_back) {
        points -= 120;
    } else if crosses(a, b, |c| c.section_back) || leaves_section(a, b) {
        points -= 20;
    }
    if crosses(a, b, |c| c.paragraph_back) {
        points -= 6;
    }
    points += if above.commented == below.commented {
        4
    } else {
        -12
    };
    points += if above.quote == below.quote { 2 } else { 0 };
    points + if above.indent == below.indent { 2 } else { 0 }
}

/// Returns the points for a further part belonging to one that has found its partner.
pub(super) fn beside(rule: &PairRule, part: &Detection, extra: &Detection) -> Option<i32> {
    let points = near(rule, part, extra)?;
    Some(match (&part.context, &extra.context) {
        (Some(a), Some(b)) if !rule.aws_names => points + stems(rule, &a.label, &b.label),
        _ => points,
    })
}

fn names(id: &Label, secret: &Label) -> i32 {
    let mut points = match secret.kind {
        LabelKind::Secret if secret.aws => 25,
        LabelKind::Secret => 20,
        LabelKind::None => 0,
        LabelKind::Id => -20,
        LabelKind::Token => -30,
        LabelKind::Other => -60,
    };
    points += match id.kind {
        LabelKind::Id => 10,
        LabelKind::Secret => -10,
        LabelKind::None | LabelKind::Token | LabelKind::Other => 0,
    };
    if id.kind == LabelKind::Id && secret.kind == LabelKind::Secret {
        points += alike(&id.stem, &secret.stem);
    }
    points
}

/// Returns the points for what the names of two parts say besides their roles.
fn stems(rule: &PairRule, a: &Label, b: &Label) -> i32 {
    alike(
        &stem(&a.name, &rule.provider),
        &stem(&b.name, &rule.provider),
    )
}

fn alike(a: &str, b: &str) -> i32 {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => 0,
        (false, false) if a == b => 30,
        (false, false) => -25,
        _ => -5,
    }
}
