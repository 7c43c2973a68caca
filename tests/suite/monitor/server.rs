//! The real `angora-host monitor` over a folder of runs.

use angora_tests::Host;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The token of these monitors, unless they make up their own.
pub const TOKEN: &str = "token-of-the-tests";

/// A monitor that runs.
pub struct Monitor {
    process: Child,
    /// Address of the page, with a slash at the end and no token.
    pub address: String,
    /// What an address needs to be opened: `?token=` and the token.
    pub token: String,
}

impl Monitor {
    /// Starts one over `runs/` of the host's folder, at any free port.
    pub fn start(host: &Host) -> Self {
        Self::start_at(host, 0)
    }

    /// The same at a port.
    pub fn start_at(host: &Host, port: u16) -> Self {
        Self::serve(host, &["monitor", "runs", "--port", &port.to_string()])
    }

    /// The same with the words of a command line; opens no browser.
    pub fn serve(host: &Host, words: &[&str]) -> Self {
        let mut command = host.command(words);
        // The same on machines that others use as well and on those that nobody else does.
        command.env("ANGORA_MONITOR_TOKEN", TOKEN);
        Self::spawn(command.arg("--no-browser"))
    }

    /// Starts a command that serves the monitor.
    pub fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the monitor starts");
        let output = process.stdout.take().expect("its output");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let link = lines
            .find_map(|line| {
                let words = line.split_whitespace();
                words
                    .map(str::to_owned)
                    .find(|word| word.starts_with("http://"))
            })
            .expect("the monitor says its address");
        std::thread::spawn(move || lines.for_each(drop));
        let (address, token) = link.split_once('?').expect("a link with a token");
        Self {
            process,
            address: address.to_owned(),
            token: format!("?{token}"),
        }
    }

    /// Number of the process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Address of a view: what comes after `#`.
    pub fn page(&self, view: &str) -> String {
        format!("{}{}#{view}", self.address, self.token)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        let digits = self.address.trim_end_matches('/').rsplit(':').next();
        digits
            .and_then(|text| text.parse().ok())
            .expect("a port number")
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
