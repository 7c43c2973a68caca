//! The table of runs, one run, comparison and groups.

use crate::client::Request;
use crate::runs::{self, Plan, return_at};
use crate::served::{Served, keys};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Three seeds each of two settings, and one run of another task.
fn seven() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for seed in 1..=3 {
        for (name, learning_rate) in [("a", 3e-4), ("b", 1e-3)] {
            let plan = Plan {
                seed,
                learning_rate,
                ..Plan::default()
            };
            runs::write(folder.path(), &format!("{name}-{seed}"), &plan);
        }
    }
    let plan = Plan {
        task: "ReachPlanar-v1".into(),
        done: 40,
        tags: vec!["paper".into()],
        ..Plan::default()
    };
    runs::write(folder.path(), "reach", &plan);
    folder
}

#[test]
fn a_row_says_what_its_files_say() {
    let folder = seven();
    let served = Served::folder(folder.path());
    let row = served.row("reach");
    let plan = Plan {
        task: "ReachPlanar-v1".into(),
        ..Plan::default()
    };
    assert_eq!(row["task"], "ReachPlanar-v1");
    assert_eq!((&row["cycle"], &row["segments"]), (&json!(40), &json!(1)));
    assert_eq!(row["cycles"], 100.0);
    assert_eq!(row["progress"], 0.4);
    assert_eq!(row["last_return"], return_at(&plan, 40));
    assert_eq!(row["secs_per_cycle"], 0.25);
    assert_eq!(row["secs_left"], 15.0);
    assert_eq!(row["steps"], 40.0 * 2_048.0);
    assert_eq!(row["plugins"][0]["name"], "task-classic-control");
    assert_eq!(row["marks"]["tags"], json!(["paper"]));
    assert_eq!(row["began_ms"], 1_795_672_800_000_i64);
    // Its log was just written and no end is in it.
    assert_eq!(row["state"], "running");
    let best = (3..=40)
        .map(|cycle| (return_at(&plan, cycle), cycle))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .expect("cycles");
    assert_eq!(row["best_return"], best.0);
    assert_eq!(row["best_cycle"], best.1);
    let line = row["sparkline"].as_array().expect("values");
    assert!(line.len() > 30 && line.len() <= 65, "{}", line.len());
    assert_eq!(served.row("a-1")["state"], "finished");
}

#[test]
fn a_long_file_gives_the_same_row_as_a_short_one() {
    // Long enough that only its ends and looks in between are read.
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        cycles: 3_000,
        done: 2_900,
        ..Plan::default()
    };
    let run = runs::write(folder.path(), "long", &plan);
    let size = run
        .join("metrics.jsonl")
        .metadata()
        .expect("is there")
        .len();
    assert!(size > 1 << 20, "{size}");
    let served = Served::folder(folder.path());
    let row = served.row("long");
    assert_eq!(
        (&row["cycle"], &row["last_return"]),
        (&json!(2_900), &json!(return_at(&plan, 2_900)))
    );
    let best = (3..=2_900)
        .map(|cycle| (return_at(&plan, cycle), cycle))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .expect("cycles");
    assert_eq!(
        (&row["best_return"], &row["best_cycle"]),
        (&json!(best.0), &json!(best.1))
    );
    let line = row["sparkline"].as_array().expect("values");
    assert!((40..=65).contains(&line.len()), "{}", line.len());
    // A better one, appended.
    let better = Plan {
        learning_rate: 1.0,
        ..plan
    };
    let value = return_at(&better, 2_901);
    let line = runs::line_with_best(&better, 2_901, 0, Some((2_900, value)));
    runs::append(&run, "metrics.jsonl", &line);
    let row = served.wait("long", "has the new line", |row| row["cycle"] == 2_901);
    assert_eq!(
        (&row["best_return"], &row["best_cycle"]),
        (&json!(value), &json!(2_900))
    );
}

