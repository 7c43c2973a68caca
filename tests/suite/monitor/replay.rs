//! A recorded episode, drawn.

use super::folder::record;
use super::{Browser, Monitor, Run, Runs};

/// Goes to a step and gives the number of red pixels (the rod) in the left and right half.
fn red(browser: &Browser, step: u32) -> (u64, u64) {
    let counts = browser.eventually(&format!(
        "const range = document.querySelector('.scrubber');
         range.value = {step};
         range.dispatchEvent(new Event('input'));
         // In the frame in which it is drawn: afterwards the buffer is empty.
         await new Promise(requestAnimationFrame);
         const source = document.querySelector('.stage canvas');
         const copy = document.createElement('canvas');
         [copy.width, copy.height] = [source.width, source.height];
         const context = copy.getContext('2d');
         context.drawImage(source, 0, 0);
         const {{ data }} = context.getImageData(0, 0, copy.width, copy.height);
         const counts = [0, 0];
         for (let i = 0; i < data.length; i += 4) if (data[i] > 90 && data[i] > 2 * data[i + 1]) counts[(i / 4) % copy.width < copy.width / 2 ? 0 : 1] += 1;
         return counts;"
    ));
    let count = |i: usize| counts[i].as_u64().unwrap_or_else(|| panic!("{counts}"));
    (count(0), count(1))
}

#[test]
fn bodies_rewards_touch_and_activity_move_on_one_scrubber() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    let run = runs.add(&Run::new("cartpole-v1-recorded"));
    record(&run, "best-seed-1");
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/replay/cartpole-v1-recorded"));
    browser.wait("the scene", "document.querySelector('.stage canvas')");
    browser.wait(
        "the tracks",
        "document.querySelectorAll('figure.track').length === 4",
    );
    let tracks = browser.text(".tracks");
    for word in [
        "Reward terms",
        "turn",
        "effort",
        "Sense: touch",
        "Activity by region",
        "policy",
    ] {
        assert!(tracks.contains(word), "{word}: {tracks}");
    }
    let (left, right) = red(&browser, 0);
    assert!(
        left > 500 && right > 500,
        "the rod lies across: {left}, {right}"
    );
    // A quarter of a turn on, it points away from the camera.
    let (far_left, far_right) = red(&browser, 13);
    assert!(
        far_left + far_right > 300 && far_left + far_right < left + right - 500,
        "{far_left}, {far_right}"
    );

    let head = "parseFloat(document.querySelector('figure[data-track=reward_terms] .head-line').style.left)";
    let before = browser.script(&format!("return {head}")).as_f64().unwrap();
    browser.script("document.activeElement.blur()");
    browser.keys("\u{e014}\u{e014}");
    browser.wait(
        "two steps on",
        "document.querySelector('.scrubber').value === '15'",
    );
    assert!(browser.script(&format!("return {head}")).as_f64().unwrap() > before);
    // Slowly, or a busy machine meets its end.
    browser.script("const select = document.querySelector('select[aria-label=Speed]'); select.value = '0.1'; select.dispatchEvent(new Event('change'));");
    browser.keys(" ");
    browser.wait(
        "it plays",
        "Number(document.querySelector('.scrubber').value) > 18",
    );
    browser.keys(" ");
    let at = browser.script("return document.querySelector('.scrubber').value");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(
        browser.script("return document.querySelector('.scrubber').value"),
        at,
        "it rests"
    );

    browser.script("const select = document.querySelector('select[aria-label=Episode]'); select.value = '1'; select.dispatchEvent(new Event('change'));");
    browser.wait(
        "the other episode",
        "document.querySelector('.controls').innerText.includes('ended by the task')",
    );
    assert!(
        browser
            .script("return location.hash")
            .as_str()
            .unwrap()
            .contains("episode=1")
    );
    browser.assert_clean();
}

#[test]
fn a_damaged_recording_and_none_at_all_are_said() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = Runs::new();
    runs.add(&Run::new("cartpole-v1-bare"));
    let run = runs.add(&Run::new("cartpole-v1-cut"));
    record(&run, "cut");
    let file = run.join("recordings/cut/episode-000.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let monitor = Monitor::start(&runs.host);
    browser.open(&monitor.page("/replay/cartpole-v1-bare"));
    browser.wait("what to do", "document.querySelector('.empty pre')");
    assert!(browser.text(".empty").contains("record cartpole-v1-bare"));
    browser.open(&monitor.page("/replay/cartpole-v1-cut"));
    browser.wait("what is wrong", "document.querySelector('.empty')");
    assert!(
        browser.text(".empty").contains("cut off"),
        "{}",
        browser.text(".empty")
    );
}
