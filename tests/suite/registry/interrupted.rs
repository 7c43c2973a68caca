//! Killed in the middle: what is installed is whole, and what is not is gone.

use super::done;
use super::fixture::{author, files, installed, publish, reader};
use super::hostile::Hostile;
use angora_tests::library;
use std::time::{Duration, Instant};

/// Killed while it waits for a file.
#[test]
fn an_installation_that_is_killed_while_it_fetches() {
    let author = author();
    let registry = author.folder().join("shared");
    publish(&author, registry.to_str().unwrap(), "reach", "1.0.0", &[]);
    let host = reader(&author, "lab");
    let server = Hostile::serve(&registry, |asked, mut answer| {
        if asked.path.contains("/blobs/") {
            answer.sent = Some(answer.body.len() / 2);
            answer.stalls = true;
        }
        answer
    });
    let place = server.registry();
    let mut child = host.start(&["plugin", "install", "lab/reach", "--registry", &place]);
    let begin = Instant::now();
    let waits = || {
        server
            .asked
            .lock()
            .unwrap()
            .iter()
            .any(|a| a.path.contains("/blobs/"))
    };
    while !waits() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not ask");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    super::fixture::assert_untouched(&host);
    assert_eq!(installed(&host), Vec::<String>::new());
}

/// Killed at every tenth of the time that it takes, while it reads, compares and writes ten
/// megabytes.
#[test]
fn an_installation_that_is_killed_at_any_time() {
    let author = author();
    let built = library("tiny-tasks").display().to_string();
    done(author.call(&["plugin", "pack", &built, "--group", "lab"]));
    let file = author.folder().join("tiny-tasks-0.1.0.angora");
    let file = file.display().to_string();
    let host = reader(&author, "lab");
    let begin = Instant::now();
    done(host.call(&["plugin", "install", &file]));
    let takes = begin.elapsed();
    let below = host.folder().join(".local/share/angora/installed");
    let whole = files(&below);
    done(host.call(&["plugin", "remove", "lab/tiny-tasks"]));
    let (mut killed, mut finished) = (0, 0);
    for tenth in 1..=11 {
        let mut child = host.start(&["plugin", "install", &file]);
        std::thread::sleep(takes * tenth / 10);
        child.kill().unwrap();
        let ended = child.wait().unwrap().success();
        // Whatever it was doing: it is wholly there, or not at all.
        match installed(&host).as_slice() {
            [] => killed += 1,
            [only] => {
                assert_eq!(only, "lab/tiny-tasks 0.1.0");
                finished += 1;
                done(host.call(&["plugin", "info", "lab/tiny-tasks"]));
                done(host.call(&["plugin", "remove", "lab/tiny-tasks"]));
            }
            more => panic!("{more:?}"),
        }
        assert!(!ended || finished > 0);
    }
    assert!(killed > 0, "it was always quicker");
    // What was left behind goes with the next one.
    done(host.call(&["plugin", "install", &file]));
    assert_eq!(files(&below), whole);
}
