//! Sandboxed rewards in whole runs: equal to native ones, harmless when they mean harm.

use crate::determinism::latest_checkpoint;
use angora_tests::{Host, Outcome, library, module};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A short run of CartPole with a plugin's reward.
fn train(host: &Host, plugin: &Path, reward: &str, more: &[&str]) -> Outcome {
    let plugin = plugin.display().to_string();
    let common = [
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--preset",
        "none",
        "--horizon",
        "64",
        "--environments",
        "4",
        "--plugin",
        &plugin,
        "--reward",
        reward,
    ];
    let mut more = [&["--set", "ppo.minibatch_size=64"], more].concat();
    if !more.contains(&"--cycles") {
        more.extend(["--cycles", "4"]);
    }
    host.call(&[&common[..], &more].concat())
}

/// The module and the library of one source give one checkpoint, for any number of threads.
#[test]
fn a_module_trains_as_its_native_twin() {
    let Some(sandboxed) = module("example-reward-in-rust") else {
        return;
    };
    let native = library("example-reward-in-rust");
    let strict = ["--reward-config", "strict"];
    for settings in [&[][..], &strict] {
        let checkpoints =
            [(&native, "1"), (&sandboxed, "1"), (&sandboxed, "3")].map(|(plugin, threads)| {
                let host = Host::new();
                let more = [settings, &["--threads", threads]].concat();
                let outcome = train(&host, plugin, "balance", &more);
                assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
                latest_checkpoint(&host.only_run("runs"))
            });
        assert!(checkpoints[0] == checkpoints[1], "native and sandboxed");
        assert!(checkpoints[1] == checkpoints[2], "one thread and three");
    }
}

