//! Data flows one way: no stage imports a later one, and the library core knows no terminal, no environment and no clock.
//!
//! The tests read the source as text: comments, strings and tests are blanked, then each path that starts with `crate::`
//! (or climbs there by `super::`) is held against [`STAGES`], and each path of another crate against [`FORBIDDEN`].

#![expect(
    clippy::string_slice,
    reason = "the text was made ASCII, or is cut where something was found"
)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The stages, in the order data flows. A module may import those on its own line and the lines above it.
///
/// A new folder of `src/` needs a place here before the tests pass.
const STAGES: &[&[&str]] = &[
    // A language by itself: it knows nothing of keyfence.
    &["ere"],
    // Tables of TOML files, which rules and the configuration are read from.
    &["fields"],
    // What everything speaks of: no stages, so they know none.
    &["secret", "rule"],
    &["source", "chunk", "archive"],
    &["prefilter"],
    &["matcher"],
    &["validate", "judge"],
    // Asks judges only when a secret is added.
    &["guard"],
    // A detection is what is left of a candidate and what pairs are made of.
    &["detection", "pair"],
    &["finding"],
    &["provenance"],
    &["policy"],
    // What says what the policy is.
    &["config"],
    // What other tools say, in the words of rules and policy.
    &["import"],
    // Where the stages meet.
    &["engine", "scan"],
    // Lines instead of findings: what the drop-in scans.
    &["prohibited"],
    &["report"],
    &["hook"],
    &["cli"],
];

/// What may be imported against the order, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "rule",
        "validate",
        "a rule file names checks and templates name checksums; both are looked up when the file is read",
    ),
    (
        "source",
        "finding::Skipped",
        "a source says what it could not read",
    ),
    (
        "source",
        "finding::Counts",
        "a source says how much it read",
    ),
    (
        "source",
        "finding::SourceKind",
        "a source says what kind it is",
    ),
    (
        "source",
        "finding::Commit",
        "the history source says what reports tell of a commit",
    ),
    (
        "chunk",
        "finding::SourceKind",
        "a chunk carries where it came from",
    ),
];

/// The modules that may talk to the outside world.
const OUTSIDE: &[&str] = &["cli", "hook"];

/// The stages that are functions of bytes: they know no files, no git and no threads.
const PURE: &[&str] = &[
    "ere",
    "fields",
    "archive",
    "secret",
    "rule",
    "prefilter",
    "matcher",
    "validate",
    "judge",
    "guard",
    "detection",
    "pair",
    "finding",
    "provenance",
    "report",
    "import",
];

/// What only [`OUTSIDE`] may name: environment, processes, terminal, clock.
const FORBIDDEN: &[&str] = &[
    "std::env",
    "std::process",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::io::Stdin",
    "std::io::Stdout",
    "std::io::Stderr",
    "std::io::IsTerminal",
    "std::time::Instant",
    "clap",
];

/// What [`PURE`] may not name either.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "gix",
    "ignore",
    "rayon",
];

/// Macros and calls that print, wherever their names come from.
const PRINTS: &[&str] = &[
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "stdin()",
    "stdout()",
    "stderr()",
    "Instant::now",
    "SystemTime::now",
    "env::var",
    "env::args",
    "process::exit",
    "Command::new",
];

/// Returns what is wrong with the file `path` (relative to `src/`) that holds `source`.
fn violations(path: &str, source: &str) -> Vec<String> {
    let code = without_tests(&blank(source));
    let modules = modules_of(path);
    let module = modules.first().map_or("", String::as_str);
    let mut out = Vec::new();
    if module == "main" || module == "lib" || module == "bin" {
        return out;
    }
    let Some(rank) = rank(module) else {
        return vec![format!("{path}: `{module}` has no place in STAGES")];
    };
    for imported in crate_paths(&code, modules.len()) {
        let first = imported.split("::").next().unwrap_or_default();
        if later(first, rank) && !excused(module, &imported) {
            out.push(format!(
                "{path}: `{module}` imports the later stage `{imported}`"
            ));
        }
    }
    if OUTSIDE.contains(&module) {
        return out;
    }
    let pure = PURE.contains(&module);
    let named = external_paths(&code);
    for forbidden in FORBIDDEN.iter().chain(IMPURE.iter().filter(|_| pure)) {
        if named.iter().any(|name| names(name, forbidden)) {
            out.push(format!("{path}: `{module}` names `{forbidden}`"));
        }
    }
    for call in PRINTS {
        if finds_word(&code, call) {
            out.push(format!("{path}: `{module}` uses `{call}`"));
        }
    }
    out
}

