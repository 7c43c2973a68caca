//! Jobs: written, submitted, warned, requeued, and the run that they are one of. SLURM is played
//! by `tests/fixtures/slurm`.

mod errors;
mod script;
mod segments;
mod support;
