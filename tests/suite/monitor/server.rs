//! The real `angora-host monitor` over a folder of runs.

use angora_tests::Host;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// A monitor that runs.
pub struct Monitor {
    process: Child,
    /// Address of the page, with a slash at the end.
    pub address: String,
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
        let mut process = host
            .command(words)
            .arg("--no-browser")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the monitor starts");
        let output = process.stdout.take().expect("its output");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines
            .find_map(|line| {
                let words = line.split_whitespace();
                words
                    .map(str::to_owned)
                    .find(|word| word.starts_with("http://"))
            })
            .expect("the monitor says its address");
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    /// Address of a view: what comes after `#`.
    pub fn page(&self, view: &str) -> String {
        format!("{}#{view}", self.address)
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