/// What a run has not said is not made up from its training returns.
#[test]
fn the_best_is_what_the_run_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        done: 60,
        ..Plan::default()
    };
    let run = runs::write(folder.path(), "a", &plan);
    let served = Served::folder(folder.path());
    assert_ne!(served.row("a")["best_return"], Value::Null);
    // As after going back to a checkpoint from which nothing was chosen yet.
    runs::append(&run, "metrics.jsonl", &runs::line(&plan, 61, 1));
    let row = served.wait("a", "has the new line", |row| row["cycle"] == 61);
    assert_eq!(row["best_return"], Value::Null);
    // Runs of the first version have one number for it.
    let mut line: Value = serde_json::from_slice(&runs::line(&plan, 62, 1)).expect("JSON");
    line["rollout/best_ep_rew_mean"] = json!(12.5);
    runs::append(&run, "metrics.jsonl", format!("{line}\n").as_bytes());
    let row = served.wait("a", "has the new line", |row| row["cycle"] == 62);
    assert_eq!(row["best_return"], 12.5);
    assert_eq!(row["best_cycle"], Value::Null);
}

#[test]
fn filters_find_what_they_say() {
    let folder = seven();
    let served = Served::folder(folder.path());
    let found = |q: &str| {
        let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let mut keys = keys(&served.rows(&format!("q={q}")));
        keys.sort();
        keys.join(" ")
    };
    let all = "a-1 a-2 a-3 b-1 b-2 b-3 reach";
    assert_eq!(found(""), all);
    assert_eq!(found("task:Reach*"), "reach");
    assert_eq!(found("-task:reach*"), "a-1 a-2 a-3 b-1 b-2 b-3");
    assert_eq!(found("set:ppo.learning_rate=3e-4 seed:2..3"), "a-2 a-3");
    assert_eq!(found("set:ppo.learning_rate>5e-4"), "b-1 b-2 b-3");
    assert_eq!(found("state:running,finished"), all);
    assert_eq!(found("state:running"), "reach");
    assert_eq!(found("tag:paper"), "reach");
    assert_eq!(found("plugin:task-classic-control@0.*"), all);
    assert_eq!(found("cycle>=100 seed=1"), "a-1 b-1");
    assert_eq!(found("seed!=1"), "a-2 a-3 b-2 b-3");
    assert_eq!(found("metric:time/fps>1k progress<1"), "reach");
    assert_eq!(found("PLANAR"), "reach");
    assert_eq!(found("\"a-1\""), "a-1");
    assert_eq!(found("set:preprocessors=normalise-*"), all);
    assert_eq!(found("set:task_config.velocity=true return>1e9"), "");
    assert_eq!(found("began<2026-11-01"), "");
    assert_eq!(found("updated>1h"), all);
    assert_eq!(found("is:resumed"), "");
}

