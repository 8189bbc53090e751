//! From text to [`Node`]s.

use ::toml::de::{DeTable, DeValue};
use saphyr_parser::{Event, Parser, ScalarStyle};

use super::{MAX_DEPTH, Node, Value};
use crate::import::ImportError;

/// Reads TOML (<https://toml.io>).
///
/// # Errors
///
/// When it is malformed.
pub(in crate::import) fn toml(text: &str) -> Result<Node, ImportError> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| ImportError {
        line: lines.number(error.span().map_or(0, |span| span.start)),
        message: format!("not TOML: {}", error.message()),
    })?;
    let value = table_of(table.get_ref(), &lines, 0)?;
    Ok(Node { line: 1, value })
}

fn table_of(table: &DeTable<'_>, lines: &Lines, depth: usize) -> Result<Value, ImportError> {
    let entries = table.iter().map(|(key, value)| {
        let line = lines.number(key.span().start);
        let value = value_of(value.get_ref(), lines, line, depth + 1)?;
        Ok((key.get_ref().to_string(), Node { line, value }))
    });
    entries.collect::<Result<_, _>>().map(Value::Table)
}

fn value_of(
    value: &DeValue<'_>,
    lines: &Lines,
    line: usize,
    depth: usize,
) -> Result<Value, ImportError> {
    if depth > MAX_DEPTH {
        return Err(too_deep(line));
    }
    let number = |text: &str| {
        text.replace('_', "")
            .parse()
            .map_or(Value::Nothing, Value::Number)
    };
    Ok(match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => number(integer.as_str()),
        DeValue::Float(float) => number(float.as_str()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| {
                let line = lines.number(item.span().start);
                let value = value_of(item.get_ref(), lines, line, depth + 1)?;
                Ok(Node { line, value })
            });
            Value::List(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => table_of(table, lines, depth)?,
    })
}

/// Reads YAML (<https://yaml.org/spec/1.2.2/>). Aliases are refused: a file of a few lines may mean gigabytes with them.
///
/// # Errors
///
/// When it is malformed, has aliases, or is nested too deeply.
pub(in crate::import) fn yaml(text: &str) -> Result<Node, ImportError> {
    // The lists and tables that are open; of a table, also the key that waits for its value.
    let mut open: Vec<(Node, Option<(String, usize)>)> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| ImportError {
            line: error.marker().line(),
            message: format!("not YAML: {}", error.info()),
        })?;
        let line = span.start.line();
        let node = match event {
            Event::Alias(_) => {
                return Err(ImportError {
                    line,
                    message: "YAML aliases (`*name`) are not read; write out what they stand for"
                        .to_owned(),
                });
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= MAX_DEPTH => {
                return Err(too_deep(line));
            }
            Event::SequenceStart(..) => {
                let value = Value::List(Vec::new());
                open.push((Node { line, value }, None));
                continue;
            }
            Event::MappingStart(..) => {
                let value = Value::Table(Vec::new());
                open.push((Node { line, value }, None));
                continue;
            }
            Event::Scalar(text, style, ..) => Node {
                line,
                value: scalar(&text, style),
            },
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((node, _)) => node,
                None => continue,
            },
            _ => continue,
        };
        match open.last_mut() {
            None => {
                if root.is_some() {
                    return Err(ImportError {
                        line,
                        message: "more than one YAML document; put each in a file of its own"
                            .to_owned(),
                    });
                }
                root = Some(node);
            }
            Some((parent, key)) => add(parent, key, node)?,
        }
    }
    root.filter(|node| node.value != Value::Nothing)
        .ok_or_else(empty)
}

/// Adds `node` to a list, or to a table as a key or as the value of the key before it.
/// A value stands where its key does.
fn add(
    parent: &mut Node,
    key: &mut Option<(String, usize)>,
    node: Node,
) -> Result<(), ImportError> {
    match &mut parent.value {
        Value::List(items) => items.push(node),
        Value::Table(entries) => {
            if let Some((key, line)) = key.take() {
                entries.push((key, Node { line, ..node }));
                return Ok(());
            }
            let text = match node.value {
                Value::Text(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                Value::Nothing => String::new(),
                Value::List(_) | Value::Table(_) => {
                    return Err(ImportError {
                        line: node.line,
                        message: "a list or a table is no key here".to_owned(),
                    });
                }
            };
            *key = Some((text, node.line));
        }
        _ => {}
    }
    Ok(())
}

/// Returns what a scalar means in the core schema (<https://yaml.org/spec/1.2.2/#103-core-schema>).
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Nothing,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match text.parse::<f64>() {
            Ok(number) if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
                Value::Number(number)
            }
            _ => Value::Text(text.to_owned()),
        },
    }
}

