//! What several runs of several tasks say: a plan of runs, how each has learned, statistics over seeds,
//! tables and curves, beside what others have reported.
//!
//! Reads the folders of runs as any reader does ([`cell`]); who starts them is the host.

pub mod cell;
pub mod curve;
pub mod drawing;
pub mod folder;
pub mod learning;
pub mod plan;
pub mod recorded;
pub mod results;
pub mod spread;
pub mod table;
pub mod written;

pub use cell::{Cell, CellState, Evaluation, Goals, Record};
pub use plan::{EvaluationPlan, Machine, Plan, PlannedCell, PlannedTask, Program};
pub use recorded::{Measure, Recorded};
pub use results::Results;
