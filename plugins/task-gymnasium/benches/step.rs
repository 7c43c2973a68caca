//! A control step of CartPole in a Python process. `in_process.py` beside this measures the same
//! without a bridge; `ANGORA_PYTHON` names an interpreter that has Gymnasium.

use angora_sdk::{Task, testing::TaskHarness};
use divan::Bencher;
use divan::counter::ItemsCount;
use task_gymnasium::{Config, Gymnasium};

fn main() {
    divan::main();
}

/// Steps of a sample.
const STEPS: usize = 1_000;

#[divan::bench(sample_count = 50)]
fn cart_pole(bencher: Bencher<'_, '_>) {
    let mut config = Config::default();
    if let Ok(python) = std::env::var("ANGORA_PYTHON") {
        config.python = python;
    }
    let task = match Gymnasium::new("Gymnasium-v0", config) {
        Ok(task) => task,
        Err(fault) => return eprintln!("skipped: {fault}"),
    };
    let mut harness = TaskHarness::of(task);
    harness.reset(1).expect("resets");
    let mut seed = 1;
    bencher.counter(ItemsCount::new(STEPS)).bench_local(|| {
        for at in 0..STEPS {
            let (_, ending) = harness.step(&[(at % 2) as f32]).expect("steps");
            if ending.is_end() {
                seed += 1;
                harness.reset(seed).expect("resets");
            }
        }
    });
}
