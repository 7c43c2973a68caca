//! What the README says is run.

use crate::monitor::Monitor;
use angora_tests::{Host, library, module, repository, target};
use std::process::Command;

/// Text of a file of the repository.
fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap()
}

/// The task in 40 lines is the one that the tests compile and run.
#[test]
fn the_task_in_the_readme_is_the_example_and_trains() {
    let example = read("examples/02-write-a-task/src/lib.rs");
    let readme = read("README.md");
    let begin = readme.find("```rust").expect("Rust code in the README") + "```rust\n".len();
    let end = begin + readme[begin..].find("```").expect("the end of the code");
    let code = &readme[begin..end];
    assert!(
        example.contains(code.trim()),
        "the README shows other code than the example"
    );
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= 48, "the task has {lines} lines");

    let host = Host::new();
    let plugin = library("example-write-a-task").display().to_string();
    let list = host.call(&["plugin", "info", &plugin, "--json"]);
    let manifest: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    let task = manifest["contributions"][0]["id"].as_str().unwrap();
    let outcome = host.call(&[
        "run",
        "--quiet",
        "--plugin",
        &plugin,
        "--task",
        task,
        "--cycles",
        "2",
        "--horizon",
        "64",
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

/// Every `./angora` command of the READMEs is accepted, one after another in one folder; runs take
/// a few cycles instead of all.
#[test]
fn the_commands_in_the_readmes_run() {
    let files = [
        "README.md",
        "examples/01-first-run/README.md",
        "examples/02-write-a-task/README.md",
        "examples/03-read-a-run/README.md",
        "examples/04-body-from-mjcf/README.md",
        "examples/07-brain-and-preprocessor/README.md",
        "examples/08-many-machines/README.md",
    ];
    let found = files.map(run_commands).into_iter().sum::<usize>();
    assert!(found >= 9, "the READMEs show {found} commands only");
}

/// The same of plugins that are modules, on machines that can compile them.
#[test]
fn the_commands_for_modules_run() {
    if module("example-reward-in-rust").is_some() {
        assert_eq!(run_commands("examples/05-reward-in-rust/README.md"), 5);
    }
    let readme = "examples/06-reward-in-c/README.md";
    let clang = read(readme)
        .lines()
        .find_map(|line| line.strip_prefix("clang ").map(str::to_owned))
        .expect("a command that compiles");
    let mut compile = Command::new("clang");
    compile
        .args(clang.split_whitespace().map(placed))
        .current_dir(repository());
    match compile.status() {
        Err(error) => println!("skipped: there is no clang ({error}): apt-get install clang lld"),
        Ok(status) => {
            assert!(status.success(), "{clang}");
            assert_eq!(run_commands(readme), 3);
        }
    }
}

/// Runs the commands of a file; their number.
fn run_commands(file: &str) -> usize {
    let mut found = 0;
    let host = Host::new();
    for line in read(file).lines() {
        let Some(command) = line.trim().strip_prefix("./angora ") else {
            continue;
        };
        let command = command.split(" #").next().unwrap_or(command);
        // The script's own; the tests are inside `test`.
        if ["test", "check", "bench", "setup"]
            .iter()
            .any(|c| command.starts_with(c))
        {
            continue;
        }
        found += 1;
        let mut words: Vec<String> = command.split_whitespace().map(placed).collect();
        if words[0] == "run" && !words.contains(&"--resume".to_owned()) {
            if let Some(at) = words.iter().position(|word| word == "--cycles") {
                words.drain(at..at + 2);
            }
            words.extend(["--cycles".to_owned(), "2".to_owned()]);
        }
        // There is no SLURM here.
        if words[0] == "submit" && !words.contains(&"--dry-run".to_owned()) {
            words.insert(1, "--dry-run".to_owned());
        }
        if words[0] == "pretrain" {
            let few = ["--states", "128", "--held-out", "16", "--epochs", "1"];
            words.extend(few.map(str::to_owned));
        }
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        if arguments[0] == "monitor" {
            // It serves until it is stopped.
            drop(Monitor::serve(
                &host,
                &[&arguments[..], &["--port", "0"]].concat(),
            ));
            continue;
        }
        let outcome = host.call(&arguments);
        assert_eq!(
            outcome.code,
            Some(0),
            "{file}: {command}\n{}",
            outcome.stderr
        );
        if command.contains("--resume") {
            // It goes on, whatever stopped the run before.
            assert!(outcome.stderr.contains("cycle 60/60"), "{}", outcome.stderr);
        }
    }
    found
}

/// A word of a command as it is from another folder.
fn placed(word: &str) -> String {
    if let Some(built) = word.strip_prefix("target/") {
        // Wherever Cargo builds.
        let folder = target().parent().unwrap();
        return folder.join(built).display().to_string();
    }
    let path = repository().join(word);
    if path.extension().is_some_and(|e| e == "toml") {
        return path.display().to_string();
    }
    word.to_owned()
}
