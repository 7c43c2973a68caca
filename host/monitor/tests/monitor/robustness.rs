//! Files that are half written, damaged, replaced, foreign or gone; clocks that jump.

use crate::client::Request;
use crate::runs::{self, Plan, event};
use crate::served::{Served, keys};
use serde_json::{Value, json};
use std::fs::{self, FileTimes, OpenOptions};
use std::path::Path;
use std::time::{Duration, SystemTime};

fn set_time(path: &Path, time: SystemTime) {
    let file = OpenOptions::new().append(true).open(path).expect("opens");
    file.set_times(FileTimes::new().set_modified(time))
        .expect("sets");
}

fn five() -> Plan {
    Plan {
        done: 5,
        ..Plan::default()
    }
}

#[test]
fn half_a_line_counts_when_it_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = runs::write(folder.path(), "r", &five());
    let line = runs::line(&five(), 6, 0);
    runs::append(&run, "metrics.jsonl", &line[..line.len() / 2]);
    let served = Served::folder(folder.path());
    assert_eq!(served.row("r")["cycle"], 5);
    let rows = served.get("/api/series?runs=r&metrics=time/fps")["runs"]["r"]["rows"].clone();
    assert_eq!(rows, 5);
    runs::append(&run, "metrics.jsonl", &line[line.len() / 2..]);
    served.wait("r", "has the whole line", |row| row["cycle"] == 6);
    let rows = served.get("/api/series?runs=r&metrics=time/fps")["runs"]["r"]["rows"].clone();
    assert_eq!(rows, 6);
}

#[test]
fn damaged_lines_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = runs::write(folder.path(), "r", &five());
    runs::append(
        &run,
        "metrics.jsonl",
        b"{\"cycle\":6,\"segm\n\xff\xfe\n\n[1,2]\n{\"cycle\":\"x\"}\n",
    );
    runs::append(
        &run,
        "metrics.jsonl",
        b"{\"cycle\":7,\"rollout/ep_rew_mean\":null,\"time/fps\":1e999}\n",
    );
    runs::append(&run, "metrics.jsonl", &runs::line(&five(), 8, 0));
    let served = Served::folder(folder.path());
    assert_eq!(served.row("r")["cycle"], 8);
    let answer = served.get("/api/series?runs=r&metrics=rollout/ep_rew_mean&x=cycles");
    assert_eq!(
        answer["curves"][0]["x"],
        json!([1.0, 2.0, 3.0, 4.0, 5.0, 8.0])
    );
}

#[test]
fn a_truncated_file_begins_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = runs::write(folder.path(), "r", &Plan::default());
    let served = Served::folder(folder.path());
    assert_eq!(served.row("r")["cycle"], 100);
    served.get("/api/series?runs=r&metrics=time/fps");
    let whole = fs::read(run.join("metrics.jsonl")).expect("is there");
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    fs::write(run.join("metrics.jsonl"), lines[..3].concat()).expect("writes");
    served.wait("r", "is shorter", |row| row["cycle"] == 3);
    let answer = served.get("/api/series?runs=r&metrics=time/fps&x=cycles");
    assert_eq!(answer["curves"][0]["x"], json!([1.0, 2.0, 3.0]));
    fs::remove_file(run.join("metrics.jsonl")).expect("was there");
    let row = served.wait("r", "has no cycles", |row| row["cycle"] == 0);
    assert_eq!(row["last_return"], Value::Null);
}