fn rank(module: &str) -> Option<usize> {
    STAGES.iter().position(|stage| stage.contains(&module))
}

/// Returns true when `module` is a stage after `rank`. What is no stage (an item that `lib.rs` re-exports) counts as later: its
/// home is to be named.
fn later(module: &str, rank_of_importer: usize) -> bool {
    rank(module).is_none_or(|rank| rank > rank_of_importer)
}

fn excused(module: &str, imported: &str) -> bool {
    EXCEPTIONS
        .iter()
        .any(|(from, to, _)| *from == module && starts_with_path(imported, to))
}

/// Returns true when `path` leads to `forbidden`. The name of a crate alone is not enough: it may be a variable's, too.
fn names(path: &str, forbidden: &str) -> bool {
    starts_with_path(path, forbidden) && (forbidden.contains("::") || path != forbidden)
}

/// Returns true when `path` is `start` or lies within it.
fn starts_with_path(path: &str, start: &str) -> bool {
    path.strip_prefix(start)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Returns the modules a file stands for: `report/human/block.rs` is `report`, `human`, `block`.
fn modules_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').map(str::to_owned).collect()
}

/// Returns the paths below the crate root that `code` names, in a file that is `depth` modules deep.
fn crate_paths(code: &str, depth: usize) -> Vec<String> {
    let climbs = "super::".repeat(depth);
    let mut out = Vec::new();
    for path in paths(code) {
        if let Some(rest) = path.strip_prefix("crate::") {
            out.push(rest.to_owned());
        } else if let Some(rest) = path.strip_prefix(&climbs) {
            out.push(rest.to_owned());
        }
    }
    out
}

/// Returns the paths that are not of this crate.
fn external_paths(code: &str) -> Vec<String> {
    paths(code)
        .into_iter()
        .map(|path| path.strip_prefix("::").map_or(path.clone(), str::to_owned))
        .filter(|path| !path.starts_with("crate::") && !path.starts_with("super::"))
        .collect()
}

/// Returns each path in `code` with its groups spread out: `a::{b, c::d}` gives `a::b` and `a::c::d`.
fn paths(code: &str) -> Vec<String> {
    let bytes = code.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start_of_word = is_word(bytes[at]) && (at == 0 || !is_word(bytes[at - 1]));
        // `Vec::<u8>::new`: the end of a path whose start is read. `::clap` is a path of its own.
        let within = at >= 3 && &bytes[at - 3..at] == b">::";
        if start_of_word && !within {
            at = path_at(code, at, "", &mut out).max(at + 1);
        } else {
            at += 1;
        }
    }
    out
}

/// Reads the path at `at`, adds it to `out` with `lead` before it, and returns where it ends.
fn path_at(code: &str, mut at: usize, lead: &str, out: &mut Vec<String>) -> usize {
    let bytes = code.as_bytes();
    let mut path = lead.to_owned();
    loop {
        let start = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        path.push_str(&code[start..at]);
        if !code[at..].starts_with("::") {
            break;
        }
        at += 2;
        at += blanks(&code[at..]);
        path.push_str("::");
        match bytes.get(at) {
            Some(b'{') => return group_at(code, at + 1, &path, out),
            Some(byte) if is_word(*byte) => {}
            _ => break,
        }
    }
    out.push(path.trim_end_matches("::").to_owned());
    at
}

