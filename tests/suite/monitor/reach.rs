//! Every page by keyboard, on a phone, in the dark.

use super::folder::record;
use super::{Browser, Monitor, seeds};
use serde_json::{Value, json};

/// Every page over these runs, with what shows that it is drawn.
fn pages(ids: &[String]) -> Vec<(String, &'static str)> {
    let id = &ids[0];
    vec![
        (
            "/runs".into(),
            "document.querySelector('table.grid a.name')",
        ),
        (
            format!("/run/{id}"),
            "document.querySelector('figure.chart[data-end]')",
        ),
        (
            format!("/run/{id}/settings"),
            "document.querySelector('table.plain')",
        ),
        (
            format!("/run/{id}/files"),
            "document.querySelector('table.plain')",
        ),
        (
            format!("/run/{id}/log"),
            "document.querySelector('tr.level-warning')",
        ),
        (
            format!("/run/{id}/notes"),
            "document.getElementById('note')",
        ),
        (
            format!("/compare?runs={}", ids.join(",")),
            "document.querySelector('figure.chart[data-end]') && document.querySelector('.scatter circle')",
        ),
        (
            "/groups".into(),
            "document.querySelector('ul.legend li') && document.querySelector('.verdict')",
        ),
        (
            format!("/brain/{id}"),
            "document.querySelector('.brain-picture img')?.naturalWidth > 0 && document.querySelector('table.plain')",
        ),
        (
            format!("/replay/{id}"),
            "document.querySelector('figure.track canvas')",
        ),
    ]
}

#[test]
fn every_page_fits_a_phone_and_a_small_laptop_light_and_dark() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, list) = seeds();
    record(&runs.path(&list[3].id), "best-seed-1");
    let monitor = Monitor::start(&runs.host);
    let ids: Vec<String> = list[3..6].iter().map(|run| run.id.clone()).collect();
    for (width, height) in [(390, 844), (1024, 768)] {
        browser.size(width, height);
        for (view, drawn) in pages(&ids) {
            browser.open(&monitor.page(&view));
            browser.wait(&view, drawn);
            let (wide, name) = (
                browser.script("return document.documentElement.scrollWidth"),
                format!("{view} at {width}"),
            );
            assert!(
                wide.as_u64().unwrap() <= u64::from(width),
                "{name} scrolls sideways: {wide}"
            );
        }
    }
    let ground = "getComputedStyle(document.documentElement).backgroundColor";
    let light = browser.script(&format!("return {ground}"));
    browser.prefer_dark(true);
    let dark = browser.script(&format!("return {ground}"));
    assert_ne!(light, dark, "the system's choice is followed");
    browser.click("button[title='Light or dark']");
    browser.script("[...document.querySelectorAll('.sheet button')].find((button) => button.textContent.includes('light')).click()");
    assert_eq!(
        browser.script(&format!("return {ground}")),
        light,
        "the reader's choice wins"
    );
    browser.assert_clean();
}

#[test]
fn the_keyboard_reaches_everything() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (runs, list) = seeds();
    record(&runs.path(&list[3].id), "best-seed-1");
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/runs?sort=id"));
    browser.wait(
        "the table",
        "document.querySelectorAll('table.grid a.name').length === 7",
    );
    browser.keys("?");
    browser.wait("the help", "document.querySelector('dialog[open]')");
    assert!(browser.text("dialog").contains("search the runs"));
    browser.keys("\u{e00c}");
    browser.wait("it is closed", "!document.querySelector('dialog')");
    // Tab comes to the table; arrows, Space and Enter work in it.
    for _ in 0..40 {
        browser.keys("\u{e004}");
        if browser.script("return document.activeElement.classList.contains('scroller')")
            == Value::Bool(true)
        {
            break;
        }
    }
    let outline = browser.script("return getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, json!("solid"), "the focus is seen");
    browser.keys("\u{e015}\u{e015} ");
    browser.wait(
        "a selected run",
        "document.querySelectorAll('tr[aria-selected=true]').length === 1",
    );
    browser.keys("\u{e007}");
    browser.wait(
        "the second run",
        &format!(
            "location.hash === '#/run/{}' && document.querySelector('figure.chart[data-end]')",
            list[1].id
        ),
    );

    // A chart is read and zoomed without a mouse.
    browser.script("document.querySelector('.plot').focus()");
    browser.keys("\u{e012}\u{e012}");
    browser.wait(
        "a value with its place",
        "document.querySelector('figure.chart .now').textContent.includes(' at ')",
    );
    browser.keys("+");
    let end = browser.wait(
        "a nearer view",
        "document.querySelector('figure.chart').dataset.end",
    );
    browser.keys("0");
    assert!(!end.is_null());

    // Whatever can be reached has a name.
    let ids: Vec<String> = list[3..5].iter().map(|run| run.id.clone()).collect();
    for (view, drawn) in pages(&ids) {
        browser.open(&monitor.page(&view));
        browser.wait(&view, drawn);
        let nameless = browser.script(
            "return [...document.querySelectorAll('button, a, input, select, textarea, [tabindex=\"0\"]')].filter((element) => {
               const label = element.closest('label') ?? (element.id && document.querySelector(`label[for='${element.id}']`));
               return !(element.getAttribute('aria-label') || element.textContent.trim() || element.title || label?.textContent.trim());
             }).map((element) => element.outerHTML.slice(0, 120))",
        );
        assert_eq!(nameless, json!([]), "{view}");
    }
    browser.assert_clean();
}
