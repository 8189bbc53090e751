//! `keyfence allow`, and the allow entries that a scan honours.

use std::{
    collections::HashMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{CLEAN, Failure, args, environment, scan};
use crate::{
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
    let root = root()?;
    let path = root.join(allow::PATH);
    let mut entries = read(&path)?;
    let rules = rules_of_findings();
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

/// Returns the fingerprints that the entries of this repository accept today; entries that no longer hold are named.
pub(super) fn accepted() -> Result<Vec<Fingerprint>, Failure> {
    let path = root()?.join(allow::PATH);
    let today = today();
    let mut out = Vec::new();
    for entry in read(&path)? {
        if entry.holds_on(&today) {
            out.push(entry.fingerprint);
        } else {
            let expires = entry.expires.unwrap_or_default();
            drop(writeln!(
                io::stderr(),
                "keyfence: the allow entry {} ended on {expires}; renew it with `keyfence allow` or delete its line in {}",
                entry.fingerprint,
                path.display()
            ));
        }
    }
    Ok(out)
}

/// Returns the root of the work tree round the current folder, or the current folder where there is none.
fn root() -> Result<PathBuf, Failure> {
    let base = environment::current_dir()?;
    let root = base
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .map(Path::to_owned);
    Ok(root.unwrap_or(base))
}

fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Failure::because(
                format!("cannot read the allow entries in {}", path.display()),
                error,
            ));
        }
    };
    allow::parse(&text).map_err(|error| Failure::because(format!("cannot read the allow entries in {}; mend the line, or leave the entries out with --no-allow", path.display()), error))
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error| Failure::because(format!("cannot write {}", path.display()), error);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(cannot)?;
    let temporary = path.with_extension("new");
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .map_err(cannot)
}

/// Returns which rule finds each secret in the work tree and in the index, so that an entry can say it to its reader.
fn rules_of_findings() -> HashMap<Fingerprint, String> {
    let options = Options {
        inline_markers: false,
        ..Options::default()
    };
    let scanner = Scanner::new(RuleSet::builtin(), options);
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
        let options = files::Options {
            git: true,
            ignore: true,
            untracked: files::Untracked::Normal,
            max_file_bytes: u64::MAX,
            threads: environment::threads(),
        };
        // Only the name of the rule depends on it: what cannot be read here is left out.
        drop(files::scan(&[], place, options, make));
        drop(scan::read_staged(environment::threads(), u64::MAX, make));
    });
    outcome
        .findings
        .into_iter()
        .map(|finding| (finding.fingerprint, finding.rule))
        .collect()
}

fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut text = crate::validate::civil::rfc3339(i64::try_from(seconds).unwrap_or(i64::MAX));
    text.truncate(10);
    text
}
