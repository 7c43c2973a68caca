//! What a run says at its beginning and its end.

use crate::report::{program, shown};
use crate::run::interrupt::UNFINISHED;
use crate::run::lifecycle::{End, Run};
use crate::run::processes::describe_processes;
use crate::run::regions::{note_of_statistics, summary};
use angora_monitor::{Event, events};
use std::path::Path;

impl Run {
    /// The run's folder, where this process has one.
    pub(super) fn path(&self) -> String {
        let home = self.home.as_ref();
        let path = home.map_or(Path::new(""), |home| shown(home.folder.path()));
        path.display().to_string()
    }

    pub(super) fn announce(&mut self) {
        eprintln!("run       {}", self.path());
        eprintln!(
            "task      {}  ({} environments x {} steps a cycle, {} threads, seed {})",
            self.experiment.task,
            self.experiment.environments,
            self.experiment.horizon,
            self.experiment.threads,
            self.experiment.seed
        );
        if let Some(line) = describe_processes(self.engine.world(), self.experiment.environments) {
            eprintln!("ranks     {line}");
        }
        eprintln!(
            "brain     {}  ({})",
            self.experiment.brain,
            summary(
                self.engine.brain().parameters(),
                &self.engine.learner.frozen
            )
        );
        if self.engine.cycles_done() == 0 {
            for load in &self.experiment.load_regions {
                eprintln!("loaded    {} from {}", load.region, load.source);
            }
            let normalisers = &self.experiment.preprocessors;
            let loads = &self.experiment.load_regions;
            if let Some(note) = note_of_statistics(loads, normalisers) {
                eprintln!("note      {note}");
            }
        }
        if self.engine.cycles_done() > 0 {
            eprintln!("resumed   after cycle {}", self.engine.cycles_done());
        }
    }

    /// How a segment without a fault ended, for the log.
    pub(super) fn ending(&self, end: &End) -> Event {
        let finished = |end| Event::Finished {
            end,
            mean_return: self.engine.mean_return(),
        };
        match end {
            End::Complete => finished(events::End::Complete),
            End::Solved => finished(events::End::Solved),
            End::Interrupted(code) => Event::Interrupted { exit_code: *code },
        }
    }

    pub(super) fn conclude(&self, end: &End) {
        let mean = self.engine.mean_return().map_or_else(
            || "no episode has finished".into(),
            |m| format!("mean return {m:.1}"),
        );
        let what = match end {
            End::Complete => "complete",
            End::Solved => "solved: the task's threshold is reached",
            End::Interrupted(UNFINISHED) => "saved, with more to do,",
            End::Interrupted(_) => "interrupted and saved",
        };
        eprintln!("{what} after cycle {}, {mean}", self.engine.cycles_done());
        eprintln!("run       {}", self.path());
        eprintln!(
            "next      {1} evaluate {0}   or   {1} run --resume {0} --cycles N",
            self.path(),
            program()
        );
    }
}
