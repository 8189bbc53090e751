//! `keyfence config show`: what counts here, and which file says so.

use std::{fmt::Write as _, path::Path};

use serde::Serialize;
use serde_json::{Value, json};

use super::{Layer, Layers, Root, Sources};
use crate::{
    cli::{CLEAN, Failure, accepted, args, environment, output},
    config::{self, Mode},
    policy::allow,
    report::escape,
    rule::Severity,
};

/// Something that counts.
#[derive(Debug, Serialize)]
struct Row {
    setting: String,
    value: Value,
    /// The file that says it; none where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

/// A file that is looked for.
#[derive(Debug, Serialize)]
struct File {
    path: String,
    is_there: bool,
}

pub(super) fn run(args: &args::ConfigShow) -> Result<u8, Failure> {
    let root = Root::Within(accepted::root()?);
    let sources = Sources::of(root.clone());
    let layers = Layers::read(&args.rules, &sources)?;
    let (files, rows) = (files(&args.rules, &root, &layers), rows(&layers));
    let text = if args.json {
        let json = serde_json::to_string(&json!({ "files": files, "settings": rows }));
        json.map_err(|error| Failure::because("cannot write JSON", error))? + "\n"
    } else {
        human(&files, &rows)
    };
    output::print(text.as_bytes())?;
    Ok(CLEAN)
}

/// Returns the files that are looked for, the nearest first, and the allow entries.
fn files(options: &args::RuleOptions, root: &Root<'_>, layers: &Layers<'_>) -> Vec<File> {
    let nearest = match &options.config {
        Some(path) => path.clone(),
        None => root.name(Path::new(config::FILE)),
    };
    let names: Vec<_> = layers.layers.iter().map(Layer::name).collect();
    let configs = std::iter::once(nearest).chain(environment::config_files());
    let mut out: Vec<File> = configs
        .map(|path| File {
            is_there: names.contains(&path),
            path: path.display().to_string(),
        })
        .collect();
    let entries = root.name(Path::new(allow::PATH));
    out.push(File {
        is_there: entries.exists(),
        path: entries.display().to_string(),
    });
    out
}

fn rows(layers: &Layers<'_>) -> Vec<Row> {
    let mut out = Vec::new();
    let mut add = |setting: String, value: Value, layer: Option<&Layer<'_>>| {
        out.push(Row {
            setting,
            value,
            file: layer.map(|layer| layer.name().display().to_string()),
        });
    };
    let all = &layers.layers;
    for mode in Mode::ALL {
        let of = |layer: &&Layer<'_>| layer.config.levels(mode);
        let said = all.iter().find(|layer| of(layer).min_confidence.is_some());
        let level = said.and_then(|layer| of(&layer).min_confidence);
        add(
            format!("{}.min_confidence", mode.name()),
            level.unwrap_or(mode.min_confidence()).name().into(),
            said,
        );
        let said = all.iter().find(|layer| of(layer).min_severity.is_some());
        let level = said.and_then(|layer| of(&layer).min_severity);
        add(
            format!("{}.min_severity", mode.name()),
            level.unwrap_or(Severity::Low).name().into(),
            said,
        );
    }
    let said = all
        .iter()
        .find(|layer| layer.config.rules.builtin.is_some());
    add(
        "rules.builtin".to_owned(),
        layers.has_builtin().into(),
        said,
    );
    let enabling = layers.enabling();
    for id in enabling.iter().flat_map(|layer| &layer.config.rules.enable) {
        add("rules.enable".to_owned(), (&**id).into(), enabling);
    }
    for layer in all {
        let rules = &layer.config.rules;
        for (name, values) in [
            ("rules.files", &rules.files),
            ("rules.disable", &rules.disable),
        ] {
            for value in values {
                add(name.to_owned(), (&**value).into(), Some(layer));
            }
        }
        if let Some(baseline) = &layer.config.baseline {
            add("baseline".to_owned(), (&**baseline).into(), Some(layer));
        }
        for one in &layer.config.secrets {
            let entry = &one.entry;
            let what = format!("{} ({})", entry.fingerprint, entry.reason);
            add("allow".to_owned(), what.into(), Some(layer));
        }
        for one in &layer.config.paths {
            let entry = &one.entry;
            let rules = if entry.rules.is_empty() {
                "all rules".to_owned()
            } else {
                entry.rules.join(", ")
            };
            let what = format!("{rules} in {} ({})", entry.paths.join(", "), entry.reason);
            add("allow".to_owned(), what.into(), Some(layer));
        }
    }
    if let Some(layer) = all.iter().find(|layer| layer.config.salt.is_some()) {
        add("salt".to_owned(), true.into(), Some(layer));
    }
    out
}

fn human(files: &[File], rows: &[Row]) -> String {
    let mut out = String::new();
    for file in files {
        let state = if file.is_there { "read" } else { "not there" };
        let _ = writeln!(out, "{}: {state}", escape(&file.path));
    }
    out.push('\n');
    let widths = rows.iter().map(|row| row.setting.len());
    let width = widths.max().unwrap_or(0);
    for row in rows {
        let value = match &row.value {
            Value::String(text) => escape(text).into_owned(),
            value => value.to_string(),
        };
        let from = row.file.as_deref().unwrap_or("default");
        let _ = writeln!(out, "{:<width$}  {value}  [{}]", row.setting, escape(from));
    }
    out
}
