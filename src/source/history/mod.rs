//! Everything git stores: the object database, the refs, and the text that git keeps around them.

pub mod alternates;
pub mod graph;
pub mod partial;
pub mod refs;
pub mod submodules;
pub mod text;
pub mod worktrees;

mod folder;
mod ids;
mod reflog;
