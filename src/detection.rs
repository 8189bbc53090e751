//! What is left of a candidate after validate and judge: an owned part of a finding, before pairing.

use std::{borrow::Cow, cell::Cell, ops::Range, sync::Arc};

use crate::{
    judge::{self, Judge, LINE_BYTES, Opinion, PathView, Scene},
    matcher::{self, Candidate, lines::Place},
    rule::{Confidence, MAX_MATCH_BYTES, Rule, RuleIndex, RuleSet, SecretKind, Severity},
    secret::Secret,
    validate::{self, BEFORE_BYTES, Fact, Subject, Verdict},
};

/// One credential, or one part of a credential, at one place.
#[derive(Debug, Clone)]
pub struct Detection {
    /// The rule that found it.
    pub rule: RuleIndex,
    /// The whole match, as offsets in the blob.
    pub span: Range<u64>,
    /// The secret, as offsets in the blob.
    pub secret_span: Range<u64>,
    /// The secret itself.
    pub secret: Secret,
    /// Where the secret starts.
    pub start: Place,
    /// The place right after the secret's last byte.
    pub end: Place,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Facts that checks found.
    pub facts: Vec<Fact>,
    /// Why it is thought a secret, for people, in order.
    pub reasons: Vec<&'static str>,
    /// The encodings it was found under, outermost first (`base64`).
    pub decoded: Vec<&'static str>,
    /// What stands around it, for rules with a part.
    pub context: Option<Box<crate::pair::Context>>,
    /// Where in the blob `line` begins.
    pub line_offset: u64,
    /// The line or lines of the secret, cut to what reports and inline markers need.
    pub line: Secret,
    /// The lines beside these, where an inline marker may stand on one of them.
    pub beside: Option<Arc<Beside>>,
    /// The whole line on which the secret starts, where somebody asked for it.
    pub whole_line: Option<Arc<Secret>>,
}

/// The lines beside those of a secret.
#[derive(Debug, Clone)]
pub struct Beside {
    /// What stands right before them.
    pub before: Secret,
    /// What follows right after them.
    pub after: Secret,
}

/// What checks and judges made of a candidate.
#[derive(Debug, Clone)]
pub enum Judged {
    /// Kept, with what was found out; the range is the secret with its extension, in the chunk.
    Kept {
        /// The secret, in the chunk, with what a check added to it.
        secret: Range<usize>,
        /// How bad it is.
        severity: Severity,
        /// How sure it is.
        confidence: Confidence,
        /// Facts that checks found.
        facts: Vec<Fact>,
        /// Why it is thought a secret.
        reasons: Vec<&'static str>,
        /// The judges that lowered it.
        lowered_by: Vec<&'static str>,
        /// A check proved its form.
        proved: bool,
        /// What is to be asked once the path is known.
        deferred: Option<Box<Deferred>>,
    },
    /// A check refuted it.
    Refuted {
        /// The name of the check.
        check: String,
    },
    /// Judges dropped it.
    Dropped {
        /// Their names.
        judges: Vec<&'static str>,
    },
}

/// How many bytes before a match checks and judges look at: the line and what stands round it, as far as they see.
pub const LOOK_BACK: usize = 2 * LINE_BYTES + 64;

/// How many bytes after a match checks may look at.
const AFTER_BYTES: usize = 2048;

/// How many bytes after the header of a key block checks may look at.
const AFTER_BLOCK_BYTES: usize = MAX_MATCH_BYTES as usize;

/// Returns how many bytes after a match of `rule` checks and judges look at.
///
/// With [`LOOK_BACK`] it says what the outcome is a function of: where those bytes are the same, so is what is judged.
pub fn look_ahead(rule: &Rule) -> usize {
    after_bytes(rule) + 2 * LINE_BYTES + 64
}

fn after_bytes(rule: &Rule) -> usize {
    if rule.kind == SecretKind::Block {
        AFTER_BLOCK_BYTES
    } else {
        AFTER_BYTES
    }
}

/// Lets the checks and judges speak about `candidate`.
///
/// # Panics
///
/// Never: the names of a rule's checks were looked up when the rule was read.
pub fn judge(rules: &RuleSet, candidate: &Candidate<'_>, path: &[u8]) -> Judged {
    hear(rules, candidate, Some(path), usize::MAX)
}

/// Does the same, but hears no more judges once one of them drops `candidate`: for those who need not know what all of them say.
///
/// # Panics
///
/// Never, as [`judge()`].
pub fn judge_briefly(rules: &RuleSet, candidate: &Candidate<'_>, path: &[u8]) -> Judged {
    hear(rules, candidate, Some(path), 1)
}

/// Does the same for a candidate whose path is not known yet: what the judges that ask for it have to say is deferred.
///
/// # Panics
///
/// Never, as [`judge()`].
pub fn judge_without_path(rules: &RuleSet, candidate: &Candidate<'_>) -> Judged {
    hear(rules, candidate, None, 1)
}

