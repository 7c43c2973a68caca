//! From the folders of runs to tables and curves.

use angora_benchmark::{
    CellState, Evaluation, EvaluationPlan, Goals, Machine, Measure, Plan, PlannedCell, PlannedTask,
    Program, Record, Recorded, folder,
};
use std::fs;
use std::path::Path;

const BEGUN: &str = r#"{"time":"2026-01-02T03:04:05Z","segment":0,"cycle":0,"steps":0,"event":"begun","version":"0.1.0","host":"h","pid":1,"cycles":2}"#;
const FINISHED: &str = r#"{"time":"2026-01-02T03:04:06Z","segment":0,"cycle":2,"steps":2000,"event":"finished","end":"complete","return":1.0}"#;

/// The folder of a run that has finished with a score.
fn finished(runs: &Path, name: &str, score: f64) {
    let run = runs.join(name);
    fs::create_dir_all(run.join("checkpoints")).expect("a folder");
    let line = |cycle: u64, score: f64| {
        format!(
            r#"{{"cycle":{cycle},"segment":0,"time/total_timesteps":{},"rollout/ep_rew_mean":{score:?},"rollout/episodes":100,"time/time_elapsed":{cycle}.5,"system/cpu_secs":{cycle}.25}}"#,
            1000 * cycle
        )
    };
    let metrics = format!("{}\n{}\n", line(1, score / 2.0), line(2, score));
    fs::write(run.join("metrics.jsonl"), metrics).expect("writes");
    fs::write(run.join("events.jsonl"), format!("{BEGUN}\n{FINISHED}\n")).expect("writes");
    fs::write(run.join("experiment.toml"), "task = \"T\"\nseed = 3\n").expect("writes");
    fs::write(run.join("meta.json"), "{\"version\":\"0.1.0\"}").expect("writes");
    let lock = "[[plugin]]\nname = \"p\"\nversion = \"1.0.0\"\n";
    fs::write(run.join("angora.lock"), lock).expect("writes");
}

fn cell(task: &str, variant: &str, seed: u64) -> PlannedCell {
    PlannedCell {
        task: task.into(),
        variant: variant.into(),
        seed,
        run: format!("{}-{variant}-{seed}", task.to_lowercase()),
        cycles: 2,
    }
}

fn recorded(score: f64, steps: u64, measure: Measure) -> Recorded {
    Recorded {
        task: "A".into(),
        reported_task: Some("A-v0".into()),
        algorithm: "PPO".into(),
        package: "Other".into(),
        measure,
        score,
        sd: Some(1.5),
        approximate: false,
        steps: Some(steps),
        seeds: Some(5),
        note: None,
        source: "a paper, 2020".into(),
    }
}

/// Two tasks, two variants, two seeds: one run of each is missing or failed somewhere.
fn plan(runs: &Path) -> Plan {
    let task = |id: &str, threshold, normalise| PlannedTask {
        id: id.into(),
        steps: Some(2000),
        threshold,
        normalise,
    };
    let mut cells = Vec::new();
    for name in ["A", "B"] {
        for variant in ["x", "y"] {
            cells.extend([1, 2].map(|seed| cell(name, variant, seed)));
        }
    }
    Plan {
        name: "trial".into(),
        runs: runs.into(),
        evaluation: EvaluationPlan {
            episodes: 10,
            checkpoint: "latest".into(),
            seed: 1,
        },
        tasks: vec![
            task("A", Some(15.0), Some([0.0, 20.0])),
            task("B", None, Some([-100.0, 0.0])),
        ],
        variants: vec!["x".into(), "y".into()],
        cells,
        recorded: vec![
            recorded(30.0, 1_000_000, Measure::Training),
            recorded(14.0, 2000, Measure::Evaluation),
            recorded(16.0, 2000, Measure::Training),
        ],
        program: Program {
            version: "0.1.0".into(),
            commit: Some("abc".into()),
        },
        machine: Machine {
            host: "h".into(),
            processor: Some("a processor".into()),
            cores: 2,
            memory_bytes: Some(24 << 30),
            system: "Linux".into(),
            jobs: 2,
        },
    }
}

fn evaluation(mean_return: f64) -> Record {
    Record {
        problem: None,
        evaluation: Some(Evaluation {
            checkpoint: "latest".into(),
            cycle: 2,
            seed: 1,
            episodes: 10,
            mean_return,
            sd_return: Some(1.0),
            mean_length: 20.0,
            // Of task A alone.
            goals: (mean_return > 0.0).then_some(Goals {
                mean: mean_return / 4.0,
            }),
            success_rate: (mean_return > 0.0).then_some(if mean_return < 15.0 { 0.5 } else { 1.0 }),
        }),
    }
}

/// What there is of the plan: A is done but for a run that failed, B has one run for each variant and
/// one that is still to be evaluated.
fn there(folder: &Path) -> Plan {
    let runs = folder.join("runs");
    for (run, training, evaluated) in [
        ("a-x-1", 10.0, Some(12.0)),
        ("a-x-2", 20.0, Some(16.0)),
        ("a-y-1", 18.0, Some(19.0)),
        ("b-x-1", -40.0, Some(-30.0)),
        ("b-x-2", -50.0, None),
        ("b-y-1", -60.0, Some(-55.0)),
    ] {
        finished(&runs, run, training);
        if let Some(score) = evaluated {
            evaluation(score).write(folder, run).expect("writes");
        }
    }
    let failed = Record {
        problem: Some("error: the physics has diverged".into()),
        evaluation: None,
    };
    failed.write(folder, "a-y-2").expect("writes");
    plan(&runs)
}

