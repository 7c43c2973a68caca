//! `plugin key`: the user's own key, and those that the user trusts.

use crate::args::KeyCommand;
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::{config, load_trust, save_trust, trust_path};
use crate::report::program;
use angora_core::{file, private, suggest};
use angora_registry::{RegistryError, SigningKey, new_key, public_key};
use serde_json::{Value, json};
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

const OWN: &str = "plugin.key";
const PASSWORD: &str = "ANGORA_KEY_PASSWORD";

/// Does what the command line says.
pub fn key(command: &KeyCommand) -> Result<(), HostError> {
    match command {
        KeyCommand::New { to, no_password } => new(to.as_deref(), *no_password),
        KeyCommand::Trust {
            group,
            key,
            comment,
            max_age,
        } => trust(group, key, comment, *max_age),
        KeyCommand::Distrust { key } => distrust(key),
        KeyCommand::List { json } => list(*json),
    }
}

/// The file of the user's own secret key.
pub(super) fn own_key() -> Result<PathBuf, HostError> {
    Ok(config()?.join(OWN))
}

/// The key of a file, or the user's own; `None` if there is none.
pub(super) fn signing_key(path: Option<&Path>) -> Result<Option<SigningKey>, HostError> {
    let path = match path {
        Some(path) => path.to_path_buf(),
        None => match own_key() {
            Ok(path) if path.exists() => path,
            _ => return Ok(None),
        },
    };
    Ok(Some(SigningKey::read(&path, password())?))
}

/// The password of a key, where the environment has it.
pub(super) fn password() -> Option<String> {
    std::env::var(PASSWORD).ok()
}

fn new(to: Option<&Path>, no_password: bool) -> Result<(), HostError> {
    let path = match to {
        Some(path) => path.to_path_buf(),
        None => own_key()?,
    };
    if path.exists() {
        return Err(HostError::Usage(format!(
            "{} is there already, and a key that is lost cannot be made again: move it away, or name another file with --to",
            path.display()
        )));
    }
    let password = password();
    if !no_password && password.is_none() && !std::io::stdin().is_terminal() {
        return Err(HostError::Usage(format!(
            "there is no terminal to ask for a password: set {PASSWORD}, or give --no-password"
        )));
    }
    let comment = "Angora secret key: keep it to yourself";
    let (secret, public) = new_key(!no_password, password, comment)?;
    if let Some(folder) = path.parent() {
        private::create_folder(folder).map_err(HostError::io(folder))?;
    }
    private::write_new(&path, secret.as_bytes()).map_err(HostError::io(&path))?;
    let mut public_path = path.clone().into_os_string();
    public_path.push(".pub");
    let public_path = PathBuf::from(public_path);
    file::write(&public_path, public.as_bytes()).map_err(HostError::io(&public_path))?;
    let (id, line) = public_key(&public)?;
    println!("secret     {} (keep it to yourself)", path.display());
    println!("public     {}", public_path.display());
    println!("id         {id}");
    println!("others     {} plugin key trust GROUP {line}", program());
    Ok(())
}

fn trust(
    group: &str,
    key: &str,
    comment: &str,
    max_age_days: Option<u32>,
) -> Result<(), HostError> {
    if group != "*" {
        // The same names as those of packages.
        angora_registry::PackageName::new(group, "name")?;
    }
    let path = Path::new(key);
    let text = match path.is_file() {
        true => fs::read_to_string(path).map_err(HostError::io(path))?,
        false => key.to_owned(),
    };
    let mut trust = load_trust()?;
    let id = trust.add(group, &text, comment)?;
    if max_age_days.is_some() {
        trust.limit_age(group, &id, max_age_days);
    }
    save_trust(&trust)?;
    let whose = match group {
        "*" => "all packages".to_owned(),
        group => format!("packages of {group}"),
    };
    println!(
        "trusted    {id} for {whose}, in {}",
        trust_path()?.display()
    );
    Ok(())
}

fn distrust(key: &str) -> Result<(), HostError> {
    let mut trust = load_trust()?;
    let id_of = |line: &str| public_key(line).map_or_else(|_| String::new(), |(id, _)| id);
    let ids: Vec<String> = trust.key.iter().map(|known| id_of(&known.key)).collect();
    let before = trust.key.len();
    trust
        .key
        .retain(|known| known.key != key && id_of(&known.key) != key);
    if trust.key.len() == before {
        return Err(RegistryError::Key {
            what: format!("{key:?} is not trusted"),
            reason: suggest::hint(key, ids.iter().map(String::as_str)),
        }
        .into());
    }
    save_trust(&trust)?;
    println!("distrusted {key}");
    Ok(())
}

fn list(json: bool) -> Result<(), HostError> {
    let trust = load_trust()?;
    let mut rows: Vec<Value> = Vec::new();
    for known in &trust.key {
        let (id, key) = public_key(&known.key)?;
        if json {
            rows.push(json!({
                "group": known.group, "id": id, "key": key, "comment": known.comment,
            }));
        } else {
            println!("{id}  {:<16}  {key}  {}", known.group, known.comment);
        }
    }
    if json {
        return print_json(&rows);
    }
    Ok(())
}
