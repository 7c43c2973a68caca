//! The JSON half of the second revision: types that have grown since contract 1, and those of kinds
//! that came later.

pub mod distribution;
