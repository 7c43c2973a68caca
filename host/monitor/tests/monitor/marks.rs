//! Tags, notes, trash; two servers on one folder.

use crate::runs::{self, Plan};
use crate::served::{Served, keys, options};
use serde_json::{Value, json};
use std::path::Path;

fn snapshot(folder: &Path) -> Vec<(String, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let metadata = entry.metadata().expect("is there");
        found.push((
            entry.file_name().to_string_lossy().into_owned(),
            metadata.len(),
            metadata.modified().expect("a time"),
        ));
    }
    found.sort();
    found
}

#[test]
fn marks_lie_beside_the_run_and_the_run_is_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        tags: vec!["begun".into()],
        ..Plan::default()
    };
    let run = runs::write(folder.path(), "r", &plan);
    let before = snapshot(&run);
    let served = Served::folder(folder.path());
    let body = json!({"title": "The <b>best</b>", "add_tags": ["paper", "x"], "note": "line\nline", "group": "g", "bookmarked": true});
    let answer = served.post("/api/runs/r/marks", &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let marks = answer.json()["marks"].clone();
    assert_eq!(marks["tags"], json!(["begun", "paper", "x"]));
    assert_eq!(served.row("r")["marks"], marks);
    let answer = served.post(
        "/api/runs/r/marks",
        &json!({"remove_tags": ["x", "begun"], "title": null}),
    );
    let marks = &answer.json()["marks"];
    // A tag of the run's own beginning stays.
    assert_eq!(
        (&marks["tags"], &marks["title"]),
        (&json!(["begun", "paper"]), &Value::Null)
    );
    assert_eq!(snapshot(&run), before);
    // Another program reads them, and another server.
    let file = folder.path().join(".labels/r.json");
    let labels: Value =
        serde_json::from_slice(&std::fs::read(file).expect("is there")).expect("JSON");
    assert_eq!(labels["tags"], json!(["paper"]));
    let other = Served::folder(folder.path());
    assert_eq!(other.row("r")["marks"]["note"], "line\nline");
}

#[test]
fn trash_hides_and_gives_back() {
    let folder = tempfile::tempdir().expect("a folder");
    for id in ["r", "s"] {
        runs::write(folder.path(), id, &Plan::default());
    }
    let served = Served::folder(folder.path());
    let answer = served.post("/api/marks", &json!({"runs": ["r"], "trashed": true}));
    assert_eq!(answer.json(), json!({"changed": 1}));
    assert_eq!(keys(&served.rows("")), ["s"]);
    assert_eq!(keys(&served.rows("q=is:trashed")), ["r"]);
    assert_eq!(served.rows("trashed=1").len(), 2);
    assert!(folder.path().join("r/metrics.jsonl").exists());
    served.post("/api/runs/r/marks", &json!({"trashed": false}));
    assert_eq!(served.rows("").len(), 2);
}

#[test]
fn a_note_that_somebody_else_changed_is_not_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    let (one, two) = (Served::folder(folder.path()), Served::folder(folder.path()));
    let first = one.post(
        "/api/runs/r/marks",
        &json!({"note": "mine", "note_was": ""}),
    );
    assert_eq!(first.status, 200);
    let second = two.post(
        "/api/runs/r/marks",
        &json!({"note": "yours", "note_was": ""}),
    );
    assert_eq!(second.status, 409);
    let error = &second.json()["error"];
    assert_eq!(
        (&error["code"], &error["current"]["note"]),
        (&json!("conflict"), &json!("mine"))
    );
    let third = two.post(
        "/api/runs/r/marks",
        &json!({"note": "both", "note_was": "mine"}),
    );
    assert_eq!(third.status, 200);
    one.wait("r", "has the other server's note", |row| {
        row["marks"]["note"] == "both"
    });
}

#[test]
fn two_servers_lose_no_tag_of_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    let servers = [Served::folder(folder.path()), Served::folder(folder.path())];
    std::thread::scope(|scope| {
        for (number, served) in servers.iter().enumerate() {
            scope.spawn(move || {
                for tag in 0..25 {
                    let body = json!({"add_tags": [format!("{number}-{tag}")]});
                    let answer = served.post("/api/runs/r/marks", &body);
                    assert_eq!(answer.status, 200, "{}", answer.text());
                }
            });
        }
    });
    for served in &servers {
        served.wait("r", "has all tags", |row| {
            row["marks"]["tags"]
                .as_array()
                .is_some_and(|tags| tags.len() == 50)
        });
    }
}

#[test]
fn labels_of_others_are_kept_and_damaged_ones_not_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    let labels = folder.path().join(".labels");
    std::fs::create_dir(&labels).expect("a folder");
    std::fs::write(
        labels.join("r.json"),
        r#"{"tags":["a"],"theirs":{"deep":1}}"#,
    )
    .expect("writes");
    let served = Served::folder(folder.path());
    served.post("/api/runs/r/marks", &json!({"note": "n"}));
    let text = std::fs::read_to_string(labels.join("r.json")).expect("is there");
    let kept: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (&kept["theirs"]["deep"], &kept["tags"]),
        (&json!(1), &json!(["a"]))
    );
    std::fs::write(labels.join("r.json"), "{\"tags\":").expect("writes");
    let answer = served.post("/api/runs/r/marks", &json!({"note": "m"}));
    assert_eq!(answer.status, 500);
    assert!(
        answer.message().contains("repair or remove it"),
        "{}",
        answer.message()
    );
    let text = std::fs::read_to_string(labels.join("r.json")).expect("is there");
    assert_eq!(text, "{\"tags\":");
}

#[test]
fn bad_changes_are_refused_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    let served = Served::folder(folder.path());
    for (body, part) in [
        (json!({"titel": "x"}), "titel"),
        (json!({"title": 3}), "string"),
        (json!({"add_tags": [" "]}), "1 to 100"),
        (json!({"title": "x".repeat(201)}), "at most 200"),
    ] {
        let answer = served.post("/api/runs/r/marks", &body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.message().contains(part), "{}", answer.message());
    }
    let answer = served.post("/api/marks", &json!({"runs": ["r", "gone"], "note": "n"}));
    assert_eq!(answer.status, 404);
    assert_eq!(served.row("r")["marks"]["note"], "");
    assert!(!folder.path().join(".labels").exists());
}

#[test]
fn a_folder_that_cannot_be_written_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    // A file where the folder of labels would be: nobody may write into that, root neither.
    std::fs::write(folder.path().join(".labels"), "").expect("writes");
    let served = Served::folder(folder.path());
    let answer = served.post("/api/runs/r/marks", &json!({"note": "n"}));
    assert_eq!(answer.status, 500);
    assert!(
        answer.message().contains("marks cannot be written"),
        "{}",
        answer.message()
    );
    let mut quiet = options(folder.path());
    quiet.read_only = true;
    let served = Served::with(quiet);
    let answer = served.post("/api/runs/r/marks", &json!({"note": "n"}));
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (403, &json!("read_only"))
    );
    assert_eq!(served.get("/api/session")["read_only"], true);
}
