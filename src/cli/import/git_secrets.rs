//! What git's configuration has for git-secrets, to be carried over.

use bstr::{BStr, BString, ByteSlice as _};

use super::Read;
use crate::{
    cli::{
        Failure,
        git_secrets::{config::Entry, register::is_register_aws},
        prohibited::Configuration,
    },
    ere::{self, Ere},
    import::{Accepted, Draft, Imported, LeftOut, Syntax},
    rule::{Confidence, Severity},
    secret::Secret,
};

/// The fewest bytes of a literal that is taken for a secret and not for a word.
const MIN_SECRET: usize = 16;

/// Reads the configuration that git sees here, and `.gitallowed`; nothing where both have nothing.
pub(super) fn read() -> Result<Option<Read>, Failure> {
    let configuration = Configuration::read(true)?;
    let mut imported = Imported::default();
    for entry in configuration.patterns() {
        for line in ere::lines_of(&entry.value) {
            pattern(line.as_bstr(), entry, &mut imported);
        }
    }
    for entry in configuration.allowed_entries()? {
        for line in ere::lines_of(&entry.value) {
            allowed(line, &entry, &mut imported);
        }
    }
    for entry in configuration.providers() {
        imported.left_out.push(LeftOut {
            line: 0,
            what: format!("the provider {:?} in {}", entry.value, entry.origin),
            why: "keyfence scan asks it where it is configured: leave it there".to_owned(),
        });
    }
    Ok((imported != Imported::default()).then_some(Read {
        path: "git's configuration".to_owned(),
        tool: "git-secrets",
        imported,
    }))
}

fn pattern(line: &BStr, entry: &Entry, out: &mut Imported) {
    // A pattern may be a secret: messages say where it is.
    let what = format!("a pattern in {}", entry.origin);
    let mut leave_out = |why: String| {
        out.left_out.push(LeftOut {
            line: 0,
            what: what.clone(),
            why,
        });
    };
    if is_register_aws(line).is_some() {
        leave_out("the built-in AWS rules find what it finds, but for account ids and names of users, which are no secrets".to_owned());
        return;
    }
    if literal(line).is_some_and(|literal| literal.len() >= MIN_SECRET && !literal.contains(&b' '))
    {
        leave_out("it looks like a secret, which a rule file would show to everybody: leave it where it is".to_owned());
        return;
    }
    match (line.to_str(), Ere::parse(line)) {
        (_, Err(error)) => leave_out(format!("it is invalid: {error}")),
        (Err(_), _) => leave_out("it is not UTF-8".to_owned()),
        (Ok(text), Ok(_)) => out.rules.push(Draft {
            line: 0,
            // No word of the pattern, which the file would otherwise have in one more place.
            their_id: "pattern".to_owned(),
            name: "Prohibited pattern".to_owned(),
            regex: text.to_owned(),
            syntax: Syntax::Posix,
            severity: Severity::High,
            confidence: Confidence::High,
            min_entropy: 0.0,
            source: String::new(),
        }),
    }
}

fn allowed(line: &[u8], entry: &Entry, out: &mut Imported) {
    match literal(line.as_bstr()) {
        Some(literal) if literal.len() >= MIN_SECRET && !literal.contains(&b' ') => {
            out.accepted.push(Accepted::Literal {
                line: 0,
                secret: Secret::new(&literal),
            });
        }
        _ => out.left_out.push(LeftOut {
            line: 0,
            what: format!("an allowed pattern in {}", entry.origin),
            why: "keyfence scan reads it where it is: leave it there, or accept what it excuses with keyfence allow".to_owned(),
        }),
    }
}

/// Returns the one text that `pattern` matches, if there is but one.
fn literal(pattern: &BStr) -> Option<BString> {
    let mut out = BString::default();
    let mut bytes = pattern.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.next()? {
                escaped if escaped.is_ascii_alphanumeric() || b"<>`'".contains(&escaped) => {
                    return None;
                }
                escaped => out.push(escaped),
            },
            b'.' | b'[' | b'*' | b'+' | b'?' | b'{' | b'(' | b')' | b'|' | b'^' | b'$' => {
                return None;
            }
            byte => out.push(byte),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn literals_are_told_from_patterns() {
        for (pattern, expected) in [
            ("abc-1/=", Some("abc-1/=")),
            (r"a\.b\+c\[", Some("a.b+c[")),
            ("a.b", None),
            ("a|b", None),
            (r"\bword", None),
            (r"end\", None),
        ] {
            let found = literal(pattern.into());
            assert_eq!(found, expected.map(Into::into), "{pattern}");
        }
    }
}
