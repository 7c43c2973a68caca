//! Films: of the episodes that an evaluation plays, of the right length, and of what there is to
//! see.

mod film;
mod window;

use angora_tests::{Host, Outcome};
use film::Film;
use serde_json::Value;

/// Observes; what it reports.
fn observe(host: &Host, arguments: &[&str]) -> Value {
    let outcome = call(host, arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn call(host: &Host, arguments: &[&str]) -> Outcome {
    host.call_in(
        &[("LP_NUM_THREADS", "0")],
        &[&["observe", "--json"], arguments].concat(),
    )
}

/// Pictures of something, each other than the one before.
fn check(film: &Film, (width, height): (usize, usize), frames: usize, seconds: f64) {
    assert_eq!((film.width, film.height), (width, height));
    assert_eq!(film.frames.len(), frames);
    assert!(
        (film.seconds - seconds).abs() < 0.01 * frames as f64 * 0.1,
        "{} s",
        film.seconds
    );
    for frame in 0..frames {
        let black = film.part(frame, |pixel| pixel.iter().all(|&value| value < 16));
        assert!(black < 0.9, "picture {frame} is black");
    }
    for frame in 1..frames {
        assert!(
            film.difference(frame - 1, frame) > 0.001,
            "picture {frame} stands still"
        );
    }
    assert!(film.difference(0, frames - 1) > 0.5);
}

#[test]
fn films_of_a_run_show_the_episodes_of_its_evaluation() {
    let host = Host::new();
    let run = ["run", "--quiet", "--task", "Reach-v1", "--cycles", "1"];
    let small = ["--horizon", "64", "--environments", "8"];
    let outcome = host.call(&[&run[..], &small].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let evaluated = host.call(&["evaluate", "--json", "-n", "1"]);
    let evaluated: Value = serde_json::from_str(&evaluated.stdout).unwrap();

    let size = ["--size", "96x64"];
    let report = observe(
        &host,
        &[&["-n", "1", "--viewpoint", "hand_topdown"][..], &size].concat(),
    );
    assert_eq!(
        report["episodes"][0]["episode_return"],
        evaluated["returns"][0]
    );
    assert_eq!(report["episodes"][0]["steps"], 100);
    let path = "videos/cycle-000001-seed-1-hand_topdown.mp4";
    let named = report["films"][0]["path"].as_str().unwrap();
    assert!(named.ends_with(path), "{named}");
    let film = film::mp4(&host.only_run("runs").join(path));
    check(&film, (96, 64), 100, 2.0);

    let again = call(
        &host,
        &[&["-n", "1", "--viewpoint", "hand_topdown"][..], &size].concat(),
    );
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("add --overwrite"), "{}", again.stderr);
}

#[test]
fn several_viewpoints_lie_side_by_side_in_one_film() {
    let host = Host::new();
    let scene = [
        "--task",
        "HalfCheetah-v5",
        "--sampled",
        "-n",
        "2",
        "--max-steps",
        "5",
    ];
    let shape = [
        "--format", "gif", "--size", "64x48", "--grid", "--to", "here", "--name", "all",
    ];
    let viewpoints = [
        "--viewpoint",
        "side",
        "--viewpoint",
        "front",
        "--viewpoint=30,-20,3",
    ];
    let report = observe(&host, &[&scene[..], &shape, &viewpoints].concat());
    assert_eq!(report["run"], Value::Null);
    assert_eq!(report["films"][0]["frames"], 10);
    let film = film::gif(&host.folder().join("here/all-grid.gif"));
    check(&film, (128, 96), 10, 0.5);
    // What no viewpoint fills is black.
    let corner = &film.frames[0][3 * (128 * 95 + 127)..];
    assert!(corner.iter().all(|&value| value < 8));
}

/// The goals of the fingers are green, and a brain does not see them.
#[test]
fn ghosts_of_goals_are_shown_unless_the_scene_is_bare() {
    let host = Host::new();
    let scene = ["--task", "Reach-v1", "-n", "1", "--max-steps", "2"];
    let shape = ["--viewpoint", "over", "--size", "128x128", "--to", "."];
    let green = |[red, green, blue]: [u8; 3]| i16::from(green) > i16::from(red.max(blue)) + 25;
    let part = |name: &str, more: &[&str]| {
        observe(
            &host,
            &[&scene[..], &shape, &["--name", name], more].concat(),
        );
        let film = film::mp4(&host.folder().join(format!("{name}-over.mp4")));
        film.part(0, green)
    };
    let (dressed, bare) = (part("dressed", &[]), part("bare", &["--bare"]));
    assert!(dressed > 0.002 && bare < 0.0005, "{dressed} {bare}");
}

#[test]
fn what_cannot_be_filmed_is_said() {
    let host = Host::new();
    for (arguments, code, said) in [
        (
            vec!["--task", "CartPole-v1"],
            1,
            "the task CartPole-v1 steps itself, and the host has no picture of it",
        ),
        (
            vec!["--task", "HalfCheetah-v5", "--viewpoint", "sid"],
            2,
            "there is no camera \"sid\"; did you mean side?",
        ),
        (
            vec!["--task", "HalfCheetah-v5", "--size", "65x48"],
            2,
            "expected WIDTHxHEIGHT, even numbers",
        ),
        (
            vec!["latest", "--task", "HalfCheetah-v5"],
            2,
            "cannot be used with",
        ),
        (vec!["--body", "shadow-hand"], 2, "--task"),
        (vec!["nothing-here"], 1, "nothing-here"),
    ] {
        let outcome = call(&host, &arguments);
        assert_eq!(
            outcome.code,
            Some(code),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    let listed = observe(&host, &["--task", "Reach-v1", "--list-viewpoints"]);
    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(names[..3], ["over", "hand_angled", "hand_side"]);
}
