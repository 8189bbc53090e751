//! Packs and bundles of git: each blob, and each text of a commit or tag, is a member, called by its id.

use super::{Stop, Unpack};
use crate::source::bundle::{self, Limits, Take};

pub(super) fn bundle(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let limits = limits(unpack);
    Objects::take(unpack, |objects| bundle::bundle(bytes, limits, objects))
}

pub(super) fn pack(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let limits = limits(unpack);
    Objects::take(unpack, |objects| bundle::pack(bytes, limits, objects))
}

fn limits(unpack: &Unpack<'_>) -> Limits {
    let bytes = unpack.budget.bytes;
    Limits {
        object_bytes: unpack.budget.member_bytes.min(bytes),
        bytes,
    }
}

/// Makes members of objects.
struct Objects<'u, 'v> {
    unpack: &'u mut Unpack<'v>,
    stop: Option<Stop>,
}

impl<'u, 'v> Objects<'u, 'v> {
    fn take(
        unpack: &'u mut Unpack<'v>,
        read: impl FnOnce(&mut Self) -> Result<(), String>,
    ) -> Result<(), Stop> {
        let mut objects = Self { unpack, stop: None };
        let done = read(&mut objects);
        match objects.stop {
            Some(stop) => Err(stop),
            None => done.map_err(Stop::Broken),
        }
    }
}

impl Take for Objects<'_, '_> {
    fn object(&mut self, id: &str, bytes: &[u8]) -> bool {
        let mut bytes = bytes;
        self.stop = self.unpack.member(id.as_bytes(), &mut bytes).err();
        self.stop.is_none()
    }

    fn left_out(&mut self, reason: &str) {
        self.unpack.skip(b"", reason, true);
    }
}
