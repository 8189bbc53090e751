//! Where a blob is cut into chunks changes nothing of what the guard finds.

use std::sync::Arc;

use keyfence::{
    Finding, Options, RuleSet, Scanner, SourceKind,
    guard::{
        Guard,
        source::Source,
        store::{Cost, Store},
    },
    rule::template::Random,
};
use proptest::prelude::*;

use super::{drawn, forms};

fn guard() -> Guard {
    let cheap = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    let mut store = Store::new(0x5bd1_e995_9e37_79b1, cheap);
    for seed in 0..6_u8 {
        let secret = drawn(seed.into());
        let about = (&*format!("{seed}"), &Source::Stdin, "2026-01-31");
        store.add(about, secret.as_bytes(), [seed; 16]).unwrap();
    }
    Guard::new(store)
}

fn told(findings: &[Finding]) -> Vec<String> {
    let one = |f: &Finding| {
        format!(
            "{} {:?} {:?} {:?} {} {:?}",
            f.rule, f.start, f.end, f.decoded, f.fingerprint, f.facts
        )
    };
    findings.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_change_nothing(seed in any::<u64>(), size in 0_usize..2000) {
        let mut random = Random::new(seed);
        let mut bytes = Vec::new();
        let fillers = [&b"let x = f(y);\n"[..], b"0123abcdef", b"%25 \\n &amp; ", b" \n"];
        while bytes.len() < 450_000 {
            let gap = random.below(9000);
            let filler = fillers[random.below(fillers.len())];
            bytes.extend(filler.iter().cycle().take(gap));
            let all = forms(&drawn(random.below(6) as u64));
            bytes.push(b' ');
            bytes.extend(&all[random.below(all.len())].1);
            bytes.extend(if random.below(2) == 0 { &b"\n"[..] } else { b" " });
        }
        // Binary or not is told by what comes first.
        bytes.insert(0, b'#');
        let guard = Arc::new(guard());
        let scan = |chunk_size| {
            let mut options = Options::default();
            options.chunk_size = chunk_size;
            options.guard = Some(Arc::clone(&guard));
            let scanner = Scanner::new(RuleSet::builtin(), options);
            told(&scanner.scan_bytes("file.txt", SourceKind::Worktree, &bytes))
        };
        let whole = scan(1 << 30);
        prop_assert!(whole.iter().filter(|one| one.contains("guarded")).count() > 20);
        prop_assert_eq!(&scan(150_000 + size), &whole);
    }
}
