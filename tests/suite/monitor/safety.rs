//! Text from runs and people is text, whatever it says.

use super::{Browser, Monitor, Run, Runs, seeds};
use serde_json::{Value, json};

const HOSTILE: &str =
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

#[test]
fn markup_in_names_notes_and_events_is_shown_as_it_is_written() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, list) = seeds();
    let id = &list[0].id;
    let event = json!({ "time": "2026-03-01T11:00:00Z", "segment": 0, "cycle": 60, "steps": 1, "event": "warning", "message": HOSTILE });
    let path = runs.path(id).join("events.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}{event}\n")).unwrap();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/runs"));
    browser.wait("the table", "document.querySelector('table.grid a.name')");
    // Through the page's own door: with the token, from the same origin.
    let saved = browser.eventually(&format!(
        "const {{ csrf }} = await (await fetch('./api/session')).json();
         const answer = await fetch('./api/runs/{id}/marks', {{ method: 'POST', headers: {{ 'Content-Type': 'application/json', 'X-Angora-Csrf': csrf }}, body: JSON.stringify({{ title: {0}, note: {0}, group: {0}, add_tags: [{0}] }}) }});
         return answer.status;",
        json!(HOSTILE)
    ));
    assert_eq!(saved, json!(200));
    for view in [
        "/runs",
        "/runs?columns=name,group,note&group=group",
        &format!("/run/{id}"),
        &format!("/run/{id}/log"),
        &format!("/run/{id}/notes"),
        &format!("/compare?runs={id},{}", list[1].id),
        "/groups?by=group",
        &format!("/brain/{id}"),
    ] {
        browser.open(&monitor.page(view));
        let shown = format!(
            "[document.body.innerText, ...[...document.querySelectorAll('input, textarea, option')].map((field) => field.value + field.textContent)].join(' ').includes({})",
            json!(&HOSTILE[..20])
        );
        browser.wait(&format!("the text on {view}"), &shown);
        let foreign = browser.script(
            "return document.querySelectorAll('main img[src=x], main script, header img').length",
        );
        assert_eq!(foreign, json!(0), "{view}");
        let title = browser.script("return document.title");
        assert_ne!(title, json!("owned"), "{view}");
    }
    browser.assert_clean();
}

#[test]
fn nothing_is_changed_without_the_token() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    runs.add(&Run::new("cartpole-v1-safe"));
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/runs"));
    browser.wait("the table", "document.querySelector('table.grid a.name')");
    let status = browser.eventually("return (await fetch('./api/runs/cartpole-v1-safe/marks', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{\"trashed\": true}' })).status;");
    assert_eq!(status, json!(403));
    let trashed = browser
        .eventually("return (await (await fetch('./api/overview')).json()).rows[0].marks.trashed;");
    assert_eq!(trashed, Value::Bool(false));
}
