//! Between which commits a gate looks.

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{
    super::{Failure, range},
    ci::{Named, System, Told, What},
};
use crate::source::{
    head,
    history::{
        refs::{self, Refs},
        revision::Revisions,
    },
    repository::Repository,
};

/// The commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) head: ObjectId,
    /// None where all that leads to `head` is new.
    pub(super) base: Option<ObjectId>,
    /// The annotated tag that is built.
    pub(super) tag: Option<ObjectId>,
}

/// Who says which commits these are.
pub(super) struct Asked<'a> {
    pub(super) repository: &'a Repository,
    pub(super) revisions: &'a Revisions,
    /// What was typed.
    pub(super) base: Option<&'a str>,
    pub(super) head: Option<&'a str>,
    /// The CI system, and what it says.
    pub(super) told: Option<(&'a System, Told)>,
}

impl Asked<'_> {
    /// Returns the commits: what was typed before what the CI system says.
    pub(super) fn ends(&self) -> Result<Ends, Failure> {
        let refs = refs::tips(self.repository, &mut |_| {});
        let head = self.head()?;
        let told = self.told.as_ref().map(|(_, told)| told);
        let tag = told.and_then(|told| {
            let name = [b"refs/tags/", told.tag.as_ref()?.as_bytes()].concat();
            refs.all
                .iter()
                .find(|tip| tip.name == name)
                .map(|tip| tip.id)
        });
        let base = match self.base {
            Some(text) => Some(range::resolve(
                self.repository,
                self.revisions,
                "--base",
                text,
            )?),
            None => self.told_base(head, &refs)?,
        };
        Ok(Ends {
            head,
            base,
            tag: tag.filter(|tag| *tag != head),
        })
    }

    fn head(&self) -> Result<ObjectId, Failure> {
        if let Some(text) = self.head {
            return range::resolve(self.repository, self.revisions, "--head", text);
        }
        let named = self.told.as_ref().map_or(&[][..], |(_, told)| &told.heads);
        if named.is_empty() {
            let here = head::id(self.repository)
                .map_err(|error| Failure::because("cannot tell which commit is checked", error))?;
            return here.ok_or_else(|| {
                Failure::new(
                    "cannot tell which commit is checked: HEAD names none yet; give --head REV",
                )
            });
        }
        for one in named {
            if let Some(id) = self.find(one, &Refs::default())? {
                return Ok(id);
            }
        }
        Err(self.missing("the commit that is checked", "--head", named))
    }

    /// Returns the base that the CI system tells.
    fn told_base(&self, head: ObjectId, refs: &Refs) -> Result<Option<ObjectId>, Failure> {
        let Some((_, told)) = &self.told else {
            return Err(Failure::new(
                "cannot tell what to check against: no variables of a CI system that keyfence knows are set; give --base REV \
                 (docs/gate.md lists the systems and their variables)",
            ));
        };
        for one in &told.bases {
            let Some(id) = self.find(one, refs)? else {
                continue;
            };
            let is_all_new = matches!(one.what, What::DefaultBranch(_))
                && told.is_first
                && told.tag.is_none()
                && id == head;
            return Ok((!is_all_new).then_some(id));
        }
        if told.bases.is_empty() && told.is_first {
            return Ok(None);
        }
        Err(self.missing("what to check against", "--base", &told.bases))
    }

    fn find(&self, named: &Named, refs: &Refs) -> Result<Option<ObjectId>, Failure> {
        let cannot = |error| Failure::because(format!("cannot look up {}", named.variable), error);
        let commit = |text: &str| self.revisions.commit(text);
        match &named.what {
            What::Commit(id) => Ok(commit(id)),
            What::FirstParent(id) => {
                let Some(merge) = commit(id) else {
                    return Ok(None);
                };
                let parents = head::parents(self.repository, &merge).map_err(cannot)?;
                match parents[..] {
                    // A shallow clone may not have it.
                    [first, _, ..] => Ok(commit(&first.to_string())),
                    _ => Ok(None),
                }
            }
            What::Branch(name) | What::DefaultBranch(name) => {
                let name = name.strip_prefix("refs/heads/").unwrap_or(name);
                Ok(branch(refs, name.as_bytes()))
            }
        }
    }

    fn missing(&self, what: &str, option: &str, named: &[Named]) -> Failure {
        let (system, unshallow) = self
            .told
            .as_ref()
            .map_or(("", ""), |(system, _)| (system.name, system.unshallow));
        if named.is_empty() {
            return Failure::new(format!(
                "cannot tell {what}: {system} says nothing of it in its variables; give {option} REV"
            ));
        }
        let list: Vec<String> = named.iter().map(ToString::to_string).collect();
        Failure::new(format!(
            "cannot tell {what}: of what {system} names none is in this clone ({}); {unshallow}, fetch it, or give {option} REV",
            list.join(", ")
        ))
    }
}

/// Returns where a branch of the remote is: of `origin` first, then of any remote, then here.
fn branch(refs: &Refs, name: &[u8]) -> Option<ObjectId> {
    let find = |full: &[u8]| {
        refs.all
            .iter()
            .find(|tip| tip.name == full)
            .map(|tip| tip.id)
    };
    let of_remote = |tip: &&refs::RefTip| {
        let rest = tip.name.strip_prefix(b"refs/remotes/");
        rest.and_then(|rest| rest.split_once_str("/"))
            .is_some_and(|(_, branch)| branch == name)
    };
    find(&[b"refs/remotes/origin/", name].concat())
        .or_else(|| refs.all.iter().find(of_remote).map(|tip| tip.id))
        .or_else(|| find(&[b"refs/heads/", name].concat()))
}