/// A run with a module is resumed as one without an interruption.
#[test]
fn a_run_with_a_module_goes_on_bitwise() {
    let Some(sandboxed) = module("example-reward-in-rust") else {
        return;
    };
    let whole = Host::new();
    let outcome = train(&whole, &sandboxed, "balance", &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let parts = Host::new();
    let outcome = train(&parts, &sandboxed, "balance", &["--cycles", "2"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let run = parts.only_run("runs").display().to_string();
    let outcome = parts.call(&["run", "--quiet", "--resume", &run, "--cycles", "4"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let checkpoints = [&whole, &parts].map(|host| latest_checkpoint(&host.only_run("runs")));
    assert!(checkpoints[0] == checkpoints[1]);
    // The lock names the module by its digest.
    let lock = std::fs::read_to_string(parts.only_run("runs").join("angora.lock")).unwrap();
    assert!(lock.contains("example-reward-in-rust"), "{lock}");
}

/// A module written by hand whose `evaluate` does something at its 200th call.
fn hostile(host: &Host, deed: &str, imports: &str) -> PathBuf {
    let text = include_str!("../fixtures/modules/reward.wat");
    let evaluate = format!(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
         (if (i32.eq (global.get $calls) (i32.const 200)) (then {deed}))
         (i32.const 48)"
    );
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with(";;"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let text = text
        .replace("{imports}", imports)
        .replace("{memory}", "(memory (export \"memory\") 1)")
        .replace("{create}", "(i32.const 0)")
        .replace("{evaluate}", &evaluate)
        .replace("{more}", "(global $calls (mut i32) (i32.const 0))");
    let path = host.folder().join("hostile.wasm");
    std::fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
    path
}

/// Whatever a module does in the middle of a run: the run ends with a word on it, and what was
/// learned is there.
#[test]
fn a_hostile_module_ends_the_run_and_nothing_else() {
    let cases = [
        (
            "(loop $l (br $l))",
            "did not answer in time: it was stopped after 300 ms (wasm.deadline_ms) (at function evaluate)",
        ),
        (
            "(drop (call $evaluate (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (f64.const 0)))
             (global.set $calls (i32.const 199))
             (drop (call $evaluate (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (f64.const 0)))",
            "was stopped by the sandbox: its calls are nested too deep for a stack of 512 KiB (at function evaluate)",
        ),
        (
            "(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))) (unreachable)",
            "was stopped by the sandbox: it asked for more than 8 MiB of memory (wasm.memory_mib) (at function evaluate)",
        ),
        (
            "(drop (i32.load (i32.const -4)))",
            "was stopped by the sandbox: it used an address outside of its memory (at function evaluate)",
        ),
        (
            "(f64.store (i32.const 256) (f64.const nan))",
            "wrote a value that is not finite (reward term a): it is NaN, or was not written",
        ),
        (
            "(i32.store (i32.const 56) (i32.const 1))",
            "wrote a wrong number of values (reward terms): the spec says 2, it gave 1",
        ),
        (
            "(i32.store (i32.const 52) (i32.const -8))",
            "returned a value outside the contract: list pointer/length out of bounds of memory",
        ),
    ];
    for (deed, words) in cases {
        let host = Host::new();
        let plugin = hostile(&host, deed, "");
        let limits = [
            "--set",
            "wasm.deadline_ms=300",
            "--set",
            "wasm.memory_mib=8",
        ];
        let start = Instant::now();
        let outcome = train(&host, &plugin, "hand", &limits);
        assert!(start.elapsed() < Duration::from_secs(30), "{deed}");
        assert_eq!(outcome.code, Some(4), "{deed}: {}", outcome.stderr);
        let expected = format!("plugin by-hand 1.0.0, reward \"hand\", call evaluate: {words}");
        assert!(
            outcome.stderr.contains(&expected),
            "{}\nexpected {expected}",
            outcome.stderr
        );
        // 200 steps of an environment are the warm-up, two cycles and 8 steps.
        let kept = "what was learned until cycle 2 is saved in runs/";
        assert!(outcome.stderr.contains(kept), "{}", outcome.stderr);
        latest_checkpoint(&host.only_run("runs"));
    }
}

/// What never comes to run.
#[test]
fn a_module_that_asks_for_the_machine_is_refused() {
    let host = Host::new();
    let clock = r#"(import "wasi_snapshot_preview1" "clock_time_get"
        (func (param i32 i64 i32) (result i32)))"#;
    let plugin = hostile(&host, "", clock);
    let outcome = train(&host, &plugin, "hand", &[]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("plugin by-hand does not open")
            && outcome.stderr.contains("wasi_snapshot_preview1"),
        "{}",
        outcome.stderr
    );
    assert!(!host.folder().join("runs").exists());
    std::fs::write(host.folder().join("cut.wasm"), b"\0asm\x01\0\0\0\x01\x7f").unwrap();
    let outcome = train(&host, Path::new("./cut.wasm"), "hand", &[]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    let words = "error: ./cut.wasm is no whole WebAssembly module: ";
    assert!(outcome.stderr.starts_with(words), "{}", outcome.stderr);
}

/// Address space as schedulers limit it: engines reserve 4 GiB for each instance by default.
#[test]
fn modules_run_where_address_space_is_scarce() {
    let host = Host::new();
    let plugin = hostile(&host, "", "");
    let plugin = plugin.display().to_string();
    let command = host.command(&[
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--preset",
        "none",
        "--horizon",
        "64",
        "--environments",
        "16",
        "--threads",
        "2",
        "--cycles",
        "2",
        "--plugin",
        &plugin,
        "--reward",
        "hand",
        "--set",
        "ppo.minibatch_size=64",
    ]);
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let mut shell = std::process::Command::new("sh");
    shell
        .arg("-c")
        .arg("ulimit -v 4000000 && exec \"$0\" \"$@\"")
        .args(&words)
        .current_dir(host.folder());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Limits are settings like all others.
#[test]
fn limits_are_settings() {
    let host = Host::new();
    let plugin = hostile(&host, "(loop $l (br $l))", "");
    let refused = [
        (
            "wasm.memory_mib=0",
            "wasm.memory_mib: it is 0, expected 1 to 4096 MiB",
        ),
        (
            "wasm.deadline_ms=0",
            "wasm.deadline_ms: it is 0, expected at least 1 ms",
        ),
        ("wasm.feul=5", "fuel"),
    ];
    for (set, words) in refused {
        let outcome = train(&host, &plugin, "hand", &["--set", set]);
        assert_eq!(outcome.code, Some(2), "{set}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(words), "{set}: {}", outcome.stderr);
    }
    let outcome = train(&host, &plugin, "hand", &["--set", "wasm.fuel=5000"]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    let words = "did not answer in time: it used up its 5000 units of fuel (wasm.fuel)";
    assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
}
