//! The brain of a run.

use super::{Browser, Monitor, Run, Runs};

#[test]
fn the_graph_its_regions_and_their_norms_are_shown() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    runs.add(&Run::new("cartpole-v1-brain"));
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/brain/cartpole-v1-brain"));
    browser.wait(
        "the picture",
        "document.querySelector('.brain-picture img')?.naturalWidth > 100",
    );
    let table = browser.text("table.plain");
    for word in ["policy", "value", "policy_head", "value_head", "4,480"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    browser.click("summary");
    assert!(
        browser.text("details[open]").contains("dense"),
        "{}",
        browser.text("details")
    );
    browser.script("document.querySelector('figure.chart').scrollIntoView()");
    browser.wait(
        "norms",
        "document.querySelectorAll('figure.chart[data-end]').length === 2",
    );
    assert!(browser.text("ul.legend").contains("policy"));
    browser.assert_clean();
}
