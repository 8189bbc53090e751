//! What refs are to become, as git tells its hooks on standard input (githooks(5)).

use std::{
    ffi::OsString,
    io::{self, Read as _},
};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::super::Failure;

/// The most bytes of such a list: a push of a million refs has some 150 MB.
const MAX_BYTES: u64 = 256 << 20;

/// One ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Update {
    /// Its name where it changes.
    pub(super) name: BString,
    /// What it is there; none when it is new.
    pub(super) old: Option<ObjectId>,
    /// What it becomes; none when it is deleted.
    pub(super) new: Option<ObjectId>,
}

/// Reads what the hook `name` is told; nothing when it need not look at anything.
///
/// Git calls the hook for transactions for each of their states, of which one can still be stopped. What a remote has sent
/// (`refs/remotes/`) is no commit of anybody here, and a stash is not meant for others.
pub(super) fn of(name: &str, arguments: &[OsString]) -> Result<Option<Vec<Update>>, Failure> {
    match name {
        "reference-transaction" => {
            if arguments.first().is_some_and(|state| state != "prepared") {
                return Ok(None);
            }
            let mut updates = received(name)?;
            let kinds: [&[u8]; 3] = [b"refs/heads/", b"refs/tags/", b"refs/notes/"];
            updates.retain(|update| kinds.iter().any(|kind| update.name.starts_with(kind)));
            Ok((!updates.is_empty()).then_some(updates))
        }
        "pre-receive" => received(name).map(Some),
        "update" => argued(arguments).map(|update| Some(vec![update])),
        "pre-push" => pushed(name).map(Some),
        _ => Ok(Some(Vec::new())),
    }
}

/// Reads the lines `old new name` of pre-receive and reference-transaction.
fn received(hook: &str) -> Result<Vec<Update>, Failure> {
    parse(hook, &read(hook)?, |fields| match fields {
        [old, new, name] => update(name, old, new),
        _ => None,
    })
}

/// Reads the lines `local-name local-id remote-name remote-id` of pre-push.
fn pushed(hook: &str) -> Result<Vec<Update>, Failure> {
    parse(hook, &read(hook)?, |fields| match fields {
        [_, new, name, old] => update(name, old, new),
        _ => None,
    })
}

/// Reads the arguments `name old new` of update.
fn argued(arguments: &[OsString]) -> Result<Update, Failure> {
    let fields: Vec<&[u8]> = arguments.iter().map(|a| a.as_encoded_bytes()).collect();
    let read = match &fields[..] {
        [name, old, new] => update(name, old, new),
        _ => None,
    };
    read.ok_or_else(|| {
        Failure::new(
            "hook update needs what git passes to it: the ref's name, the old and the new id",
        )
    })
}

/// Reads the old and the new id of a ref; the null id stands for none.
fn update(name: &[u8], old: &[u8], new: &[u8]) -> Option<Update> {
    let id = |hex| ObjectId::from_hex(hex).ok();
    let some = |id: ObjectId| (!id.is_null()).then_some(id);
    Some(Update {
        name: name.into(),
        old: some(id(old)?),
        new: some(id(new)?),
    })
}

fn read(hook: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            Failure::because(
                format!("hook {hook} cannot read from standard input what git passes to it"),
                error,
            )
        })?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::new(format!(
            "hook {hook}: git passes more than {} MiB of ref names; push fewer at a time",
            MAX_BYTES >> 20
        )));
    }
    Ok(bytes)
}

fn parse(
    hook: &str,
    bytes: &[u8],
    read: impl Fn(&[&[u8]]) -> Option<Update>,
) -> Result<Vec<Update>, Failure> {
    let mut out = Vec::new();
    for line in bytes.lines().filter(|line| !line.is_empty()) {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        // A transaction may make a symbolic ref: it leads to no object of its own.
        if fields.iter().any(|field| field.starts_with(b"ref:")) {
            continue;
        }
        out.push(read(&fields).ok_or_else(|| {
            Failure::new(format!(
                "hook {hook} does not understand the line {:?} on its standard input; is it called by git?",
                line.as_bstr()
            ))
        })?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{parse, update};

    #[test]
    fn lines() {
        let (one, null) = ("1".repeat(40), "0".repeat(40));
        let text = format!("{null} {one} refs/heads/main\n\n{one} ref:refs/heads/x HEAD\n");
        let read = |text: &str| {
            parse("x", text.as_bytes(), |fields| match fields {
                [old, new, name] => update(name, old, new),
                _ => None,
            })
        };
        let updates = read(&text).unwrap();
        assert_eq!(updates.len(), 1);
        assert_eq!(updates[0].name, "refs/heads/main");
        assert_eq!(updates[0].old, None);
        assert!(updates[0].new.is_some());
        assert!(read("one two three\n").is_err());
        assert!(read(&format!("{null} {one}\n")).is_err());
        assert_eq!(read("").unwrap(), []);
    }
}