#[test]
fn a_resumed_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        done: 50,
        ..Plan::default()
    };
    let run = runs::write(folder.path(), "r", &plan);
    event(
        &run,
        json!({"event": "interrupted", "cycle": 50, "segment": 0, "exit_code": 130}),
    );
    let served = Served::folder(folder.path());
    assert_eq!(served.row("r")["state"], "interrupted");
    // As the host does it: lines after the checkpoint go, by a new file of the same name.
    let mut kept: Vec<u8> = (1..=40)
        .flat_map(|cycle| runs::line(&plan, cycle, 0))
        .collect();
    kept.extend((41..=44).flat_map(|cycle| runs::line(&plan, cycle, 1)));
    fs::write(run.join(".metrics.jsonl.partial"), &kept).expect("writes");
    fs::rename(
        run.join(".metrics.jsonl.partial"),
        run.join("metrics.jsonl"),
    )
    .expect("renames");
    event(
        &run,
        json!({"event": "resumed", "cycle": 40, "segment": 1, "pid": 1, "host": "elsewhere"}),
    );
    let row = served.wait("r", "goes on", |row| {
        row["cycle"] == 44 && row["state"] == "running"
    });
    assert_eq!(row["segments"], 2);
    let run = served.get("/api/runs/r");
    let segments = run["segments"].as_array().expect("a list");
    assert_eq!(
        (&segments[0]["last_cycle"], &segments[1]["first_cycle"]),
        (&json!(40.0), &json!(41.0))
    );
}

#[test]
fn foreign_files_are_nobodys_business() {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &five());
    fs::write(folder.path().join("notes.txt"), "x").expect("writes");
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    runs::write(folder.path(), ".hidden", &five());
    let odd = runs::write(folder.path(), "odd", &five());
    fs::write(odd.join("experiment.toml"), "task = [broken").expect("writes");
    fs::write(odd.join("angora.lock"), "\u{0}").expect("writes");
    fs::write(odd.join("meta.json"), "[]").expect("writes");
    fs::write(odd.join("heartbeat.json"), "{").expect("writes");
    let binary = runs::write(folder.path(), "binary", &five());
    fs::write(binary.join("metrics.jsonl"), vec![0_u8; 300_000]).expect("writes");
    fs::write(binary.join("events.jsonl"), vec![10_u8; 1_000]).expect("writes");
    let folders = runs::write(folder.path(), "folders", &five());
    for name in ["metrics.jsonl", "events.jsonl", "meta.json"] {
        fs::remove_file(folders.join(name)).expect("was there");
        fs::create_dir(folders.join(name)).expect("a folder");
    }
    let served = Served::folder(folder.path());
    let mut found = keys(&served.rows(""));
    found.sort();
    assert_eq!(found, ["binary", "folders", "odd", "r"]);
    let row = served.row("odd");
    let problems = row["problems"].to_string();
    assert!(
        problems.contains("experiment.toml") && problems.contains("angora.lock"),
        "{problems}"
    );
    assert_eq!((&row["cycle"], &row["task"]), (&json!(5), &Value::Null));
    assert_eq!(keys(&served.rows("q=is:damaged")), ["odd"]);
    assert_eq!(served.row("binary")["cycle"], 0);
    for key in ["odd", "binary", "folders"] {
        served.get(&format!("/api/runs/{key}"));
        served.get(&format!("/api/runs/{key}/events"));
        served.get(&format!("/api/series?runs={key}&metrics=time/fps"));
    }
}

#[test]
fn folders_come_and_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs_folder = folder.path().join("runs");
    // The first run is still to come.
    let served = Served::folder(&runs_folder);
    assert!(served.rows("").is_empty());
    fs::create_dir(&runs_folder).expect("a folder");
    let run = runs::write(&runs_folder, "r", &five());
    served.wait("r", "appears", |row| row["cycle"] == 5);
    fs::remove_dir_all(&run).expect("was there");
    served.wait("r", "vanishes", Value::is_null);
    let gone = served.ask(&Request::get("/api/runs/r"));
    assert_eq!(gone.status, 404);
    runs::write(&runs_folder, "r", &Plan { done: 7, ..five() });
    served.wait("r", "is another run", |row| row["cycle"] == 7);
    // The whole folder is moved away and another one takes its place.
    fs::rename(&runs_folder, folder.path().join("old")).expect("renames");
    served.wait("r", "vanishes", Value::is_null);
    runs::write(&runs_folder, "s", &five());
    served.wait("s", "appears", |row| row["cycle"] == 5);
}