/// Reads JSON (RFC 8259). Its reader tells no lines of what is right.
///
/// # Errors
///
/// When it is malformed or nested too deeply.
pub(in crate::import) fn json(text: &str) -> Result<Node, ImportError> {
    let value = serde_json::from_str(text).map_err(|error| ImportError {
        line: error.line(),
        message: format!("not JSON: {error}"),
    })?;
    // The reader has a limit of depth of its own.
    Ok(json_node(value))
}

fn json_node(value: serde_json::Value) -> Node {
    use serde_json::Value as Json;
    let value = match value {
        Json::Null => Value::Nothing,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => number.as_f64().map_or(Value::Nothing, Value::Number),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(json_node).collect()),
        Json::Object(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key, json_node(value)));
            Value::Table(entries.collect())
        }
    };
    Node { line: 0, value }
}

fn too_deep(line: usize) -> ImportError {
    ImportError {
        line,
        message: format!("lists and tables are nested more than {MAX_DEPTH} deep"),
    }
}

pub(in crate::import) fn empty() -> ImportError {
    ImportError {
        line: 0,
        message: "the file is empty".to_owned(),
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// Returns the number of the line that byte `at` is on, from 1.
    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|feed| *feed < at) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Value, json, toml, yaml};

    fn shown(node: &Node) -> String {
        match &node.value {
            Value::Nothing => "nothing".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => format!("{text:?}@{}", node.line),
            Value::List(items) => {
                format!(
                    "[{}]",
                    items.iter().map(shown).collect::<Vec<_>>().join(" ")
                )
            }
            Value::Table(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, node)| format!("{key}={}", shown(node)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
            }
        }
    }

    #[test]
    fn the_three_languages_say_the_same() {
        let told = toml("a = 1.5\nb = ['x',\n 'y']\n[c]\nd = true\n[[e]]\nf = '''g'''\n").unwrap();
        assert_eq!(
            shown(&told),
            "{a=1.5 b=[\"x\"@2 \"y\"@3] c={d=true} e=[{f=\"g\"@7}]}"
        );
        let told =
            yaml("a: 1.5\nb: [x,\n 'y']\nc:\n  d: true\ne:\n- f: |\n    g\n    h\n- ~\n").unwrap();
        assert_eq!(
            shown(&told),
            "{a=1.5 b=[\"x\"@2 \"y\"@3] c={d=true} e=[{f=\"g\\nh\\n\"@7} nothing]}"
        );
        let told = json(r#"{"a": 1.5, "b": ["x", null], "c": {"d": true}}"#).unwrap();
        assert_eq!(shown(&told), "{a=1.5 b=[\"x\"@0 nothing] c={d=true}}");
        assert_eq!(
            shown(&yaml("'1': '2'\n3: .5\nx: 1.2.3").unwrap()),
            "{1=\"2\"@1 3=0.5 x=\"1.2.3\"@3}"
        );
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (told, expected) in [
            (toml("a = 1\nb ="), "line 2: not TOML"),
            (yaml("a: 1\n b: [\n"), "line 2: not YAML"),
            (yaml("a: &x 1\nb: *x\n"), "line 2: YAML aliases"),
            (yaml("a: 1\n---\nb: 1\n"), "more than one YAML document"),
            (yaml("? [a]\n: b\n"), "is no key here"),
            (yaml(""), "the file is empty"),
            (yaml(&"[".repeat(70)), "nested more than 64 deep"),
            (yaml(&"[".repeat(100_000)), "recursion limit"),
            (yaml(&"- ".repeat(100_000)), "nested more than 64 deep"),
            (toml(&format!("a = {}", "[".repeat(100_000))), "not TOML"),
            (json(&"[".repeat(100_000)), "not JSON"),
            (json("{\n\"a\": 1,}"), "line 2: not JSON"),
        ] {
            let error = told.unwrap_err().to_string();
            assert!(error.contains(expected), "{expected:?} is not in {error}");
        }
    }
}
