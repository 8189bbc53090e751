//! `keyfence why`: what each stage makes of a text, or of a line of a file.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Read as _, Write as _},
    ops::Range,
    path::Path,
};

use bstr::ByteSlice as _;

use super::{CLEAN, Failure, accepted, allow, args, guard, settings};
use crate::{
    chunk::decode::{self, Encoded},
    detection::{Judged, judge},
    engine::{Engine, Found, Scratch},
    judge::JUDGES,
    matcher::{Candidate, each_in_lines},
    report::{escape, escape_bytes},
    rule::{self, Rule, SecretKind},
    secret::{Fingerprint, redact},
};

/// The most bytes of a file that are looked at.
const MAX_BYTES: u64 = 64 << 20;

pub(super) fn run(args: &args::Why) -> Result<u8, Failure> {
    let rules = settings::rules(&args.rules)?;
    let text = args.what.to_string_lossy();
    let mut lead = String::new();
    let subject = if let Some(subject) = of_finding(&text, &args.rules, &mut lead)? {
        subject
    } else {
        Subject::of(args, &text)?
    };
    let engine = Engine::new(rules).with_guard(guard::load()?);
    let out = explain(&engine, &subject.path, &subject.bytes, &subject.wanted);
    io::stdout()
        .lock()
        .write_all((lead + &out).as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))?;
    Ok(CLEAN)
}

/// What is looked at.
struct Subject {
    /// The path that judges are told.
    path: String,
    bytes: Vec<u8>,
    /// Which of the bytes are meant.
    wanted: Range<usize>,
}

impl Subject {
    /// Returns what was typed: a text, or a line of a file.
    fn of(args: &args::Why, text: &str) -> Result<Self, Failure> {
        let place = text
            .rsplit_once(':')
            .and_then(|(path, line)| Some((path, line.parse::<usize>().ok()?)));
        if let Some((path, line)) = place
            && Path::new(path).is_file()
        {
            return Self::lines(Path::new(path), path, line, line);
        }
        let bytes = if text == "-" {
            let mut bytes = Vec::new();
            io::stdin()
                .lock()
                .take(MAX_BYTES)
                .read_to_end(&mut bytes)
                .map_err(|error| Failure::because("cannot read standard input", error))?;
            bytes
        } else {
            args.what.as_encoded_bytes().to_vec()
        };
        Ok(Self {
            path: String::new(),
            wanted: 0..bytes.len(),
            bytes,
        })
    }

    /// Returns the lines from `first` to `last` of `file`, which judges know as `path`.
    fn lines(file: &Path, path: &str, first: usize, last: usize) -> Result<Self, Failure> {
        let bytes = read(file)?;
        let line = |number| {
            line_range(&bytes, number)
                .ok_or_else(|| Failure::new(format!("{path} has no line {number}")))
        };
        let wanted = line(first)?.start..line(last)?.end;
        Ok(Self {
            path: path.to_owned(),
            bytes,
            wanted,
        })
    }
}