/// Does the same as [`judge()`], with a path or without: all judges are heard.
///
/// # Panics
///
/// Never, as [`judge()`].
pub fn judge_wholly(rules: &RuleSet, candidate: &Candidate<'_>, path: Option<&[u8]>) -> Judged {
    hear(rules, candidate, path, usize::MAX)
}

fn hear(
    rules: &RuleSet,
    candidate: &Candidate<'_>,
    path: Option<&[u8]>,
    most_droppers: usize,
) -> Judged {
    let rule = rules.rule(candidate.rule);
    let Checked {
        secret,
        severity,
        mut facts,
        reasons,
        proved,
        mut at_most,
    } = match check(rules, candidate) {
        Ok(checked) => checked,
        Err(check) => return Judged::Refuted { check },
    };
    let mut confidence = if proved {
        Confidence::High
    } else {
        rule.confidence
    };
    let asked = Cell::new(false);
    let view = path.map_or(PathView::Unknown(&asked), PathView::Known);
    let mut scene = Scene::new(rule, candidate, view, proved);
    scene.secret_span = secret.clone();
    scene.span.start = scene.span.start.min(secret.start);
    let (mut droppers, mut lowered_by, mut later) = (Vec::new(), Vec::new(), Vec::new());
    for judge in judge::speakers(&scene) {
        asked.set(false);
        let opinion = (judge.opinion)(&scene);
        if asked.get() {
            later.push(judge);
            continue;
        }
        match opinion {
            Some(Opinion::Drop) => {
                droppers.push(judge.name);
                if droppers.len() >= most_droppers && !rules.keeps_invalid() {
                    break;
                }
            }
            Some(Opinion::Lower) => lowered_by.push(judge.name),
            None => {}
        }
    }
    if rules.keeps_invalid() && droppers.contains(&judge::DOCUMENTED) {
        droppers.clear();
        at_most = Confidence::Low;
        facts.push((
            "known_as",
            "an example from a vendor's documentation".to_owned(),
        ));
    }
    if !droppers.is_empty() {
        return Judged::Dropped { judges: droppers };
    }
    for _ in &lowered_by {
        confidence = confidence.lowered();
    }
    let deferred = (!later.is_empty()).then(|| {
        Box::new(Deferred::of(
            &scene,
            candidate.rule,
            later,
            confidence,
            at_most,
        ))
    });
    Judged::Kept {
        secret,
        severity,
        confidence: confidence.min(at_most),
        facts,
        reasons,
        lowered_by,
        proved,
        deferred,
    }
}

/// What the checks of a rule say of a candidate that they do not refute.
struct Checked {
    secret: Range<usize>,
    severity: Severity,
    facts: Vec<Fact>,
    reasons: Vec<&'static str>,
    proved: bool,
    at_most: Confidence,
}

/// Lets the checks speak. Fails with the name of the one that refutes `candidate`.
fn check(rules: &RuleSet, candidate: &Candidate<'_>) -> Result<Checked, String> {
    let rule = rules.rule(candidate.rule);
    if rule.min_entropy > 0.0 && entropy(candidate.secret()) < f64::from(rule.min_entropy) {
        return Err("min_entropy".to_owned());
    }
    let mut out = Checked {
        secret: candidate.secret.clone(),
        severity: rule.severity,
        facts: Vec::new(),
        reasons: Vec::new(),
        proved: false,
        at_most: Confidence::High,
    };
    let (bytes, span) = (candidate.bytes, &candidate.span);
    for name in rule.checks.iter() {
        let check = validate::by_name(name).expect(LOOKED_UP);
        let proof = check(subject(rule, candidate));
        match proof.verdict {
            Verdict::Refuted if rules.keeps_invalid() && rule.has_form() => {
                out.at_most = Confidence::Low;
                if proof.facts.is_empty() {
                    let why = format!("the check `{name}` refutes it");
                    out.facts.push(("malformed", why));
                }
            }
            Verdict::Refuted => return Err(name.to_string()),
            Verdict::Plausible => {}
            Verdict::Proved => out.proved = true,
        }
        out.severity = proof.severity.unwrap_or(out.severity);
        out.at_most = proof.at_most.unwrap_or(out.at_most).min(out.at_most);
        if proof.extend_bytes > 0 {
            out.secret.end = (span.end + proof.extend_bytes).min(bytes.len());
        }
        out.secret.start = out.secret.start.saturating_sub(proof.extend_back_bytes);
        out.facts.extend(proof.facts);
        out.reasons.extend(proof.reason);
    }
    match refuted_by_its_prefix(rules, candidate) {
        Some(check) => Err(check),
        None => Ok(out),
    }
}

