//! The syntaxes that secrets stand in: `syntaxes/*.toml`.

use keyfence::rule::template::Random;
use serde::Deserialize;

use super::{draw, written};

/// What a syntax can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Takes {
    /// A machine-made value with a name.
    Token,
    /// A password with a name.
    Password,
    /// Several lines of key material with a name.
    Block,
    /// Text that holds a secret already.
    Line,
}

/// A syntax: a file with a hole for a secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Syntax {
    /// Its name, for people.
    pub(super) name: String,
    /// The template of its path.
    path: String,
    /// How names are written (`written::name`).
    case: String,
    /// How values are written (`written::value`).
    written: String,
    /// What it can hold.
    takes: Vec<Takes>,
    /// The template of its text, with `@NAME` and `@VALUE`, or `@LINE`.
    text: String,
}

#[derive(Deserialize)]
struct File {
    syntax: Vec<Syntax>,
}

/// Returns all syntaxes.
pub(super) fn all() -> Vec<Syntax> {
    [
        include_str!("syntaxes/code.toml"),
        include_str!("syntaxes/config.toml"),
        include_str!("syntaxes/connect.toml"),
        include_str!("syntaxes/deploy.toml"),
        include_str!("syntaxes/dumps.toml"),
        include_str!("syntaxes/shell.toml"),
        include_str!("syntaxes/tables.toml"),
    ]
    .iter()
    .flat_map(|text| toml::from_str::<File>(text).unwrap().syntax)
    .collect()
}

/// Returns those that can hold `what`.
pub(super) fn that_take(all: &[Syntax], what: Takes) -> Vec<&Syntax> {
    let those = all.iter().filter(|syntax| syntax.takes.contains(&what));
    those.collect()
}

/// A file made of a syntax.
pub(super) struct Made {
    pub(super) path: String,
    pub(super) text: String,
    /// The secret, and the secret as it is written there.
    pub(super) forms: [String; 2],
}

impl Syntax {
    /// Returns a file with the setting `name`, whose value is `value`.
    pub(super) fn with_value(&self, name: &str, value: &str, random: &mut Random) -> Made {
        let name = written::name(name, &self.case);
        let value_here = written::value(value, &self.written);
        let joint = *draw::one(&["=", ": "], random);
        let line = format!("{name}{joint}{value_here}");
        self.filled(&name, value, &line, random)
    }

    /// Returns a file with `value`, which says by itself what it is: under `name` where the syntax has names.
    pub(super) fn with_token(&self, name: &str, value: &str, random: &mut Random) -> Made {
        let name = written::name(name, &self.case);
        let line = written::value(value, &self.written);
        self.filled(&name, value, &line, random)
    }

    fn filled(&self, name: &str, value: &str, line: &str, random: &mut Random) -> Made {
        let value_here = written::value(value, &self.written);
        let text = self.text(
            random,
            &[("@NAME", name), ("@VALUE", &value_here), ("@LINE", line)],
        );
        Made {
            path: draw::instance(&self.path, random),
            // Some syntaxes indent each line of what they hold.
            forms: [value.to_owned(), placed(&text, &value_here)],
            text,
        }
    }

    /// Returns a file with `line`, which holds `secret`.
    pub(super) fn with_line(&self, line: &str, secret: &str, random: &mut Random) -> Made {
        let line_here = written::value(line, &self.written);
        let text = self.text(random, &[("@LINE", &line_here)]);
        Made {
            path: draw::instance(&self.path, random),
            forms: [
                secret.to_owned(),
                placed(&text, &written::value(secret, &self.written)),
            ],
            text,
        }
    }

    fn text(&self, random: &mut Random, holes: &[(&str, &str)]) -> String {
        let template = self.text.trim_start_matches('\n');
        let mut out = String::new();
        for line in draw::instance(template, random).split_inclusive('\n') {
            let mut line = line.to_owned();
            for (hole, with) in holes {
                let Some((before, _)) = line.split_once(hole) else {
                    continue;
                };
                // What comes before the hole on its line comes before each line, but for words.
                let is_margin = !before.chars().any(char::is_alphanumeric);
                let next = format!("\n{}", if is_margin { before } else { "" });
                line = line.replace(hole, &with.replace('\n', &next));
            }
            out.push_str(&line);
        }
        out
    }
}

/// Returns `value` as it stands in `text`, each line behind its margin.
fn placed(text: &str, value: &str) -> String {
    let (first, last) = (value.lines().next(), value.lines().next_back());
    let start = first.and_then(|line| text.find(line));
    let end = last.and_then(|line| Some(text.rfind(line)? + line.len()));
    let stands = start.zip(end).and_then(|(start, end)| text.get(start..end));
    match stands {
        _ if text.contains(value) => value.to_owned(),
        Some(stands) => stands.to_owned(),
        None => panic!("{value:?} is not in {text:?}"),
    }
}
