//! The JSON half of the second revision: types that have grown since contract 1, and those of
//! kinds that came later, with the schema of each in `schema/v2`. New fields have defaults, so that each type reads what was written for
//! [`v1::payload`](crate::v1::payload).

pub mod brain;
pub mod distribution;
pub mod preprocessor;
pub mod scene;
pub mod task;