/// Returns the place of the finding whose fingerprint `text` is, and says in `out` what it is. None where it is no fingerprint, or not of a
/// finding that is here: then it may be a value of that form.
fn of_finding(
    text: &str,
    rules: &args::RuleOptions,
    out: &mut String,
) -> Result<Option<Subject>, Failure> {
    let Ok(fingerprint) = text.parse::<Fingerprint>() else {
        return Ok(None);
    };
    let found = allow::findings(settings::rules(rules)?, settings::salt(rules)?);
    let Some(finding) = found.iter().find(|f| f.fingerprint == fingerprint) else {
        drop(writeln!(
            io::stderr(),
            "keyfence: nothing in the work tree or the index has this fingerprint, so it is looked at as a text; `keyfence scan --history` tells what history has"
        ));
        return Ok(None);
    };
    let path = finding.path.to_str_lossy();
    let _ = writeln!(
        out,
        "{fingerprint} is {} ({}) in {}:{}\n",
        finding.rule,
        finding.name,
        escape_bytes(&finding.path),
        finding.start.line
    );
    if finding.file() != finding.path {
        return Err(Failure::new(format!(
            "{} stands in an archive; unpack it, and ask for PATH:LINE",
            escape(&path)
        )));
    }
    let number = |line: u64| usize::try_from(line).unwrap_or(usize::MAX);
    let file = accepted::root()?.join(&*path);
    let (first, last) = (number(finding.start.line), number(finding.end.line));
    Subject::lines(&file, &path, first, last).map(Some)
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

/// Returns true when `span` lies in part on the lines that are `wanted`.
fn touches(span: &Range<usize>, wanted: &Range<usize>) -> bool {
    span.start < wanted.end.max(wanted.start + 1) && wanted.start <= span.end
}

fn explain(engine: &Engine, path: &str, bytes: &[u8], wanted: &Range<usize>) -> String {
    let mut trace = Trace {
        engine,
        path,
        seen: 0,
        out: String::new(),
    };
    let is_wanted = |span: &Range<usize>| touches(span, wanted);
    let whole = 0..bytes.len();
    let (mut encoded, mut known_there) = (Vec::new(), Vec::new());
    let scratch = &mut Scratch::default();
    engine.find(bytes, whole.clone(), true, scratch, |found| match found {
        Found::Candidate(candidate) if is_wanted(&candidate.span) => trace.one(&candidate, &[]),
        Found::Candidate(_) => {}
        Found::Known(known) => known_there.push(known),
        Found::Encoded(one) => encoded.push(one),
    });
    let rules = engine.rules();
    let slow = each_in_lines(rules, bytes, whole, |candidate| {
        if is_wanted(&candidate.span) {
            trace.one(&candidate, &[]);
        }
    });
    encoded.retain(|one| is_wanted(&one.range));
    trace.decoded(bytes, &encoded, &[], Some(wanted));
    let Trace {
        mut seen, mut out, ..
    } = trace;
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

/// What each stage makes of what is looked at.
struct Trace<'e> {
    engine: &'e Engine,
    path: &'e str,
    /// How many candidates there were.
    seen: usize,
    out: String,
}

impl Trace<'_> {
    /// Looks into what is `encoded` in `text`, which itself was decoded from `outer`, as a scan does; only for what is `wanted` of it.
    fn decoded(
        &mut self,
        text: &[u8],
        encoded: &[Encoded],
        outer: &[&'static str],
        wanted: Option<&Range<usize>>,
    ) {
        for one in encoded {
            let Some(decoded) = decode::decode(text, one) else {
                continue;
            };
            let layers = [outer, &[decoded.encoding]].concat();
            let mut deeper = Vec::new();
            let bytes = &decoded.bytes[..];
            let scratch = &mut Scratch::default();
            let engine = self.engine;
            let is_wanted = |range: &Range<usize>| {
                let source = decoded.source(one.range.start, range);
                wanted.is_none_or(|wanted| touches(&source, wanted))
            };
            engine.find(bytes, 0..bytes.len(), true, scratch, |found| match found {
                // What stands there as it is was found in the text itself.
                Found::Candidate(candidate) if decoded.is_plain(&candidate.span) => {}
                Found::Candidate(candidate) if !is_wanted(&candidate.span) => {}
                Found::Candidate(candidate) => self.one(&candidate, &layers),
                Found::Known(_) => {}
                Found::Encoded(one) if !is_wanted(&one.range) => {}
                Found::Encoded(one) if decoded.is_plain(&one.range) => {}
                Found::Encoded(one) => deeper.push(one),
            });
            if layers.len() < decode::MAX_DEPTH {
                self.decoded(bytes, &deeper, &layers, None);
            }
        }
    }

    fn one(&mut self, candidate: &Candidate<'_>, layers: &[&'static str]) {
        self.seen += 1;
        let rule = self.engine.rules().rule(candidate.rule);
        let out = &mut self.out;
        let _ = writeln!(out, "{} ({})", rule.id, rule.name);
        if !layers.is_empty() {
            let _ = writeln!(out, "  decoded   {}", layers.join(", then "));
        }
        let _ = writeln!(out, "  matched   {}", redact(candidate.secret()));
        match judge(self.engine.rules(), candidate, self.path.as_bytes()) {
            Judged::Refuted { check } => {
                let _ = writeln!(out, "  check     `{check}` refutes it: not reported");
            }
            Judged::Dropped { judges } => {
                passed(rule, false, out);
                let said: Vec<String> = judges.iter().map(|name| said(name)).collect();
                let _ = writeln!(out, "  judges    not reported: {}", said.join("; "));
                silent(rule, &judges, false, out);
            }
            Judged::Kept {
                severity,
                confidence,
                facts,
                reasons,
                lowered_by,
                proved,
                ..
            } => {
                passed(rule, proved, out);
                for reason in reasons {
                    let _ = writeln!(out, "  check     {reason}");
                }
                for (name, value) in facts {
                    let _ = writeln!(out, "  fact      {name} = {value}");
                }
                for name in &lowered_by {
                    let _ = writeln!(out, "  judge     lowered: {}", said(name));
                }
                silent(rule, &lowered_by, proved, out);
                let _ = writeln!(
                    out,
                    "  result    reported with {} severity and {} confidence{}",
                    severity.name(),
                    confidence.name(),
                    if rule.identifier {
                        ", as a part of a pair; alone it is no secret"
                    } else {
                        ""
                    }
                );
            }
        }
    }
}

/// Says which checks a candidate has passed.
fn passed(rule: &Rule, proved: bool, out: &mut String) {
    let entropy = (rule.min_entropy > 0.0).then_some("min_entropy");
    let checks = rule.checks.iter().map(|check| &**check).chain(entropy);
    let names: Vec<String> = checks.map(|check| format!("`{check}`")).collect();
    if !names.is_empty() {
        let proof = if proved { ": its form is proved" } else { "" };
        let _ = writeln!(out, "  checks    passed {}{proof}", names.join(", "));
    }
}

/// Says which judges had a say and nothing against a candidate.
fn silent(rule: &Rule, spoke: &[&str], proved: bool, out: &mut String) {
    let names: Vec<&str> = JUDGES
        .iter()
        .filter(|judge| judge.kinds.contains(&rule.kind))
        // What is proved is only judged by those who are never wrong by chance (`judge::speakers`).
        .filter(|judge| !proved || judge.kinds.contains(&SecretKind::Token))
        .map(|judge| judge.name)
        .filter(|name| !spoke.contains(name))
        .collect();
    if !names.is_empty() {
        let _ = writeln!(out, "  judges    nothing against it: {}", names.join(", "));
    }
}

/// Returns a judge's name with what it says.
fn said(name: &str) -> String {
    let says = JUDGES
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
