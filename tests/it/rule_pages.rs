//! The pages in `docs/rules/` are what `keyfence rules pages` writes.
//!
//! `KEYFENCE_BLESS=1 cargo test --test it rule_pages` writes them anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Runs the command and returns the pages by name.
fn written(folder: &Path, files: &[&Path]) -> BTreeMap<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_keyfence"))
        .args(["rules", "pages"])
        .arg(folder)
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    pages(folder)
}

fn pages(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that writes the pages anew"
)]
fn pages_are_current() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let temporary = tempfile::tempdir().unwrap();
    let expected = written(temporary.path(), &[]);
    if env::var_os("KEYFENCE_BLESS").is_some() {
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &expected {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let there = pages(&folder);
    let names: BTreeSet<&String> = there.keys().chain(expected.keys()).collect();
    let stale: Vec<&String> = names
        .into_iter()
        .filter(|name| there.get(*name) != expected.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "{stale:?} in docs/rules are not current; run `KEYFENCE_BLESS=1 cargo test --test it rule_pages`"
    );
    leads_somewhere(&there);
    // Each rule has a section of its own.
    for rule in crate::patterns::all() {
        let heading = format!("\n## {}\n", rule.id);
        let with = there.values().filter(|page| page.contains(&heading));
        assert_eq!(with.count(), 1, "{}", rule.id);
        assert!(
            there["README.md"].contains(&format!("#{})", rule.id)),
            "{}",
            rule.id
        );
    }
}

/// Asserts that each link to a page leads to one, and to a heading in it.
fn leads_somewhere(pages: &BTreeMap<String, String>) {
    let mut links = 0;
    for (from, page) in pages {
        let targets = page
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'));
        for (target, _) in targets.filter(|(target, _)| target.contains(".md")) {
            links += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let to = pages.get(file);
            assert!(to.is_some(), "{from} leads to {target}");
            // GitHub and GitLab make the anchor of a heading from its words in lower case.
            let has = |line: &str| {
                let heading = line.trim_start_matches('#').trim();
                line.starts_with('#') && heading.to_lowercase().replace(' ', "-") == anchor
            };
            assert!(
                anchor.is_empty() || to.unwrap().lines().any(has),
                "{from} leads to {target}"
            );
        }
    }
    assert!(links > 500, "{links}");
}

#[test]
fn pages_hold_nothing_that_is_found() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let output = Command::new(env!("CARGO_BIN_EXE_keyfence"))
        .args(["scan", "--no-git", "--no-allow", "--color", "never"])
        .arg(folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
}

#[test]
fn own_rules_have_pages_and_what_is_there_stays() {
    let place = tempfile::tempdir().unwrap();
    let rules = place.path().join("own.toml");
    let text = "provider = \"Acme Corp\"\n[[rule]]\nid = \"own-token\"\nname = \"Own | *token*\"\nprefixes = [\"own_\"]\n\
                regex = 'own_[a-z`|]{12}'\nsamples = [\"`own_{lower:12}\\n\"]\nremediation = [\"Call <the> office\"]\n";
    fs::write(&rules, text).unwrap();
    let folder = place.path().join("pages");
    let pages = written(&folder, &[&rules]);
    assert_eq!(
        pages.keys().collect::<Vec<_>>(),
        ["README.md", "acme-corp.md"]
    );
    let page = &pages["acme-corp.md"];
    for part in [
        "# Acme Corp",
        "## own-token",
        "Own \\| \\*token\\*",
        "own_[a-z`|]{12}",
        "- `` `own_{lower:12}\\n ``",
        "1. Call \\<the\\> office",
        "keyfence:allow own-token REASON",
    ] {
        assert!(page.contains(part), "{part:?} is not in {page}");
    }
    // Again is no trouble; what somebody else has written is.
    written(&folder, &[&rules]);
    fs::write(folder.join("README.md"), "# Mine\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_keyfence"))
        .args(["rules", "pages"])
        .args([&folder, &rules])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("README.md was not written by this command"),
        "{told}"
    );
    assert_eq!(
        fs::read_to_string(folder.join("README.md")).unwrap(),
        "# Mine\n"
    );
}
