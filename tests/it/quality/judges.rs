//! What checks and judges say about the candidates of a file.

use keyfence::{
    detection::{Judged, judge},
    engine::{Engine, Found, Scratch},
    rule::Confidence,
};

use super::{corpus::Item, measure};

/// What was said about a candidate.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    /// The id of the rule that made it one.
    pub(super) rule: String,
    /// The check that refuted it.
    pub(super) refuted_by: Option<String>,
    /// The judges that dropped it.
    pub(super) dropped_by: Vec<&'static str>,
    /// The judges that lowered it.
    pub(super) lowered_by: Vec<&'static str>,
    /// How sure it is at the end, where it is kept.
    pub(super) confidence: Option<Confidence>,
}

impl Heard {
    /// Returns the judges that spoke against it.
    pub(super) fn against(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.dropped_by.iter().chain(&self.lowered_by).copied()
    }
}

/// Returns what was said about the candidates that have the expected secret, or about all where none is expected.
pub(super) fn heard(engine: &Engine, item: &Item) -> Vec<Heard> {
    let (rules, bytes) = (engine.rules(), item.text.as_bytes());
    let mut all = Vec::new();
    engine.find(
        bytes,
        0..bytes.len(),
        true,
        &mut Scratch::default(),
        |found| {
            let Found::Candidate(candidate) = found else {
                return;
            };
            let rule = rules.rule(candidate.rule);
            let judged = judge(rules, &candidate, item.path.as_bytes());
            // A check may lengthen a key by what stands behind its header.
            let secret = match &judged {
                Judged::Kept { secret, .. } => secret.clone(),
                Judged::Refuted { .. } | Judged::Dropped { .. } => candidate.secret.clone(),
            };
            let told = String::from_utf8_lossy(&candidate.bytes[secret]);
            let is_it = item.expected().is_none_or(|expected| {
                (expected.forms.iter()).any(|form| measure::is_told(&told, form, false))
            });
            if !is_it || rule.identifier {
                return;
            }
            let mut heard = Heard {
                rule: rule.id.to_string(),
                refuted_by: None,
                dropped_by: Vec::new(),
                lowered_by: Vec::new(),
                confidence: None,
            };
            match judged {
                Judged::Refuted { check } => heard.refuted_by = Some(check),
                Judged::Dropped { judges } => heard.dropped_by = judges,
                Judged::Kept {
                    confidence,
                    lowered_by,
                    ..
                } => {
                    heard.confidence = Some(confidence);
                    heard.lowered_by = lowered_by;
                }
            }
            all.push(heard);
        },
    );
    all
}
