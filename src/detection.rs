//! What is left of a candidate after validate and judge: an owned part of a finding, before pairing.

use std::ops::Range;

use crate::{
    judge::{self, Opinion, Scene},
    matcher::{Candidate, lines::Place},
    rule::{Confidence, MAX_MATCH_BYTES, RuleIndex, RuleSet, Severity},
    secret::Secret,
    validate::{self, Fact, Subject, Verdict},
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

/// Lets the checks and judges speak about `candidate`.
///
/// # Panics
///
/// Never: the names of a rule's checks were looked up when the rule was read.
pub fn judge(rules: &RuleSet, candidate: &Candidate<'_>, path: &[u8]) -> Judged {
    hear(rules, candidate, path, usize::MAX)
}

/// Does the same, but hears no more judges once one of them drops `candidate`: for those who need not know what all of them say.
///
/// # Panics
///
/// Never, as [`judge()`].
pub fn judge_briefly(rules: &RuleSet, candidate: &Candidate<'_>, path: &[u8]) -> Judged {
    hear(rules, candidate, path, 1)
}

fn hear(rules: &RuleSet, candidate: &Candidate<'_>, path: &[u8], most_droppers: usize) -> Judged {
    let rule = rules.rule(candidate.rule);
    let mut secret = candidate.secret.clone();
    let (mut severity, mut confidence) = (rule.severity, rule.confidence);
    let (mut facts, mut reasons, mut proved, mut at_most) =
        (Vec::new(), Vec::new(), false, Confidence::High);
    for name in rule.checks.iter() {
        let check =
            validate::by_name(name).expect("a rule's checks were looked up when the rule was read");
        let proof = check(Subject {
            secret: candidate.secret(),
            matched: candidate.matched(),
            after: &candidate.bytes[candidate.span.end
                ..candidate
                    .bytes
                    .len()
                    .min(candidate.span.end + MAX_MATCH_BYTES as usize)],
        });
        match proof.verdict {
            Verdict::Refuted => {
                return Judged::Refuted {
                    check: name.to_string(),
                };
            }
            Verdict::Plausible => {}
            Verdict::Proved => proved = true,
        }
        severity = proof.severity.unwrap_or(severity);
        at_most = proof.at_most.unwrap_or(at_most).min(at_most);
        if proof.extend_bytes > 0 {
            secret.end = (candidate.span.end + proof.extend_bytes).min(candidate.bytes.len());
        }
        facts.extend(proof.facts);
        reasons.extend(proof.reason);
    }
    if proved {
        confidence = Confidence::High;
    }
    let mut scene = Scene::new(rule, candidate, path, proved);
    scene.secret_span = secret.clone();
    let (mut droppers, mut lowered_by) = (Vec::new(), Vec::new());
    for (judge, opinion) in judge::opinions(&scene) {
        match opinion {
            Opinion::Drop => {
                droppers.push(judge.name);
                if droppers.len() >= most_droppers {
                    break;
                }
            }
            Opinion::Lower => lowered_by.push(judge.name),
        }
    }
    if !droppers.is_empty() {
        return Judged::Dropped { judges: droppers };
    }
    for _ in &lowered_by {
        confidence = confidence.lowered();
    }
    Judged::Kept {
        secret,
        severity,
        confidence: confidence.min(at_most),
        facts,
        reasons,
        lowered_by,
    }
}
