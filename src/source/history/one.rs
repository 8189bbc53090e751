//! Unpacks a single object, for the few that are asked for by themselves.

use super::{
    delta,
    forest::Forest,
    loose,
    objects::{Index, NONE, Objects},
    pack::{Reader, Trouble},
};

/// The most bytes of an object that is unpacked.
const MAX_BYTES: usize = 256 << 20;

/// Returns the bytes of an object, from the first of its places where it can be read.
pub(super) fn unpack(
    objects: &Objects,
    forest: &Forest,
    object: Index,
) -> Result<Vec<u8>, Trouble> {
    let mut places = objects.places(object);
    let first = places.next().map(|place| unpack_at(objects, forest, place));
    let first = first.unwrap_or_else(|| Err("it is not there".to_owned()));
    first.or_else(|trouble| {
        let mut others = places.map(|place| unpack_at(objects, forest, place));
        others.find_map(Result::ok).ok_or(trouble)
    })
}

/// Returns the bytes of an object, made from the root of its tree of deltas on.
fn unpack_at(objects: &Objects, forest: &Forest, object: Index) -> Result<Vec<u8>, Trouble> {
    let mut chain = vec![object];
    let mut at = forest.base(objects, object);
    // A chain that leads back to itself has no root.
    while at != NONE && chain.len() <= objects.bases.len() {
        chain.push(at);
        at = forest.base(objects, at);
    }
    let (mut reader, mut packed) = (Reader::default(), Vec::new());
    let mut whole = |object: Index, out: &mut Vec<u8>| {
        if let Some(number) = objects.pack_of(object) {
            let range = objects.entry(number, object);
            let (pack, crc) = (&objects.packs[number], objects.crc(number, object));
            let intact = reader.unpack(pack, number, range, crc, MAX_BYTES, out)?;
            return if intact {
                Ok(())
            } else {
                Err("corrupt pack: it has another checksum".to_owned())
            };
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
