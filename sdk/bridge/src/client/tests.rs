//! Servers end with their client, however that ends.

use super::Client;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// In a process that is to be killed: how many servers it starts.
const SERVERS: &str = "ANGORA_TEST_SERVERS";

/// A server that never reads again, and has started a process of its own.
fn server() -> Client {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "sleep 1000 & echo $$ $! >&2; exec sleep 1000"]);
    Client::start(command, b"").expect("it starts")
}

/// Not a test of its own: the process that `orphans` kills.
#[test]
fn servers_of_a_process_that_is_killed() {
    let Ok(servers) = std::env::var(SERVERS) else {
        return;
    };
    let servers: usize = servers.parse().expect("a number");
    let clients: Vec<Client> = (0..servers).map(|_| server()).collect();
    for client in &clients {
        println!("group {}", client.child.id());
    }
    println!("ready");
    loop {
        std::thread::sleep(Duration::from_secs(1000));
    }
}

/// Processes of a group, zombies left out.
fn alive(group: u32) -> usize {
    let processes = std::fs::read_dir("/proc").expect("Linux").flatten();
    let stats = processes.filter_map(|p| std::fs::read_to_string(p.path().join("stat")).ok());
    let fields = stats.filter_map(|stat| {
        let rest = stat.rsplit_once(')')?.1.trim_start().to_owned();
        let mut words = rest.split(' ');
        let state = words.next()?.to_owned();
        let group: u32 = words.nth(1)?.parse().ok()?;
        Some((state, group))
    });
    let mut n = 0;
    for (state, of) in fields {
        n += usize::from(of == group && state != "Z");
    }
    n
}

#[track_caller]
fn vanish(groups: &[u32]) {
    let begun = Instant::now();
    while groups.iter().any(|group| alive(*group) > 0) {
        assert!(begun.elapsed() < Duration::from_secs(60), "they live on");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// As often as `ANGORA_TEST_KILLS` says.
#[test]
fn no_server_outlives_a_killed_process() {
    if !Path::new("/proc/self/stat").exists() {
        return;
    }
    let kills = std::env::var("ANGORA_TEST_KILLS").ok();
    for _ in 0..kills.and_then(|n| n.parse().ok()).unwrap_or(7) {
        let program = std::env::current_exe().expect("this program");
        let mut parent = Command::new(program)
            .args([
                "--exact",
                "client::tests::servers_of_a_process_that_is_killed",
            ])
            .arg("--nocapture")
            .env(SERVERS, "3")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(parent.stdout.take().expect("a pipe")).lines();
        let said = said
            .map_while(Result::ok)
            .take_while(|line| line != "ready");
        let groups: Vec<u32> = said
            .filter_map(|line| line.split_once("group ")?.1.trim().parse().ok())
            .collect();
        assert_eq!(groups.len(), 3);
        assert!(groups.iter().all(|group| alive(*group) > 0));
        parent.kill().expect("SIGKILL");
        parent.wait().expect("it ends");
        vanish(&groups);
    }
}

#[test]
fn what_a_server_has_started_ends_with_its_client() {
    if !Path::new("/proc/self/stat").exists() {
        return;
    }
    let client = server();
    let group = client.child.id();
    drop(client);
    vanish(&[group]);
}
