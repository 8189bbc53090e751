//! `keyfence why`: what each stage makes of a text, or of a line of a file.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Read as _, Write as _},
    ops::Range,
    path::Path,
};

use super::{CLEAN, Failure, args, guard, settings};
use crate::{
    detection::{Judged, judge},
    engine::{Engine, Found, Scratch},
    matcher::{Candidate, each_in_lines},
    rule,
    secret::redact,
};

/// The most bytes of a file that are looked at.
const MAX_BYTES: u64 = 64 << 20;

pub(super) fn run(args: &args::Why) -> Result<u8, Failure> {
    let engine = Engine::new(settings::rules(&args.rules)?).with_guard(guard::load()?);
    let text = args.what.to_string_lossy();
    let (path, bytes, line) = match text
        .rsplit_once(':')
        .and_then(|(path, line)| Some((path, line.parse::<usize>().ok()?)))
    {
        Some((path, line)) if Path::new(path).is_file() => {
            (path, read(Path::new(path))?, Some(line))
        }
        _ if text == "-" => {
            let mut bytes = Vec::new();
            io::stdin()
                .lock()
                .take(MAX_BYTES)
                .read_to_end(&mut bytes)
                .map_err(|error| Failure::because("cannot read standard input", error))?;
            ("", bytes, None)
        }
        _ => ("", args.what.as_encoded_bytes().to_vec(), None),
    };
    let wanted = match line {
        None => 0..bytes.len(),
        Some(line) => line_range(&bytes, line)
            .ok_or_else(|| Failure::new(format!("{path} has no line {line}")))?,
    };
    let out = explain(&engine, path, &bytes, &wanted);
    io::stdout()
        .lock()
        .write_all(out.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))?;
    Ok(CLEAN)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error| Failure::because(format!("cannot read {}", path.display()), error);
    let mut bytes = Vec::new();
    fs::File::open(path)
        .map_err(cannot)?
        .take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    Ok(bytes)
}

/// Returns where the line `number`, from 1, stands.
fn line_range(bytes: &[u8], number: usize) -> Option<Range<usize>> {
    let mut start = 0;
    for _ in 1..number {
        start += memchr::memchr(b'\n', bytes.get(start..)?)? + 1;
    }
    let rest = bytes.get(start..).filter(|_| number > 0)?;
    Some(start..start + memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
}

fn explain(engine: &Engine, path: &str, bytes: &[u8], wanted: &Range<usize>) -> String {
    let mut out = String::new();
    let mut seen = 0;
    let mut known_there = Vec::new();
    let mut look_at = |candidate: &Candidate<'_>| {
        if candidate.span.start < wanted.end.max(wanted.start + 1)
            && wanted.start <= candidate.span.end
        {
            seen += 1;
            one(engine, path, candidate, &mut out);
        }
    };
    let (whole, scratch) = (0..bytes.len(), &mut Scratch::default());
    engine.find(bytes, whole.clone(), true, scratch, |found| match found {
        Found::Candidate(candidate) => look_at(&candidate),
        Found::Known(known) => known_there.push(known),
        Found::Encoded(_) => {}
    });
    let rules = engine.rules();
    let slow = each_in_lines(rules, bytes, whole, |candidate| look_at(&candidate));
    for slow in slow {
        let _ = writeln!(out, "the rule `{}` {slow}", rules.rule(slow.rule).id);
    }
    for known in known_there {
        let entry = engine
            .guard()
            .and_then(|guard| guard.entries().get(known.entry));
        let in_it = known.span.start < wanted.end && wanted.start <= known.span.end;
        if let Some(entry) = entry.filter(|_| in_it) {
            seen += 1;
            let _ = writeln!(
                out,
                "{} (the guard)\n  knows     it is `{}`, from {}\n  result    reported with critical severity and high confidence",
                rule::guard::ID,
                entry.name,
                entry.source
            );
        }
    }
    if seen == 0 {
        out.push_str("no rule's pattern matches here\n");
    }
    out
}

fn one(engine: &Engine, path: &str, candidate: &Candidate<'_>, out: &mut String) {
    let rule = engine.rules().rule(candidate.rule);
    let _ = writeln!(
        out,
        "{} ({})\n  matched   {}",
        rule.id,
        rule.name,
        redact(candidate.secret())
    );
    match judge(engine.rules(), candidate, path.as_bytes()) {
        Judged::Refuted { check } => {
            let _ = writeln!(out, "  check     `{check}` refutes it: not reported");
        }
        Judged::Dropped { judges } => {
            let _ = writeln!(
                out,
                "  judges    not reported: {}",
                judges
                    .iter()
                    .map(|name| said(name))
                    .collect::<Vec<_>>()
                    .join("; ")
            );
        }
        Judged::Kept {
            severity,
            confidence,
            facts,
            reasons,
            lowered_by,
            ..
        } => {
            for reason in reasons {
                let _ = writeln!(out, "  check     {reason}");
            }
            for (name, value) in facts {
                let _ = writeln!(out, "  fact      {name} = {value}");
            }
            for name in lowered_by {
                let _ = writeln!(out, "  judge     lowered: {}", said(name));
            }
            let _ = writeln!(
                out,
                "  result    reported with {} severity and {} confidence",
                severity.name(),
                confidence.name()
            );
        }
    }
}

/// Returns a judge's name with what it says.
fn said(name: &str) -> String {
    let says = crate::judge::JUDGES
        .iter()
        .find(|judge| judge.name == name)
        .map_or("", |judge| judge.says);
    format!("`{name}` ({says})")
}

#[cfg(test)]
mod tests {
    use super::line_range;

    #[test]
    fn lines_are_found() {
        let text = b"one\ntwo\n\nfour";
        assert_eq!(line_range(text, 1), Some(0..3));
        assert_eq!(line_range(text, 2), Some(4..7));
        assert_eq!(line_range(text, 3), Some(8..8));
        assert_eq!(line_range(text, 4), Some(9..13));
        assert_eq!(line_range(text, 5), None);
        assert_eq!(line_range(text, 0), None);
    }
}
