//! The token of the real monitor: who needs it, and where it never shows.

use super::{Browser, Monitor, Run, Runs};
use angora_tests::Host;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

fn runs() -> Runs {
    let runs = Runs::new();
    runs.add(&Run::new("cartpole-v1-one"));
    runs
}

/// Status and text of an answer.
fn ask(monitor: &Monitor, method: &str, target: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", monitor.port())).expect("connects");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a limit");
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).expect("writes");
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.unwrap_or(0), text)
}

/// A monitor that makes up its token.
fn alone(host: &Host) -> Command {
    let mut command = host.command(&["monitor", "runs", "--port", "0"]);
    command
        .env_remove("ANGORA_MONITOR_TOKEN")
        .env_remove("SSH_CONNECTION");
    command
}

fn bearer(monitor: &Monitor) -> String {
    let token = monitor.token.strip_prefix("?token=").expect("a token");
    assert!(token.len() >= 32, "{token}");
    format!("authorization: Bearer {token}\r\n")
}

#[test]
fn in_sessions_on_shared_machines_reading_needs_the_link() {
    let runs = runs();
    for variable in ["SSH_CONNECTION", "SLURM_JOB_ID"] {
        let mut command = alone(&runs.host);
        command
            .arg("--no-browser")
            .env(variable, "10.0.0.1 50000 10.0.0.2 22");
        let monitor = Monitor::spawn(&mut command);
        for target in ["/", "/api/overview", "/api/events", "/app.js"] {
            let (status, text) = ask(&monitor, "GET", target, "");
            assert_eq!(status, 401, "{variable}: {target}");
            assert!(!text.contains("cartpole"), "{text}");
        }
        let (status, text) = ask(&monitor, "GET", "/api/overview", &bearer(&monitor));
        assert_eq!(status, 200);
        assert!(text.contains("cartpole-v1-one"), "{text}");
    }
}

#[test]
fn nobody_writes_without_the_link() {
    let runs = runs();
    let monitor = Monitor::spawn(alone(&runs.host).arg("--no-browser"));
    let target = "/api/runs/cartpole-v1-one/marks";
    let headers = "content-type: application/json\r\ncontent-length: 16\r\n";
    let (status, text) = ask(&monitor, "POST", target, headers);
    assert_eq!(status, 401, "{text}");
    assert!(!runs.host.folder().join("runs/.labels").exists());
}

#[test]
fn a_token_is_read_from_a_private_file_only() {
    let runs = runs();
    let file = runs.host.folder().join("token");
    std::fs::write(&file, "a-token-of-this-lab\n").expect("writes");
    let command = || {
        let mut command = alone(&runs.host);
        command.args(["--no-browser", "--token-file", "token"]);
        command
    };
    for mode in [0o644, 0o620, 0o604] {
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).expect("sets");
        let output = command().output().expect("starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains(&format!("mode {mode:o}")) && said.contains("chmod 600 token"),
            "{said}"
        );
        assert!(!said.contains("a-token-of-this-lab"), "{said}");
    }
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).expect("sets");
    let monitor = Monitor::spawn(&mut command());
    assert_eq!(monitor.token, "?token=a-token-of-this-lab");
    assert_eq!(ask(&monitor, "GET", "/api/session", "").0, 401);
}

#[test]
fn the_token_is_in_nobodys_arguments() {
    let runs = runs();
    let folder = runs.host.folder();
    let bin = folder.join("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    let opener = bin.join("xdg-open");
    // A browser that notes what it was given.
    let script = "#!/bin/sh\nstat -c %a \"$1\" > ../seen.partial\necho \"$@\" >> ../seen.partial\n\
        cat \"$1\" >> ../seen.partial\nmv ../seen.partial ../seen\n";
    std::fs::write(&opener, script.replace("..", &folder.display().to_string())).expect("writes");
    std::fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).expect("sets");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = alone(&runs.host);
    command
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("DISPLAY", ":0")
        .env_remove("XDG_RUNTIME_DIR")
        .env("TMPDIR", folder);
    let monitor = Monitor::spawn(&mut command);
    let begin = Instant::now();
    let seen = loop {
        if let Ok(text) = std::fs::read_to_string(folder.join("seen")) {
            break text;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "no browser was opened"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    let token = monitor.token.strip_prefix("?token=").expect("a token");
    let mut lines = seen.lines();
    assert_eq!(lines.next(), Some("600"), "{seen}");
    let arguments = lines.next().unwrap_or_default();
    assert!(
        arguments.contains("angora-monitor-") && !arguments.contains(token),
        "{seen}"
    );
    assert!(lines.any(|line| line.contains(&monitor.token)), "{seen}");
    let own = std::fs::read_to_string(format!("/proc/{}/cmdline", monitor.pid()));
    assert!(!own.expect("is there").contains(token));
}

#[test]
fn half_sent_requests_at_few_file_descriptors_hold_nobody_up() {
    let runs = runs();
    let plain = alone(&runs.host);
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 64; exec \"$@\"", "sh"])
        .arg(plain.get_program())
        .args(plain.get_args())
        .arg("--no-browser")
        .current_dir(runs.host.folder());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let monitor = Monitor::spawn(&mut command);
    let halves: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", monitor.port())).expect("connects");
            let _ = stream.write_all(b"GET /api/overview HTTP/1.1\r\nhost: loc");
            stream
        })
        .collect();
    for _ in 0..5 {
        let (status, text) = ask(&monitor, "GET", "/api/overview", &bearer(&monitor));
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("cartpole-v1-one"), "{text}");
    }
    drop(halves);
}

#[test]
fn a_browser_comes_in_by_a_link_and_by_a_file() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let runs = runs();
    let file = runs.host.folder().join("door.html");
    // The cookie is strict: it must arrive although another page leads to the monitor.
    for by_file in [true, false] {
        let monitor = Monitor::start(&runs.host);
        let link = monitor.page("/run/cartpole-v1-one");
        let page = format!("<meta http-equiv=\"refresh\" content=\"0; url={link}\">");
        std::fs::write(&file, page).expect("writes");
        match by_file {
            true => browser.go(&format!("file://{}", file.display())),
            false => browser.go(&link),
        }
        browser.wait("the page of the run", "document.querySelector('.run-head')");
        let address = browser.script("return location.href");
        assert_eq!(
            address.as_str(),
            Some(format!("{}#/run/cartpole-v1-one", monitor.address).as_str())
        );
    }
}
