//! From what was found in objects to findings: one for each secret, with all its stays.

use std::{collections::BTreeMap, iter};

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    numbers::{Item, Key, Numbers, suffix},
    read::{InMessage, Interesting, Located, Reader},
    traced::{self, Traced},
};
use crate::{
    finding::{Counts, Finding, KeptBy, Occurrence, Skipped, SourceKind},
    provenance::{self, Sighting, Stay},
    scan::{Scanner, assemble},
    source::history::{BlobPlace, Database, graph::BlobIndex},
};

/// The path that stands for that of a blob that has none.
const NO_PATH: &str = "<blob>";

/// What all threads found.
pub(super) struct Gather<'s> {
    scanner: &'s Scanner,
    blobs: Vec<Interesting>,
    messages: Vec<InMessage>,
    pub(super) counts: Counts,
    /// How many objects were read.
    pub(super) taken: u64,
    /// The objects that the next scan has to read again.
    pub(super) again: Vec<ObjectId>,
}

/// A stay, and what its finding is made from.
enum Place {
    /// A blob, under the path that judges were told, and what follows after that: the name of a member.
    Blob(Occurrence, BlobIndex, BString, BString),
    /// A text that was scanned for itself.
    Text(Occurrence, Box<Finding>),
}

impl Place {
    fn occurrence(&self) -> &Occurrence {
        match self {
            Self::Blob(occurrence, ..) | Self::Text(occurrence, _) => occurrence,
        }
    }

    fn into_occurrence(self) -> Occurrence {
        match self {
            Self::Blob(occurrence, ..) | Self::Text(occurrence, _) => occurrence,
        }
    }
}

/// What was found, and what it does not tell.
pub(super) struct Gathered {
    pub(super) findings: Vec<Finding>,
    pub(super) skipped: Vec<Skipped>,
}

impl<'s> Gather<'s> {
    pub(super) fn new(scanner: &'s Scanner) -> Self {
        Self {
            scanner,
            blobs: Vec::new(),
            messages: Vec::new(),
            counts: Counts::default(),
            taken: 0,
            again: Vec::new(),
        }
    }

    /// Takes what one thread has read.
    pub(super) fn take(&mut self, reader: &mut Reader<'_>) {
        self.blobs.append(&mut reader.blobs);
        self.messages.append(&mut reader.messages);
        self.counts += reader.counts;
        self.taken += reader.taken;
        self.again.append(&mut reader.again);
    }

    /// Returns the blobs in which something was found, sorted by their ids: what is told first must not depend on where they are stored.
    pub(super) fn interesting(&mut self, database: &Database) -> Vec<BlobPlace> {
        self.blobs.sort_by(|a, b| {
            let ids = database.blob_id(a.place).cmp(database.blob_id(b.place));
            ids.then(a.place.cmp(&b.place))
        });
        // A damaged blob may have been read twice, the first time in part.
        self.blobs.dedup_by(|again, blob| {
            let same = again.place == blob.place;
            if same {
                blob.found.append(&mut again.found);
                blob.packed = blob.packed.take().or(again.packed.take());
            }
            same
        });
        self.blobs.iter().map(|blob| blob.place).collect()
    }

    /// Returns the findings. `texts` is what was found in texts that are no objects.
    pub(super) fn finish(mut self, traced: &Traced<'_>, texts: Vec<Finding>) -> Gathered {
        let mut numbers = Numbers::default();
        let mut places: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
        let options = traced.trace_options(NO_PATH.into());
        let outcome = provenance::trace(traced.graph, &options, &mut |blob, path| {
            let found = self.findings(blob, path);
            let sighting = |finding: &Finding| Sighting {
                secret: numbers.item(finding, path),
                line: finding.start.line,
                column: finding.start.column,
            };
            found.iter().map(sighting).collect()
        });
        for stay in outcome.stays {
            let Item { secret, suffix } = numbers.item_of(stay.secret);
            let place = self.in_blob(traced, stay, suffix);
            places.entry(*secret).or_default().push(place);
        }
        let messages = std::mem::take(&mut self.messages);
        let said = traced.in_messages(messages, &options);
        for (occurrence, finding) in said.into_iter().chain(traced.in_texts(texts)) {
            let number = numbers.secret(&finding);
            let place = Place::Text(occurrence, Box::new(finding));
            places.entry(number).or_default().push(place);
        }
        // A secret without a stay is told all the same; what the filters would say of it nobody knows.
        if !outcome.limits.is_empty() && traced.wants_all() {
            for (number, place) in self.without_stay(traced, &mut numbers) {
                let known = places.entry(number).or_default();
                if known.is_empty() {
                    known.push(place);
                }
            }
        }
        let mut last = None;
        Gathered {
            findings: places
                .into_iter()
                .filter_map(|(number, places)| {
                    self.finding(numbers.key_of(number), places, &mut last)
                })
                .collect(),
            skipped: outcome
                .limits
                .into_iter()
                .map(|limit| Skipped {
                    path: ".".into(),
                    reason: format!("{}: some occurrences are not told", limit.name()),
                    incomplete: true,
                })
                .collect(),
        }
    }

