//! Writing, resuming and checking metrics.

use super::*;
use std::io::Write;

fn report(cycle: u64) -> CycleReport {
    let mut report = CycleReport {
        cycle,
        ..CycleReport::default()
    };
    report.push("train/loss", 0.5);
    report
}

fn written(path: &Path, cycles: std::ops::RangeInclusive<u64>) {
    let mut sink = Jsonl::open(path, cycles.start() - 1).expect("opens");
    for cycle in cycles {
        sink.write(&report(cycle)).expect("writes");
    }
}

fn append(path: &Path, text: &str) {
    let file = OpenOptions::new().append(true).create(true).open(path);
    let mut file = file.expect("opens");
    file.write_all(text.as_bytes()).expect("writes");
}

fn cycles(path: &Path) -> Vec<(u64, u64)> {
    let text = std::fs::read_to_string(path).expect("reads");
    let line = |line: &str| {
        let line = parse(line.as_bytes()).expect("a whole line");
        let number = |name: &str| line[name].as_u64().expect("a number");
        (number("cycle"), number("segment"))
    };
    text.lines().map(line).collect()
}

#[test]
fn lines_after_the_checkpoint_are_removed_and_the_segment_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    written(&path, 1..=3);
    append(&path, "{\"cycle\":4,\"seg");
    let mut sink = Jsonl::open(&path, 2).expect("opens again");
    assert_eq!((sink.segment(), sink.last_cycle()), (1, 2));
    sink.write(&report(3)).expect("writes");
    assert_eq!(cycles(&path), [(1, 0), (2, 0), (3, 1)]);
    let last = last_line(&path).expect("there is one");
    assert_eq!((&last["cycle"], &last["segment"]), (&3.into(), &1.into()));
    assert_eq!(inspect(&path).expect("reads"), Flaws::default());
}

/// CRC-32C of `{"cycle":1,"segment":0,"train/loss":0.5`, by another implementation (Python, table
/// of the polynomial 0x82F63B78).
#[test]
fn a_line_has_the_check_of_what_is_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    written(&path, 1..=1);
    let text = std::fs::read_to_string(&path).expect("reads");
    let expected = "{\"cycle\":1,\"segment\":0,\"train/loss\":0.5,\"crc32c\":\"fbfe1682\"}\n";
    assert_eq!(text, expected);
}

#[test]
fn files_of_older_versions_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    append(
        &path,
        "{\"cycle\":1,\"segment\":0}\n{\"cycle\":2,\"segment\":0}\n",
    );
    assert_eq!(inspect(&path).expect("reads"), Flaws::default());
    written(&path, 3..=4);
    assert_eq!(cycles(&path), [(1, 0), (2, 0), (3, 1), (4, 1)]);
    assert_eq!(inspect(&path).expect("reads"), Flaws::default());
}

/// Each byte of a file is changed or lost in turn: no damage goes unnoticed, but for one that
/// leaves a file as it was before its last line was whole.
#[test]
fn any_damage_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    written(&path, 1..=4);
    let whole = std::fs::read(&path).expect("reads");
    let last = whole.len() - 1;
    for at in 0..last {
        for change in [Some(whole[at] ^ 1), Some(b' '), None] {
            if change == Some(whole[at]) {
                continue;
            }
            let mut bytes = whole.clone();
            bytes.splice(at..=at, change);
            std::fs::write(&path, &bytes).expect("writes");
            let flaws = inspect(&path).expect("reads");
            assert!(flaws.count > 0, "byte {at} as {change:?}");
        }
    }
}

#[test]
fn flaws_are_named_by_line_and_cycle() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    written(&path, 1..=6);
    let text = std::fs::read_to_string(&path).expect("reads");
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    lines.drain(1..3);
    lines[2].replace_range(20..25, "xxxxx");
    std::fs::write(&path, lines.concat()).expect("writes");
    let flaws = inspect(&path).expect("reads");
    assert_eq!(
        flaws.sentence("metrics.jsonl").as_deref(),
        Some(
            "metrics.jsonl: cycles 2 to 3 are missing before line 2; line 3 is damaged; cycle 5 is missing before line 4"
        )
    );
}

/// Of a file of which only the end may be read: what is before is no file at all.
#[test]
fn only_the_end_is_read_when_a_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    // 1 TiB that takes no room.
    let file = std::fs::File::create(&path).expect("makes");
    file.set_len(1 << 40).expect("grows");
    append(
        &path,
        "\n{\"cycle\":8,\"segment\":2}\n{\"cycle\":9,\"segment\":2}\n",
    );
    let sink = Jsonl::open(&path, 8).expect("opens");
    assert_eq!((sink.segment(), sink.last_cycle()), (3, 8));
}
