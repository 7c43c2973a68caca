//! The table of runs.

use super::{Browser, Monitor, Run, Runs, seeds};
use serde_json::json;

/// Number of runs that the table says it has.
const ROWS: &str =
    "Number(document.querySelector('table.grid')?.getAttribute('aria-rowcount') ?? 1) - 1";
/// Ids in the rows that are drawn.
const NAMES: &str =
    "[...document.querySelectorAll('table.grid a.name')].map((link) => link.title).join(' ')";

#[test]
fn runs_are_searched_sorted_and_grouped_and_the_address_remembers() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, list) = seeds();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/runs"));
    browser.wait("all runs", &format!("{ROWS} === {}", list.len()));
    let row = browser.text("table.grid tbody tr[aria-rowindex]");
    assert!(
        row.contains("CartPole-v1") && row.contains("finished"),
        "{row}"
    );

    browser.keys("/");
    browser.keys("seed:2 set:ppo.learning_rate=0.001");
    browser.wait("one run", &format!("{ROWS} === 1"));
    assert_eq!(
        browser.script(&format!("return {NAMES}")),
        json!(list[1].id)
    );
    browser.keys("x");
    let problem = "!document.querySelector('[role=alert]').classList.contains('hidden')";
    browser.script("const field = document.querySelector('input[type=search]'); field.value = 'sed:2'; field.dispatchEvent(new Event('input'));");
    browser.wait("the message", problem);
    let message = browser.text("[role=alert]");
    assert!(
        message.contains("seed"),
        "the nearest field is named: {message}"
    );
    // A refused query is the one thing here that may be on the console.
    browser.script("const field = document.querySelector('input[type=search]'); field.value = ''; field.dispatchEvent(new Event('input'));");
    browser.wait("all runs", &format!("{ROWS} === {}", list.len()));

    browser.click("table.grid th:nth-child(7) button");
    let best = &list.last().unwrap().id;
    browser.wait("the best first", &format!("{NAMES}.startsWith('{best}')"));
    browser.script("const select = document.querySelector('select[aria-label=\"Group by\"]'); select.value = 'set:ppo.learning_rate'; select.dispatchEvent(new Event('change'));");
    browser.wait(
        "heads of groups",
        "document.querySelectorAll('tr.whole').length === 3",
    );
    let address = browser.script("return location.hash");
    let address = address.as_str().unwrap();
    assert!(
        address.contains("sort=-best") && address.contains("group=set:ppo.learning_rate"),
        "{address}"
    );

    browser.open(&monitor.page(address.trim_start_matches('#')));
    browser.wait(
        "the same groups",
        "document.querySelectorAll('tr.whole').length === 3",
    );
    assert!(
        browser.text("tr.whole").contains("3 runs") || browser.text("tr.whole").contains("1 run")
    );
}

#[test]
fn of_thousands_of_runs_only_the_visible_rows_exist() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let n = 1200;
    for i in 0..n {
        runs.add(&Run {
            cycles: 2,
            seed: i,
            ..Run::new(&format!("cartpole-v1-{i:05}"))
        });
    }
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/runs?sort=id"));
    browser.wait("all runs", &format!("{ROWS} === {n}"));
    let drawn = browser.script("return document.querySelectorAll('table.grid tbody tr').length");
    assert!(drawn.as_u64().unwrap() < 80, "{drawn} rows are drawn");
    browser.script(
        "const box = document.querySelector('.scroller'); box.scrollTop = box.scrollHeight;",
    );
    browser.wait(
        "the last run",
        &format!("{NAMES}.includes('cartpole-v1-{:05}')", n - 1),
    );
    browser.assert_clean();
}

#[test]
fn selected_runs_are_tagged_and_thrown_away_and_restored() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, list) = seeds();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/runs?sort=id"));
    browser.wait("all runs", &format!("{ROWS} === {}", list.len()));
    browser.click("tr[aria-rowindex='2'] input");
    browser.click("tr[aria-rowindex='3'] input");
    browser.wait(
        "two selected",
        "document.querySelector('.bulk')?.innerText.includes('2 runs selected')",
    );

    browser.script("[...document.querySelectorAll('.bulk button')].find((button) => button.textContent === 'Tag …').click()");
    browser.wait("the question", "document.activeElement.id === 'ask'");
    browser.keys("paper\u{e007}");
    browser.wait("tags", "document.querySelectorAll('tr .chip').length === 2");
    assert_eq!(browser.text("tr .chip"), "paper");

    browser.script("[...document.querySelectorAll('.bulk button')].find((button) => button.textContent === 'Move to trash').click()");
    browser.wait("two fewer", &format!("{ROWS} === {}", list.len() - 2));
    assert!(runs.path(&list[0].id).is_dir(), "nothing is removed");
    browser.open(&monitor.page("/runs?q=is:trashed"));
    browser.wait("the trash", &format!("{ROWS} === 2"));
    browser.click("tr[aria-rowindex='2'] input");
    browser.wait(
        "one selected",
        "document.querySelector('.bulk')?.innerText.includes('1 run selected')",
    );
    browser.script("[...document.querySelectorAll('.bulk button')].find((button) => button.textContent === 'Restore').click()");
    browser.wait("one fewer", &format!("{ROWS} === 1"));
    browser.assert_clean();
}

#[test]
fn an_empty_folder_says_what_to_do() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/runs"));
    browser.wait("the hint", "document.querySelector('.empty pre')");
    assert!(browser.text(".empty").contains("run --task CartPole-v1"));
    // It appears by itself.
    runs.add(&Run::new("cartpole-v1-first"));
    browser.wait(
        "the first run",
        &format!("{ROWS} === 1 && {NAMES} === 'cartpole-v1-first'"),
    );
    browser.assert_clean();
}