#[test]
fn rows_are_sorted_grouped_and_cut() {
    let folder = seven();
    let served = Served::folder(folder.path());
    let sorted = keys(&served.rows("sort=-seed,id"));
    assert_eq!(sorted, ["a-3", "b-3", "a-2", "b-2", "a-1", "b-1", "reach"]);
    let answer = served.get(
        "/api/overview?group=set:ppo.learning_rate&sort=-return&limit=4&columns=set:ppo.epochs&columns=metric:train/loss",
    );
    assert_eq!(
        (&answer["matching"], &answer["total"]),
        (&json!(7), &json!(7))
    );
    let rows = answer["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["group_value"] == 0.0003));
    assert_eq!(rows[0]["values"]["set:ppo.epochs"], 4.0);
    assert!(rows[0]["values"]["metric:train/loss"].is_number());
    let groups = answer["groups"].as_array().expect("groups");
    assert_eq!((&groups[0]["n"], &groups[1]["n"]), (&json!(4), &json!(3)));
    assert_eq!(answer["facets"]["task"]["CartPole-v1"], 6);
    let fields = answer["fields"].as_array().expect("fields");
    assert!(fields.contains(&json!("set:ppo.learning_rate")));
    assert!(fields.contains(&json!("metric:train/approx_kl")));
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let folder = seven();
    let served = Served::folder(folder.path());
    let first = served.ask(&Request::get("/api/overview"));
    let etag = first.header("etag").expect("an etag");
    let again = served.ask(&Request::get("/api/overview").header("if-none-match", etag));
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[test]
fn mistakes_are_told_with_the_nearest_name() {
    let folder = seven();
    let served = Served::folder(folder.path());
    for (target, status, part) in [
        ("/api/overview?q=tsk:x", 400, "did you mean task?"),
        ("/api/overview?sort=-retrun", 400, "did you mean return?"),
        ("/api/overview?limits=3", 400, "did you mean limit?"),
        ("/api/overview?limit=-1", 400, "whole number"),
        ("/api/runs/a-9", 404, "there is no run"),
        ("/api/nothing", 404, "nothing at this address"),
        ("/api/series?metrics=train/loss", 400, "expected runs"),
        ("/api/series?runs=a-1", 400, "expected metrics"),
        (
            "/api/series?runs=a-1&metrics=x&x=step",
            400,
            "did you mean steps?",
        ),
        ("/api/bands?runs=a-1&level=2", 400, "level=2"),
        ("/api/test?a=a-1&b=a-1", 400, "in both groups"),
        ("/api/test?a=a-1&b=a-2&at=lst", 400, "expected last"),
    ] {
        let answer = served.ask(&Request::get(target));
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        assert!(
            answer.message().contains(part),
            "{target}: {}",
            answer.message()
        );
    }
    let answer = served
        .ask(&Request::get("/api/overview?q=seed:1+tsk:x"))
        .json();
    assert_eq!(answer["error"]["code"], "bad_query");
    assert_eq!(answer["error"]["at"], json!({"start": 7, "end": 12}));
}

#[test]
fn a_run_shows_its_settings_and_files() {
    let folder = seven();
    let run = folder.path().join("a-2");
    std::fs::create_dir_all(run.join("recordings/one")).expect("a folder");
    let header = json!({"task": "CartPole-v1", "episodes": [{}, {}], "checkpoint": {"cycle": 3}});
    runs::append(
        &run,
        "recordings/one/recording.json",
        header.to_string().as_bytes(),
    );
    runs::append(
        &run,
        "recordings/one/episode-000.safetensors",
        b"0123456789",
    );
    std::fs::create_dir_all(run.join("recordings/.two.1.partial")).expect("a folder");
    runs::append(&run, "brain.json", br#"{"regions":[1]}"#);
    let served = Served::folder(folder.path());
    let run = served.get("/api/runs/a-2");
    let settings = run["settings"].as_array().expect("settings");
    let of = |key: &str| settings.iter().find(|s| s["key"] == key).expect("is there");
    let rate = of("ppo.learning_rate");
    assert_eq!(
        (
            &rate["value"],
            &rate["default"],
            &rate["changed"],
            &rate["meaning"]
        ),
        (
            &json!(3e-4),
            &json!(1e-3),
            &json!(true),
            &json!("Step size of Adam.")
        )
    );
    assert_eq!(of("ppo.epochs")["changed"], false);
    assert_eq!(
        of("preprocessor_config.normalise-sensations.clip")["value"],
        10.0
    );
    assert_eq!(run["plugins"][0]["digest"], "ab12cd34ef");
    let names: Vec<&Value> = run["checkpoints"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert!(
        names
            .iter()
            .any(|c| c["labels"] == json!(["latest"]) && c["cycle"] == 100)
    );
    let recordings = run["recordings"].as_array().expect("a list");
    assert_eq!(recordings.len(), 1);
    assert_eq!(recordings[0]["path"], "recordings/one/recording.json");
    assert_eq!(recordings[0]["episodes"], 2);
    assert!(
        run["metrics"]
            .as_array()
            .expect("a list")
            .contains(&json!("reward/balance"))
    );
    assert_eq!(run["segments"][0]["last_cycle"], 100.0);
    assert_eq!(run["segments"][0]["secs"], 25.0);
    assert_eq!(served.get("/api/runs/a-2/brain"), json!({"regions": [1]}));
    let events = served.get("/api/runs/a-2/events");
    assert_eq!(events["events"][1]["kind"], "finished");
    let next = events["next"].as_u64().expect("a number");
    let none = served.get(&format!("/api/runs/a-2/events?after={next}"));
    assert_eq!(none["events"], json!([]));
    let part = Request::get("/api/runs/a-2/files/recordings/one/episode-000.safetensors");
    let part = served.ask(&part.header("range", "bytes=2-4"));
    assert_eq!((part.status, part.body.as_slice()), (206, &b"234"[..]));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    assert_eq!(
        part.header("content-type"),
        Some("application/octet-stream")
    );
    let beyond = Request::get("/api/runs/a-2/files/recordings/one/episode-000.safetensors");
    assert_eq!(served.ask(&beyond.header("range", "bytes=10-")).status, 416);
    let head = Request::get("/api/runs/a-2/files/metrics.jsonl").method("HEAD");
    assert_eq!(served.ask(&head).status, 200);
}

#[test]
fn a_comparison_shows_only_what_differs() {
    let folder = seven();
    let served = Served::folder(folder.path());
    let answer = served.get("/api/compare?runs=a-1&runs=b-2");
    let keys: Vec<&Value> = answer["settings"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    let keys: Vec<&Value> = keys.iter().map(|setting| &setting["key"]).collect();
    assert_eq!(keys, ["ppo.learning_rate", "seed"]);
    assert_eq!(answer["settings"][0]["values"], json!([3e-4, 1e-3]));
    assert_eq!(answer["plugins"], json!([]));
    let scatter = served.get(
        "/api/scatter?q=task:cartpole*&x=set:ppo.learning_rate&y=best&colour=task&fields=seed",
    );
    assert_eq!(scatter["points"].as_array().expect("points").len(), 6);
    assert_eq!(scatter["points"][0]["values"], json!([1.0]));
}

#[test]
fn seeds_of_a_setting_are_a_group() {
    let folder = seven();
    let served = Served::folder(folder.path());
    let groups = served.get("/api/groups?q=task:cartpole*");
    let groups = groups["groups"].as_array().expect("a list");
    assert_eq!(groups.len(), 2);
    let low = groups
        .iter()
        .find(|group| group["differs"]["ppo.learning_rate"] == 3e-4)
        .expect("is there");
    assert_eq!(low["runs"], json!(["a-1", "a-2", "a-3"]));
    assert_eq!(low["seeds"], json!([1.0, 2.0, 3.0]));
    assert_eq!(low["label"], "CartPole-v1 simple, ppo.learning_rate=0.0003");

    let target = "/api/bands?runs=a-1&runs=a-2&runs=a-3&x=cycles&points=100&statistic=mean";
    let band = served.get(target);
    let plan = |seed| Plan {
        seed,
        ..Plan::default()
    };
    let expected = (1..=3).map(|seed| return_at(&plan(seed), 50)).sum::<f64>() / 3.0;
    let centre = band["centre"][49].as_f64().expect("a number");
    assert!(
        (centre - expected).abs() < 1e-9,
        "{centre} instead of {expected}"
    );
    assert_eq!(band["n"][49], 3);
    // Of three, the lowest draw is the lowest value (3^-3 > 2.5 %).
    let lowest = (1..=3)
        .map(|seed| return_at(&plan(seed), 50))
        .fold(f64::MAX, f64::min);
    assert!((band["low"][49].as_f64().expect("a number") - lowest).abs() < 1e-9);
    assert_eq!(served.get(target), band);
    let one = served.get("/api/bands?runs=a-1&runs=a-1&x=cycles&points=100");
    assert_eq!((&one["n"][49], &one["low"][49]), (&json!(1), &Value::Null));

    let target = "/api/test?a=a-1&a=a-2&a=a-3&b=b-1&b=b-2&b=b-3&at=x:50&xaxis=cycles";
    let test = served.get(target);
    // Every run of b is 7 above its seed of a, and nothing but rounding varies.
    let difference = test["welch"]["difference"].as_f64().expect("a number");
    assert!((difference + 7.0).abs() < 1e-9, "{difference}");
    assert_eq!((&test["a"]["n"], &test["b"]["n"]), (&json!(3), &json!(3)));
    assert_eq!(test["mann_whitney"]["exact"], true);
    let single = served.get("/api/test?a=a-1&b=b-1&b=b-2");
    assert_eq!(
        (&single["welch"], &single["effect"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        single["note"]
            .as_str()
            .expect("a note")
            .contains("at least two runs")
    );
}