/// Reads the group that starts at `at` and returns where it ends.
fn group_at(code: &str, mut at: usize, lead: &str, out: &mut Vec<String>) -> usize {
    let bytes = code.as_bytes();
    while at < bytes.len() && bytes[at] != b'}' {
        if is_word(bytes[at]) {
            at = path_at(code, at, lead, out);
            // `as name`
            at += blanks(&code[at..]);
            if code[at..].starts_with("as ") {
                at += code[at..].find([',', '}']).unwrap_or(code.len() - at);
            }
        } else {
            at += 1;
        }
    }
    (at + 1).min(code.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Returns true when `code` has `word` not as the end of a longer word.
fn finds_word(code: &str, word: &str) -> bool {
    code.match_indices(word)
        .any(|(at, _)| at == 0 || !is_word(code.as_bytes()[at - 1]))
}

/// Returns `source` as ASCII with comments and the insides of literals replaced by spaces.
fn blank(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut out: Vec<u8> = bytes
        .iter()
        .map(|b| if b.is_ascii() { *b } else { b'x' })
        .collect();
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(bytes, at).unwrap_or(at);
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8(out).unwrap()
}

/// Returns the end of the comment or literal that starts at `at`.
fn literal_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let find = |from: usize, what: &[u8]| {
        bytes[from..]
            .windows(what.len())
            .position(|w| w == what)
            .map_or(bytes.len(), |n| from + n)
    };
    if rest.starts_with(b"//") {
        return Some(find(at, b"\n"));
    }
    if rest.starts_with(b"/*") {
        return Some(block_comment_end(bytes, at));
    }
    if rest.starts_with(b"r") && (at == 0 || !is_word(bytes[at - 1]) || bytes[at - 1] == b'b') {
        let hashes = rest[1..].iter().take_while(|b| **b == b'#').count();
        if rest.get(1 + hashes) == Some(&b'"') {
            let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
            return Some((find(at + hashes + 2, &close) + close.len()).min(bytes.len()));
        }
    }
    if rest.starts_with(b"\"") {
        return Some(quoted_end(bytes, at, b'"'));
    }
    // `'a'` and `'\n'` are characters, `'a` alone is a lifetime.
    let character = match rest {
        [b'\'', b'\\', ..] => true,
        [b'\'', first, ..] => {
            let len = if *first < 0x80 {
                1
            } else {
                (2..=4)
                    .find(|n| rest.get(1 + n).is_none_or(|b| b & 0xc0 != 0x80))
                    .unwrap_or(4)
            };
            rest.get(1 + len) == Some(&b'\'')
        }
        _ => false,
    };
    character.then(|| quoted_end(bytes, at, b'\''))
}

fn block_comment_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn quoted_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Returns `code` without the items that are only compiled for tests. Literals must be blanked.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..start]);
        rest = &rest[start + "#[cfg(test)]".len()..];
        let mut depth = 0;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                (*c == ';' || *c == '}') && depth == 0
            })
            .map_or(rest.len(), |(at, _)| at + 1);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn data_flows_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 10, "the source is in src/");
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
            violations(&path.replace('\\', "/"), &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_exception_is_against_the_order() {
    for (from, to, _) in EXCEPTIONS {
        let first = to.split("::").next().unwrap();
        assert!(later(first, rank(from).unwrap()), "{from} may import {to}");
    }
}

#[track_caller]
fn refused(path: &str, source: &str, expected: &str) {
    let wrong = violations(path, source);
    assert!(
        wrong.len() == 1 && wrong[0].contains(expected),
        "{source}: {wrong:?}"
    );
}

#[track_caller]
fn accepted(path: &str, source: &str) {
    let wrong = violations(path, source);
    assert!(wrong.is_empty(), "{source}: {wrong:?}");
}

#[test]
fn imports_against_the_flow_are_seen() {
    refused(
        "matcher/mod.rs",
        "use crate::finding::Finding;",
        "finding::Finding",
    );
    refused(
        "matcher/lines.rs",
        "use crate::{rule::Rule, report::{json}};",
        "report::json",
    );
    refused("judge/mod.rs", "use crate::\n    policy;", "policy");
    refused("rule/mod.rs", "fn f() { crate::scan::run() }", "scan::run");
    refused("finding.rs", "use super::policy::Allow;", "policy::Allow");
    refused(
        "rule/parse/anchors.rs",
        "use super::super::super::cli::Args;",
        "cli::Args",
    );
    refused(
        "report/mod.rs",
        "pub use crate::{hook::{a as b}};",
        "hook::a",
    );
    refused(
        "source/files.rs",
        "use crate::finding::Finding;",
        "finding::Finding",
    );
    refused("judge/mod.rs", "use crate::Scanner;", "Scanner");
    refused("novelty/mod.rs", "", "`novelty` has no place");
    refused("ere/set/group.rs", "use crate::rule::Rule;", "rule::Rule");
    refused("hook/run.rs", "use crate::cli::args;", "cli::args");
}

#[test]
fn imports_with_the_flow_are_not() {
    accepted(
        "finding.rs",
        "use crate::{matcher::lines::Place, rule::{Confidence, Severity}};",
    );
    accepted(
        "judge/mod.rs",
        "use crate::validate::Fact; use crate::judge::x;",
    );
    accepted("rule/parse.rs", "use crate::validate; use super::Anchor;");
    accepted("source/files.rs", "use crate::finding::{Counts, Skipped};");
    accepted(
        "cli/mod.rs",
        "use crate::{scan, report, hook}; use std::env; use clap::Parser;",
    );
    accepted(
        "main.rs",
        "fn main() { std::process::exit(keyfence::cli::run()) }",
    );
    accepted(
        "matcher/mod.rs",
        "/// See [`crate::report`].\n// crate::report\n/* crate::cli /* */ crate::cli */\nfn f() {}",
    );
    accepted(
        "matcher/mod.rs",
        "const A: &str = \"crate::report \\\" crate::cli\"; const B: &str = r#\"\"crate::cli\"#;",
    );
    accepted(
        "matcher/mod.rs",
        "fn f<'a>(x: &'a str) -> char { '\"' } // \"\nfn g() -> char { 'é' }",
    );
    accepted(
        "matcher/mod.rs",
        "fn f() {}\n#[cfg(test)]\nmod tests { use crate::report; fn g() { println!(\"}\"); } }",
    );
    accepted("pair/mod.rs", "use super::detection::Detection;");
}

#[test]
fn the_outside_world_is_seen() {
    refused("source/files.rs", "use std::env;", "std::env");
    refused(
        "source/files.rs",
        "use std::{io, process::{Child, Stdio}};",
        "std::process",
    );
    refused(
        "report/human.rs",
        "use std::io::{self, stdout};",
        "std::io::stdout",
    );
    refused(
        "report/human.rs",
        "fn f() { let x = io::stderr(); }",
        "stderr()",
    );
    refused("engine.rs", "fn f() { println!(\"\") }", "println!");
    refused("scan.rs", "use ::clap::Parser;", "clap");
    refused("scan.rs", "#[derive(clap::Parser)] struct A;", "clap");
    refused(
        "scan.rs",
        "fn f() { let t = Instant::now(); }",
        "Instant::now",
    );
    refused("matcher/mod.rs", "use std::fs::File;", "std::fs");
    refused("report/json.rs", "use gix::ObjectId;", "gix");
    refused("judge/mod.rs", "fn f() { rayon::join(a, b) }", "rayon");
    accepted("source/files.rs", "use std::fs::File; use gix::ObjectId;");
    accepted("judge/mod.rs", "fn f(ignore: bool) -> bool { !ignore }");
    accepted(
        "scan.rs",
        "use rayon::prelude::*; fn f() { environment::var(); reprint!() }",
    );
    // The text after a test module is looked at, too.
    refused(
        "scan.rs",
        "#[cfg(test)]\nuse std::env;\n#[cfg(test)]\nmod tests { fn f() {} }\nuse std::process;",
        "std::process",
    );
}
