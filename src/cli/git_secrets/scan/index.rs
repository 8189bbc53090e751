//! `--scan` where git says what there is: tracked files, `--untracked`, `--cached`, `--no-index`.
//!
//! Git lists the paths, so that pathspecs mean what they mean to it; the bytes are read here.

use std::process::Stdio;

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    super::{
        Stop, TROUBLE, command,
        config::{exit_code, not_run},
    },
    Seen, files, git, in_blobs, repository,
};
use crate::{
    cli::settings::Limits,
    finding::Skipped,
    prohibited::Search,
    source::index::{self, Wanted},
};

/// Scans what the options of `scan` say.
pub(super) fn scan(scan: &command::Scan, search: &Search, limits: Limits) -> Result<Seen, Stop> {
    if scan.cached {
        return cached(scan, search, limits);
    }
    let mut skipped = Vec::new();
    let mut listed = if scan.no_index {
        match list(&["--cached", "--others"], scan, Stdio::null())? {
            Ok(paths) => paths,
            // Not in a repository.
            Err(_) => everything(scan, &mut skipped)?,
        }
    } else {
        let kinds: &[&str] = if scan.untracked {
            &["--cached", "--others", "--exclude-standard"]
        } else {
            &["--cached"]
        };
        list(kinds, scan, Stdio::inherit())?.map_err(|code| Stop::said("", code))?
    };
    // In a conflict a path stands in the index more than once.
    listed.dedup();
    let mut seen = Seen::of(files::read_listed(&listed, search, limits)?, true);
    seen.skipped.extend(skipped);
    Ok(seen)
}

/// Has git list files at and below the current folder; on failure returns the exit code.
fn list(
    kinds: &[&str],
    scan: &command::Scan,
    stderr: Stdio,
) -> Result<Result<Vec<BString>, u8>, Stop> {
    let mut command = git();
    command.args(["ls-files", "-z"]).args(kinds).arg("--");
    command
        .args(&scan.files)
        .stdin(Stdio::null())
        .stderr(stderr);
    let output = command
        .output()
        .map_err(|error| not_run("ls-files", &error))?;
    if !output.status.success() {
        return Ok(Err(exit_code(output.status)));
    }
    let paths = output.stdout.split(|byte| *byte == 0);
    Ok(Ok(paths
        .filter(|path| !path.is_empty())
        .map(BString::from)
        .collect()))
}

/// Lists all files below the current folder, where there is no repository to ask.
fn everything(scan: &command::Scan, skipped: &mut Vec<Skipped>) -> Result<Vec<BString>, Stop> {
    let globs = globs(scan)?;
    let mut walk = ignore::WalkBuilder::new(".");
    walk.standard_filters(false);
    walk.filter_entry(|entry| entry.file_name() != ".git");
    let mut out = Vec::new();
    for entry in walk.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                skipped.push(Skipped {
                    path: ".".into(),
                    reason: error.to_string(),
                    incomplete: true,
                });
                continue;
            }
        };
        let path = entry.path().strip_prefix(".").unwrap_or(entry.path());
        if entry.file_type().is_some_and(|kind| kind.is_file()) && globs.is_match(path) {
            out.push(path.as_os_str().as_encoded_bytes().into());
        }
    }
    Ok(out)
}

/// Returns what the arguments match: a path, all below it, or by `*`, `?` and `[`.
fn globs(scan: &command::Scan) -> Result<globset::GlobSet, Stop> {
    let bad = |error: &dyn std::fmt::Display| {
        Stop::said(
            format!("git-secrets: {error}: write the path in full"),
            TROUBLE,
        )
    };
    let mut set = globset::GlobSetBuilder::new();
    for name in &scan.files {
        let name = name.to_string_lossy();
        if name.starts_with(':') {
            return Err(bad(&format!(
                "{name:?} has pathspec magic, which needs a repository"
            )));
        }
        let name = name.trim_start_matches("./").trim_end_matches('/');
        let all = ["", "."].contains(&name);
        let forms = if all {
            vec!["**".to_owned()]
        } else {
            vec![name.to_owned(), format!("{name}/**")]
        };
        for form in forms {
            set.add(globset::Glob::new(&form).map_err(|error| bad(&error))?);
        }
    }
    if scan.files.is_empty() {
        set.add(globset::Glob::new("**").map_err(|error| bad(&error))?);
    }
    set.build().map_err(|error| bad(&error))
}

/// Scans the blobs of the index.
fn cached(scan: &command::Scan, search: &Search, limits: Limits) -> Result<Seen, Stop> {
    let listed = list(&["--cached", "--stage"], scan, Stdio::inherit())?;
    let entries = listed.map_err(|code| Stop::said("", code))?;
    let blobs: Vec<Wanted> = entries.iter().filter_map(entry).collect();
    let cannot = "scan the index";
    let repository = repository(cannot)?;
    let mut outcome = in_blobs(search, limits, cannot, |options, make| {
        index::read(&repository, &blobs, options, make)
    })?;
    // The sides of a conflict have lines in common.
    outcome.lines.dedup();
    Ok(Seen::of(outcome, true))
}

/// Reads `mode SP id SP stage TAB path`; links and submodules are none of ours.
fn entry(line: &BString) -> Option<Wanted> {
    let (about, path) = line.split_once_str("\t")?;
    let mut about = about.split(|byte| *byte == b' ');
    let (mode, id) = (about.next()?, about.next()?);
    let (path, id) = (path.into(), ObjectId::from_hex(id).ok()?);
    mode.starts_with(b"100").then_some(Wanted { path, id })
}
