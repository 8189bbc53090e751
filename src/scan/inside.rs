//! What is packed in a blob: each member is scanned as a blob of its own, at the path of the archive, `!/` and its name.

use std::collections::HashSet;

use bstr::{BStr, BString};

use crate::{
    archive::{self, Budget, Kind, Visit},
    finding::{Finding, IN_ARCHIVE},
    secret::Fingerprint,
};

/// Where a member of an archive stands, whatever the archive is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Member {
    /// In how many compressed files it is, one in the other, which do not say what they have: its name follows from that of the outermost.
    compressed: usize,
    /// What follows after the path of the archive, and these names.
    suffix: BString,
}

impl Member {
    /// Returns the path of the member of the archive at `file`.
    pub(super) fn path(&self, file: &BStr) -> BString {
        let (mut path, mut name) = (file.to_owned(), file.to_vec());
        for _ in 0..self.compressed {
            name = archive::name_inside(&name);
            path.extend(IN_ARCHIVE.as_bytes());
            path.extend(&*name);
        }
        path.extend(&*self.suffix);
        path
    }

    /// Returns the place of `name` in this one.
    fn below(&self, name: &[u8]) -> Self {
        let mut name = name;
        while let Some(rest) = name.strip_prefix(b"/").or_else(|| name.strip_prefix(b"./")) {
            name = rest;
        }
        let mut member = self.clone();
        if !name.is_empty() {
            member.suffix.extend(IN_ARCHIVE.as_bytes());
            member.suffix.extend(name);
        }
        member
    }
}

/// Who scans what is in an archive.
pub(super) trait Scan {
    /// Scans the `number`th member; the archive itself is number 0.
    fn member(&mut self, number: usize, member: &Member, bytes: &[u8]);
    /// Is told what was left out; `incomplete` when it should have been looked at.
    fn skip(&mut self, member: &Member, reason: String, incomplete: bool);
    /// Returns true when no more is wanted.
    fn is_interrupted(&self) -> bool;
}

/// Hands what is packed in `bytes`, at any depth, to `scan`. Returns what is in what; nothing for a blob that is no archive.
pub(super) fn walk(bytes: &[u8], budget: &Budget, scan: &mut dyn Scan) -> Option<Inside> {
    let of = archive::kind(bytes).filter(|_| budget.depth > 0)?;
    let mut inside = Inside::default();
    let number = inside.begin();
    let most = budget.depth;
    let mut walk = Walk {
        place: Member::default(),
        of,
        most,
        inside: &mut inside,
        scan,
    };
    archive::read(of, b"", bytes, &mut budget.of_file(bytes.len()), &mut walk);
    inside.end(number, of);
    Some(inside)
}

/// Goes through one archive.
struct Walk<'w> {
    place: Member,
    of: Kind,
    /// How deep archives may be nested.
    most: usize,
    inside: &'w mut Inside,
    scan: &'w mut dyn Scan,
}

impl Walk<'_> {
    fn place_of(&self, name: &[u8]) -> Member {
        if self.of.is_one_file() && self.place.suffix.is_empty() && !name.is_empty() {
            Member {
                compressed: self.place.compressed + 1,
                ..Member::default()
            }
        } else {
            self.place.below(name)
        }
    }
}

impl Visit for Walk<'_> {
    fn member(&mut self, name: &[u8], bytes: &[u8], budget: &mut Budget) -> bool {
        let nested = archive::kind(bytes);
        // `x.tar.gz` is one archive, and the members are those of `x.tar.gz`.
        let is_same = self.of.is_one_file() && nested == Some(Kind::Tar);
        let place = if is_same {
            self.place.clone()
        } else {
            self.place_of(name)
        };
        let number = self.inside.begin();
        if !is_same {
            self.scan.member(number, &place, bytes);
        }
        match nested {
            Some(of) if is_same || budget.depth > 1 => {
                if is_same {
                    // What is in the tar file is not unpacked once more.
                    budget.bytes += bytes.len() as u64;
                }
                budget.depth -= usize::from(!is_same);
                let name = place.suffix.clone();
                let mut walk = Walk {
                    place,
                    of,
                    most: self.most,
                    inside: self.inside,
                    scan: self.scan,
                };
                archive::read(of, &name, bytes, budget, &mut walk);
                budget.depth += usize::from(!is_same);
                self.inside.end(number, of);
            }
            Some(_) => {
                let reason = format!(
                    "an archive in archives, nested deeper than {} (--max-archive-depth)",
                    self.most
                );
                self.scan.skip(&place, reason, true);
            }
            None => {}
        }
        !self.scan.is_interrupted()
    }

    fn skip(&mut self, name: &[u8], reason: String, incomplete: bool) {
        self.scan.skip(&self.place_of(name), reason, incomplete);
    }
}

/// What must be equal for two findings to be told once. One that is accepted says nothing of another that is not.
type Told = (Fingerprint, bool);

fn told(finding: &Finding) -> Told {
    (finding.fingerprint, finding.accepted.is_some())
}

/// Which members are in which archive.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// By number: what kind of archive it is, and the number after the last of its members.
    archives: Vec<Option<(Kind, usize)>>,
}

impl Inside {
    fn begin(&mut self) -> usize {
        self.archives.push(None);
        self.archives.len() - 1
    }

    fn end(&mut self, number: usize, of: Kind) {
        self.archives[number] = Some((of, self.archives.len()));
    }

    /// Leaves out of `findings` what is told at a better place. `numbers` has for each finding that of its member, none less than the one before.
    ///
    /// What is stored as it is was found twice. A member is the better place; in a mail it is the line that can be read there.
    pub(super) fn retain(&self, findings: &mut Vec<Finding>, numbers: &[usize]) {
        debug_assert_eq!(findings.len(), numbers.len(), "each finding has a number");
        let mut is_told = vec![true; findings.len()];
        for (number, archive) in self.archives.iter().enumerate().rev() {
            let Some((of, end)) = archive else { continue };
            let first = numbers.partition_point(|n| *n < number);
            let inside = numbers.partition_point(|n| *n <= number);
            let last = numbers.partition_point(|n| n < end);
            let is_better = |finding: &Finding| *of == Kind::Mail && finding.decoded.is_empty();
            let outside: HashSet<Told> = findings[first..inside]
                .iter()
                .filter(|finding| is_better(finding))
                .map(told)
                .collect();
            let within: HashSet<Told> = (inside..last)
                .filter(|at| is_told[*at])
                .map(|at| told(&findings[at]))
                .collect();
            for at in first..inside {
                let finding = &findings[at];
                is_told[at] = is_better(finding) || !within.contains(&told(finding));
            }
            for at in inside..last {
                is_told[at] &= !outside.contains(&told(&findings[at]));
            }
        }
        let mut is_told = is_told.into_iter();
        findings.retain(|_| is_told.next().unwrap_or(true));
    }
}
