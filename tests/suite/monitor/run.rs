//! The page of a run.

use super::{Browser, Monitor, Run, Runs, seeds};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// Whether the chart of a metric has lines on it.
fn drawn(metric: &str) -> String {
    format!(
        "(() => {{ const canvas = document.querySelector('figure[data-metric^=\"{metric}\"] canvas');
           if (!canvas?.width) return false;
           const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
           let blue = 0;
           for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && data[i + 2] > data[i] + 60) blue += 1;
           return blue > 50; }})()"
    )
}

#[test]
fn every_metric_has_its_curve_and_only_visible_charts_fetch() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let run = Run {
        resumed: Some(30),
        ..Run::new("cartpole-v1-resumed")
    };
    runs.add(&run);
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/run/cartpole-v1-resumed"));
    browser.wait("the return", &drawn("rollout/ep_rew_mean"));
    let fetched = "performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/api/series?')).length";
    let charts = browser
        .script("return document.querySelectorAll('figure.chart').length")
        .as_u64()
        .unwrap();
    let first = browser
        .script(&format!("return {fetched}"))
        .as_u64()
        .unwrap();
    assert!(
        charts > 15 && first < charts,
        "{first} of {charts} charts were fetched at once"
    );

    for section in [
        "learning",
        "reward",
        "optimisation",
        "regions",
        "senses",
        "speed",
        "machine",
    ] {
        assert!(
            !browser.text(&format!("#{section} h2")).is_empty(),
            "{section}"
        );
    }
    let names = browser.script("return [...document.querySelectorAll('figure.chart')].map((chart) => chart.dataset.metric).join(' ')");
    for metric in [
        "rollout/ep_len_mean",
        "train/approx_kl",
        "train/clip_fraction",
        "train/entropy_loss",
        "train/explained_variance",
        "time/fps",
        "system/resident_bytes",
        "system/cores_busy",
        "reward/effort",
    ] {
        assert!(
            names.as_str().unwrap().contains(metric),
            "{metric} has no chart: {names}"
        );
    }
    // What a metric means is said when it is reached.
    browser
        .script("document.querySelector('figure[data-metric=\"train/approx_kl\"] .hint').focus()");
    let hint = browser.wait(
        "the meaning",
        "document.getElementById('hint')?.textContent",
    );
    assert!(hint.as_str().unwrap().contains("train/approx_kl"), "{hint}");

    browser.script(
        "document.querySelector('figure[data-metric^=\"system/resident\"]').scrollIntoView()",
    );
    browser.wait("memory", &drawn("system/resident_bytes"));
    let then = browser
        .script(&format!("return {fetched}"))
        .as_u64()
        .unwrap();
    assert!(then > first);

    browser.click("button[data-value=cycles]");
    let end = "document.querySelector('figure[data-metric^=\"rollout/ep_rew_mean\"]')?.dataset.end";
    browser.script("scrollTo(0, 0)");
    browser.wait("cycles across", &format!("{end} === '60'"));
    assert!(
        browser
            .script("return location.hash")
            .as_str()
            .unwrap()
            .contains("x=cycles")
    );
    browser.script("const select = document.querySelector('select[aria-label=Smoothing]'); select.value = '10'; select.dispatchEvent(new Event('change'));");
    assert!(
        browser
            .script("return location.hash")
            .as_str()
            .unwrap()
            .contains("smooth=10")
    );
    browser.assert_clean();
}

#[test]
fn settings_plugins_files_and_log_are_shown() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let run = Run {
        learning_rate: 3e-4,
        ..Run::new("cartpole-v1-settings")
    };
    runs.add(&run);
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/run/cartpole-v1-settings/settings"));
    browser.wait("settings", "document.querySelector('tr.changed')");
    let changed = browser.text("table.plain");
    assert!(
        changed.contains("ppo.learning_rate") && changed.contains("0.0003"),
        "{changed}"
    );
    let page = browser.text("#main");
    assert!(
        page.contains("task-classic-control") && page.contains("brain-feedforward"),
        "{page}"
    );

    browser.open(&monitor.page("/run/cartpole-v1-settings/log"));
    browser.wait("events", "document.querySelector('tr.level-warning')");
    let log = browser.text("#main");
    assert!(log.contains("the value loss grows <b>fast</b>"), "{log}");
    browser.open(&monitor.page("/run/cartpole-v1-settings/files"));
    browser.wait("files", "document.querySelector('h2')");
    browser.assert_clean();
}

