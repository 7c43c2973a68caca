//! The JSON half of contract 1: what the tables carry as text, with the schema of each in
//! `schema/v1`. Frozen like the tables: the data alone, which `plugin-api/v1.sha256` holds.
//!
//! The host works with the types at the crate's root. Those that have not grown since are these;
//! those that have ([`v2::payload`](crate::v2::payload)) read everything that is written in these
//! (a test compares the schemas).

pub mod brain;
pub mod kind;
pub mod manifest;
pub mod scene;
pub mod sense;
pub mod settings;
pub mod spec;
