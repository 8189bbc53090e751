//! Which objects there are, where each is stored, and which one it is made from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    path::{Path, PathBuf},
    thread,
};

use bstr::BString;
use gix::{ObjectId, hash, objs::Kind, odb::pack::data::entry::Header, oid};

use super::{
    super::{open::special, reason},
    folder::{self, Links, name_skip},
    id_table::Ids,
    loose,
    pack::{Pack, Reader, Trouble},
    pack_index::PackIndex,
};
use crate::finding::Skipped;

/// An object's place in [`Objects`]; objects of one pack stand in the order of the pack.
pub(super) type Index = u32;

/// From how many objects on several threads are worth their start.
const PARALLEL_OBJECTS: usize = 20_000;

/// No object.
pub(super) const NONE: Index = Index::MAX;

/// How an object is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Whole.
    Whole(Kind),
    /// As a delta.
    Delta,
    /// In a way that cannot be read.
    Broken,
}

/// All objects of a repository.
#[derive(Debug)]
pub(super) struct Objects {
    pub(super) hash: hash::Kind,
    pub(super) packs: Vec<Pack>,
    /// Where the objects of each pack stand; the loose ones follow the last.
    ranges: Vec<Range<Index>>,
    /// The folders of loose objects, and which objects lie there.
    folders: Vec<(PathBuf, Range<Index>)>,
    ids: Ids,
    /// By packed object: where its entry begins.
    offsets: Vec<u64>,
    /// By packed object: the checksum of its entry.
    crcs: Vec<u32>,
    /// Why headers could not be read.
    broken: BTreeMap<Index, Trouble>,
    pub(super) forms: Vec<Form>,
    /// By object: what its delta is for, [`NONE`] where it is whole or its base is missing.
    pub(super) bases: Vec<Index>,
}

/// Takes what could not be read.
pub(super) type Skip<'a> = &'a mut dyn FnMut(Skipped);

impl Objects {
    /// Reads which objects lie in the object databases `folders`.
    pub(super) fn read(
        folders: &[PathBuf],
        hash: hash::Kind,
        threads: usize,
        skip: Skip<'_>,
    ) -> Self {
        let mut this = Self {
            hash,
            packs: Vec::new(),
            ranges: Vec::new(),
            folders: Vec::new(),
            ids: Ids::new(hash),
            offsets: Vec::new(),
            crcs: Vec::new(),
            broken: BTreeMap::new(),
            forms: Vec::new(),
            bases: Vec::new(),
        };
        for folder in folders {
            for path in pack_files(&folder.join("pack"), skip) {
                if let Err(trouble) = this.add_pack(&path, skip) {
                    name(skip, &path, trouble);
                }
            }
        }
        for folder in folders {
            this.add_loose(folder, skip);
        }
        this.ids.index();
        this.read_headers(threads);
        this
    }

    /// Returns how many objects there are, those that are stored twice counted twice.
    pub(super) fn len(&self) -> Index {
        self.ids.len()
    }

    /// Returns the id of an object.
    pub(super) fn id(&self, object: Index) -> &oid {
        self.ids.get(object)
    }

    /// Returns the object called `id`: of those that are stored several times the first.
    pub(super) fn find(&self, id: &oid) -> Option<Index> {
        self.ids.find(id)
    }

    /// Returns the object called `id`: one in `range` where there is one.
    fn find_near(&self, id: &oid, range: &Range<Index>) -> Option<Index> {
        let first = self.find(id)?;
        let mut here = std::iter::once(&first)
            .chain(self.ids.copies(first))
            .filter(|object| range.contains(object));
        Some(here.next().copied().unwrap_or(first))
    }

    /// Returns the first of the places where the object is stored.
    pub(super) fn first(&self, object: Index) -> Index {
        self.find(self.id(object)).unwrap_or(object)
    }

    /// Returns all places where the object is stored.
    pub(super) fn places(&self, object: Index) -> impl Iterator<Item = Index> {
        let first = self.first(object);
        std::iter::once(first).chain(self.ids.copies(first).iter().copied())
    }

    /// Returns the objects that are stored several times, the first of each.
    pub(super) fn repeated(&self) -> impl Iterator<Item = Index> {
        self.ids.repeated()
    }

    /// Returns what the checksum of a packed object's entry is, where the index has it.
    pub(super) fn crc(&self, pack: usize, object: Index) -> Option<u32> {
        let crc = self.crcs[object as usize];
        self.packs[pack].has_crcs.then_some(crc)
    }

    /// Returns why the header of an object could not be read.
    pub(super) fn header_trouble(&self, object: Index) -> Option<&Trouble> {
        self.broken.get(&object)
    }

    /// Returns the objects that are stored elsewhere, too, all but the first of each.
    pub(super) fn copies_set(&self) -> BTreeSet<Index> {
        let all = self.ids.repeated().flat_map(|first| self.ids.copies(first));
        all.copied().collect()
    }

