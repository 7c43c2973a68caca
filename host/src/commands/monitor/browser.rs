//! Opening a browser. Its arguments are public on this machine, so that they name a file which only
//! its owner can read, and which leads on to the address with the token.

use angora_monitor::server::random_token;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// The file that leads to the pages; removed when it is dropped.
pub(super) struct Doorway(PathBuf);

impl Doorway {
    /// Writes the file, and opens a browser on it.
    ///
    /// # Errors
    /// There is no folder to write it to, or no browser.
    pub fn open(url: &str) -> io::Result<Self> {
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let folder = folder.filter(|folder| folder.is_dir());
        let folder = folder.unwrap_or_else(std::env::temp_dir);
        let path = folder.join(format!("angora-monitor-{}.html", random_token()));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let doorway = Self(path);
        write!(
            file,
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Angora</title>\
            <meta name=\"referrer\" content=\"no-referrer\">\
            <meta http-equiv=\"refresh\" content=\"0; url={url}\">\
            <p>The monitor is <a href=\"{url}\">here</a>.</p></html>"
        )?;
        open::that_detached(&doorway.0)?;
        Ok(doorway)
    }
}

impl Drop for Doorway {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Whether a browser opened here would be seen.
pub(super) fn is_there() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let remote = set("SSH_CONNECTION") || set("SLURM_JOB_ID");
    !remote && (cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY"))
}
