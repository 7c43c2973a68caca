//! The monitor over many runs: `cargo bench --profile dev -p angora-monitor --bench monitor`.
//!
//! `ANGORA_BENCH_RUNS=2000 ANGORA_BENCH_CYCLES=5000` takes 12 GB. They are made in a temporary folder
//! and removed in the end, or kept in `ANGORA_BENCH_FOLDER` for the next time.

#[allow(dead_code, reason = "tests use more of it")]
#[path = "../tests/monitor/client.rs"]
mod client;
#[allow(dead_code, reason = "tests use more of it")]
#[path = "../tests/monitor/runs.rs"]
mod runs;
#[allow(dead_code, reason = "tests use more of it")]
#[path = "../tests/monitor/served.rs"]
mod served;

use divan::Bencher;
use runs::Plan;
use served::Served;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Runs whose files differ; the others are copies of them.
const DISTINCT: u64 = 20;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

struct Place {
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

fn folder() -> &'static Path {
    static FOLDER: OnceLock<Place> = OnceLock::new();
    let place = FOLDER.get_or_init(|| {
        let Some(folder) = std::env::var_os("ANGORA_BENCH_FOLDER").map(PathBuf::from) else {
            let temporary = tempfile::tempdir().expect("a folder");
            generate(temporary.path());
            return Place {
                folder: temporary.path().to_owned(),
                _temporary: Some(temporary),
            };
        };
        if !folder.exists() {
            generate(&folder);
        }
        Place {
            folder,
            _temporary: None,
        }
    });
    &place.folder
}

fn generate(folder: &Path) {
    let (n, cycles) = (
        number("ANGORA_BENCH_RUNS", 50),
        number("ANGORA_BENCH_CYCLES", 500),
    );
    for i in 0..n {
        let plan = Plan {
            seed: i % DISTINCT + 1,
            learning_rate: if i % DISTINCT < DISTINCT / 2 {
                3e-4
            } else {
                1e-3
            },
            cycles,
            done: cycles,
            ..Plan::default()
        };
        let id = format!("cartpole-v1-{i:06}");
        if i < DISTINCT {
            runs::write(folder, &id, &plan);
            continue;
        }
        let source = folder.join(format!("cartpole-v1-{:06}", i % DISTINCT));
        let run = runs::write(
            folder,
            &id,
            &Plan {
                done: 0,
                ..plan.clone()
            },
        );
        for name in [
            "metrics.jsonl",
            "checkpoints/latest",
            "checkpoints/best",
            "events.jsonl",
        ] {
            std::fs::copy(source.join(name), run.join(name)).expect("copies");
        }
    }
}

fn served() -> &'static Served {
    static SERVED: OnceLock<Served> = OnceLock::new();
    SERVED.get_or_init(|| Served::folder(folder()))
}

fn keys(n: usize) -> String {
    let keys = (0..n).map(|i| format!("&runs=cartpole-v1-{i:06}"));
    keys.collect()
}

/// A new server until its first answer, with the files as warm as the system keeps them.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn cold_overview(bencher: Bencher<'_, '_>) {
    let folder = folder();
    bencher.bench_local(|| {
        let served = Served::folder(folder);
        served.rows("").len()
    });
}

#[divan::bench(args = ["", "q=task:cartpole*+set:ppo.learning_rate%3D3e-4+return%3E10", "limit=2000", "group=set:ppo.learning_rate&sort=-return"], sample_count = 20)]
fn warm_overview(bencher: Bencher<'_, '_>, parameters: &str) {
    let served = served();
    bencher.bench_local(|| served.rows(parameters).len());
}

/// Curves of 50 runs that nobody has asked for before.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn compare_50_first(bencher: Bencher<'_, '_>) {
    let target = format!(
        "/api/series?metrics=rollout/ep_rew_mean&points=1000{}",
        keys(50)
    );
    bencher
        .with_inputs(|| {
            let served = Served::folder(folder());
            // Until it knows all runs.
            served.rows("limit=1");
            served
        })
        .bench_local_values(|served| served.get(&target));
}

#[divan::bench(sample_count = 20)]
fn compare_50_again(bencher: Bencher<'_, '_>) {
    let target = format!(
        "/api/series?metrics=rollout/ep_rew_mean&points=1000{}",
        keys(50)
    );
    let served = served();
    bencher.bench_local(|| served.get(&target));
}

#[divan::bench(sample_count = 10)]
fn band_of_10(bencher: Bencher<'_, '_>) {
    let target = format!(
        "/api/bands?metric=rollout/ep_rew_mean&statistic=iqm{}",
        keys(10)
    );
    let served = served();
    bencher.bench_local(|| served.get(&target));
}

/// Everything of one run.
#[divan::bench(sample_count = 10)]
fn all_curves_of_a_run(bencher: Bencher<'_, '_>) {
    let target = format!("/api/series?metrics=*{}", keys(1));
    let served = served();
    bencher.bench_local(|| served.get(&target));
}

fn main() {
    divan::main();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("{peak} (servers and client in one process)");
    }
}
