//! Finds credentials, AWS access key pairs first, in bytes, files and git repositories.
//!
//! The library takes settings as arguments: it reads no environment, no home folder and no clock, prints nothing and never
//! exits. Start with [`Scanner`].

pub mod archive;
pub mod chunk;
pub mod cli;
pub mod config;
pub mod detection;
pub mod engine;
pub mod ere;
mod fields;
pub mod finding;
pub mod guard;
pub mod hook;
pub mod import;
pub mod judge;
pub mod matcher;
pub mod pair;
pub mod policy;
pub mod prefilter;
pub mod prohibited;
pub mod provenance;
pub mod report;
pub mod rule;
pub mod scan;
pub mod secret;
pub mod source;
pub mod validate;

pub use finding::{Finding, Outcome, SourceKind};
pub use rule::RuleSet;
pub use scan::{Options, Scanner};
