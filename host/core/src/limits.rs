//! How deep and how large what people and plugins write may be: one number for each kind, all here.
//!
//! Programs that read nested things call themselves for each level, and a thread's stack ends where
//! nobody can say so any more. JSON needs no number of ours: serde_json refuses more than 128
//! levels. TOML is read up to 80 levels for each of section, key and value.

/// Tables and lists within each other in a setting, and the parts of its dotted key; a task's
/// settings reach plugins as JSON, which must be less deep than 128.
pub const SETTING_DEPTH: usize = 64;

/// Nodes of a brain's graph.
pub const GRAPH_NODES: usize = 10_000;
