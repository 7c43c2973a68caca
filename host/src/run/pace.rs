//! Where the time of a segment goes, and what its process uses.

use angora_core::CycleReport;
use angora_monitor::process;
use std::time::Instant;

/// Clocks of a segment.
#[derive(Debug)]
pub struct Pace {
    start: Instant,
    /// When the last cycle was done.
    last: Instant,
    /// Control steps that the run had at the start.
    steps: u64,
    /// Time spent on checkpoints since.
    saving_secs: f64,
    /// CPU time of the process at the start, and when the last cycle was done.
    cpu_start: f64,
    cpu_last: f64,
}

impl Pace {
    /// Begins now, when the run has so many control steps.
    pub fn start(steps: u64) -> Self {
        let (now, cpu) = (Instant::now(), process::cpu_secs());
        Self {
            start: now,
            last: now,
            steps,
            saving_secs: 0.0,
            cpu_start: cpu,
            cpu_last: cpu,
        }
    }

    /// Does what writes a checkpoint.
    pub fn saving<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let outcome = work();
        self.saving_secs += start.elapsed().as_secs_f64();
        outcome
    }

    /// A cycle is done: adds to its report where the time since the last one went.
    pub fn cycle(&mut self, report: &mut CycleReport, unix_secs: f64) {
        let (now, cpu) = (Instant::now(), process::cpu_secs());
        let secs = now.duration_since(self.last).as_secs_f64();
        let phase = |name: &str| report.get(&format!("time/{name}_secs")).unwrap_or(0.0);
        let (gathering, optimisation) = (phase("gathering"), phase("optimisation"));
        let elapsed = now.duration_since(self.start).as_secs_f64();
        report.push("time/time_elapsed", elapsed);
        let steps = report.total_steps.saturating_sub(self.steps);
        report.push("time/fps", steps as f64 / elapsed);
        report.push("time/unix_secs", unix_secs);
        report.push("time/cycle_secs", secs);
        report.push("time/checkpoint_secs", self.saving_secs);
        for (name, part) in [
            ("time/gathering_fraction", gathering),
            ("time/optimisation_fraction", optimisation),
            ("time/checkpoint_fraction", self.saving_secs),
        ] {
            report.push(name, part / secs);
        }
        if let Some(bytes) = process::resident_bytes() {
            report.push("system/resident_bytes", bytes as f64);
        }
        report.push("system/cpu_secs", cpu - self.cpu_start);
        report.push("system/cores_busy", (cpu - self.cpu_last) / secs);
        (self.last, self.cpu_last, self.saving_secs) = (now, cpu, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn parts_are_of_the_time_since_the_last_cycle() {
        let mut pace = Pace::start(1_000);
        pace.saving(|| std::thread::sleep(Duration::from_millis(30)));
        let mut report = CycleReport {
            total_steps: 3_000,
            ..CycleReport::default()
        };
        report.push("time/gathering_secs", 0.001);
        pace.cycle(&mut report, 1.5);
        let get = |report: &CycleReport, name: &str| report.get(name).expect(name);
        let (all, saving) = (
            get(&report, "time/cycle_secs"),
            get(&report, "time/checkpoint_secs"),
        );
        assert!(saving >= 0.03 && all >= saving, "{saving} of {all}");
        assert_eq!(get(&report, "time/gathering_fraction"), 0.001 / all);
        assert_eq!(get(&report, "time/checkpoint_fraction"), saving / all);
        assert_eq!(get(&report, "time/unix_secs"), 1.5);
        let elapsed = get(&report, "time/time_elapsed");
        assert_eq!(get(&report, "time/fps"), 2_000.0 / elapsed);
        // Of the whole process, in which other tests run: only bounds are known.
        let busy = get(&report, "system/cores_busy");
        assert!((0.0..1e3).contains(&busy), "{busy}");
        let mut next = CycleReport::default();
        pace.cycle(&mut next, 1.6);
        assert_eq!(get(&next, "time/checkpoint_secs"), 0.0);
        assert!(get(&next, "time/time_elapsed") >= all);
    }
}
