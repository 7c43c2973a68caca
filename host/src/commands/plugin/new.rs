//! `plugin new`: the crate of a new plugin.

use crate::args::{Language, NewArguments};
use crate::error::HostError;
use crate::report::program;
use crate::templates::{Filling, crate_files, id, reward_in_c_files};
use angora_core::file;
use angora_plugin_api::PluginKind;
use std::path::{Path, PathBuf};

/// Words of Rust that no crate can be called.
const RESERVED: &[&str] = &[
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
    "core",
    "std",
    "alloc",
    "proc-macro",
];

/// Writes it, and says what to do next.
pub fn new(arguments: &NewArguments) -> Result<(), HostError> {
    let name = arguments.name.as_str();
    check_name(name)?;
    if arguments.wasm && matches!(arguments.kind, PluginKind::SceneTask | PluginKind::Body) {
        return Err(HostError::Usage(format!(
            "--wasm: a {} cannot be a sandboxed module, as the physics of the host is not lent to \
             one; leave --wasm out",
            arguments.kind
        )));
    }
    let folder = arguments.into.join(name);
    if folder.exists() {
        let message = format!("{} is there already", folder.display());
        return Err(HostError::Usage(message));
    }
    if arguments.language == Language::C {
        return new_in_c(arguments, &folder);
    }
    let sdk = sdk(arguments.sdk.as_deref(), &arguments.into)?;
    let filling = Filling {
        kind: arguments.kind,
        name,
        wasm: arguments.wasm,
        sdk: &sdk,
    };
    write(&folder, &crate_files(&filling))?;
    let folder = folder.display();
    let target = if arguments.wasm {
        " --target wasm32-unknown-unknown"
    } else {
        ""
    };
    println!(
        "{folder}: a {} with the id {}. Next:\n\n  cargo test --manifest-path {folder}/Cargo.toml\n  cargo build{target} --manifest-path {folder}/Cargo.toml\n  {program} plugin check {folder}\n  {program} run {folder}/run.toml --plugin {folder}",
        arguments.kind,
        id(arguments.kind, name),
        program = program(),
    );
    Ok(())
}

fn new_in_c(arguments: &NewArguments, folder: &Path) -> Result<(), HostError> {
    if arguments.kind != PluginKind::Reward {
        return Err(HostError::Usage(format!(
            "--language c: only a reward can be written in C so far; leave it out to write the {} \
             in Rust",
            arguments.kind
        )));
    }
    let name = &arguments.name;
    write(folder, &reward_in_c_files(name))?;
    let folder = folder.display();
    println!(
        "{folder}: a reward in C with the id {}. Next:\n\n  make -C {folder}\n  {program} plugin check {folder}/{name}.wasm\n  {program} run {folder}/run.toml --plugin {folder}/{name}.wasm",
        id(PluginKind::Reward, name),
        program = program(),
    );
    Ok(())
}

fn write(folder: &Path, files: &[(&str, String)]) -> Result<(), HostError> {
    for (path, text) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(HostError::io(parent))?;
        file::write(&path, text.as_bytes()).map_err(HostError::io(&path))?;
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), HostError> {
    let refuse = |problem: &str| {
        let message = format!("the name {name:?} {problem}; expected one like my-plugin");
        Err(HostError::Usage(message))
    };
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return refuse("does not begin with a small letter");
    }
    if !name.chars().all(|c| small(c) || c == '-') || name.split('-').any(str::is_empty) {
        return refuse("is not small letters, digits and single dashes");
    }
    if name.len() > 64 {
        return refuse("is longer than 64 letters");
    }
    if RESERVED.contains(&name) {
        return refuse("is a word of Rust's");
    }
    Ok(())
}

/// How the new crate finds angora-sdk: what stands behind `angora-sdk =`.
fn sdk(wanted: Option<&str>, into: &Path) -> Result<String, HostError> {
    let Some(wanted) = wanted else {
        // The sources that this host was built from, as long as they are there.
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk");
        return Ok(match is_sdk(&own) {
            true => path_dependency(&own, into),
            false => format!("{:?}", env!("CARGO_PKG_VERSION")),
        });
    };
    if wanted.contains("://") || wanted.starts_with("git@") {
        return Ok(format!("{{ git = {wanted:?} }}"));
    }
    let version = wanted.trim_start_matches(['^', '=', '~', '>', '<', ' ']);
    if version.starts_with(|c: char| c.is_ascii_digit()) && !Path::new(wanted).exists() {
        return Ok(format!("{wanted:?}"));
    }
    let folder = Path::new(wanted);
    if is_sdk(folder) {
        return Ok(path_dependency(folder, into));
    }
    Err(HostError::Usage(format!(
        "--sdk {wanted}: there is no angora-sdk in this folder; expected a folder with its \
         Cargo.toml, a version like {:?}, or the address of a git repository like https://...",
        env!("CARGO_PKG_VERSION")
    )))
}

fn is_sdk(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.contains("name = \"angora-sdk\""))
}

/// By its place: from the crate's folder where they share one, so that both can be moved together.
fn path_dependency(sdk: &Path, into: &Path) -> String {
    let absolute = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (sdk, into) = (absolute(sdk), absolute(into));
    let path = match sdk.parent().filter(|root| into.starts_with(root)) {
        None => sdk.clone(),
        Some(root) => {
            let below = into
                .strip_prefix(root)
                .map_or(0, |below| below.iter().count());
            let up: PathBuf = std::iter::repeat_n("..", below + 1).collect();
            up.join(sdk.file_name().unwrap_or_default())
        }
    };
    format!("{{ path = {:?} }}", path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cargo_or_rust_refuse_are_refused_first() {
        for name in ["my-reward", "reach2", "a"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["My", "my_reward", "2a", "a--b", "a-", "-a", "", "loop", "ä"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_sdk_is_a_folder_a_version_or_a_repository() {
        let here = Path::new(".");
        let sdk = |wanted| sdk(Some(wanted), here).map_err(|e| e.to_string());
        assert_eq!(sdk("0.1").as_deref(), Ok("\"0.1\""));
        assert_eq!(sdk("^1.2").as_deref(), Ok("\"^1.2\""));
        let git = sdk("https://example.org/angora.git");
        assert_eq!(
            git.as_deref(),
            Ok("{ git = \"https://example.org/angora.git\" }")
        );
        let wrong = sdk("nowhere").expect_err("no folder");
        assert!(
            wrong.contains("there is no angora-sdk in this folder"),
            "{wrong}"
        );
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk");
        assert_eq!(sdk(own).as_deref(), Ok("{ path = \"../../sdk\" }"));
    }
}
