//! Scans the commits of a push: the files that they change, and what people wrote into them.

use std::sync::Arc;

use super::{Brought, Scanner, Watch};
use crate::{
    finding::{Finding, Outcome, SourceKind},
    source::{error::Error, history::commits::Parts, index, range::New, repository::Repository},
};

impl Scanner {
    /// Returns what the commits `new` bring. A finding in a file or in a message says which commit it is from.
    ///
    /// # Errors
    ///
    /// When the object database cannot be opened.
    pub fn range(
        &self,
        watch: Watch<'_>,
        repository: &Repository,
        new: &New,
        options: index::Options,
    ) -> Result<Outcome, Error> {
        let Brought {
            findings,
            mut skipped,
            mut counts,
        } = self.steps(watch, (repository, SourceKind::Range), &new.steps, options)?;
        let mut findings: Vec<Finding> = findings
            .into_iter()
            .map(|(step, mut finding)| {
                finding.commit = new
                    .commits
                    .get(step)
                    .map(|commit| Arc::clone(&commit.about));
                finding
            })
            .collect();
        for commit in &new.commits {
            counts.commits += 1;
            counts.bytes += commit.bytes.len() as u64;
            let told = self.written(
                "commit",
                &commit.about.id,
                &commit.bytes,
                SourceKind::Message,
            );
            findings.extend(told.map(|mut finding| {
                finding.commit = Some(Arc::clone(&commit.about));
                finding
            }));
        }
        for (id, bytes) in &new.tags {
            counts.bytes += bytes.len() as u64;
            findings.extend(self.written("tag", &id.to_string(), bytes, SourceKind::Ref));
        }
        skipped.extend(new.skipped.iter().cloned());
        Ok(self.outcome(findings, skipped, counts))
    }

    /// Returns what is found in the text of a commit or tag: in its message, and in the headers that people write.
    fn written(
        &self,
        what: &str,
        id: &str,
        object: &[u8],
        kind: SourceKind,
    ) -> impl Iterator<Item = Finding> {
        let parts = Parts::of(object);
        let people = parts.people().unwrap_or_default();
        let in_message = self.scan_all(format!("<{what} {id}>"), kind, parts.message);
        let in_people = self.scan_all(format!("<{what} {id} header>"), kind, people);
        in_message.into_iter().chain(in_people)
    }
}
