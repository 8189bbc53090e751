//! `keyfence doctor`: proves that the hooks git will really run stop a secret, and says what is wrong where they do not.

mod canary;
mod causes;
mod operations;

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use serde::Serialize;

use self::{
    canary::{Proof, Throwaway},
    operations::{OPERATIONS, Situation},
};
use super::{CLEAN, FINDINGS, Failure, args, environment, guard};
use crate::source::repository;

/// What was found out.
#[derive(Debug, Serialize)]
struct Diagnosis {
    /// Everything that was tried was stopped by keyfence.
    ok: bool,
    /// What git says of its version.
    git: String,
    /// Where git looks for hooks.
    hooks_dir: String,
    /// How many secrets `keyfence guard` knows; none when its file cannot be used, which is a problem.
    guarded_secrets: Option<usize>,
    operations: Vec<Tried>,
    problems: Vec<Problem>,
}

/// One thing that git did with a canary.
#[derive(Debug, Serialize)]
struct Tried {
    operation: &'static str,
    /// The hook that should stop it, and those that may instead.
    hooks: &'static [&'static str],
    /// Keyfence stopped it.
    blocked: bool,
    /// How it ended, for people.
    result: &'static str,
}

/// Why a hook does not do what it should.
#[derive(Debug, Serialize)]
struct Problem {
    problem: String,
    /// A command, or what to do.
    mend: String,
}

pub(super) fn run(args: &args::Doctor) -> Result<u8, Failure> {
    let base = environment::current_dir()?;
    let (over, outer) = (environment::git_override(), environment::outer_config());
    let repository = repository::discover(&base, &over, &outer)
        .map_err(|error| Failure::because("cannot find a repository to look at", error))?;
    let git = canary::git_version()?;
    let throwaway = Throwaway::new(&repository)?;
    let mut operations = Vec::new();
    let situation = Situation {
        is_bare: repository.bare,
        has: &|name| causes::is_installed(&repository, name),
    };
    for operation in OPERATIONS.iter().filter(|o| (o.is_due)(&situation)) {
        let proof = throwaway.run(operation)?;
        operations.push(Tried {
            operation: operation.name,
            hooks: operation.hooks,
            blocked: proof == Proof::Blocked,
            result: proof.describe(),
        });
    }
    let ok = operations.iter().all(|tried| tried.blocked);
    let open: Vec<&str> = operations
        .iter()
        .filter(|tried| !tried.blocked)
        .flat_map(|tried| tried.hooks.iter().copied())
        .collect();
    let mut problems = causes::all(&repository, &git, &open);
    let guarded_secrets = match guard::load() {
        Ok(guard) => Some(guard.map_or(0, |guard| guard.entries().len())),
        Err(failure) => {
            problems.push(Problem {
                problem: format!("every hook ends with trouble: {failure}"),
                mend: "keyfence guard list, once the file is restored or deleted".to_owned(),
            });
            None
        }
    };
    let diagnosis = Diagnosis {
        ok,
        problems,
        guarded_secrets,
        git,
        hooks_dir: repository.hooks_dir.display().to_string(),
        operations,
    };
    let text = if args.json {
        let json = serde_json::to_string(&diagnosis);
        json.map_err(|error| Failure::because("cannot write JSON", error))? + "\n"
    } else {
        human(&diagnosis)
    };
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))?;
    Ok(if ok { CLEAN } else { FINDINGS })
}

fn human(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}; hooks in {}", diagnosis.git, diagnosis.hooks_dir);
    for tried in &diagnosis.operations {
        let sign = if tried.blocked { "ok  " } else { "OPEN" };
        let hook = tried.hooks.first().unwrap_or(&"");
        let (operation, result) = (tried.operation, tried.result);
        let _ = writeln!(out, "  {sign}  {operation:<27} {hook:<18} {result}");
    }
    if let Some(count) = diagnosis.guarded_secrets.filter(|count| *count > 0) {
        let what = if count == 1 { "secret" } else { "secrets" };
        let _ = writeln!(out, "the guard looks for {count} {what} of your own");
    }
    for Problem { problem, mend } in &diagnosis.problems {
        let _ = writeln!(out, "problem: {problem}\n  mend:  {mend}");
    }
    out.push_str(if diagnosis.ok {
        "a secret that was made up for this was stopped each time\n"
    } else {
        "secrets can be committed or pushed here without a check\n"
    });
    out
}
