//! `keyfence allow`.

use std::{
    collections::HashMap,
    fs,
    io::{self, Write as _},
    path::Path,
};

use super::{
    CLEAN, Failure, accepted,
    args::{self, RuleOptions},
    config::Root,
    environment, guard, scan,
    settings::{self, Limits},
};
use crate::{
    finding::Finding,
    policy::allow::{self, Entry},
    rule::RuleSet,
    scan::{Options, Scanner},
    secret::Fingerprint,
    source::files,
};

pub(super) fn run(args: &args::Allow) -> Result<u8, Failure> {
    let fingerprints = args
        .fingerprints
        .iter()
        .map(|text| {
            text.parse::<Fingerprint>()
                .map_err(|error| Failure::because(format!("{text:?} is not a fingerprint"), error))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let reason = one_line("--reason", &args.reason)?;
    let owner = args
        .owner
        .as_deref()
        .map(|owner| one_line("--owner", owner))
        .transpose()?;
    if owner.as_deref().is_some_and(|owner| owner.contains(' ')) {
        return Err(Failure::new(
            "--owner is one word, without blanks: a user name or an address",
        ));
    }
    if let Some(date) = args.expires.as_deref().filter(|date| !allow::is_date(date)) {
        return Err(Failure::new(format!(
            "--expires {date:?} is not a date; write YYYY-MM-DD"
        )));
    }
    let root = Root::Within(accepted::root()?);
    let path = root.name(allow::PATH.as_ref());
    let mut entries = accepted::read(&root)?;
    let rules = settings::rules(&RuleOptions::default()).unwrap_or_else(|_| RuleSet::builtin());
    let rules: HashMap<Fingerprint, String> =
        findings(rules, settings::salt(&RuleOptions::default())?)
            .into_iter()
            .map(|finding| (finding.fingerprint, finding.rule))
            .collect();
    for fingerprint in fingerprints {
        let rule = rules.get(&fingerprint).cloned().unwrap_or_else(|| {
            drop(writeln!(io::stderr(), "keyfence: {fingerprint} is no finding in the work tree or the index; the entry is written all the same"));
            "unknown".to_owned()
        });
        entries.push(Entry {
            fingerprint,
            rule,
            owner: owner.clone(),
            expires: args.expires.clone(),
            reason: reason.clone(),
        });
    }
    write(&path, &allow::text(&entries))?;
    let told = format!(
        "{} written; commit it, so that it holds for everyone\n",
        path.display()
    );
    io::stdout()
        .lock()
        .write_all(told.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))?;
    Ok(CLEAN)
}

fn one_line(option: &str, text: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() || text.contains(['\n', '\r']) {
        return Err(Failure::new(format!(
            "{option} is one line of text, and not empty"
        )));
    }
    Ok(text.to_owned())
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error| Failure::because(format!("cannot write {}", path.display()), error);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(cannot)?;
    let temporary = path.with_extension("new");
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .map_err(cannot)
}

/// Returns what `rules` find in the work tree and in the index, whatever is accepted: so that an entry can say its rule to its reader.
pub(super) fn findings(rules: RuleSet, salt: Vec<u8>) -> Vec<Finding> {
    let options = Options {
        salt,
        inline_markers: false,
        // What cannot be read is told by the next scan.
        guard: guard::load().unwrap_or_default(),
        ..Options::default()
    };
    let scanner = Scanner::new(rules, options);
    let outcome = scanner.run(|make| {
        let Ok(base) = environment::current_dir() else {
            return;
        };
        let (over, outer) = (environment::git_override(), environment::outer_config());
        let place = files::Place {
            base: &base,
            over: &over,
            outer: &outer,
        };
        let limits = Limits::usual();
        let options = files::Options {
            git: true,
            ignore: true,
            untracked: files::Untracked::Normal,
            max_file_bytes: limits.max_file_bytes,
            threads: limits.threads,
        };
        // Nobody relies on it to be all: what cannot be read here is left out.
        drop(files::scan(&[], place, options, make));
        drop(scan::read_staged(limits, make));
    });
    outcome.findings
}
