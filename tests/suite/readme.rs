//! What the README says is run.

use angora_tests::{Host, library, repository, target};

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

/// Every `./angora run` line of the READMEs is accepted, with a few cycles instead of all.
#[test]
fn the_commands_in_the_readmes_run() {
    let mut found = 0;
    for file in [
        "README.md",
        "examples/01-first-run/README.md",
        "examples/02-write-a-task/README.md",
    ] {
        for line in read(file).lines() {
            let Some(command) = line.trim().strip_prefix("./angora run ") else {
                continue;
            };
            let command = command.split(" #").next().unwrap_or(command);
            // Commands over a folder that the reader has made are not for here.
            if command.contains("RUN") || command.contains("--resume") || command.contains("my-") {
                continue;
            }
            found += 1;
            let host = Host::new();
            let mut arguments = vec!["run", "--quiet", "--cycles", "1"];
            let words: Vec<String> = command
                .split_whitespace()
                .map(|word| match word.strip_prefix("target/debug/") {
                    // Wherever Cargo builds.
                    Some(library) => target().join(library).display().to_string(),
                    None => word.to_owned(),
                })
                .map(|word| match repository().join(&word) {
                    path if path.extension().is_some_and(|e| e == "toml") => {
                        path.display().to_string()
                    }
                    _ => word,
                })
                .collect();
            let cycles = words.iter().position(|w| w == "--cycles");
            let kept = words
                .iter()
                .enumerate()
                .filter(|(i, _)| cycles.is_none_or(|c| *i != c && *i != c + 1));
            arguments.extend(kept.map(|(_, w)| w.as_str()));
            let outcome = host.call(&arguments);
            assert_eq!(
                outcome.code,
                Some(0),
                "{file}: {command}\n{}",
                outcome.stderr
            );
        }
    }
    assert!(found >= 2, "the READMEs show no commands");
}