#[test]
fn a_note_is_kept_beside_the_run() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let folder = runs.add(&Run::new("cartpole-v1-noted"));
    let before = contents(&folder);
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/run/cartpole-v1-noted/notes"));
    browser.wait("the form", "document.getElementById('note')");
    browser.script("document.getElementById('title').focus()");
    browser.keys("Baseline");
    browser.script("document.getElementById('note').focus()");
    browser.keys("seed 1, as in the paper");
    browser.click("button.primary");
    browser.wait(
        "saved",
        "document.getElementById('toast')?.textContent.includes('Saved')",
    );
    browser.open(&monitor.page("/run/cartpole-v1-noted/notes"));
    browser.wait(
        "the note",
        "document.getElementById('note')?.value === 'seed 1, as in the paper'",
    );
    assert_eq!(browser.text("h1"), "Baseline");
    assert_eq!(contents(&folder), before, "the run is never written");
    browser.assert_clean();
}

/// Names and bytes of a folder's files.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).unwrap_or_default())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_chart_is_saved_as_csv_png_and_svg() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, list) = seeds();
    let monitor = Monitor::start(&runs.host);
    let downloads = tempfile::tempdir().unwrap();
    let into = json!({ "behavior": "allow", "downloadPath": downloads.path() });
    browser.tools("Browser.setDownloadBehavior", &into);
    browser.open(&monitor.page(&format!("/run/{}", list[0].id)));
    browser.wait("the return", &drawn("rollout/ep_rew_mean"));
    let save =
        |item: &str| browser.choose("figure[data-metric^='rollout/ep_rew_mean'] .menu", item);
    save("Figure as SVG");
    let svg = String::from_utf8(arrives(downloads.path(), "return.svg")).unwrap();
    let figure = roxmltree::Document::parse(&svg).unwrap();
    let words: Vec<&str> = figure
        .descendants()
        .filter_map(|node| node.text())
        .collect();
    assert!(
        words.contains(&"control steps") && words.contains(&"Return (reward)"),
        "{words:?}"
    );
    let paths = figure
        .descendants()
        .filter(|node| node.has_tag_name("path"))
        .count();
    assert!(paths > 5);

    save("Figure as PNG");
    let png = arrives(downloads.path(), "return.png");
    assert!(
        png.starts_with(b"\x89PNG") && png.len() > 10_000,
        "{} bytes",
        png.len()
    );

    save("Numbers as CSV");
    let csv = String::from_utf8(arrives(downloads.path(), "curves.csv")).unwrap();
    let mut rows = csv.lines();
    let head: Vec<&str> = rows.next().unwrap().split(',').collect();
    let at = head
        .iter()
        .position(|name| *name == "rollout/ep_rew_mean")
        .unwrap();
    let values: Vec<f64> = rows
        .map(|row| row.split(',').nth(at).unwrap().parse().unwrap())
        .collect();
    let expected: Vec<f64> = (1..=list[0].cycles)
        .map(|cycle| list[0].episode_return(cycle))
        .collect();
    assert_eq!(values, expected, "the numbers in full");
    browser.assert_clean();
}

/// A file that is downloaded, once it is whole.
fn arrives(folder: &Path, name: &str) -> Vec<u8> {
    let begin = Instant::now();
    let path = folder.join(name);
    while !path.exists() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "{name} does not come: {:?}",
            contents(folder)
                .iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    std::fs::read(path).unwrap()
}

#[test]
fn a_run_that_is_not_there_is_said_to_be_missing() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/run/nothing"));
    browser.wait("the message", "document.querySelector('.empty')");
    assert!(
        browser.text(".empty").contains("nothing"),
        "{}",
        browser.text(".empty")
    );
    assert_eq!(
        browser.script("return document.querySelectorAll('#main a').length > 0"),
        Value::Bool(true)
    );
}
