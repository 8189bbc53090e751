//! Scans the corpus and says of each file what was found.

use std::thread;

use keyfence::{
    Options, RuleSet, Scanner, SourceKind, engine::Engine, finding::Finding, rule::Confidence,
};

use super::{
    corpus::{Expected, Item},
    judges,
    judges::Heard,
};

/// What came of a file.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    /// How sure the surest finding is that has the expected secret.
    pub(super) surest: Option<Confidence>,
    /// The secret was told in part, at medium confidence or above.
    pub(super) in_part: bool,
    /// The rules, and their providers, of the findings at medium confidence or above.
    pub(super) told: Vec<(String, String)>,
    /// What was made of the candidates that are the expected secret; of all where none is expected.
    pub(super) heard: Vec<Heard>,
}

impl Measured {
    /// Returns true when the secret was found as one that stops a commit.
    pub(super) fn is_found(&self) -> bool {
        self.surest >= Some(Confidence::Medium)
    }
}

/// Returns what came of each of `items`.
pub(super) fn all(items: &[Item]) -> Vec<Measured> {
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    let engine = Engine::new(RuleSet::builtin());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads);
    thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(share)
            .map(|items| {
                let (scanner, engine) = (&scanner, &engine);
                let each = |item| one(scanner, engine, item);
                scope.spawn(move || items.iter().map(each).collect::<Vec<_>>())
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    })
}

fn one(scanner: &Scanner, engine: &Engine, item: &Item) -> Measured {
    let findings = scanner.scan_bytes(&item.path, SourceKind::Worktree, item.text.as_bytes());
    let sure = findings
        .iter()
        .filter(|finding| finding.confidence >= Confidence::Medium);
    let surest = |whole| {
        let with = findings_with(&findings, item.expected()?, whole);
        with.map(|finding| finding.confidence).max()
    };
    Measured {
        surest: surest(true),
        in_part: surest(false) >= Some(Confidence::Medium),
        told: sure
            .map(|finding| (finding.rule.clone(), finding.provider.clone()))
            .collect(),
        heard: judges::heard(engine, item),
    }
}

/// Returns the findings that have the expected secret, or a part of it worth telling.
fn findings_with<'f>(
    findings: &'f [Finding],
    expected: &Expected,
    whole: bool,
) -> impl Iterator<Item = &'f Finding> {
    let forms = expected.forms.clone();
    findings.iter().filter(move |finding| {
        let parts = finding.parts.iter().map(|part| &part.secret);
        parts.chain([&finding.secret]).any(|secret| {
            let told = String::from_utf8_lossy(secret.expose());
            forms.iter().any(|form| is_told(&told, form, whole))
        })
    })
}

/// The shortest part of a secret that counts as one.
const PART_BYTES: usize = 5;

/// Returns true when what was told is the secret, or has it; or is a part of it.
pub(super) fn is_told(told: &str, form: &str, whole: bool) -> bool {
    if told.contains(form) || bare(told).contains(&bare(form)) {
        return true;
    }
    !whole && told.len() >= PART_BYTES && form.contains(told)
}

/// Returns `text` without white space and what escapes it: key material is written with many kinds of line ends.
fn bare(text: &str) -> String {
    let text = text.replace("\\r", "").replace("\\n", "");
    text.split_whitespace().collect()
}

#[test]
fn what_counts_as_told() {
    assert!(is_told("Summer2024!", "Summer2024!", true));
    assert!(is_told("shop:Summer2024!@db", "Summer2024!", true));
    assert!(is_told("-----BEGIN\\nabc\\n", "-----BEGIN\n  abc\n", true));
    assert!(!is_told("Summer2024", "Summer2024!", true));
    assert!(is_told("Summer2024", "Summer2024!", false));
    assert!(!is_told("Winter", "Summer2024!", false));
}
