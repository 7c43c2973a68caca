//! Curves that grow while one looks at them.

use super::folder::{STEPS, lines};
use super::{Browser, Monitor, Run, Runs};
use angora_tests::Host;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a line may take from the file to the screen.
const SOON: Duration = Duration::from_secs(2);
/// Where the curve of the return ends, on the x axis.
const END: &str = "Number(document.querySelector('figure[data-metric^=\"rollout/ep_rew_mean\"]')?.dataset.end ?? 0)";

/// Marks the page, so that a reload would be seen.
const STAMP: &str = "document.documentElement.dataset.stamp = '1'";
const STAMPED: &str = "document.documentElement.dataset.stamp === '1'";

fn append(run: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .open(run.join("metrics.jsonl"))
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_line_is_on_the_screen_within_two_seconds() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let run = Run {
        cycles: 20,
        ..Run::new("cartpole-v1-growing")
    };
    let folder = runs.add(&run);
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/run/cartpole-v1-growing"));
    browser.wait("the curve", &format!("{END} === {}", 20 * STEPS));
    browser.script(STAMP);
    let mut times = Vec::new();
    for cycle in 21..=25 {
        append(&folder, &lines(&run, cycle..=cycle));
        let begin = Instant::now();
        browser.wait("the new point", &format!("{END} === {}", cycle * STEPS));
        times.push(begin.elapsed());
    }
    times.sort();
    println!("from the line to the screen: {times:?}");
    assert!(times[2] < SOON, "{times:?}");
    assert!(
        browser
            .script(&format!("return {STAMPED}"))
            .as_bool()
            .unwrap(),
        "it was loaded again"
    );

    // Half a line is no point, and its other half makes it one.
    let text = lines(&run, 26..=26);
    let (first, second) = text.split_at(text.len() / 2);
    append(&folder, first);
    std::thread::sleep(Duration::from_millis(800));
    assert_eq!(
        browser.script(&format!("return {END}")).as_f64(),
        Some((25 * STEPS) as f64)
    );
    append(&folder, second);
    browser.wait("the whole line", &format!("{END} === {}", 26 * STEPS));
    browser.assert_clean();
}

#[test]
fn a_run_that_is_trained_now_grows_before_ones_eyes() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let host = Host::new();
    let mut training = host.start(&[
        "run",
        "--task",
        "CartPole-v1",
        "--cycles",
        "100000",
        "--threads",
        "1",
    ]);
    let runs = host.folder().join("runs");
    let begin = Instant::now();
    while !std::fs::read_dir(&runs).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|e| e.path().join("metrics.jsonl").exists()))
    }) {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "the run does not begin"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let folder = host.only_run("runs");
    let id = folder.file_name().unwrap().to_string_lossy().into_owned();
    let monitor = Monitor::start(&host);
    browser.open(&monitor.page(&format!("/run/{id}?x=cycles")));
    browser.wait("the curve", &format!("{END} > 0"));
    browser.script(STAMP);
    let mut times = Vec::new();
    for _ in 0..3 {
        let text = std::fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
        let cycle = text.lines().count();
        let begin = Instant::now();
        browser.wait(
            "the cycle that is in the file",
            &format!("{END} >= {cycle}"),
        );
        times.push(begin.elapsed());
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(
        browser
            .script(&format!("return {STAMPED}"))
            .as_bool()
            .unwrap(),
        "it was loaded again"
    );
    let state = browser.text(".run-head .state");
    let _ = training.kill();
    let _ = training.wait();
    times.sort();
    println!("from the line of a real run to the screen: {times:?}");
    assert!(times[1] < SOON, "{times:?}");
    assert!(state.contains("running"), "{state}");
    browser.assert_clean();
}

#[test]
fn a_server_that_is_started_again_is_found_again_without_a_gap() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let run = Run {
        cycles: 20,
        ..Run::new("cartpole-v1-gap")
    };
    let folder = runs.add(&run);
    let monitor = Monitor::start(&runs.host);
    let port = monitor.port();
    browser.open(&monitor.page("/run/cartpole-v1-gap?x=cycles"));
    browser.wait("the curve", &format!("{END} === 20"));
    browser.script(STAMP);
    browser.wait(
        "the stream",
        "document.querySelector('.connection').dataset.state === 'live'",
    );
    drop(monitor);
    browser.wait(
        "the loss",
        "document.querySelector('.connection').dataset.state === 'lost'",
    );
    append(&folder, &lines(&run, 21..=30));
    let _monitor = Monitor::start_at(&runs.host, port);
    browser.wait(
        "the stream again",
        "document.querySelector('.connection').dataset.state === 'live'",
    );
    browser.wait("what came meanwhile", &format!("{END} === 30"));
    append(&folder, &lines(&run, 31..=31));
    browser.wait("what comes now", &format!("{END} === 31"));
    assert!(
        browser
            .script(&format!("return {STAMPED}"))
            .as_bool()
            .unwrap(),
        "it was loaded again"
    );
}
