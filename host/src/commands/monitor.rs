//! `monitor`: the pages that show runs.

mod browser;
mod neighbours;
mod token;

use crate::args::MonitorArguments;
use crate::config::{Experiment, reference};
use crate::error::HostError;
use angora_monitor::process;
use angora_monitor::server::{Knowledge, Limits, Options, Readers, Server, Setting};
use browser::Doorway;
use neighbours::Neighbours;
use std::net::IpAddr;
use std::path::Path;

/// Folder from which the pages are read at each request, for those who write them.
const PAGE: &str = "ANGORA_MONITOR_PAGE";

/// Serves until Ctrl-C.
pub fn monitor(arguments: &MonitorArguments) -> Result<(), HostError> {
    let (token, is_chosen) = token::token(arguments)?;
    let shared = Neighbours::look().reason();
    let with_token = arguments.token || is_chosen || !arguments.bind.is_loopback();
    let server = Server::bind(Options {
        folders: arguments.folders.clone(),
        bind: arguments.bind,
        port: arguments.port,
        token,
        readers: if with_token || shared.is_some() {
            Readers::WithToken
        } else {
            Readers::Anyone
        },
        limits: Limits::default(),
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
    if let Some(reason) = shared.filter(|_| !with_token) {
        eprintln!("note      {reason}: only this link, which contains a token, opens the pages");
    }
    if let Some(line) = tunnel(server.address().port(), arguments.bind) {
        eprintln!("from your own machine: {line}, then open the address above there");
    }
    eprintln!("Ctrl-C ends the monitor; runs do not notice it");
    let opened = (!arguments.no_browser && browser::is_there()).then(|| Doorway::open(&url));
    if let Some(Err(error)) = &opened {
        eprintln!("note      no browser was opened ({error}); open the address above yourself");
    }
    // The file that the browser has been given lies there until the end.
    let outcome = server.run();
    drop(opened);
    Ok(outcome?)
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
        defaults: Box::new(defaults),
    }
}

/// What a run's `experiment.toml` would say if nothing had been written, in the form of that file.
fn defaults(settings: &serde_json::Value) -> Option<serde_json::Value> {
    if let Ok(experiment) = serde_json::from_value::<Experiment>(settings.clone()) {
        // As versions up to 0.1 wrote it.
        return serde_json::to_value(experiment.defaults()?).ok();
    }
    let text = toml::to_string(settings).ok()?;
    let experiment = Experiment::from_toml(&text, Path::new("experiment.toml")).ok()?;
    toml::from_str(&experiment.defaults()?.to_toml().ok()?).ok()
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