    /// Returns how many objects are such copies.
    pub(super) fn copy_count(&self) -> u64 {
        let all = self
            .ids
            .repeated()
            .map(|first| self.ids.copies(first).len());
        all.sum::<usize>() as u64
    }

    /// Returns the number of the pack that holds the object, or none for a loose one.
    pub(super) fn pack_of(&self, object: Index) -> Option<usize> {
        let number = self.ranges.partition_point(|range| range.end <= object);
        (number < self.ranges.len()).then_some(number)
    }

    /// Returns where in its pack the entry of a packed object lies.
    pub(super) fn entry(&self, pack: usize, object: Index) -> Range<u64> {
        let start = self.offsets[object as usize];
        let next = object + 1;
        let end = if next < self.ranges[pack].end {
            self.offsets[next as usize]
        } else {
            self.packs[pack].entries_end
        };
        start..end
    }

    /// Returns the file of a loose object.
    pub(super) fn loose_folder(&self, object: Index) -> Option<&Path> {
        let found = self
            .folders
            .iter()
            .find(|(_, range)| range.contains(&object));
        found.map(|(folder, _)| &**folder)
    }

    /// Returns what to call the place of an object that cannot be read.
    pub(super) fn place(&self, object: Index) -> BString {
        let path = match self.pack_of(object) {
            Some(pack) => self.packs[pack].path.clone(),
            None => self
                .loose_folder(object)
                .map(Path::to_owned)
                .unwrap_or_default(),
        };
        path.into_os_string().into_encoded_bytes().into()
    }

    fn add_pack(&mut self, path: &Path, skip: Skip<'_>) -> Result<(), String> {
        let mut pack = Pack::open(path, self.hash).map_err(|error| reason(&error))?;
        let again = |what: String| {
            format!(
                "{what}; `git index-pack {}` makes a new one",
                path.display()
            )
        };
        let index = PackIndex::read(&path.with_extension("idx"), &pack)
            .map_err(|error| again(format!("its index cannot be read ({error})")))?;
        let checked = pack.compare(&index.pack_checksum).and_then(|()| {
            // Without checksums of the entries nothing tells damage in their headers.
            if index.has_crcs {
                Ok(())
            } else {
                pack.verify()
            }
        });
        checked.map_err(|error| reason(&error))?;
        pack.has_crcs = index.has_crcs;
        for doubt in std::mem::take(&mut pack.doubts) {
            name(skip, path, format!("corrupt pack: {doubt}"));
        }
        for doubt in index.doubts {
            name(skip, path, again(format!("corrupt index: {doubt}")));
        }
        let start = self.len();
        u32::try_from(index.entries.len())
            .ok()
            .and_then(|count| start.checked_add(count))
            .filter(|end| *end < NONE)
            .ok_or("there are more objects than can be counted")?;
        let width = self.hash.len_in_bytes();
        for entry in index.entries {
            let id = &index.ids[entry.at as usize * width..][..width];
            self.ids.push(oid::from_bytes_unchecked(id));
            self.offsets.push(entry.offset);
            self.crcs.push(entry.crc);
        }
        self.ranges.push(start..self.len());
        self.packs.push(pack);
        Ok(())
    }

    fn add_loose(&mut self, folder: &Path, skip: Skip<'_>) {
        let start = self.len();
        let hex = self.hash.len_in_hex();
        for first in 0..=u8::MAX {
            let first = format!("{first:02x}");
            let sub = folder.join(&first);
            let shown = shown(&sub);
            let mut found: Vec<ObjectId> = Vec::new();
            let mut others = 0_u64;
            for entry in listed(&sub, skip) {
                let name = entry.path.file_name().unwrap_or_default();
                let name = name.as_encoded_bytes();
                let is_hex = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
                if name.len() + 2 == hex && name.iter().all(is_hex) {
                    found.extend(ObjectId::from_hex(&[first.as_bytes(), name].concat()));
                } else if !name.starts_with(b"tmp_obj_") {
                    // Those are what git writes, until they have a name.
                    others += 1;
                }
            }
            if others > 0 {
                let reason = format!("files that are no objects: {others}");
                name_skip(skip, &shown, reason, false);
            }
            found.sort_unstable();
            for id in &found {
                if self.len() < NONE - 1 {
                    self.ids.push(id);
                }
            }
        }
        self.folders.push((folder.to_owned(), start..self.len()));
    }

