//! What people write beside files: the messages, authors and committers of commits, and annotated tags.
//!
//! `git secrets` never looks there, so it is asked for: `secrets.scanMessages`.

use std::process::Stdio;

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    super::{
        Stop, TROUBLE,
        config::{exit_code, not_run},
    },
    Seen, Shown, git, shown,
};
use crate::{finding::Skipped, prohibited::Search};

/// What the text of a commit's message is called.
const MESSAGE: &str = "(commit message)";

/// What the authors and committers of a commit are called.
const PEOPLE: &str = "(commit people)";

/// What the text of an annotated tag is called.
const TAG: &str = "(tag message)";

/// Adds to `seen` the lines of all commits and tags that refs lead to.
pub(super) fn add(search: &Search, seen: &mut Seen) -> Result<(), Stop> {
    let commits = [
        "log",
        "--all",
        "--topo-order",
        "-z",
        "--no-show-signature",
        "--format=%H%x00%an <%ae>%n%cn <%ce>%x00%B",
    ];
    for fields in records(&commits, 3)? {
        look(search, fields[0].as_bstr(), PEOPLE, &fields[1], seen);
        look(search, fields[0].as_bstr(), MESSAGE, &fields[2], seen);
    }
    let tags = [
        "for-each-ref",
        "--format=%(objectname)%00%(taggername) %(taggeremail)%0a%(contents)%00",
        "refs/tags",
    ];
    for fields in records(&tags, 2)? {
        // Each record ends with a line feed.
        look(
            search,
            fields[0].trim_ascii_start().as_bstr(),
            TAG,
            &fields[1],
            seen,
        );
    }
    Ok(())
}

/// Runs git and returns what it prints in records of `width` fields, with a NUL after each.
fn records(args: &[&str], width: usize) -> Result<Vec<Vec<BString>>, Stop> {
    let mut command = git();
    command
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = (command.output()).map_err(|error| not_run(args[0], &error))?;
    if !output.status.success() {
        return Err(Stop::said("", exit_code(output.status)));
    }
    let fields: Vec<BString> = (output.stdout.split(|byte| *byte == 0))
        .map(BString::from)
        .collect();
    let (records, rest) = (fields.chunks_exact(width), fields.len() % width);
    // After the last record there is nothing, or the end of its line.
    if rest > 1
        || !fields[fields.len() - rest..]
            .iter()
            .all(|field| field.trim_ascii().is_empty())
    {
        let message = format!(
            "git-secrets: git {}: its output ends within a record",
            args[0]
        );
        return Err(Stop::said(message, TROUBLE));
    }
    Ok(records.map(<[BString]>::to_vec).collect())
}

fn look(search: &Search, id: &BStr, called: &str, text: &[u8], seen: &mut Seen) {
    let lines = &mut seen.lines;
    let given_up = search.lines(text, |number, line| {
        lines.push(Shown {
            commit: format!("{id}:").into(),
            rest: shown(called.into(), number, line.as_bstr(), false),
        });
    });
    seen.skipped.extend(given_up.iter().map(|one| Skipped {
        path: format!("{id}:{called}").into(),
        reason: one.to_string(),
        incomplete: true,
    }));
}
