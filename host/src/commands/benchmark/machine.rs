//! The program and the machine that a benchmark runs with.

use angora_benchmark::{Machine, Program};
use angora_monitor::process;
use std::path::Path;
use std::process::Command;

/// This program.
pub fn program() -> Program {
    Program {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: commit(),
    }
}

/// The commit of the checkout that the program was built in, where it still lies there.
fn commit() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let describe = [
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
        "--exclude=*",
    ];
    let output = Command::new("git")
        .arg("-C")
        .arg(program.parent()?)
        .args(describe)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}

/// This machine, with so many runs side by side.
pub fn machine(jobs: usize) -> Machine {
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.trim_end_matches("kB").trim().parse::<u64>().ok());
    Machine {
        host: process::host(),
        processor: field("/proc/cpuinfo", "model name"),
        cores: cores(),
        memory_bytes: memory.map(|kib| 1024 * kib),
        system: system(),
        jobs,
    }
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map_or(std::env::consts::OS, |name| name.trim_matches('"'));
    format!("{name} {}", std::env::consts::ARCH)
}

/// The value of a field of a file of the kernel's: `name : value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(Path::new(file)).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}