    /// Reads the headers of all objects: their kinds, and what deltas are for.
    fn read_headers(&mut self, threads: usize) {
        let len = self.len() as usize;
        self.forms = Vec::with_capacity(len);
        self.bases = Vec::with_capacity(len);
        let parts: Vec<(usize, Range<Index>)> = (self.ranges.iter().enumerate())
            .flat_map(|(number, range)| split(range, threads).map(move |part| (number, part)))
            .collect();
        let this = &*self;
        let read = |at: usize| {
            let (number, part) = &parts[at];
            this.headers(*number, part.clone())
        };
        let headers: Vec<Headers> = if threads > 1 && len > PARALLEL_OBJECTS {
            thread::scope(|scope| {
                let running: Vec<_> = (0..parts.len())
                    .map(|at| scope.spawn(move || read(at)))
                    .collect();
                let join = |one: thread::ScopedJoinHandle<'_, Headers>| {
                    one.join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                running.into_iter().map(join).collect()
            })
        } else {
            (0..parts.len()).map(read).collect()
        };
        for headers in headers {
            self.forms.extend(headers.forms);
            self.bases.extend(headers.bases);
            self.broken.extend(headers.troubles);
        }
        for (folder, range) in &self.folders {
            for object in range.clone() {
                self.bases.push(NONE);
                self.forms
                    .push(match loose::kind(folder, self.ids.get(object)) {
                        Ok(kind) => Form::Whole(kind),
                        Err(trouble) => {
                            self.broken.insert(object, trouble);
                            Form::Broken
                        }
                    });
            }
        }
    }

    /// Reads the headers of the objects `part` of a pack.
    fn headers(&self, number: usize, part: Range<Index>) -> Headers {
        let range = &self.ranges[number];
        let by_offset = |offset: u64| {
            let here = &self.offsets[range.start as usize..range.end as usize];
            let at = here.binary_search(&offset).ok()?;
            Some(range.start + Index::try_from(at).ok()?)
        };
        let (mut reader, mut out) = (Reader::default(), Headers::default());
        for object in part {
            let entry = self.entry(number, object);
            let header = reader.header(&self.packs[number], number, entry.clone());
            let (form, base) = match header.map(|entry| entry.header) {
                Ok(Header::Commit) => (Form::Whole(Kind::Commit), NONE),
                Ok(Header::Tree) => (Form::Whole(Kind::Tree), NONE),
                Ok(Header::Blob) => (Form::Whole(Kind::Blob), NONE),
                Ok(Header::Tag) => (Form::Whole(Kind::Tag), NONE),
                Ok(Header::OfsDelta { base_distance }) => {
                    let base = entry.start.checked_sub(base_distance).and_then(by_offset);
                    (Form::Delta, base.unwrap_or(NONE))
                }
                Ok(Header::RefDelta { base_id }) => {
                    let base = self.find_near(&base_id, range);
                    (Form::Delta, base.unwrap_or(NONE))
                }
                Err(trouble) => {
                    out.troubles.push((object, trouble));
                    (Form::Broken, NONE)
                }
            };
            out.forms.push(form);
            out.bases.push(base);
        }
        out
    }
}

/// What the headers of some objects say.
#[derive(Default)]
struct Headers {
    forms: Vec<Form>,
    bases: Vec<Index>,
    troubles: Vec<(Index, String)>,
}

/// Cuts a range in as many parts as there are threads.
fn split(range: &Range<Index>, parts: usize) -> impl Iterator<Item = Range<Index>> + use<> {
    let (start, end) = (range.start, range.end);
    let parts = Index::try_from(parts.max(1)).unwrap_or(1);
    let step = (end - start).div_ceil(parts).max(1);
    (start..end)
        .step_by(step as usize)
        .map(move |from| from..end.min(from.saturating_add(step)))
}

/// Returns the packs in `folder`, in the order of their names. An index without its pack is named.
fn pack_files(folder: &Path, skip: Skip<'_>) -> Vec<PathBuf> {
    let entries = listed(folder, skip).into_iter();
    let mut out: Vec<PathBuf> = entries.map(|entry| entry.path).collect();
    let is = |path: &Path, wanted| {
        path.extension()
            .is_some_and(|extension| extension == wanted)
    };
    // What is just being written has other names: `tmp_pack_…`, `.tmp-…-pack-….pack`.
    let is_hidden = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(b".")
    };
    for index in out
        .iter()
        .filter(|path| is(path, "idx") && !is_hidden(path))
    {
        if out.binary_search(&index.with_extension("pack")).is_err() {
            name(skip, index, "an index whose pack is not there".to_owned());
        }
    }
    out.retain(|path| is(path, "pack") && !is_hidden(path));
    out
}

/// Returns what lies in `folder`, which need not be there; something else in its place is named.
fn listed(folder: &Path, skip: Skip<'_>) -> Vec<folder::Entry> {
    let shown = shown(folder);
    if let Ok(kind) = fs::symlink_metadata(folder).map(|meta| meta.file_type())
        && !kind.is_dir()
    {
        let reason = special(kind).unwrap_or("not a folder");
        name_skip(skip, &shown, reason, true);
        return Vec::new();
    }
    folder::children(folder, shown.as_ref(), Links::Matter, skip)
}

/// Returns how a path is shown.
fn shown(path: &Path) -> BString {
    path.as_os_str().as_encoded_bytes().into()
}

/// Names something that should have been read.
fn name(skip: Skip<'_>, path: &Path, reason: String) {
    skip(Skipped {
        path: path.as_os_str().as_encoded_bytes().into(),
        reason,
        incomplete: true,
    });
}
