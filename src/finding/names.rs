//! Names of branches and tags, as many as a report has room for.

use std::sync::Arc;

use bstr::BString;

/// Some names of refs, sorted, and how many more there are. A copy shares them.
///
/// A repository may have ten thousand branches, and all of them hold a secret that is old enough. Listed with each occurrence they would be
/// most of a report and of the memory for it; who needs them all asks `git branch --contains`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    listed: Arc<[BString]>,
    more: usize,
}

impl Names {
    /// The most names that are listed.
    pub const MAX: usize = 100;

    /// Returns `names`, of which there are `more` that are not among them.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a [u8]>, more: usize) -> Self {
        let mut this: Self = names.into_iter().collect();
        this.more += more;
        this
    }

    /// Returns the names that are listed, sorted: where there are more, those with the fewest slashes. Bots and forks nest their names deep,
    /// and remote branches stand behind a remote's name.
    pub fn listed(&self) -> &[BString] {
        &self.listed
    }

    /// Returns how many more there are.
    pub fn more(&self) -> usize {
        self.more
    }

    /// Returns true when there are none.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }
}

impl<'a> FromIterator<&'a [u8]> for Names {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(names: I) -> Self {
        let mut names: Vec<&[u8]> = names.into_iter().collect();
        let more = names.len().saturating_sub(Self::MAX);
        if more > 0 {
            let slashes = |name: &[u8]| memchr::memchr_iter(b'/', name).count();
            names.select_nth_unstable_by_key(Self::MAX, |name| (slashes(name), *name));
            names.truncate(Self::MAX);
        }
        names.sort_unstable();
        Self {
            listed: names.into_iter().map(BString::from).collect(),
            more,
        }
    }
}

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        names.into_iter().map(str::as_bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[track_caller]
    fn check(names: &[String], listed: &[String], more: usize) {
        let names: Names = names.iter().map(String::as_str).collect();
        assert_eq!(names.listed(), listed);
        assert_eq!(names.more(), more);
        assert_eq!(names.is_empty(), listed.is_empty());
    }

    #[test]
    fn the_plainest_names_are_listed() {
        let plain: Vec<String> = (0..Names::MAX).map(|n| format!("m{n:04}")).collect();
        let deep: Vec<String> = (0..500).map(|n| format!("a/b{n}")).collect();
        check(&[], &[], 0);
        check(&plain, &plain, 0);
        let reversed: Vec<String> = plain.iter().rev().cloned().collect();
        check(&reversed, &plain, 0);
        check(&[&deep[..], &plain].concat(), &plain, 500);
        let more = ["a".to_owned(), "z".to_owned()];
        let mut first = plain[..Names::MAX - 1].to_vec();
        first.insert(0, "a".to_owned());
        check(&[&plain[..], &more].concat(), &first, 2);
        // Some of the deep ones have room.
        let mixed = ["a/b", "a/c", "m"].map(str::to_owned);
        check(&mixed, &mixed, 0);
    }
}
