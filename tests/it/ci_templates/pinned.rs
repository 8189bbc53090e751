//! What the files must not do: use what may change, put foreign text into scripts, or tell a version that is not ours.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{NO_COMMIT, read, root, yaml};

/// Returns all YAML files that are for CI systems, by their paths in the tree.
pub(super) fn files() -> Vec<String> {
    let mut found = vec!["action.yml".to_owned()];
    let mut folders = ["ci", "templates", ".github", ".gitlab"]
        .map(|name| root().join(name))
        .to_vec();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|end| end == "yml" || end == "yaml")
            {
                let path: &Path = path.strip_prefix(root()).unwrap();
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort_unstable();
    assert!(found.len() > 7, "{found:?}");
    found
}

fn is_commit(id: &str) -> bool {
    id.len() == 40 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[test]
fn what_is_used_is_named_by_its_commit() {
    let mut count = 0;
    for name in files() {
        let text = read(&name);
        for document in yaml::documents(&name, &text) {
            let mut uses = Vec::new();
            yaml::all(&document, "uses", &mut uses);
            for used in uses {
                let (action, commit) = used.split_once('@').unwrap_or((used, ""));
                assert!(is_commit(commit), "{name}: {used}");
                // Ours is named by whoever uses it; of others the version stands beside, for people and programs that update it.
                assert_eq!(commit == NO_COMMIT, action == "OWNER/keyfence", "{name}");
                let line = text.lines().find(|line| line.contains(used)).unwrap();
                let version = line.split_once(" # v").is_some();
                assert_eq!(version, commit != NO_COMMIT, "{name}: {line}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 5);
}

/// Returns all scripts of a file: what stands under the keys that systems take scripts from.
pub(super) fn scripts(name: &str) -> Vec<String> {
    const KEYS: [&str; 6] = [
        "run",
        "bash",
        "command",
        "commands",
        "script",
        "before_script",
    ];
    fn search(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| search(item, out)),
            Value::Object(entries) => {
                for (name, value) in entries {
                    match value {
                        Value::String(text) if KEYS.contains(&&**name) => out.push(text.clone()),
                        Value::Array(items) if KEYS.contains(&&**name) => {
                            out.push(items.iter().map(yaml::plain).collect::<Vec<_>>().join("\n"));
                        }
                        _ => search(value, out),
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for document in yaml::documents(name, &read(name)) {
        search(&document, &mut found);
    }
    found
}

/// A branch may be called `$(curl …)`: whatever a system fills into a script before a shell reads it is run.
#[test]
fn nothing_is_filled_into_scripts() {
    let mut count = 0;
    for name in files() {
        for script in scripts(&name) {
            // GitHub; GitLab; CircleCI; and Azure, whose variables have a dot where a shell's commands have a space.
            for mark in ["${{", "$[[", "<<", "$(Build.", "$(System.", "$(Pipeline."] {
                let filled = script.replace("<<<", "").contains(mark);
                assert!(!filled, "{name}: {mark} in {script}");
            }
            count += 1;
        }
    }
    assert_eq!(count, 14);
}

#[test]
fn the_image_has_the_rust_that_is_needed() {
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let rust = manifest["package"]["rust-version"].as_str().unwrap();
    let image = format!("rust:{rust}-bookworm");
    let mut count = 0;
    for name in files() {
        let text = read(&name);
        for (at, _) in text.match_indices("rust:") {
            let rest = text.get(at..).unwrap();
            assert!(rest.starts_with(&image), "{name}: it has to be {image}");
            count += 1;
        }
    }
    assert_eq!(count, 5);
}

/// What stands in the page works as it stands there.
#[test]
fn the_page_names_what_is_there() {
    let page = read("docs/ci.md");
    let action = yaml::documents("action.yml", &read("action.yml")).remove(0);
    let component = yaml::documents("templates/keyfence.yml", &read("templates/keyfence.yml"));
    let component = &component[0]["spec"]["inputs"];
    let mut count = 0;
    for snippet in page.split("```yaml\n").skip(1) {
        let (snippet, _) = snippet.split_once("```").unwrap();
        for document in yaml::documents("docs/ci.md", snippet) {
            let used = [
                (&document[0]["with"], &action["inputs"]),
                (&document["include"][0]["inputs"], component),
            ];
            for (given, inputs) in used {
                for name in given.as_object().into_iter().flat_map(|given| given.keys()) {
                    assert!(inputs.get(name).is_some(), "{name} is no input");
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 4);
    for name in component.as_object().unwrap().keys() {
        assert!(
            page.contains(&format!("`{name}`")) || page.contains(&format!("{name}: ")),
            "{name}"
        );
    }
    let (_, rows) = page.split_once("| input | default | |").unwrap();
    let (rows, _) = rows.split_once("\n\n").unwrap();
    for (name, input) in action["inputs"].as_object().unwrap() {
        let name = format!("`{name}`");
        let row = rows.lines().find(|row| row.contains(&name));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        let default = yaml::plain(&input["default"]);
        assert!(
            default.is_empty() || row.contains(&format!("`{default}`")),
            "{row}"
        );
    }
    for (_, rest) in page
        .match_indices("](")
        .map(|(at, mark)| page.split_at(at + mark.len()))
    {
        let link = rest.split([')', '#']).next().unwrap();
        let is_ours = !link.is_empty() && !link.starts_with("https:");
        assert!(
            !is_ours || root().join("docs").join(link).exists(),
            "{link}"
        );
    }
}
