//! Unpacks a single object, for the few that are asked for by themselves.

use super::{
    delta, loose,
    objects::{Index, NONE, Objects},
    pack::{Reader, Trouble},
};

/// The most bytes of an object that is unpacked.
const MAX_BYTES: usize = 256 << 20;

/// Returns the bytes of an object, made from the root of its tree of deltas on.
pub(super) fn unpack(objects: &Objects, object: Index) -> Result<Vec<u8>, Trouble> {
    let mut chain = vec![object];
    let mut at = objects.bases[object as usize];
    // A chain that leads back to itself has no root.
    while at != NONE && chain.len() <= objects.bases.len() {
        chain.push(at);
        at = objects.bases[at as usize];
    }
    let (mut reader, mut packed) = (Reader::default(), Vec::new());
    let mut whole = |object: Index, out: &mut Vec<u8>| {
        if let Some(number) = objects.pack_of(object) {
            let range = objects.entry(number, object);
            let pack = &objects.packs[number];
            return (reader.unpack(pack, number, range, None, MAX_BYTES, out)).map(drop);
        }
        let folder = objects.loose_folder(object);
        let folder = folder.ok_or("it is not there any more")?;
        loose::unpack(folder, objects.id(object), MAX_BYTES, &mut packed, out)
    };
    let (mut base, mut delta, mut out, mut ops) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if let Some(root) = chain.pop() {
        whole(root, &mut out)?;
    }
    while let Some(object) = chain.pop() {
        std::mem::swap(&mut base, &mut out);
        whole(object, &mut delta)?;
        delta::apply(&base, &delta, MAX_BYTES, &mut out, &mut ops)
            .map_err(|error| error.to_string())?;
    }
    Ok(out)
}
