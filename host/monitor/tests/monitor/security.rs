//! Other sites, other machines, other files.

use crate::client::{Answer, Request};
use crate::runs::{self, Plan};
use crate::served::{Served, TOKEN, options};
use angora_monitor::server::{Server, ServerError};
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use tempfile::TempDir;

fn one() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(&folder.path().join("runs"), "r", &Plan::default());
    folder
}

fn served(folder: &TempDir) -> Served {
    Served::folder(&folder.path().join("runs"))
}

fn code(answer: &Answer) -> String {
    answer.json()["error"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn every_answer_carries_the_policy() {
    let folder = one();
    let served = served(&folder);
    for target in [
        "/",
        "/api/session",
        "/api/nothing",
        "/api/overview?q=tsk:x",
        "/none.js",
        "/api/runs/r/files/metrics.jsonl",
    ] {
        let answer = served.ask(&Request::get(target));
        let policy = answer.header("content-security-policy").expect("a policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{target}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{target}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("same-origin")
        );
        assert!(answer.header("access-control-allow-origin").is_none());
    }
    let data = served.ask(&Request::get("/api/overview"));
    assert_eq!(data.header("cache-control"), Some("no-store"));
    let page = served.ask(&Request::get("/"));
    assert_eq!(page.status, 200);
    let etag = page.header("etag").expect("an etag");
    let again = served.ask(&Request::get("/").header("if-none-match", etag));
    assert_eq!(again.status, 304);
}

#[test]
fn another_name_of_this_machine_is_refused() {
    let folder = one();
    let served = served(&folder);
    // DNS rebinding: a page of evil.example asks us under its own name.
    for host in [
        "evil.example",
        "evil.example:8427",
        "localhost.evil.example",
        "",
    ] {
        for request in [Request::get("/api/overview"), Request::get("/")] {
            let answer = served.ask(&request.header("host", host));
            assert!(
                [400, 403].contains(&answer.status),
                "{host:?}: {}",
                answer.status
            );
            assert!(!answer.text().contains("CartPole"));
        }
    }
    // Behind a tunnel the port is another one.
    for host in ["localhost:9999", "127.0.0.1:1", "[::1]:1"] {
        let answer = served.ask(&Request::get("/api/session").header("host", host));
        assert_eq!(answer.status, 200, "{host}");
    }
}

#[test]
fn a_name_that_was_allowed_is_served() {
    let folder = one();
    let mut options = options(&folder.path().join("runs"));
    options.hosts = vec!["lab.example.org".into()];
    let served = Served::with(options);
    let answer = served.ask(&Request::get("/api/session").header("host", "Lab.example.org"));
    assert_eq!(answer.status, 200);
}

#[test]
fn only_our_own_pages_change_anything() {
    let folder = one();
    let served = served(&folder);
    let csrf = served.csrf();
    let own = format!("http://{}", served.address);
    let body = json!({"note": "n"});
    let post = || Request::post("/api/runs/r/marks", &body).token(TOKEN);
    let forbidden = [
        post(),
        post().header("x-angora-csrf", "0"),
        post()
            .header("x-angora-csrf", &csrf)
            .header("origin", "http://evil.example"),
        post()
            .header("x-angora-csrf", &csrf)
            .header("origin", "null"),
        post()
            .header("x-angora-csrf", &csrf)
            .header("origin", "http://localhost:1"),
        post()
            .header("x-angora-csrf", &csrf)
            .header("sec-fetch-site", "cross-site"),
        post()
            .header("x-angora-csrf", &csrf)
            .header("sec-fetch-site", "same-site"),
    ];
    for request in forbidden {
        let answer = served.ask(&request);
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (403, "forbidden"),
            "{request:?}"
        );
    }
    // What a form of another page can send is no JSON.
    let form = post()
        .header("x-angora-csrf", &csrf)
        .header("content-type", "text/plain");
    assert_eq!(served.ask(&form).status, 400);
    assert_eq!(served.row("r")["marks"]["note"], "");
    let good = post().header("x-angora-csrf", &csrf).header("origin", &own);
    assert_eq!(served.ask(&good).status, 200);
    assert_eq!(served.row("r")["marks"]["note"], "n");
}

#[test]
fn nothing_changes_by_get() {
    let folder = one();
    let served = served(&folder);
    for method in ["GET", "HEAD"] {
        for target in ["/api/runs/r/marks", "/api/marks"] {
            let request = Request::get(target).method(method);
            let answer = served.ask(&request.header("x-angora-csrf", &served.csrf()).token(TOKEN));
            assert_eq!(answer.status, 405, "{method} {target}");
        }
    }
    for method in ["DELETE", "PUT", "PATCH"] {
        let request = Request::get("/api/runs/r").method(method);
        let answer = served.ask(&request.header("x-angora-csrf", &served.csrf()).token(TOKEN));
        assert_eq!(answer.status, 405, "{method}");
    }
    assert!(folder.path().join("runs/r/metrics.jsonl").exists());
    assert!(!folder.path().join("runs/.labels").exists());
}

#[test]
fn no_path_leads_out_of_a_run() {
    let folder = one();
    let run = folder.path().join("runs/r");
    std::fs::write(folder.path().join("secret.txt"), "SECRET").expect("writes");
    std::fs::create_dir_all(run.join("videos")).expect("a folder");
    std::fs::write(run.join("videos/a.mp4"), "video").expect("writes");
    std::fs::write(run.join("private.txt"), "SECRET").expect("writes");
    let served = served(&folder);
    for path in [
        "../secret.txt",
        "../../secret.txt",
        "..%2f..%2fsecret.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "videos/../../../secret.txt",
        "videos/..%2f..%2f..%2fsecret.txt",
        "videos/..%5c..%5csecret.txt",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "videos//etc/passwd",
        "videos/%00",
        "private.txt",
        ".writer",
        "checkpoints/latest",
        "videos",
        "videos/",
        "",
    ] {
        let answer = served.ask(&Request::get(&format!("/api/runs/r/files/{path}")));
        assert!(
            [400, 404].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert!(
            !answer.text().contains("SECRET") && !answer.text().contains("root:"),
            "{path}"
        );
    }
    for target in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/Cargo.toml",
        "/..%2f..%2fCargo.toml",
    ] {
        assert_eq!(served.ask(&Request::get(target)).status, 404, "{target}");
    }
    for key in ["..", ".", "%2e%2e", "..%2fr", "r%2f..", ".labels"] {
        let answer = served.ask(&Request::get(&format!(
            "/api/runs/{key}/files/metrics.jsonl"
        )));
        assert_eq!(answer.status, 404, "{key}");
    }
    let log = served.ask(&Request::get("/api/runs/r/log?file=../../secret.txt"));
    assert_eq!(log.status, 404);
    let video = served.ask(&Request::get("/api/runs/r/files/videos/a.mp4"));
    assert_eq!((video.status, video.text().as_str()), (200, "video"));
    assert_eq!(video.header("content-type"), Some("video/mp4"));
}

#[test]
fn links_out_of_the_folder_are_not_followed() {
    let folder = one();
    let outside = folder.path().join("outside");
    runs::write(&outside, "elsewhere", &Plan::default());
    std::fs::create_dir_all(outside.join("videos")).expect("a folder");
    std::fs::write(outside.join("videos/a.mp4"), "SECRET").expect("writes");
    std::fs::write(outside.join("secret.json"), r#"{"tags":["SECRET"]}"#).expect("writes");
    let runs = folder.path().join("runs");
    let run = runs.join("r");
    symlink(outside.join("elsewhere"), runs.join("linked")).expect("links");
    symlink(outside.join("videos"), run.join("videos")).expect("links");
    std::fs::create_dir_all(run.join("logs")).expect("a folder");
    symlink("/etc/passwd", run.join("logs/a.log")).expect("links");
    symlink(outside.join("secret.json"), run.join("brain.json")).expect("links");
    std::fs::remove_file(run.join("meta.json")).expect("was there");
    symlink(outside.join("secret.json"), run.join("meta.json")).expect("links");
    // A link that stays within is one of ours.
    symlink("r", runs.join("inside")).expect("links");
    let served = served(&folder);
    let mut found = crate::served::keys(&served.rows(""));
    found.sort();
    assert_eq!(found, ["inside", "r"]);
    for target in [
        "/api/runs/r/files/videos/a.mp4",
        "/api/runs/r/files/logs/a.log",
        "/api/runs/r/files/brain.json",
        "/api/runs/r/brain",
        "/api/runs/r/log?file=logs/a.log",
    ] {
        let answer = served.ask(&Request::get(target));
        assert_eq!(answer.status, 404, "{target}");
        assert!(!answer.text().contains("SECRET") && !answer.text().contains("root:"));
    }
    let details = served.get("/api/runs/r").to_string();
    assert!(!details.contains("SECRET"), "{details}");
    // Labels are written beside the runs, not where a link leads.
    symlink(&outside, runs.join(".labels")).expect("links");
    let answer = served.post("/api/runs/r/marks", &json!({"note": "n"}));
    assert_eq!(answer.status, 500);
    assert!(!outside.join("r.json").exists());
}

#[test]
fn markup_in_names_and_notes_is_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "<img src=x onerror=alert(1)>";
    runs::write(folder.path(), name, &Plan::default());
    let served = Served::folder(folder.path());
    let key: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let key = key.replace('+', "%20");
    let note = "</script><script>alert(1)</script>";
    let answer = served.post(&format!("/api/runs/{key}/marks"), &json!({"note": note}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = served.ask(&Request::get("/api/overview"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let rows = answer.json()["rows"].clone();
    assert_eq!(
        (&rows[0]["key"], &rows[0]["marks"]["note"]),
        (&json!(name), &json!(note))
    );
    let missing = served.ask(&Request::get("/api/runs/%3Cscript%3E"));
    assert_eq!(missing.header("content-type"), Some("application/json"));
}

#[test]
fn a_base_path_is_served_with_and_without_it() {
    let folder = one();
    let mut options = options(&folder.path().join("runs"));
    options.base_path = "/node/n1/8427/".into();
    let served = Served::with(options);
    for target in [
        "/node/n1/8427/",
        "/",
        "/node/n1/8427/api/session",
        "/api/session",
        "/node/n1/8427/index.html",
    ] {
        assert_eq!(served.ask(&Request::get(target)).status, 200, "{target}");
    }
    let bare = served.ask(&Request::get("/node/n1/8427"));
    assert_eq!((bare.status, bare.header("location")), (308, Some("8427/")));
    let mut wrong = crate::served::options(folder.path());
    wrong.base_path = "/a?b".into();
    assert!(matches!(Server::bind(wrong), Err(ServerError::BasePath(_))));
}

#[test]
fn large_bodies_and_odd_requests_are_refused() {
    let folder = one();
    let served = served(&folder);
    let body = json!({"note": "x".repeat(1 << 20)});
    let answer = served.post("/api/runs/r/marks", &body);
    assert!([400, 413].contains(&answer.status), "{}", answer.status);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for target in ["/api/runs/r/marks", "/api/marks"] {
        let request = Request::post(target, &Value::Null).body(&deep);
        let request = request.header("x-angora-csrf", &served.csrf()).token(TOKEN);
        let answer = served.ask(&request);
        assert_eq!(answer.status, 400, "{target}");
    }
    let many = "a".repeat(20_000);
    let answer = served.ask(&Request::get(&format!("/api/overview?q={many}")));
    assert_eq!(answer.status, 200);
}
