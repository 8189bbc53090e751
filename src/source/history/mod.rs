//! Everything git stores: the object database, the refs, and the text that git keeps around them.

pub mod graph;
