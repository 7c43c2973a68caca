//! Who may read and who may change, by the token that the printed link contains.

use crate::client::{Answer, Request};
use crate::runs::{self, Plan};
use crate::served::{Served, TOKEN, options};
use angora_monitor::server::{Options, Readers, Server, ServerError};
use serde_json::json;
use tempfile::TempDir;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    folder
}

fn guarded(folder: &TempDir) -> Options {
    Options {
        readers: Readers::WithToken,
        ..options(folder.path())
    }
}

fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie");
    cookie.split(';').next().expect("a pair").to_owned()
}

#[test]
fn other_machines_read_with_the_token_only() {
    let folder = folder();
    let mut open = options(folder.path());
    open.bind = [0, 0, 0, 0].into();
    assert!(matches!(
        Server::bind(open),
        Err(ServerError::NeedsToken(_))
    ));
    let mut empty = guarded(&folder);
    empty.token = String::new();
    assert!(matches!(Server::bind(empty), Err(ServerError::EmptyToken)));
}

#[test]
fn nothing_is_read_without_the_token_where_it_is_asked_for() {
    let folder = folder();
    let served = Served::with(guarded(&folder));
    for target in [
        "/api/overview",
        "/api/events",
        "/app.js",
        "/api/session?token=wrong",
        "/api/session?token=a-secret-of-length",
    ] {
        let answer = served.ask(&Request::get(target));
        assert_eq!(answer.status, 401, "{target}");
    }
    for target in ["/", "/?token=wrong", "/?token="] {
        let answer = served.ask(&Request::get(target));
        assert_eq!(answer.status, 401, "{target}");
        assert!(answer.header("set-cookie").is_none());
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"));
        assert!(!answer.text().contains(TOKEN));
    }
    let bearer = Request::get("/api/overview").token(TOKEN);
    assert_eq!(served.ask(&bearer).status, 200);
    let wrong = Request::get("/api/overview").token("a-secret-of-lengtH");
    assert_eq!(served.ask(&wrong).status, 401);
}

#[test]
fn the_token_of_the_link_becomes_a_cookie() {
    let folder = folder();
    for readers in [Readers::Anyone, Readers::WithToken] {
        let served = Served::with(Options {
            readers,
            ..guarded(&folder)
        });
        let first = served.ask(&Request::get("/?token=a-secret-of-length"));
        assert_eq!(first.status, 200);
        // Strict cookies are kept back from redirections: a page of ours leads on.
        assert!(first.header("location").is_none());
        assert!(first.text().contains("lib/enter.js"), "{}", first.text());
        let whole = first.header("set-cookie").expect("a cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/;"] {
            assert!(whole.contains(part), "{whole}");
        }
        assert_eq!(first.header("referrer-policy"), Some("no-referrer"));
        let cookie = cookie(&first);
        for target in ["/lib/enter.js", "/api/overview", "/"] {
            let answer = served.ask(&Request::get(target).header("cookie", &cookie));
            assert_eq!(answer.status, 200, "{target}");
        }
    }
}

#[test]
fn changes_need_the_token_where_anyone_may_read() {
    let folder = folder();
    let served = Served::folder(folder.path());
    let session = served.get("/api/session");
    assert_eq!(session["changes"], "with_token");
    assert_eq!(session["read_only"], true);
    assert!(session["csrf"].is_null(), "{session}");
    let csrf = served.csrf();
    for change in [
        json!({"title": "t"}),
        json!({"note": "n"}),
        json!({"add_tags": ["t"]}),
        json!({"trashed": true}),
    ] {
        let mut many = change.clone();
        many["runs"] = json!(["r"]);
        for request in [
            Request::post("/api/runs/r/marks", &change),
            Request::post("/api/marks", &many),
        ] {
            // Also with all that a page of ours knows.
            let request = request
                .header("x-angora-csrf", &csrf)
                .header("origin", &format!("http://{}", served.address));
            let answer = served.ask(&request);
            assert_eq!(answer.status, 401, "{request:?}");
            assert!(answer.message().contains("token"), "{}", answer.message());
        }
    }
    assert!(!folder.path().join(".labels").exists());
    let session = served
        .ask(&Request::get("/api/session").token(TOKEN))
        .json();
    assert_eq!(session["changes"], "allowed");
    assert_eq!(session["read_only"], false);
    let answer = served.post("/api/runs/r/marks", &json!({"note": "n"}));
    assert_eq!(answer.status, 200, "{}", answer.text());
}