#[test]
fn tables_say_what_the_runs_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let results = folder::write(folder.path(), &there(folder.path())).expect("writes");
    let states = [
        CellState::Done,
        CellState::Failed,
        CellState::Trained,
        CellState::Missing,
    ];
    assert_eq!(states.map(|state| results.count(state)), [5, 1, 1, 1]);
    let page = fs::read_to_string(folder.path().join("results.md")).expect("reads");
    // By hand: 15 and 14 are the means of 10, 20 and 12, 16; 7.07 = 10 / sqrt(2), 2.83 = 4 / sqrt(2).
    let rows = [
        "8 runs: 5 done, 1 failed, 1 still to be evaluated, 1 not begun.",
        "| A | x | 2 | 2,000 | 14.00 [12.00, 16.00] | 14.00 ± 2.83 | 75.0 % | 15.00 [10.00, 20.00] | 15.00 ± 7.07 | 1 of 2, after 2,000 | 14.00 ± 1.50 (Other, evaluation) | 0.00 | 2.50 |",
        "| A | y | 1 of 2, 1 failed | 2,000 | 19.00 | 19.00 | 100.0 % | 18.00 | 18.00 | 1 of 1, after 2,000 | 14.00 ± 1.50 (Other, evaluation) | +5.00 | 2.50 |",
        "| B | x | 1 of 2 | 2,000 | -30.00 | -30.00 | - | -40.00 | -40.00 | - | - | - | 2.50 |",
        // Of 3 and 4 goals, each in 2.25 s.
        "| A | x | 3.50 ± 0.71 | 5600 | 2.25 |",
        "- A, y, seed 2 (`a-y-2`): error: the physics has diverged",
        "| Other | PPO | A-v0 | 30.00 ± 1.50 | training | 1,000,000 | 5 | -15.00 | -12.00 | a paper, 2020 |",
        // Evaluations of x: 0.6 and 0.8 on A, 0.7 on B; training: 0.5, 1.0 and 0.6. Drawn anew, A is
        // anything from the lower twice to the higher twice.
        "| x | 2 | 3 | 0.70 [0.63, 0.77] | 0.70 | 0.70 [0.53, 0.87] | 0.70 |",
        "angora-host 0.1.0 (abc).",
        "![A](curves/a.svg)",
    ];
    for row in rows {
        assert!(page.contains(row), "{row}\nis not in\n{page}");
    }
    let csv = fs::read_to_string(folder.path().join("results.csv")).expect("reads");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|h| h == name).expect("a column");
    let first = reader.records().next().expect("a row").expect("reads");
    for (name, expected) in [
        ("training_mean", "15"),
        ("evaluation_iqm_high", "16"),
        ("goals_mean", "3.5"),
        ("goals_per_cpu_hour", "5600"),
        ("reached_threshold", "1"),
        ("best_of_others_source", "a paper, 2020"),
        ("difference", "0"),
    ] {
        assert_eq!(&first[column(name)], expected, "{name}");
    }
    let json = fs::read_to_string(folder.path().join("results.json")).expect("reads");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let cell = &json["cells"][0];
    assert_eq!(cell["plugins"][0]["name"], "p");
    assert_eq!(
        (&cell["settings"]["seed"], &cell["seed"]),
        (&3.into(), &1.into())
    );
    assert_eq!(
        cell["learning"]["curve"][1],
        serde_json::json!([2000.0, 10.0])
    );
}

#[test]
fn the_same_runs_give_the_same_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = there(folder.path());
    let files = [
        "results.json",
        "results.csv",
        "runs.csv",
        "results.md",
        "curves/a.svg",
    ];
    let written = || {
        folder::write(folder.path(), &plan).expect("writes");
        files.map(|name| fs::read(folder.path().join(name)).expect("reads"))
    };
    assert!(written() == written());
}

#[test]
fn curves_are_drawn_with_bands_axes_and_legend() {
    let folder = tempfile::tempdir().expect("a folder");
    folder::write(folder.path(), &there(folder.path())).expect("writes");
    let svg = fs::read_to_string(folder.path().join("curves/a.svg")).expect("reads");
    if let Some(kept) = std::env::var_os("ANGORA_KEEP_SVG") {
        fs::write(kept, &svg).expect("writes");
    }
    let document = roxmltree::Document::parse(&svg).expect("XML");
    let texts: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text().map(str::trim))
        .collect();
    for text in [
        "A",
        "control steps (band: 95 % interval of the mean over seeds)",
        "x (n = 2)",
        "y (n = 1)",
        "threshold",
        "1k",
    ] {
        assert!(texts.contains(&text), "{text} in {texts:?}");
    }
    let points = |name: &str| -> Vec<usize> {
        let nodes = document
            .descendants()
            .filter(|node| node.has_tag_name(name));
        nodes
            .filter_map(|node| Some(node.attribute("points")?.split_whitespace().count()))
            .collect()
    };
    // One band, of the variant with two runs: there and back over 200 places.
    assert_eq!(points("polygon"), [400]);
    assert_eq!(points("polyline").iter().filter(|n| **n == 200).count(), 2);
}

/// A call for a part of a benchmark leaves the rest in its tables.
#[test]
fn a_plan_keeps_what_was_there_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = plan(folder.path());
    all.write(folder.path()).expect("writes");
    let mut part = all.clone();
    part.cells.retain(|cell| cell.task == "B" && cell.seed == 1);
    part.tasks.remove(0);
    part.recorded.clear();
    let before = Plan::read(folder.path()).expect("reads").expect("is there");
    assert_eq!(before, all);
    part.keep(before);
    assert_eq!(part.cells.len(), 8);
    assert_eq!((part.tasks.len(), part.recorded.len()), (2, 3));
}
