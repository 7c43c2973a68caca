//! A window, on a display in memory.

use angora_tests::Host;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// A display whose pixels lie in a file; a pointer and a keyboard for it.
struct Display {
    server: Child,
    name: String,
    folder: TempDir,
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Display {
    /// Says that the test is left out where there is none.
    fn open() -> Option<Self> {
        let there = |name: &&str| {
            let found = Command::new("which").arg(name).output();
            found.is_ok_and(|found| found.status.success())
        };
        if !["Xvfb", "xdotool"].iter().all(there) {
            println!("skipped: there is no Xvfb or no xdotool to try the window with");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let screen = format!("{WIDTH}x{HEIGHT}x24");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
            .args([&screen, "-fbdir"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        said.read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        Some(Self {
            server,
            name,
            folder,
        })
    }

    /// Red, green and blue of each pixel, row 0 on top. The file is one of X's window dumps: a head
    /// of numbers of four bytes, a table of colours of twelve bytes each, the rows.
    fn pixels(&self) -> Vec<[u8; 3]> {
        let path: PathBuf = self.folder.path().join("Xvfb_screen0");
        let bytes = std::fs::read(path).unwrap();
        let number = |index: usize| {
            let at = bytes[4 * index..4 * index + 4].try_into().unwrap();
            u32::from_be_bytes(at) as usize
        };
        let (head, stride, colours) = (number(0), number(12), number(19));
        assert_eq!((number(4), number(5), number(11)), (WIDTH, HEIGHT, 32));
        let first = head + 12 * colours;
        let rows = bytes[first..].chunks_exact(stride).take(HEIGHT);
        let pixels = rows.flat_map(|row| row[..4 * WIDTH].chunks_exact(4));
        pixels.map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect()
    }

    /// Part of the display that is not black.
    fn lit(&self) -> f64 {
        let pixels = self.pixels();
        let lit = pixels.iter().filter(|&&pixel| pixel != [0; 3]).count();
        lit as f64 / pixels.len() as f64
    }

    /// Waits until the pixels are as expected.
    fn wait_for(&self, what: &str, expected: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !expected(self) {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Whether nothing changes for a while.
    fn stands(&self) -> bool {
        let before = self.pixels();
        std::thread::sleep(Duration::from_millis(500));
        self.pixels() == before
    }

    fn xdotool(&self, words: &str) {
        let mut command = Command::new("xdotool");
        command.args(words.split(' ')).env("DISPLAY", &self.name);
        assert!(command.status().unwrap().success(), "{words}");
    }
}

const SCENE: [&str; 9] = [
    "observe",
    "--json",
    "--task",
    "HalfCheetah-v5",
    "--sampled",
    "--window",
    "--size",
    "160x120",
    "--viewpoint=90,-20,3",
];

#[test]
fn a_window_shows_the_episodes_until_it_is_closed() {
    let Some(display) = Display::open() else {
        return;
    };
    let host = Host::new();
    let variables = [("DISPLAY", display.name.as_str()), ("LP_NUM_THREADS", "0")];
    let mut command = host.command(&[&SCENE[..], &["-n", "1000", "--max-steps", "7"]].concat());
    let shown = command.envs(variables).stdout(Stdio::piped());
    let shown = shown.stderr(Stdio::piped()).spawn().unwrap();

    // The window has a quarter of the display, and nothing else is there.
    display.wait_for("a picture", |display| display.lit() > 0.15);
    assert!(display.lit() < 0.26, "{}", display.lit());
    display.wait_for("another picture", |display| !display.stands());

    // What stands does so because of the key: it moves again after the next.
    display.xdotool("mousemove 160 120 key space");
    display.wait_for("a pause", Display::stands);
    let before = display.pixels();
    display.wait_for("a turn", |display| {
        // A hand takes its time too.
        display.xdotool("mousemove 160 120 mousedown 1 sleep 0.3 mousemove 190 125 sleep 0.3");
        display.xdotool("mouseup 1");
        display.pixels() != before
    });
    display.wait_for("a pause after the turn", Display::stands);
    display.xdotool("key space");
    display.wait_for("no pause", |display| !display.stands());

    display.xdotool("key Escape");
    let outcome = host.finish(shown);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["films"], Value::Array(vec![]));
    let episodes = report["episodes"].as_array().unwrap();
    assert!(!episodes.is_empty() && episodes.len() < 1000);
    assert!(episodes.iter().all(|episode| episode["steps"] == 7));

    // They are the episodes of the films.
    let film = host.call_in(
        &[("LP_NUM_THREADS", "0")],
        &[
            "observe",
            "--json",
            "--task",
            "HalfCheetah-v5",
            "--sampled",
            "-n",
            "1",
            "--max-steps",
            "7",
        ],
    );
    assert_eq!(film.code, Some(0), "{}", film.stderr);
    let film: Value = serde_json::from_str(&film.stdout).unwrap();
    assert_eq!(film["episodes"][0], episodes[0]);
}

#[test]
fn without_a_display_there_is_no_window() {
    let host = Host::new();
    let outcome = host.call_in(&[("DISPLAY", "")], &[&SCENE[..], &["-n", "1"]].concat());
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let said = "a window needs a display";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    let both = [&SCENE[..], &["--format", "gif"]].concat();
    assert_eq!(host.call(&both).code, Some(2));
}
