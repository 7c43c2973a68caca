//! What is on the screen: the live panel, the table of runs.

use angora_tests::Host;
use std::path::Path;

/// A run that ends at once, on a terminal.
fn train(host: &Host, columns: u16, cycles: &str) -> Vec<String> {
    let (screen, code) = host.call_on_terminal(
        columns,
        &[
            "run",
            "--task",
            "CartPole-v1",
            "--cycles",
            cycles,
            "--threads",
            "1",
        ],
    );
    assert_eq!(code, Some(0), "{screen:#?}");
    screen
}

/// The last state of the panel stays, once, between what was printed before and after.
#[test]
fn the_panel_of_a_run_stays_on_the_screen() {
    let host = Host::new();
    let screen = train(&host, 100, "4");
    let at = |start: &str| {
        let mut lines = screen.iter().enumerate();
        let found: Vec<usize> = lines
            .by_ref()
            .filter(|(_, line)| line.starts_with(start))
            .map(|(i, _)| i)
            .collect();
        assert_eq!(found.len(), 1, "{start}: {screen:#?}");
        found[0]
    };
    let bar = at("━━━━━━━━━━━━━━━━━━━━ 100 %  cycle 4/4  ");
    assert!(at("brain     simple") < bar, "{screen:#?}");
    assert_eq!(at("return    "), bar + 1);
    assert_eq!(at("speed     "), bar + 2);
    assert_eq!(at("learning  kl "), bar + 3);
    assert_eq!(at("complete after cycle 4"), bar + 4, "{screen:#?}");
    // 4 cycles of 2,048 steps.
    assert!(screen[bar + 2].contains("step 8,192"), "{screen:#?}");
    assert!(screen[bar + 1].contains("best "), "{screen:#?}");
    let curve = screen[bar + 1].rsplit("  ").next().unwrap();
    assert_eq!(curve.chars().count(), 4, "a mark a cycle: {screen:#?}");
    assert!(curve.starts_with('▁') && curve.ends_with('█'), "{curve}");
}

/// Lines that are too long end in an ellipsis and do not wrap.
#[test]
fn the_panel_fits_a_narrow_terminal() {
    let host = Host::new();
    let screen = train(&host, 60, "2");
    let speed = screen
        .iter()
        .position(|line| line.starts_with("speed     "));
    let speed = speed.unwrap_or_else(|| panic!("{screen:#?}"));
    assert!(screen[speed].ends_with('…'), "{screen:#?}");
    assert!(screen[speed + 1].starts_with("learning "), "{screen:#?}");
}

#[test]
fn errors_come_after_the_panel() {
    let host = Host::new();
    host.add_plugin("misbehaving");
    let (screen, code) = host.call_on_terminal(
        200,
        &[
            "run",
            "--task",
            "Liar-v0",
            "--cycles",
            "40",
            "--environments",
            "1",
            "--horizon",
            "64",
            "--set",
            "task_config.lie=panic-in-step",
            "--set",
            "task_config.at_step=3",
        ],
    );
    let last = screen.iter().rev().find(|line| !line.is_empty());
    assert!(
        last.is_some_and(|line| line.starts_with("error: ")),
        "{code:?} {screen:#?}"
    );
}

/// One run of each, without training: only what is read of a folder.
fn folder(runs: &Path, id: &str, task: &str, best: f64, began: &str) {
    let source = std::fs::read_dir(runs.parent().unwrap().join("one")).unwrap();
    let source = source.map(|entry| entry.unwrap().path()).next().unwrap();
    let run = runs.join(id);
    std::fs::create_dir_all(&run).unwrap();
    let copy = |name: &str, change: &dyn Fn(String) -> String| {
        let text = std::fs::read_to_string(source.join(name)).unwrap();
        std::fs::write(run.join(name), change(text)).unwrap();
    };
    copy("experiment.toml", &|text| text.replace("CartPole-v1", task));
    copy("events.jsonl", &|text| text);
    copy("meta.json", &|text| {
        let mut meta: serde_json::Value = serde_json::from_str(&text).unwrap();
        meta["began"] = began.into();
        meta.to_string()
    });
    copy("metrics.jsonl", &|text| {
        let mut line: serde_json::Value =
            serde_json::from_str(text.lines().last().unwrap()).unwrap();
        line["rollout/best_ep_rew_mean"] = best.into();
        line.as_object_mut().unwrap().remove("crc32c");
        // A line that another process is writing.
        format!("{line}\n{{\"cycle\":9,")
    });
}

