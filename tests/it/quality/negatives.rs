//! Files without a secret that look as if they had one: `negatives/*.toml`.

use serde::Deserialize;

use super::{
    corpus::{Item, Label},
    draw, syntaxes,
    syntaxes::Takes,
    values,
};

/// How many files are made of each template.
const DRAWS: usize = 16;

/// Values that are no secrets, to be put into the syntaxes that secrets stand in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    kind: String,
    /// Whether they stand in the place of passwords or of machine-made values.
    standing_for: Takes,
    /// Into how many files each is put.
    files: usize,
    list: Vec<String>,
}

/// A file without a secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: String,
    path: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Negatives {
    #[serde(default)]
    values: Vec<Values>,
    #[serde(default)]
    file: Vec<File>,
}

/// Returns all of them.
pub(super) fn all() -> Vec<Item> {
    let mut items = Vec::new();
    for text in [
        include_str!("negatives/values.toml"),
        include_str!("negatives/code.toml"),
        include_str!("negatives/config.toml"),
        include_str!("negatives/digests.toml"),
        include_str!("negatives/documents.toml"),
        include_str!("negatives/encrypted.toml"),
        include_str!("negatives/generated.toml"),
        include_str!("negatives/schemas.toml"),
        include_str!("negatives/tables.toml"),
        include_str!("negatives/texts.toml"),
    ] {
        let negatives: Negatives = toml::from_str(text).unwrap();
        for values in &negatives.values {
            items.extend(in_syntaxes(values));
        }
        for file in &negatives.file {
            items.extend((0..DRAWS).map(|number| {
                let mut random = draw::random(&[&file.kind, &file.text], number);
                Item {
                    path: draw::instance(&file.path, &mut random),
                    text: draw::instance(file.text.trim_start_matches('\n'), &mut random),
                    label: Label::Nothing {
                        kind: file.kind.clone(),
                        syntax: None,
                    },
                }
            }));
        }
    }
    items
}

fn in_syntaxes(values: &Values) -> Vec<Item> {
    let syntaxes = syntaxes::all();
    let syntaxes = syntaxes::that_take(&syntaxes, values.standing_for);
    let names = values::names();
    let names = if values.standing_for == Takes::Password {
        names.password
    } else {
        names.machine
    };
    let mut items = Vec::new();
    for value in &values.list {
        for number in 0..values.files {
            let mut random = draw::random(&[&values.kind, value], number);
            let syntax = *draw::one(&syntaxes, &mut random);
            let instance = draw::instance(value, &mut random);
            let name = draw::one(&names, &mut random);
            let made = syntax.with_value(name, &instance, &mut random);
            items.push(Item {
                path: made.path,
                text: made.text,
                label: Label::Nothing {
                    kind: values.kind.clone(),
                    syntax: Some(syntax.name.clone()),
                },
            });
        }
    }
    items
}
