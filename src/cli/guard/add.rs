//! `keyfence guard add` and `refresh`.

use std::fmt::Write as _;

use super::{
    super::{CLEAN, Failure, TROUBLE, args, environment},
    file,
    gather::{Gathered, Value},
    print, tell,
};
use crate::{
    guard::{
        store::{Added, Cost, Store},
        strength,
    },
    report::text,
    validate::civil,
};

pub(super) fn add(args: &args::GuardAdd) -> Result<u8, Failure> {
    // Before the lock: standard input may take its time.
    let gathered = Gathered::of(args)?;
    let lock = file::Lock::take()?;
    let mut store = match file::read()? {
        Some(store) => store,
        None => Store::new(u64::from_le_bytes(environment::random()?), Cost::default()),
    };
    let mut out = String::new();
    let mut trouble = false;
    for value in &gathered.values {
        let told = put(&mut store, value)?;
        trouble |= value.wanted && told.is_refused();
        say(&mut out, &told, &value.name, &value.source.to_string());
    }
    for (name, source) in &gathered.left_out {
        let source = source.to_string();
        let (name, source) = (text::escape(name), text::escape(&source));
        let _ = writeln!(
            out,
            "left out       {name} ({source}): it looks like no secret; --all takes it"
        );
    }
    lock.write(&store)?;
    let _ = writeln!(out, "{} guarded in all", store.entries().len());
    print(&out)?;
    if let Some(warning) = file::is_in_repository() {
        tell(&warning);
    }
    if trouble {
        tell("not all that was asked for is guarded; the reasons are above");
    }
    Ok(if trouble { TROUBLE } else { CLEAN })
}

pub(super) fn refresh() -> Result<u8, Failure> {
    let lock = file::Lock::take()?;
    let Some(mut store) = file::read()? else {
        print("nothing is guarded; `keyfence guard add` adds secrets\n")?;
        return Ok(CLEAN);
    };
    let sources: Vec<_> = store
        .entries()
        .iter()
        .map(|entry| entry.source.clone())
        .collect();
    let (gathered, gone) = Gathered::again(sources.iter())?;
    let mut out = String::new();
    for mut value in gathered.values {
        // A name that was given stays.
        let named = store
            .entries()
            .iter()
            .find(|entry| entry.source == value.source);
        if let Some(entry) = named {
            value.name.clone_from(&entry.name);
        }
        match put(&mut store, &value)? {
            Told::There(_) => {}
            told => say(&mut out, &told, &value.name, &value.source.to_string()),
        }
    }
    for source in gone {
        let source = text::escape(&source);
        let _ = writeln!(
            out,
            "gone           {source}; what came from there stays guarded"
        );
    }
    lock.write(&store)?;
    let _ = writeln!(out, "{} guarded in all", store.entries().len());
    print(&out)?;
    Ok(CLEAN)
}

/// What became of a value.
enum Told {
    New,
    /// Under this name.
    There(String),
    Refused(&'static str),
}

impl Told {
    fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

fn put(store: &mut Store, value: &Value) -> Result<Told, Failure> {
    let secret = value.secret.expose();
    if let Some(why) = strength::refuse(secret) {
        return Ok(Told::Refused(why));
    }
    let added = civil::rfc3339(environment::now_seconds());
    let about = (&*value.name, &value.source, &*added);
    let done = store
        .add(about, secret, environment::random()?)
        .map_err(|error| Failure::because(format!("cannot guard {}", value.name), error))?;
    Ok(match done {
        Added::New => Told::New,
        Added::There(at) => Told::There(store.entries()[at].name.clone()),
    })
}

fn say(out: &mut String, told: &Told, name: &str, source: &str) {
    let (name, source) = (text::escape(name), text::escape(source));
    let _ = match told {
        Told::New => writeln!(out, "guarded        {name} ({source})"),
        Told::There(known) if *known == *name => writeln!(out, "there already  {name} ({source})"),
        Told::There(known) => {
            let known = text::escape(known);
            writeln!(out, "there already  {name} ({source}), as {known}")
        }
        Told::Refused(why) => writeln!(out, "left out       {name} ({source}): {why}"),
    };
}