#[test]
fn a_clock_that_jumps_reorders_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = runs::write(folder.path(), "r", &five());
    let hour = Duration::from_secs(3_600);
    // Written on a machine whose clock is an hour ahead.
    for name in ["metrics.jsonl", "events.jsonl"] {
        set_time(&run.join(name), SystemTime::now() + hour);
    }
    let served = Served::folder(folder.path());
    assert_eq!(served.row("r")["state"], "running");
    // Then set back: the new line is older than the old ones.
    runs::append(&run, "metrics.jsonl", &runs::line(&five(), 6, 0));
    set_time(&run.join("metrics.jsonl"), SystemTime::now() - 24 * hour);
    let row = served.wait("r", "has the new line", |row| row["cycle"] == 6);
    assert_eq!(row["state"], "running");
    let answer = served.get("/api/series?runs=r&metrics=time/fps&x=time");
    let x = answer["curves"][0]["x"]
        .as_array()
        .expect("numbers")
        .clone();
    assert!(
        x.windows(2).all(|pair| pair[0].as_f64() < pair[1].as_f64()),
        "{x:?}"
    );
}

#[test]
fn states_are_those_of_the_log_and_the_heartbeat() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |id: &str| runs::write(folder.path(), id, &five());
    let host = angora_monitor::process::host();
    let beat = |run: &Path, pid: u32, host: &str| {
        let beat = json!({
            "pid": pid, "host": host.trim(), "beat": 3, "time": "", "segment": 0, "cycle": 5,
            "cycles": 100, "interval_secs": 10,
            "pid_namespace": angora_monitor::process::pid_namespace(),
        });
        fs::write(run.join("heartbeat.json"), beat.to_string()).expect("writes");
    };
    event(
        &run("fault"),
        json!({"event": "fault", "message": "it <broke>", "cycle": 5}),
    );
    event(
        &run("ended"),
        json!({"event": "finished", "end": "solved", "cycle": 5}),
    );
    beat(&run("alive"), std::process::id(), &host);
    beat(&run("killed"), 0x7fff_fff0, &host);
    let silent = run("silent");
    beat(&silent, 1, "elsewhere");
    set_time(
        &silent.join("heartbeat.json"),
        SystemTime::now() - Duration::from_secs(60),
    );
    let old = run("old");
    fs::remove_file(old.join("events.jsonl")).expect("was there");
    set_time(
        &old.join("metrics.jsonl"),
        SystemTime::now() - Duration::from_secs(7_200),
    );
    let served = Served::folder(folder.path());
    for (key, state, reason) in [
        ("fault", "failed", "it <broke>"),
        ("ended", "finished", "solved"),
        ("alive", "running", ""),
        ("killed", "killed", "is gone"),
        ("silent", "killed", "no sign"),
        ("old", "unknown", "no log"),
    ] {
        let row = served.row(key);
        assert_eq!(row["state"], state, "{key}: {row}");
        let said = row["reason"].as_str().unwrap_or_default();
        assert!(said.contains(reason), "{key}: {said}");
    }
}

#[test]
fn several_folders_and_single_runs_are_served_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let single = runs::write(&one, "r", &five());
    runs::write(&one, "not-asked-for", &five());
    runs::write(&two, "r", &Plan { done: 9, ..five() });
    let mut options = crate::served::options(&single);
    options.folders.push(two);
    let served = Served::with(options);
    let mut found = keys(&served.rows(""));
    found.sort();
    assert_eq!(found, ["r", "r@2"]);
    assert_eq!(
        (&served.row("r")["cycle"], &served.row("r@2")["cycle"]),
        (&json!(5), &json!(9))
    );
    assert_eq!(served.get("/api/runs/r@2")["row"]["cycle"], 9);
}
