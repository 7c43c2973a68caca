//! Seeds of one setting together.

use super::{Browser, Monitor, seeds};

#[test]
fn three_seeds_have_a_band_and_one_has_none() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, _) = seeds();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/groups"));
    browser.wait(
        "three groups",
        "document.querySelectorAll('figure[data-chart=bands] ul.legend li').length === 3",
    );
    let legend = browser.script("return [...document.querySelectorAll('ul.legend li')].map((entry) => entry.innerText.replace(/\\s+/g, ' '))");
    for entry in legend.as_array().unwrap() {
        let text = entry.as_str().unwrap();
        let band = text.contains('[');
        if text.contains("n = 3") {
            assert!(band, "{text}");
        } else {
            assert!(text.contains("n = 1") && !band, "{text}");
        }
    }
    assert!(browser.text("figure[data-chart=bands]").contains("no band"));
    browser.click("button[data-value=iqm]");
    browser.wait(
        "the interquartile mean",
        "document.querySelector('figure[data-chart=bands]').innerText.includes('interquartile')",
    );
    browser.assert_clean();
}

#[test]
fn two_groups_are_tested_against_each_other_in_words() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, _) = seeds();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/groups"));
    browser.wait("a verdict", "document.querySelector('.verdict')");
    let verdict = browser.text(".verdict");
    // By 60: the second is 20 higher for each place in the list, three places on.
    assert!(
        verdict.contains("is higher") && verdict.contains("95 % interval"),
        "{verdict}"
    );
    let page = browser.text("#main");
    assert!(
        page.contains("Paired t-test") && page.contains("Welch") && page.contains("3 pairs"),
        "{page}"
    );
    browser.assert_clean();
}
