//! YAML as the CI systems read it, as JSON.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// Returns the documents of a file.
#[track_caller]
pub(super) fn documents(name: &str, text: &str) -> Vec<Value> {
    let mut open: Vec<(Value, Option<String>)> = Vec::new();
    let mut documents = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.unwrap_or_else(|e| panic!("{name}: {e}"));
        let value = match event {
            Event::SequenceStart(..) => {
                open.push((Value::Array(Vec::new()), None));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((Value::Object(Map::new()), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().unwrap().0,
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::Alias(_) => panic!("{name}: an alias, which not every system reads"),
            _ => continue,
        };
        match open.last_mut() {
            None => documents.push(value),
            Some((Value::Array(items), _)) => items.push(value),
            Some((Value::Object(entries), key)) => match key.take() {
                None => *key = Some(plain(&value)),
                Some(key) => {
                    let before = entries.insert(key.clone(), value);
                    assert_eq!(before, None, "{name}: {key:?} stands there twice");
                }
            },
            Some(_) => unreachable!("only lists and tables are open"),
        }
    }
    assert!(!documents.is_empty(), "{name} is empty");
    documents
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match text {
        _ if style != ScalarStyle::Plain => Value::from(text),
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text
            .parse::<u64>()
            .map_or_else(|_| Value::from(text), Value::from),
    }
}

/// Returns what a scalar is as the value of a variable.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        _ => value.to_string(),
    }
}

/// Returns all texts under keys called `key`, wherever they stand.
pub(super) fn all<'v>(value: &'v Value, key: &str, out: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| all(item, key, out)),
        Value::Object(entries) => {
            for (name, value) in entries {
                match value {
                    Value::String(text) if name == key => out.push(text),
                    _ => all(value, key, out),
                }
            }
        }
        _ => {}
    }
}
