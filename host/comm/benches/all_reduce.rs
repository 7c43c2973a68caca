//! The sum of a gradient over processes, against copying it once: `cargo bench --profile dev -p
//! angora-comm`. It starts itself under mpirun, and prints medians and quartiles of many turns.

use angora_comm::{SliceSum, Team, World, share};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// Parameters of the `wider` LSTM brain, nearly.
const LEN: usize = 1_500_000;
const TURNS: usize = 300;
const PROCESSES: [usize; 3] = [1, 2, 4];

fn main() {
    if std::env::var_os("ANGORA_BENCH_PROCESS").is_some() {
        return measure();
    }
    for processes in PROCESSES {
        let exe = std::env::current_exe().expect("a path");
        let beside = exe
            .ancestors()
            .nth(2)
            .map(PathBuf::from)
            .unwrap_or_default();
        let status = Command::new("mpirun.openmpi")
            .args(["--allow-run-as-root", "--oversubscribe", "-np"])
            .arg(processes.to_string())
            .arg(exe)
            .env("ANGORA_BENCH_PROCESS", "1")
            .env("ANGORA_MPI_ALL_WORK", "1")
            .env(
                "ANGORA_MPI_LIBRARY",
                beside.join("comm/openmpi/libangora_mpi.so"),
            )
            .status();
        if status.is_err() {
            println!("there is no mpirun.openmpi: nothing to measure between processes");
            return;
        }
    }
}

fn measure() {
    // None rests here.
    let Some(mut world) = World::join().expect("a world") else {
        return angora_comm::finish();
    };
    world.set_patience(std::time::Duration::from_secs(60), 1);
    let team = Team::new(1).expect("a thread");
    let learners: Vec<usize> = (0..world.size()).collect();
    // As many slices as processes: what is left is the sum alone.
    let mut sum = SliceSum::new(&world, &learners, world.size(), LEN).expect("a sum");
    let mine = share(world.size(), world.size(), world.rank());
    let (vectors, _) = sum.vectors_mut();
    for (k, vector) in mine.zip(vectors) {
        vector.fill(k as f32);
    }
    let mut copy = vec![0.0_f32; LEN];
    let (mut reduced, mut copied) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        world.barrier("a bench").expect("all");
        let start = Instant::now();
        sum.reduce(&team, &mut world).expect("all");
        reduced.push(start.elapsed().as_secs_f64() * 1e3);
        world.barrier("a bench").expect("all");
        let start = Instant::now();
        copy.copy_from_slice(sum.sum());
        copied.push(start.elapsed().as_secs_f64() * 1e3);
        std::hint::black_box(&copy);
    }
    if world.leads() {
        let expected = (0..world.size()).sum::<usize>() as f32;
        assert!(sum.sum().iter().all(|x| *x == expected));
        println!(
            "{} processes: all-reduce of {LEN} numbers {}, a copy {} ms (median, quartiles)",
            world.size(),
            quartiles(&mut reduced),
            quartiles(&mut copied)
        );
    }
    angora_comm::finish();
}

fn quartiles(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[times.len() * part / 4];
    format!("{:.3} ({:.3} .. {:.3})", at(2), at(1), at(3))
}
