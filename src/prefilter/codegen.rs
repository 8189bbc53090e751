//! Writes tables as Rust source: how `builtin.rs` is made from the built-in rules.

use std::fmt::Write as _;

use super::Tables;

/// Returns the text of `builtin.rs` for `tables`.
pub fn source(tables: &Tables) -> String {
    let mut out = String::from(
        "//! The tables for the built-in rules. Made from `patterns/*.toml`; do not edit. `tests/it/codegen.rs` makes it anew.\n\n\
         #![cfg_attr(rustfmt, rustfmt_skip)]\n#![allow(clippy::unreadable_literal, reason = \"made by a program, not read by people\")]\n\n\
         use std::borrow::Cow::Borrowed as B;\n\nuse super::{Link, Literal, Tables};\n\n\
         /// The tables for `rule::builtin::RULES`.\npub(super) static TABLES: Tables = Tables {\n    literals: B(&[\n",
    );
    for literal in tables.literals.iter() {
        let _ = writeln!(
            out,
            "        Literal {{ text: B({:?}), fold: {}, rules: B(&{:?}) }},",
            literal.text, literal.fold, literal.rules
        );
    }
    let _ = writeln!(
        out,
        "    ]),\n    windows: B(&{:?}),\n    bitmap: B(&{:?}),",
        tables.windows, tables.bitmap
    );
    let _ = writeln!(
        out,
        "    slots: B(&{:?}),\n    chain: B(&{:?}),",
        tables.slots, tables.chain
    );
    let _ = writeln!(out, "    runs: B(&{:?}),\n}};", tables.runs);
    out
}