    /// Returns the findings in a blob at `path`, and in what is packed in it.
    fn findings(&self, blob: BlobIndex, path: &BStr) -> Vec<Finding> {
        let blob = &self.blobs[blob.0 as usize];
        let mut findings = self.assemble(&blob.found, path);
        if let Some(packed) = &blob.packed {
            let mut numbers = vec![0; findings.len()];
            for (number, member, found) in &packed.found {
                let mut found = self.assemble(found, member.path(path).as_ref());
                numbers.extend(iter::repeat_n(*number, found.len()));
                findings.append(&mut found);
            }
            packed.inside.retain(&mut findings, &numbers);
        }
        findings
    }

    fn assemble(&self, found: &[Located], path: &BStr) -> Vec<Finding> {
        let rules = self.scanner.rules();
        let engine = &self.scanner.engine;
        let detections = found.iter().filter_map(|one| one.detection(engine, path));
        assemble::findings(
            rules,
            &self.scanner.options,
            path,
            SourceKind::History,
            detections.collect(),
        )
    }

    /// Returns all secrets in blobs, with places of which nothing is known but the blob.
    fn without_stay(&self, traced: &Traced<'_>, numbers: &mut Numbers) -> Vec<(u32, Place)> {
        let mut out = Vec::new();
        for (at, blob) in (0..).map(BlobIndex).zip(&self.blobs) {
            let id = traced.database.blob_id(blob.place).to_string();
            for finding in self.findings(at, NO_PATH.into()) {
                let suffix = suffix(&finding, NO_PATH.into()).to_owned();
                let occurrence = Occurrence {
                    path: [format!("<blob {id}>").as_bytes(), &suffix].concat().into(),
                    blob: Some(id.clone()),
                    reachable: true,
                    kept_by: KeptBy::Unknown,
                    ..traced::bare(&finding)
                };
                let place = Place::Blob(occurrence, at, NO_PATH.into(), suffix);
                out.push((numbers.secret(&finding), place));
            }
        }
        out
    }

    /// Returns the place of a stay in a blob; `suffix` follows after its path.
    fn in_blob(&self, traced: &Traced<'_>, stay: Stay, suffix: &BString) -> Place {
        let blob = self.blobs[stay.blob.0 as usize].place;
        let id = traced.database.blob_id(blob).to_string();
        let note = traced.note(&stay);
        let mut path = match &note {
            Some(note) => BString::from(format!("<note {}>", note.annotates)),
            None if stay.path == NO_PATH => BString::from(format!("<blob {id}>")),
            None => stay.path.clone(),
        };
        path.extend(&**suffix);
        let occurrence = Occurrence {
            path,
            line: stay.line,
            column: stay.column,
            blob: Some(id),
            introduced: stay.introduced.map(|commit| traced.commit(commit)),
            removed: stay.removed.map(|commit| traced.commit(commit)),
            in_head: stay.in_head,
            reachable: stay.reachable,
            kept_by: stay.kept_by,
            branches: traced.names(&stay.branches),
            tags: traced.names(&stay.tags),
            note,
            tips: traced.names(&stay.tips),
        };
        Place::Blob(occurrence, stay.blob, stay.path, suffix.clone())
    }

    /// Returns the finding of the secret `key` with its places, the most urgent first. `last` has the findings of the blob that was asked for
    /// last: secrets that stand in one blob come one after the other, and one blob may have thousands.
    fn finding(
        &self,
        key: &Key,
        mut places: Vec<Place>,
        last: &mut Option<(BlobIndex, BString, Vec<Finding>)>,
    ) -> Option<Finding> {
        // The stays come oldest first, so that of equals the one that brought the secret stands in front.
        places.sort_by_key(|place| place.occurrence().state());
        let mut finding = match places.first()? {
            Place::Text(_, finding) => (**finding).clone(),
            Place::Blob(_, blob, path, member) => {
                let is_same = |(of, at, _): &(BlobIndex, BString, _)| of == blob && at == path;
                if !last.as_ref().is_some_and(is_same) {
                    let findings = self.findings(*blob, path.as_bstr());
                    *last = Some((*blob, path.clone(), findings));
                }
                let (.., findings) = last.as_ref()?;
                let mut findings = findings.iter();
                findings
                    .find(|one| key.is_of(one) && suffix(one, path.as_bstr()) == member)?
                    .clone()
            }
        };
        finding.occurrences = places.into_iter().map(Place::into_occurrence).collect();
        let first = finding.occurrences.first()?;
        finding.path = first.path.clone();
        finding.commit = first.introduced.clone();
        if first.note.is_some() {
            finding.source = SourceKind::Ref;
        }
        Some(finding)
    }
}
