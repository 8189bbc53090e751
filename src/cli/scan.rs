//! `keyfence scan`.

use std::{
    ffi::OsString,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    time::Instant,
};

use bstr::BStr;

use super::{
    Failure, args, environment, halves, history,
    input::Input,
    output::Output,
    progress, range,
    settings::{Limits, Setup},
    signals::Signals,
};
use crate::{
    finding::Outcome,
    matcher::lines::Place,
    scan::{Scanner, Watch},
    source::{
        Interrupt, MakeVisitor, files, index,
        message::{self, Cleanup, Comment, Message},
        repository::{self, Repository},
        stdin,
    },
};

pub(super) fn run(args: &args::Scan) -> Result<u8, Failure> {
    let output = Output::new(&args.common)?;
    output.write(&look(args)?)
}

/// Scans what `args` ask for.
pub(super) fn look(args: &args::Scan) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let common = &args.common;
    let from_here = !args.paths.is_empty() && !args.history.all;
    let setup = Setup::new(common, !args.no_git, from_here)?;
    let scanner = &setup.scanner;
    let limits = Limits::new(common, args.max_memory.as_deref())?;
    let mut outcome = if let Some(file) = &args.message {
        scan_message(scanner, file)?
    } else if args.history.all {
        history::run(args, scanner, limits)?
    } else {
        let mut result = Ok(());
        let signals = Signals::catch()?;
        let interrupt = signals.interrupt();
        let style = environment::progress(common.progress);
        let outcome = progress::watch(style, |progress| {
            let watch = Watch {
                progress,
                interrupt: Some(interrupt),
            };
            if let Some(text) = &args.range {
                return range::scan(text, scanner, limits, watch);
            }
            let read = |make: &MakeVisitor<'_>| result = read(args, limits, interrupt, make);
            Ok(scanner.run_watched(watch, read))
        });
        result?;
        outcome?
    };
    halves::tell(args, scanner, limits, &mut outcome);
    setup.complete(&mut outcome);
    outcome.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    outcome.finished_seconds = Some(environment::now_seconds());
    Ok(outcome)
}

fn read(
    args: &args::Scan,
    limits: Limits,
    interrupt: &Interrupt,
    make: &MakeVisitor<'_>,
) -> Result<(), Failure> {
    if args.staged {
        return read_staged(limits, make);
    }
    let standard_input = args.paths.iter().any(|path| path == "-");
    if standard_input {
        if args.paths.len() > 1 {
            return Err(Failure::new(
                "`-` (standard input) cannot be mixed with other paths; scan them in two calls",
            ));
        }
        stdin::scan(&mut Input::open(interrupt)?, &mut *make());
        return Ok(());
    }
    read_files(args, &args.paths, limits, make)
}

/// Hands over the files at `paths`, and below them.
pub(super) fn read_files(
    args: &args::Scan,
    paths: &[OsString],
    limits: Limits,
    make: &MakeVisitor<'_>,
) -> Result<(), Failure> {
    let base = environment::current_dir()?;
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let options = files::Options {
        git: !args.no_git,
        ignore: !args.no_ignore,
        untracked: match args.untracked {
            args::Untracked::No => files::Untracked::No,
            args::Untracked::Normal => files::Untracked::Normal,
            args::Untracked::All => files::Untracked::All,
        },
        max_file_bytes: limits.max_file_bytes,
        threads: limits.threads,
    };
    let (over, outer) = (environment::git_override(), environment::outer_config());
    let place = files::Place {
        base: &base,
        over: &over,
        outer: &outer,
    };
    files::scan(&paths, place, options, make)
        .map_err(|error| Failure::because("cannot scan", error))
}

/// Hands over what the next commit adds.
pub(super) fn read_staged(limits: Limits, make: &MakeVisitor<'_>) -> Result<(), Failure> {
    let base = environment::current_dir()?;
    let cannot = |error| Failure::because("cannot scan what is staged", error);
    let repository = repository::discover(
        &base,
        &environment::git_override(),
        &environment::outer_config(),
    )
    .map_err(cannot)?;
    index::scan(&repository, limits.of_blobs(), make).map_err(cannot)
}

/// The most bytes of a commit message, which is held in memory.
const MAX_MESSAGE_BYTES: u64 = 32 << 20;

/// Returns the commit message in `file` as git will store it.
pub(super) fn read_message(file: &Path) -> Result<Message, Failure> {
    let base = environment::current_dir()?;
    // Outside a repository git's defaults hold.
    let repository = repository::discover(
        &base,
        &environment::git_override(),
        &environment::outer_config(),
    )
    .ok();
    read_message_in(repository.as_ref(), file)
}

/// Returns the commit message in `file` as git will store it in `repository`.
pub(super) fn read_message_in(
    repository: Option<&Repository>,
    file: &Path,
) -> Result<Message, Failure> {
    let base = environment::current_dir()?;
    let mut bytes = Vec::new();
    fs::File::open(base.join(file))
        .and_then(|file| file.take(MAX_MESSAGE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            Failure::because(
                format!("cannot read the commit message {}", file.display()),
                error,
            )
        })?;
    if bytes.len() as u64 > MAX_MESSAGE_BYTES {
        return Err(Failure::new(format!(
            "the commit message {} has more than {} MiB; scan it as a file, or write a shorter one",
            file.display(),
            MAX_MESSAGE_BYTES >> 20
        )));
    }
    let value = |key: &str| repository.and_then(|repository| repository.value(key));
    let cleanup = value("commit.cleanup");
    let options = message::Options {
        cleanup: Cleanup::from_config(cleanup.as_deref(), environment::message_is_edited())
            .ok_or_else(|| {
                Failure::new(format!(
                    "commit.cleanup = {cleanup:?} is not a mode that git knows; see git-commit(1)"
                ))
            })?,
        comment: Comment::from_config(
            value("core.commentString")
                .or_else(|| value("core.commentChar"))
                .as_deref(),
        ),
        verbose: true,
    };
    Ok(message::clean(&bytes, &options))
}

/// Scans a commit message; places are those of the file, not of the cleaned text.
fn scan_message(scanner: &Scanner, file: &Path) -> Result<Outcome, Failure> {
    Ok(scan_text(scanner, &read_message(file)?, file))
}

/// Scans a commit message that was read from `file`.
pub(super) fn scan_text(scanner: &Scanner, message: &Message, file: &Path) -> Outcome {
    let mut outcome = scanner
        .run(|make| message.scan(BStr::new(file.as_os_str().as_encoded_bytes()), &mut *make()));
    let mend = |place: &mut Place| {
        let line = usize::try_from(place.line).unwrap_or(usize::MAX);
        place.line = message.file_line(line) as u64;
    };
    for finding in outcome.findings.iter_mut().chain(&mut outcome.accepted) {
        mend(&mut finding.start);
        mend(&mut finding.end);
        for part in &mut finding.parts {
            mend(&mut part.start);
            mend(&mut part.end);
        }
    }
    outcome
}
