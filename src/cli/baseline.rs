//! `keyfence baseline`: the secrets that were there when a team began to look.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{
    CLEAN, Failure, TROUBLE, accepted, allow, args, config::Sources, environment, output::Output,
    scan,
};
use crate::{
    finding::{AcceptedBy, Outcome},
    policy::baseline::{self, Baseline},
};

pub(super) fn run(args: &args::Baseline) -> Result<u8, Failure> {
    match &args.command {
        args::BaselineCommand::Write(options) => write(options),
        args::BaselineCommand::Update(options) => update(options),
        args::BaselineCommand::Check(options) => check(options),
    }
}

/// Writes a new baseline with all that is found.
fn write(options: &args::BaselineOptions) -> Result<u8, Failure> {
    let path = path(options)?;
    if path.exists() {
        return Err(Failure::new(format!(
            "{} is there already; `keyfence baseline update` takes out of it what is gone, and `keyfence baseline check` says what is new. \
             Delete it to begin anew",
            path.display()
        )));
    }
    let outcome = look(options)?;
    let found = of(&outcome);
    allow::write(&path, &baseline::text(&found))?;
    let count = found.len();
    say(&format!(
        "{} written with {count} secrets; commit it, and scan with --baseline {}. They are still secrets: change them one by one",
        path.display(),
        shown(options)
    ))?;
    Ok(if outcome.is_complete() {
        CLEAN
    } else {
        TROUBLE
    })
}

/// Takes out of a baseline what is found no more. What is new does not get in.
fn update(options: &args::BaselineOptions) -> Result<u8, Failure> {
    let path = path(options)?;
    let mut known = read(&path)?;
    let outcome = look(options)?;
    if !outcome.is_complete() {
        // What was not read may hold what seems gone.
        return Output::new(&options.common)?.write(&outcome);
    }
    let found = of(&outcome);
    let before = known.len();
    known.retain(|fingerprint, _| found.contains_key(fingerprint));
    allow::write(&path, &baseline::text(&known))?;
    let news = found.keys().filter(|one| !known.contains_key(one)).count();
    say(&format!(
        "{} has {} secrets, {} fewer than before; {news} that were found are not in it",
        path.display(),
        known.len(),
        before - known.len()
    ))?;
    Ok(CLEAN)
}

/// Tells what is found and not in a baseline, and what is in it and found no more.
fn check(options: &args::BaselineOptions) -> Result<u8, Failure> {
    let path = path(options)?;
    let known = read(&path)?;
    let output = Output::new(&options.common)?;
    let mut outcome = look(options)?;
    let all = of(&outcome);
    outcome.accept(|finding| {
        let is_known = known.contains_key(&finding.fingerprint);
        is_known.then(|| AcceptedBy::Baseline.into())
    });
    let code = output.write(&outcome)?;
    for (fingerprint, rule) in known.iter().filter(|(one, _)| !all.contains_key(one)) {
        // Nothing can be done when standard error is closed.
        drop(writeln!(
            io::stderr(),
            "keyfence: {} has {fingerprint} ({rule}), which is found no more; `keyfence baseline update` takes it out",
            path.display()
        ));
    }
    Ok(code)
}

/// Scans, and returns all there is, also what a baseline has.
fn look(options: &args::BaselineOptions) -> Result<Outcome, Failure> {
    if options.common.baseline.is_some() {
        return Err(Failure::new(
            "--baseline is for scans; name the file without it: `keyfence baseline check FILE`",
        ));
    }
    scan::look(&options.scan())
}

fn of(outcome: &Outcome) -> Baseline {
    let findings = outcome.findings.iter();
    findings
        .map(|finding| (finding.fingerprint, finding.rule.clone()))
        .collect()
}

fn shown(options: &args::BaselineOptions) -> String {
    let file = options.file.as_deref();
    file.unwrap_or(Path::new(baseline::PATH))
        .display()
        .to_string()
}

fn path(options: &args::BaselineOptions) -> Result<PathBuf, Failure> {
    match &options.file {
        Some(file) => Ok(environment::current_dir()?.join(file)),
        None => Ok(accepted::root()?.join(baseline::PATH)),
    }
}

/// Returns the secrets of the baseline that an option names.
pub(super) fn of_sources(path: &Path, sources: &Sources<'_>) -> Result<Baseline, Failure> {
    let (root, path) = sources.typed(path)?;
    let name = root.name(&path);
    let text = match root.text(&path)? {
        Some(text) => text,
        None if sources.is_to_come(&path)? => String::new(),
        None => return Err(missing(&name)),
    };
    parse(&text, &name)
}

fn missing(name: &Path) -> Failure {
    Failure::new(format!(
        "there is no baseline {}; `keyfence baseline write` makes one",
        name.display()
    ))
}

/// Returns the baseline in the file at `path`.
fn read(path: &Path) -> Result<Baseline, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::because(
            format!(
                "cannot read the baseline {}; `keyfence baseline write` makes one",
                path.display()
            ),
            error,
        )
    })?;
    parse(&text, path)
}

/// Returns the baseline in `text`, which stands in the file at `path`.
pub(super) fn parse(text: &str, path: &Path) -> Result<Baseline, Failure> {
    baseline::parse(text).map_err(|error| {
        Failure::because(
            format!("cannot read the baseline {}; mend the line", path.display()),
            error,
        )
    })
}

fn say(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{text}")
        .map_err(|error| Failure::because("cannot write to standard output", error))
}
