//! `.gitleaksignore`: fingerprints of findings that were accepted, one a line, `commit:file:rule:line` or `file:rule:line`
//! (<https://github.com/gitleaks/gitleaks#gitleaksignore>).

use super::{Accepted, ImportError, Imported, LeftOut};

/// Reads a file.
///
/// # Errors
///
/// When there is nothing in it.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let mut out = Imported::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line, number) {
            Some(entry) => out.accepted.push(entry),
            None => out.left_out.push(LeftOut {
                line: number,
                what: "an entry".to_owned(),
                why: "it is neither commit:file:rule:line nor file:rule:line".to_owned(),
            }),
        }
    }
    if out == Imported::default() {
        return Err(ImportError {
            line: 0,
            message: "it has no entry".to_owned(),
        });
    }
    Ok(out)
}

fn entry(text: &str, line: usize) -> Option<Accepted> {
    // A file's name may have colons.
    let (rest, at) = text.rsplit_once(':')?;
    let (rest, rule) = rest.rsplit_once(':')?;
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_id(commit) => (Some(commit.to_owned()), path),
        _ => (None, rest),
    };
    let at = at.parse().ok().filter(|at| *at > 0)?;
    (!path.is_empty() && !rule.is_empty()).then(|| Accepted::Place {
        line,
        commit,
        path: path.into(),
        rule: rule.to_owned(),
        at,
    })
}

/// Returns true for the id of a commit, SHA-1 or SHA-256.
fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{Accepted, read};

    #[test]
    fn entries_are_read() {
        let commit = "a1".repeat(20);
        let text = format!(
            "# seen\n\n{commit}:src/a.rs:generic-api-key:12\r\na:b.txt:rule:3\n:rule:3\nx:y:0\nnothing\n"
        );
        let read = read(&text).unwrap();
        let place = |line, commit: Option<&str>, path: &str, rule: &str, at| Accepted::Place {
            line,
            commit: commit.map(str::to_owned),
            path: path.into(),
            rule: rule.to_owned(),
            at,
        };
        assert_eq!(
            read.accepted,
            [
                place(3, Some(&commit), "src/a.rs", "generic-api-key", 12),
                place(4, None, "a:b.txt", "rule", 3),
            ]
        );
        let lines: Vec<usize> = read.left_out.iter().map(|one| one.line).collect();
        assert_eq!(lines, [5, 6, 7]);
    }

    #[test]
    fn a_file_without_entries_is_a_mistake() {
        assert!(read("# nothing\n").is_err());
    }
}