#[test]
fn runs_are_filtered_and_sorted() {
    let host = Host::new();
    let one = host.call(&[
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--runs",
        "one",
        "--tag",
        "paper,seeds",
    ]);
    assert_eq!(one.code, Some(0), "{}", one.stderr);
    let runs = host.folder().join("runs");
    folder(
        &runs,
        "reach-1",
        "ReachPlanar-v1",
        2.0,
        "2026-01-02T00:00:00Z",
    );
    folder(
        &runs,
        "reach-2",
        "ReachPlanar-v1",
        3.0,
        "2026-01-01T00:00:00Z",
    );
    folder(&runs, "cart", "CartPole-v1", 1.0, "2026-01-03T00:00:00Z");
    std::fs::create_dir(runs.join(".labels")).unwrap();
    let labels = r#"{"tags":["draft"],"trashed":true,"note":"x"}"#;
    std::fs::write(runs.join(".labels/cart.json"), labels).unwrap();
    let list = |arguments: &[&str]| {
        let json = host.call(&[&["runs", "--json"], arguments].concat());
        assert_eq!(json.code, Some(0), "{}", json.stderr);
        let rows: Vec<serde_json::Value> = serde_json::from_str(&json.stdout).unwrap();
        let ids = rows
            .iter()
            .map(|row| row["id"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), rows)
    };
    let ids = |arguments: &[&str]| list(arguments).0;
    assert_eq!(ids(&[]), ["reach-2", "reach-1"], "by time; not the trash");
    assert_eq!(ids(&["--all"]), ["reach-2", "reach-1", "cart"]);
    assert_eq!(ids(&["--all", "--task", "cart*"]), ["cart"]);
    assert_eq!(ids(&["--sort", "best"]), ["reach-1", "reach-2"]);
    assert_eq!(
        ids(&["--sort", "best", "--reverse"]),
        ["reach-2", "reach-1"]
    );
    assert_eq!(
        ids(&["--all", "--tag", "draft", "--tag", "PAPER"]),
        ["cart"]
    );
    assert_eq!(ids(&["--brain", "s?mple", "--state", "finished"]).len(), 2);
    assert!(ids(&["--state", "running,killed"]).is_empty());
    let rows = list(&[]).1;
    assert_eq!(rows[0]["best_return"], 3.0);
    assert_eq!(rows[0]["state"], "finished");
    assert_eq!(rows[0]["end"], "complete");
    assert_eq!(rows[0]["tags"], serde_json::json!(["paper", "seeds"]));

    let none = host.call(&["runs", "--task", "Nothing*"]);
    assert_eq!((none.stdout.as_str(), none.code), ("", Some(0)));
    assert_eq!(none.stderr, "no such runs in runs\n");
    let wrong = host.call(&["runs", "--state", "runing"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("running"), "{}", wrong.stderr);

    let table = host.call(&["runs", "--all"]);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert!(lines[0].starts_with("run      state "), "{}", table.stdout);
    assert!(
        lines[3].starts_with("cart     finished, in the trash "),
        "{}",
        table.stdout
    );
    let (screen, code) = host.call_on_terminal(50, &["runs"]);
    assert_eq!(code, Some(0));
    assert!(screen[1].starts_with("reach-2  finished "), "{screen:#?}");
    assert!(
        screen[1].ends_with('…') && screen[3].is_empty(),
        "{screen:#?}"
    );
}
