//! Many runs on one plot.

use super::{Browser, Monitor, Run, Runs, seeds};
use serde_json::json;

#[test]
fn runs_are_drawn_together_with_what_differs_and_nothing_else() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, list) = seeds();
    let monitor = Monitor::start(&runs.host);
    let keys: Vec<&str> = list[..4].iter().map(|run| run.id.as_str()).collect();
    browser.open(&monitor.page(&format!("/compare?runs={}", keys.join(","))));
    browser.wait(
        "four lines",
        "document.querySelectorAll('ul.legend li').length === 4",
    );
    browser.wait(
        "the table",
        "document.querySelector('table.compact tbody tr')",
    );
    let heads = browser.text("table.compact thead");
    assert!(
        heads.contains("ppo.learning_rate") && heads.contains("seed"),
        "{heads}"
    );
    assert!(
        !heads.contains("ppo.epochs") && !heads.contains("task"),
        "{heads}"
    );
    let best = browser.text("table.compact strong");
    let expected = list[..4]
        .iter()
        .flat_map(|run| (1..=run.cycles).map(|cycle| run.episode_return(cycle)))
        .fold(f64::MIN, f64::max);
    assert_eq!(
        best,
        format!("{expected:.1}"),
        "the best of them stands out"
    );
    // Every point is a way to its run.
    browser.wait(
        "the scatter",
        "document.querySelectorAll('.scatter circle').length === 4",
    );
    let links = browser.script("return [...document.querySelectorAll('.scatter a')].map((link) => link.getAttribute('href')).sort().join(' ')");
    for key in &keys {
        assert!(links.as_str().unwrap().contains(key), "{links}");
    }
    // A run is added by name and taken out again.
    browser.click("input[aria-label='Find runs to add']");
    browser.keys("run-6");
    browser.wait(
        "the offer",
        "document.querySelectorAll('.picker label').length === 1",
    );
    browser.click(".picker label input");
    browser.wait(
        "five lines",
        "document.querySelectorAll('ul.legend li').length === 5",
    );
    browser.script("document.querySelector('table.compact tbody tr button').click()");
    browser.wait(
        "four lines",
        "document.querySelectorAll('ul.legend li').length === 4",
    );
    let address = browser.script("return location.hash");
    assert!(!address.as_str().unwrap().contains(keys[0]), "{address}");
    browser.assert_clean();
}

#[test]
fn fifty_long_runs_are_drawn_at_once() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let keys: Vec<String> = (0..50)
        .map(|i| format!("cartpole-v1-long-{i:02}"))
        .collect();
    for (seed, id) in keys.iter().enumerate() {
        runs.add(&Run {
            cycles: 1000,
            seed: seed as u64,
            ..Run::new(id)
        });
    }
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/groups"));
    browser.wait("the groups", "document.querySelector('ul.legend li')");
    let view = format!("#/compare?runs={}", keys.join(","));
    let seconds = browser.eventually(&format!(
        "const begin = performance.now();
         location.hash = {};
         while (!document.querySelector('figure.chart[data-end]')) await new Promise(requestAnimationFrame);
         await new Promise(requestAnimationFrame);
         return (performance.now() - begin) / 1000;",
        json!(view)
    ));
    let seconds = seconds.as_f64().unwrap_or_else(|| panic!("{seconds}"));
    println!("50 runs of 1,000 cycles are compared in {seconds:.3} s, requests included");
    assert_eq!(
        browser.script("return document.querySelectorAll('ul.legend li').length"),
        json!(50)
    );
    // Half a second is meant; a busy machine may take some of them.
    assert!(seconds < 4.0, "{seconds} s");
    browser.assert_clean();
}
