//! `keyfence guard`: the user's own secrets, and what is kept of them.

mod add;
mod file;
mod gather;

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    sync::Arc,
};

use serde::Serialize;

use super::{
    CLEAN, Failure,
    args::{self, GuardCommand},
};
use crate::{
    fields::nearest,
    guard::{Guard, store::Entry},
    report::text,
};

pub(super) fn run(args: &args::Guard) -> Result<u8, Failure> {
    match &args.command {
        GuardCommand::Add(add) => add::add(add),
        GuardCommand::Refresh => add::refresh(),
        GuardCommand::List { json } => list(*json),
        GuardCommand::Remove { names, all, old } => remove(names, *all, *old),
    }
}

/// Returns the guard, where the user has secrets to guard.
///
/// # Errors
///
/// When there is a store that cannot be read: what it guards would be missed.
pub(super) fn load() -> Result<Option<Arc<Guard>>, Failure> {
    let store = file::read()?;
    let store = store.filter(|store| !store.entries().is_empty());
    Ok(store.map(|store| Arc::new(Guard::new(store))))
}

/// What is told of an entry.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    source: String,
    added: &'a str,
    /// In bytes: one of the classes `8-15`, `16-31`, `32-63`, `64+`.
    length: &'static str,
    /// False for one that a person may have chosen: it is found only where it stands by itself.
    machine_made: bool,
    /// How it is found written.
    forms: Vec<String>,
}

impl<'a> Told<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self {
            name: &entry.name,
            source: entry.source.to_string(),
            added: &entry.added,
            length: match entry.len {
                ..16 => "8-15",
                16..32 => "16-31",
                32..64 => "32-63",
                _ => "64+",
            },
            machine_made: !entry.chosen,
            forms: crate::guard::forms(),
        }
    }
}

fn list(json: bool) -> Result<u8, Failure> {
    let store = file::read()?;
    let entries = store.as_ref().map_or(&[][..], |store| store.entries());
    let told: Vec<Told<'_>> = entries.iter().map(Told::of).collect();
    let out = if json {
        let json = serde_json::to_string(&told);
        json.map_err(|error| Failure::because("cannot write JSON", error))? + "\n"
    } else {
        human(&told)
    };
    print(&out)?;
    if let Some(warning) = file::is_open_to_others() {
        tell(&warning);
    }
    Ok(CLEAN)
}

fn human(told: &[Told<'_>]) -> String {
    if told.is_empty() {
        return "nothing is guarded; `keyfence guard add --aws` adds the secrets of the AWS command line\n".to_owned();
    }
    let widths = told
        .iter()
        .map(|one| text::escape(one.name).chars().count());
    let (names, mut out) = (widths.max().unwrap_or(0), String::new());
    for one in told {
        let kind = if one.machine_made {
            ""
        } else {
            ", where it stands by itself"
        };
        let day = one.added.get(..10).unwrap_or(one.added);
        let (name, source) = (text::escape(one.name), text::escape(&one.source));
        let _ = writeln!(
            out,
            "{name:<names$}  {day}  {:>5} bytes  {source}{kind}",
            one.length
        );
    }
    let forms = told
        .first()
        .map(|one| one.forms.join(", "))
        .unwrap_or_default();
    let _ = writeln!(out, "each is found as {forms}, and in what these hold");
    out
}

fn remove(names: &[String], all: bool, old: bool) -> Result<u8, Failure> {
    let lock = file::Lock::take()?;
    let mut store = file::read()?
        .ok_or_else(|| Failure::new("nothing is guarded, so there is nothing to remove"))?;
    for name in names {
        let known = store.entries().iter().map(|entry| &*entry.name);
        if !known.clone().any(|known| known == name) {
            let near = nearest(name, known)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Failure::new(format!(
                "nothing called {name:?} is guarded{near} (`keyfence guard list` shows all)"
            )));
        }
    }
    let is_replaced: Vec<bool> = (0..store.entries().len())
        .map(|at| store.is_replaced(at))
        .collect();
    let removed = store.retain(|at, entry| {
        let is_named = all || names.is_empty() || names.contains(&entry.name);
        !is_named || old && !is_replaced[at]
    });
    lock.write(&store)?;
    print(&format!(
        "{removed} no longer guarded, {} are\n",
        store.entries().len()
    ))?;
    Ok(CLEAN)
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))
}

/// Says something that is no result.
fn tell(text: &str) {
    // Nothing can be done when standard error is closed.
    drop(writeln!(io::stderr(), "keyfence: {text}"));
}
