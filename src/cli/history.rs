//! `keyfence scan --history`: what was typed becomes a request, the request a call of the library.

use std::{ffi::OsString, path::PathBuf};

use super::{
    Failure, args, environment, progress, settings::Limits, signals::Signals, since::SinceArgument,
};
use crate::{
    finding::Outcome,
    scan::{Scanner, Watch},
};

/// Which history to scan, and how.
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "the call of the library that `scan` waits for reads it"
)]
struct Request {
    /// Only what a ref or HEAD reaches.
    reachable: bool,
    /// Hide what was introduced before.
    since: Option<SinceArgument>,
    /// Only the history of these branches; all when empty.
    branches: Vec<OsString>,
    /// Only what stands at or below these paths, as typed: relative to the current folder. All when empty.
    paths: Vec<PathBuf>,
    recurse_submodules: bool,
    cache: Cache,
    limits: Limits,
}

/// Where what was learnt from one scan is kept for the next.
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "the call of the library that `scan` waits for reads it"
)]
enum Cache {
    /// Where nothing else is said.
    Usual,
    /// In this file.
    At(PathBuf),
    /// Nowhere.
    Off,
}

impl Request {
    fn new(args: &args::Scan, limits: Limits) -> Result<Self, Failure> {
        if args.paths.iter().any(|path| path == "-") {
            return Err(Failure::new(
                "`-` (standard input) has no history; leave out `-` or --history (a file of that name is ./-)",
            ));
        }
        let history = &args.history;
        Ok(Self {
            reachable: history.reachable,
            since: history
                .since
                .as_deref()
                .map(|text| SinceArgument::new(text, environment::now_seconds())),
            branches: history.branch.clone(),
            paths: args.paths.iter().map(PathBuf::from).collect(),
            recurse_submodules: history.recurse_submodules,
            cache: match &history.cache {
                Some(path) => Cache::At(path.clone()),
                None if history.no_cache => Cache::Off,
                None => Cache::Usual,
            },
            limits,
        })
    }
}

/// Scans the history that `args` ask for.
pub(super) fn run(
    args: &args::Scan,
    scanner: &Scanner,
    limits: Limits,
) -> Result<Outcome, Failure> {
    let request = Request::new(args, limits)?;
    let signals = Signals::catch()?;
    progress::watch(environment::progress(args.common.progress), |progress| {
        let watch = Watch {
            progress,
            interrupt: Some(signals.interrupt()),
        };
        scan(scanner, &request, watch)
    })
}

/// Calls the library.
fn scan(_scanner: &Scanner, _request: &Request, _watch: Watch<'_>) -> Result<Outcome, Failure> {
    Err(Failure::new(
        "--history is not available in this version; scan what is on disk (keyfence scan) or staged (--staged)",
    ))
}
