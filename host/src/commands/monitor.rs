//! `monitor`: the pages that show runs.

use crate::args::MonitorArguments;
use crate::config::{ConfigError, Experiment, Source, reference};
use crate::error::HostError;
use angora_monitor::process;
use angora_monitor::server::{Knowledge, Options, Server, Setting, random_token};
use std::net::IpAddr;

const TOKEN: &str = "ANGORA_MONITOR_TOKEN";
/// Folder from which the pages are read at each request, for those who write them.
const PAGE: &str = "ANGORA_MONITOR_PAGE";
/// Shorter tokens can be guessed.
const SHORTEST_TOKEN: usize = 16;

/// Serves until Ctrl-C.
pub fn monitor(arguments: &MonitorArguments) -> Result<(), HostError> {
    let server = Server::bind(Options {
        folders: arguments.folders.clone(),
        bind: arguments.bind,
        port: arguments.port,
        token: token(arguments)?,
        base_path: arguments.base_path.clone(),
        hosts: arguments.allow_host.clone(),
        read_only: arguments.read_only,
        page: std::env::var_os(PAGE).map(Into::into),
        knowledge: knowledge(),
    })?;
    for folder in arguments.folders.iter().filter(|folder| !folder.is_dir()) {
        eprintln!(
            "note      there is no folder {} yet; its runs appear as soon as there are any",
            folder.display()
        );
    }
    let url = server.url();
    println!("{url}");
    if let Some(line) = tunnel(server.address().port(), arguments.bind) {
        eprintln!("from your own machine: {line}, then open the address above there");
    }
    eprintln!("Ctrl-C ends the monitor; runs do not notice it");
    if !arguments.no_browser && has_browser() {
        // Without one the address is still there to be opened by hand.
        let _ = open::that_detached(&url);
    }
    Ok(server.run()?)
}

/// The token, where one is asked for.
fn token(arguments: &MonitorArguments) -> Result<Option<String>, HostError> {
    let written = match &arguments.token_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(HostError::io(path))?;
            Some((path.display().to_string(), text.trim().to_owned()))
        }
        None => std::env::var(TOKEN)
            .ok()
            .map(|text| (TOKEN.to_owned(), text)),
    };
    match written {
        Some((place, token)) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
            if token.len() < SHORTEST_TOKEN || !token.chars().all(plain) {
                let problem = format!(
                    "expected a token of at least {SHORTEST_TOKEN} letters, digits, '-', '.', '_' or '~'"
                );
                return Err(ConfigError::new(Source::CommandLine, place, problem).into());
            }
            Ok(Some(token))
        }
        None if arguments.token || !arguments.bind.is_loopback() => Ok(Some(random_token())),
        None => Ok(None),
    }
}

fn knowledge() -> Knowledge {
    let settings = reference::settings().into_iter();
    let settings = settings.map(|setting| Setting {
        key: setting.key,
        default: setting.default,
        meaning: setting.meaning,
    });
    Knowledge {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.collect(),
        defaults: Box::new(|experiment| {
            let experiment: Experiment = serde_json::from_value(experiment.clone()).ok()?;
            serde_json::to_value(experiment.defaults()?).ok()
        }),
    }
}

/// How to reach this machine from another one, where the user seems to sit at one.
fn tunnel(port: u16, bind: IpAddr) -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = set("USER").map_or_else(String::new, |user| format!("{user}@"));
    let host = process::host();
    let to = if bind.is_unspecified() {
        IpAddr::from([127, 0, 0, 1])
    } else {
        bind
    };
    let forward = format!("ssh -L {port}:{to}:{port}");
    match (set("SLURM_JOB_ID"), set("SLURM_SUBMIT_HOST")) {
        (Some(_), Some(login)) if login != host => {
            Some(format!("{forward} -J {user}{login} {user}{host}"))
        }
        (Some(_), _) => Some(format!("{forward} {user}{host}")),
        _ => set("SSH_CONNECTION").map(|_| format!("{forward} {user}{host}")),
    }
}

/// Whether a browser opened here would be seen.
fn has_browser() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let remote = set("SSH_CONNECTION") || set("SLURM_JOB_ID");
    !remote && (cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY"))
}
