//! Supervised learning of a part of a brain before it acts: random states of a task's scene become
//! pictures and labels, a region becomes a network with a readout, predictions become errors.

mod objective;
mod outcome;
mod part;
mod states;
mod training;

pub use objective::{Lesson, Objective, ObjectiveKind, Shape};
pub use outcome::{Epoch, Outcome, PartScore, Score};
pub use part::Part;
pub use states::States;
pub use training::{Pupil, Schedule, Training};
