//! Makers: whole structures that a template cannot say with holes alone.
//!
//! A name may end in `/` and a way to write the structure: `pem-rsa/escaped` (see [`layout`]). Keys are well-formed and of
//! the right lengths, but random: none of them works.

mod der;
mod jwt;
mod keys;
mod layout;
mod vendors;
mod wire;

use super::Random;

/// Returns a structure made by the maker called `name`.
pub(super) fn by_name(name: &str, random: &mut Random) -> Option<String> {
    let (name, way) = name.split_once('/').unwrap_or((name, ""));
    let text = keys::by_name(name, random)
        .or_else(|| jwt::by_name(name, random))
        .or_else(|| vendors::by_name(name, random))?;
    layout::written(&text, way)
}
