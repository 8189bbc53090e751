//! Object ids in lines of text.

use std::collections::BTreeSet;

use gix::{ObjectId, hash::Kind};

/// The most ids that are kept.
const MAX_IDS: usize = 4 << 20;

/// Returns the id that `line` starts with, and what follows. A longer run of digits is no id.
pub(super) fn leading(line: &[u8], hash: Kind) -> Option<(ObjectId, &[u8])> {
    let (digits, rest) = line.split_at_checked(hash.len_in_hex())?;
    if rest.first().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let id = ObjectId::from_hex(digits).ok()?;
    (id.kind() == hash).then_some((id, rest))
}

/// Ids, each once, without the null id.
#[derive(Debug, Default)]
pub(super) struct Ids {
    ids: BTreeSet<ObjectId>,
    overflow: bool,
}

impl Ids {
    pub(super) fn add(&mut self, id: ObjectId) {
        if id.is_null() || self.ids.contains(&id) {
            return;
        }
        if self.ids.len() >= MAX_IDS {
            self.overflow = true;
            return;
        }
        self.ids.insert(id);
    }

    /// Returns why the list is not whole.
    pub(super) fn overflow(&self) -> Option<String> {
        let reason = || format!("more than {MAX_IDS} ids; the rest was left out");
        self.overflow.then(reason)
    }

    /// Returns the ids, sorted.
    pub(super) fn into_sorted(self) -> Vec<ObjectId> {
        self.ids.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use gix::hash::Kind;

    use super::leading;

    #[track_caller]
    fn check(line: &str, hash: Kind, rest: Option<&str>) {
        let read = leading(line.as_bytes(), hash).map(|(id, rest)| {
            assert!(line.starts_with(&id.to_string()));
            rest
        });
        assert_eq!(read, rest.map(str::as_bytes), "{line}");
    }

    #[test]
    fn an_id_stands_at_the_start_and_alone() {
        let (one, two) = ("1".repeat(40), "2".repeat(64));
        check(&one, Kind::Sha1, Some(""));
        check(&format!("{one} x"), Kind::Sha1, Some(" x"));
        check(&format!("{one}\n"), Kind::Sha1, Some("\n"));
        check(&format!("{one}1"), Kind::Sha1, None);
        check(&format!("{one}x"), Kind::Sha1, None);
        check(&format!(" {one}"), Kind::Sha1, None);
        check(&one.replacen('1', "g", 1), Kind::Sha1, None);
        check("", Kind::Sha1, None);
        check("é", Kind::Sha1, None);
        check(&two, Kind::Sha1, None);
        check(&one, Kind::Sha256, None);
        check(&format!("{two}\t"), Kind::Sha256, Some("\t"));
    }
}
