//! Counts, and what follows from them.

/// What was found of what should be, and of what should not.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Files with a secret.
    pub(super) positives: usize,
    /// Those whose secret was found at medium confidence or above.
    pub(super) found: usize,
    /// Those whose secret was found at low confidence alone.
    pub(super) low: usize,
    /// Files without a secret.
    pub(super) negatives: usize,
    /// Those with a finding at medium confidence or above.
    pub(super) wrong: usize,
}

impl Tally {
    /// The share of the secrets that were found.
    pub(super) fn recall(&self) -> f64 {
        share(self.found, self.positives)
    }

    /// The share of the secrets that were found, be it at low confidence.
    pub(super) fn recall_with_low(&self) -> f64 {
        share(self.found + self.low, self.positives)
    }

    /// The share of right ones among the findings.
    pub(super) fn precision(&self) -> f64 {
        share(self.found, self.found + self.wrong)
    }

    /// The harmonic mean of both.
    pub(super) fn f1(&self) -> f64 {
        let (recall, precision) = (self.recall(), self.precision());
        if recall + precision > 0.0 {
            2.0 * recall * precision / (recall + precision)
        } else {
            0.0
        }
    }

    /// The share of the files without a secret in which nothing was found.
    pub(super) fn quiet(&self) -> f64 {
        share(self.negatives - self.wrong, self.negatives)
    }
}

/// Returns `part` of `whole`; all of nothing is everything.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 1.0;
    }
    let count = |n: usize| f64::from(u32::try_from(n).expect("a count of files"));
    count(part) / count(whole)
}

#[test]
fn figures() {
    let tally = Tally {
        positives: 10,
        found: 6,
        low: 2,
        negatives: 8,
        wrong: 2,
    };
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(near(tally.recall(), 0.6) && near(tally.recall_with_low(), 0.8));
    assert!(near(tally.precision(), 0.75) && near(tally.quiet(), 0.75));
    assert!(near(tally.f1(), 2.0 / 3.0));
}
