//! From what was found in objects to findings: one for each secret, with all its stays.

use std::collections::{BTreeMap, HashMap};

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    read::{InMessage, Interesting, Reader},
    traced::{self, Traced},
};
use crate::{
    finding::{Counts, Finding, KeptBy, Occurrence, Skipped, SourceKind},
    provenance::{self, Sighting, Stay},
    scan::{Scanner, assemble},
    secret::Fingerprint,
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

/// What a secret is known by.
type Key = (String, Fingerprint);

/// Numbers for secrets.
#[derive(Default)]
struct Secrets {
    numbers: HashMap<Key, u32>,
}

impl Secrets {
    fn number(&mut self, finding: &Finding) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let key = (finding.rule.clone(), finding.fingerprint);
        *self.numbers.entry(key).or_insert(next)
    }
}

/// A stay, and what its finding is made from.
enum Place {
    /// A blob, under the path that judges were told.
    Blob(Occurrence, BlobIndex, BString),
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
            }
            same
        });
        self.blobs.iter().map(|blob| blob.place).collect()
    }

    /// Returns the findings. `texts` is what was found in texts that are no objects.
    pub(super) fn finish(mut self, traced: &Traced<'_>, texts: Vec<Finding>) -> Gathered {
        let mut secrets = Secrets::default();
        let mut places: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
        let options = traced.trace_options(NO_PATH.into());
        let outcome = provenance::trace(traced.graph, &options, &mut |blob, path| {
            let found = self.findings(blob, path);
            let sighting = |finding: &Finding| Sighting {
                secret: secrets.number(finding),
                line: finding.start.line,
                column: finding.start.column,
            };
            found.iter().map(sighting).collect()
        });
        for stay in outcome.stays {
            let number = stay.secret;
            let place = self.in_blob(traced, stay);
            places.entry(number).or_default().push(place);
        }
        let messages = std::mem::take(&mut self.messages);
        let said = traced.in_messages(messages, &options);
        for (occurrence, finding) in said.into_iter().chain(traced.in_texts(texts)) {
            let number = secrets.number(&finding);
            let place = Place::Text(occurrence, Box::new(finding));
            places.entry(number).or_default().push(place);
        }
        // A secret without a stay is told all the same; what the filters would say of it nobody knows.
        if !outcome.limits.is_empty() && traced.wants_all() {
            for (number, place) in self.without_stay(traced, &mut secrets) {
                let known = places.entry(number).or_default();
                if known.is_empty() {
                    known.push(place);
                }
            }
        }
        let keys: HashMap<u32, Key> = (secrets.numbers.into_iter())
            .map(|(key, number)| (number, key))
            .collect();
        Gathered {
            findings: places
                .into_iter()
                .filter_map(|(number, places)| self.finding(&keys[&number], places))
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

    /// Returns the findings in a blob at `path`.
    fn findings(&self, blob: BlobIndex, path: &BStr) -> Vec<Finding> {
        let rules = self.scanner.rules();
        let found = self.blobs[blob.0 as usize].found.iter();
        let detections = found.filter_map(|one| one.detection(&self.scanner.engine, path));
        assemble::findings(
            rules,
            &self.scanner.options,
            path,
            SourceKind::History,
            detections.collect(),
        )
    }

    /// Returns all secrets in blobs, with places of which nothing is known but the blob.
    fn without_stay(&self, traced: &Traced<'_>, secrets: &mut Secrets) -> Vec<(u32, Place)> {
        let mut out = Vec::new();
        for (at, blob) in (0..).map(BlobIndex).zip(&self.blobs) {
            let id = traced.database.blob_id(blob.place).to_string();
            for finding in self.findings(at, NO_PATH.into()) {
                let occurrence = Occurrence {
                    path: format!("<blob {id}>").into(),
                    blob: Some(id.clone()),
                    reachable: true,
                    kept_by: KeptBy::Unknown,
                    ..traced::bare(&finding)
                };
                let place = Place::Blob(occurrence, at, NO_PATH.into());
                out.push((secrets.number(&finding), place));
            }
        }
        out
    }

    fn in_blob(&self, traced: &Traced<'_>, stay: Stay) -> Place {
        let blob = self.blobs[stay.blob.0 as usize].place;
        let id = traced.database.blob_id(blob).to_string();
        let note = traced.note(&stay);
        let path = match &note {
            Some(note) => BString::from(format!("<note {}>", note.annotates)),
            None if stay.path == NO_PATH => BString::from(format!("<blob {id}>")),
            None => stay.path.clone(),
        };
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
        Place::Blob(occurrence, stay.blob, stay.path)
    }

    /// Returns the finding of the secret `key` with its places, the most urgent first.
    fn finding(&self, key: &Key, mut places: Vec<Place>) -> Option<Finding> {
        // The stays come oldest first, so that of equals the one that brought the secret stands in front.
        places.sort_by_key(|place| place.occurrence().state());
        let mut finding = match places.first()? {
            Place::Text(_, finding) => (**finding).clone(),
            Place::Blob(_, blob, path) => self
                .findings(*blob, path.as_bstr())
                .into_iter()
                .find(|finding| (&finding.rule, finding.fingerprint) == (&key.0, key.1))?,
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