/// Returns the check by which a rule that knows the prefix of a generic candidate refutes exactly that value: `token = ghp_…` with a wrong
/// checksum is no token of anybody.
fn refuted_by_its_prefix(rules: &RuleSet, candidate: &Candidate<'_>) -> Option<String> {
    let rule = rules.rule(candidate.rule);
    if !rule.is_generic() || !matches!(rule.kind, SecretKind::Opaque | SecretKind::Password) {
        return None;
    }
    let value = &candidate.secret;
    (rules.checked_by_prefix(candidate.secret())).find_map(|index| {
        let known = matcher::try_at(rules, index, candidate.bytes, value.start)?;
        (known.secret == *value)
            .then(|| refuter(rules.rule(index), &known))
            .flatten()
    })
}

/// Returns the name of the first check of `rule` that refutes `candidate`.
fn refuter(rule: &Rule, candidate: &Candidate<'_>) -> Option<String> {
    let refutes = |name: &&Cow<'static, str>| {
        let check = validate::by_name(name).expect(LOOKED_UP);
        check(subject(rule, candidate)).verdict == Verdict::Refuted
    };
    rule.checks.iter().find(refutes).map(ToString::to_string)
}

/// Why there is a check of each name in a rule.
const LOOKED_UP: &str = "a rule's checks were looked up when the rule was read";

/// Returns what the checks of `rule` see of `candidate`.
fn subject<'a>(rule: &Rule, candidate: &Candidate<'a>) -> Subject<'a> {
    let (bytes, span) = (candidate.bytes, &candidate.span);
    let after_end = bytes.len().min(span.end + after_bytes(rule));
    Subject {
        secret: &bytes[candidate.secret.clone()],
        matched: &bytes[span.clone()],
        before: &bytes[span.start.saturating_sub(BEFORE_BYTES)..span.start],
        after: &bytes[span.end..after_end],
    }
}

/// Returns the Shannon entropy of `bytes`, in bits per byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let len = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    let bits = |count: &u32| {
        let share = f64::from(*count) / len;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

/// The judges that asked for a path before it was known, with what they need to speak once it is.
#[derive(Debug, Clone)]
pub struct Deferred {
    judges: Vec<&'static Judge>,
    rule: RuleIndex,
    bytes: Secret,
    span: Range<usize>,
    secret_span: Range<usize>,
    line: Range<usize>,
    proved: bool,
    confidence: Confidence,
    at_most: Confidence,
}

impl Deferred {
    fn of(
        scene: &Scene<'_>,
        rule: RuleIndex,
        judges: Vec<&'static Judge>,
        confidence: Confidence,
        at_most: Confidence,
    ) -> Self {
        let low = scene.line.start.min(scene.span.start);
        let low = low.saturating_sub(LINE_BYTES);
        let high = scene.line.end.max(scene.span.end);
        let high = high.max(scene.secret_span.end) + LINE_BYTES;
        let high = high.min(scene.bytes.len());
        let moved = |range: &Range<usize>| range.start - low..range.end - low;
        Self {
            judges,
            rule,
            bytes: Secret::new(&scene.bytes[low..high]),
            span: moved(&scene.span),
            secret_span: moved(&scene.secret_span),
            line: moved(&scene.line),
            proved: scene.proved,
            confidence,
            at_most,
        }
    }

    /// Returns how sure the candidate is in the blob at `path`, or nothing when a judge drops it there.
    pub fn hear(&self, rules: &RuleSet, path: &[u8]) -> Option<Confidence> {
        let opinions = self.opinions(rules, path);
        opinions.droppers.is_empty().then_some(opinions.confidence)
    }

    /// Returns what the judges say of the candidate in the blob at `path`.
    pub fn opinions(&self, rules: &RuleSet, path: &[u8]) -> Opinions {
        let scene = Scene {
            rule: rules.rule(self.rule),
            bytes: self.bytes.expose(),
            span: self.span.clone(),
            secret_span: self.secret_span.clone(),
            line: self.line.clone(),
            path: PathView::Known(path),
            proved: self.proved,
        };
        let (mut droppers, mut lowered_by, mut confidence) =
            (Vec::new(), Vec::new(), self.confidence);
        for judge in &self.judges {
            match (judge.opinion)(&scene) {
                Some(Opinion::Drop) => droppers.push(judge.name),
                Some(Opinion::Lower) => {
                    lowered_by.push(judge.name);
                    confidence = confidence.lowered();
                }
                None => {}
            }
        }
        Opinions {
            droppers,
            lowered_by,
            confidence: confidence.min(self.at_most),
        }
    }

    /// Returns the rule and the secret it speaks about.
    pub fn value(&self) -> (RuleIndex, &[u8]) {
        (self.rule, &self.bytes.expose()[self.secret_span.clone()])
    }
}

/// What judges say of a candidate once its path is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinions {
    /// Those that drop it.
    pub droppers: Vec<&'static str>,
    /// Those that lower it.
    pub lowered_by: Vec<&'static str>,
    /// How sure it is, unless it is dropped.
    pub confidence: Confidence,
}
