//! `keyfence rules pages`: what there is to know of each rule, for people, as Markdown.
//!
//! The pages in `docs/rules/` are those of the built-in rules; `tests/it/rule_pages.rs` writes them and says whether they are current.

mod section;
mod template;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::{CLEAN, Failure, args, count, sources};
use crate::{
    judge,
    rule::{PairRule, Rule, SecretKind},
};

/// The first line of each page: what has another is not ours, and is not written over.
const MARK: &str =
    "<!-- Written by `keyfence rules pages`; changes belong into the rule files. -->";

/// The page that lists all rules.
const INDEX: &str = "README.md";

/// What is to be told of one provider.
#[derive(Default)]
struct Provider<'r> {
    rules: Vec<&'r Rule>,
    pairs: Vec<&'r PairRule>,
}

pub(super) fn run(args: &args::Pages, out: &mut String) -> Result<u8, Failure> {
    let sources = sources::read_or_builtin(&args.files)?;
    let rules: Vec<&Rule> = sources.iter().flat_map(|source| &source.rules).collect();
    let mut providers: BTreeMap<&str, Provider<'_>> = BTreeMap::new();
    for rule in &rules {
        providers
            .entry(&rule.provider)
            .or_default()
            .rules
            .push(rule);
    }
    let pairs: Vec<&PairRule> = sources.iter().flat_map(|source| &source.pairs).collect();
    for pair in &pairs {
        providers
            .entry(&pair.provider)
            .or_default()
            .pairs
            .push(pair);
    }
    let mut pages = vec![(INDEX.to_owned(), index(&providers))];
    for (name, provider) in &mut providers {
        provider.rules.sort_by(|a, b| a.id.cmp(&b.id));
        provider.pairs.sort_by(|a, b| a.id.cmp(&b.id));
        pages.push((file_of(name), page(name, provider, &pairs)));
    }
    for (name, text) in &pages {
        write(&args.folder.join(name), text)?;
    }
    let _ = writeln!(
        out,
        "{} about {} written to {}",
        count(pages.len() as u64, "page"),
        count(rules.len() as u64, "rule"),
        args.folder.display()
    );
    Ok(CLEAN)
}

/// Writes a page, unless something else stands there.
fn write(path: &PathBuf, text: &str) -> Result<(), Failure> {
    match fs::read(path) {
        Ok(there) if !there.starts_with(MARK.as_bytes()) => {
            return Err(Failure::new(format!(
                "{} was not written by this command and is left as it is; name another folder, or move it away",
                path.display()
            )));
        }
        _ => {}
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure::because(format!("cannot write {}", path.display()), error))
}

/// Returns the name of the page of a provider, which a file system must not take for that of another.
fn file_of(provider: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = provider.chars().map(plain).collect();
    // `readme.md` is `README.md` where case does not matter.
    if name == "readme" {
        format!("{name}-io.md")
    } else {
        format!("{name}.md")
    }
}

/// Returns the page that lists all rules.
fn index(providers: &BTreeMap<&str, Provider<'_>>) -> String {
    let all = providers
        .values()
        .map(|provider| provider.rules.len())
        .sum::<usize>();
    let mut out = format!(
        "{MARK}\n\n# Rules\n\n{} of {}. Each links to what it finds, why it is sure or not, and what to do about a finding.\n\n\
         | provider | rule | name | severity | confidence |\n|---|---|---|---|---|\n",
        count(all as u64, "rule"),
        count(providers.len() as u64, "provider"),
    );
    for (name, provider) in providers {
        let file = file_of(name);
        let mut rows: Vec<(&str, &str, &str, &str)> = provider
            .rules
            .iter()
            .map(|r| (&*r.id, &*r.name, r.severity.name(), r.confidence.name()))
            .chain(
                provider
                    .pairs
                    .iter()
                    .map(|p| (&*p.id, &*p.name, p.severity.name(), "high")),
            )
            .collect();
        rows.sort_unstable();
        for (id, rule, severity, confidence) in rows {
            let _ = writeln!(
                out,
                "| [{}]({file}) | [`{id}`]({file}#{id}) | {} | {severity} | {confidence} |",
                cell(name),
                cell(rule)
            );
        }
    }
    out.push_str(
        "\n## Confidence\n\n\
         The confidence above is that of a match by itself. Checks and judges have their say afterwards: a check that proves the form makes it high, \
         each judge that speaks against it lowers it or drops it. `keyfence why PATH:LINE` tells which did.\n\n\
         ## Judges\n\n\
         | judge | says of a value that it | looks at kinds |\n|---|---|---|\n",
    );
    for judge in judge::JUDGES {
        let kinds: Vec<&str> = judge.kinds.iter().map(|kind| kind.name()).collect();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} |",
            judge.name,
            judge.says,
            kinds.join(", ")
        );
    }
    out.push_str("\n## Kinds\n\n");
    for kind in SecretKind::ALL {
        let _ = writeln!(out, "- `{}`: {}.", kind.name(), section::kind(kind));
    }
    out.push_str("\n## Templates\n\n");
    out.push_str(template::LEGEND);
    out
}

/// Returns the page of a provider.
fn page(name: &str, provider: &Provider<'_>, pairs: &[&PairRule]) -> String {
    let mut out = format!("{MARK}\n\n# {}\n\n[All rules]({INDEX})\n", cell(name));
    for pair in &provider.pairs {
        section::pair(pair, &mut out);
    }
    for rule in &provider.rules {
        section::rule(rule, pairs, &mut out);
    }
    out
}

/// Returns a text as it can stand in a line of Markdown, also within a table.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in crate::report::escape(text).chars() {
        if "\\`*_[]<>|#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Returns a text whose `code` stays code; an underscore within a word needs no escape.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return cell(text);
    }
    let part = |(at, part): (usize, &&str)| {
        if at % 2 == 0 {
            cell(part).replace("\\_", "_")
        } else {
            code(part)
        }
    };
    parts.iter().enumerate().map(part).collect()
}

/// Returns a text as code in a line of Markdown (<https://spec.commonmark.org/0.31.2/#code-spans>).
fn code(text: &str) -> String {
    let text = crate::report::escape(text);
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') || text.trim() != text {
        " "
    } else {
        ""
    };
    format!("{fence}{blank}{text}{blank}{fence}")
}

#[cfg(test)]
mod tests {
    use super::{cell, code, file_of, prose};

    #[test]
    fn text_stays_text() {
        assert_eq!(cell("a|b *c* <d>"), "a\\|b \\*c\\* \\<d\\>");
        assert_eq!(prose("run `a <b>` in <c_d>"), "run `a <b>` in \\<c_d\\>");
        assert_eq!(prose("a ` b"), "a \\` b");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn pages_do_not_get_in_each_others_way() {
        assert_eq!(file_of("GitHub"), "github.md");
        assert_eq!(file_of("readme"), "readme-io.md");
        assert_eq!(file_of("../x"), "---x.md");
    }
}
