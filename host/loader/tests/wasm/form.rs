//! Modules beside libraries: found, told apart, refused.

use crate::artefacts::{catalogue, module};
use crate::module::{Module, write};
use angora_loader::{Discovery, Form, discover};
use angora_plugin_api::PluginKind;

/// The bytes with one text in place of another of the same length.
fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut windows = bytes.windows(from.len());
    let at = windows.position(|window| window == from).unwrap();
    bytes[at..at + from.len()].copy_from_slice(to);
    bytes
}

#[test]
fn a_folder_may_hold_both_forms() {
    let folder = tempfile::TempDir::new().unwrap();
    write(folder.path(), &Module::default().bytes());
    let twin = Module::default().bytes();
    let twin = replaced(twin, b"by-hand", b"by-foot");
    let twin = replaced(twin, b"\"id\":\"hand\"", b"\"id\":\"foot\"");
    std::fs::write(folder.path().join("twin.wasm"), twin).unwrap();
    std::fs::write(folder.path().join("other.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let mut discovery = Discovery::default();
    discovery
        .name(&folder.path().display().to_string())
        .unwrap();
    let names: Vec<_> = discovery
        .plugins()
        .map(|plugin| (plugin.manifest.name.as_str(), plugin.form))
        .collect();
    assert_eq!(names, [("by-hand", Form::Wasm), ("by-foot", Form::Wasm)]);
    let searched = Discovery::new(vec![folder.path().into()]);
    assert!(searched.find(PluginKind::Reward, "hand").is_ok());
    assert!(searched.refused().is_empty());
}

#[test]
fn what_is_no_module_has_its_own_message() {
    let folder = tempfile::TempDir::new().unwrap();
    let said = |bytes: &[u8]| {
        let path = write(folder.path(), bytes);
        let error = discover::inspect(&path).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "FILE")
    };
    let again = "it is damaged or was cut short: build or fetch it again";
    let begin = format!(
        "FILE is no whole WebAssembly module: it does not begin as a WebAssembly module does; {again}"
    );
    assert_eq!(said(b""), begin);
    assert_eq!(said(b"hello"), begin);
    let whole = Module::default().bytes();
    let cut = said(&whole[..whole.len() - 1]);
    assert!(
        cut.starts_with("FILE is no whole WebAssembly module: "),
        "{cut}"
    );
    assert!(cut.ends_with(again), "{cut}");
    assert_eq!(
        said(b"\0asm\x01\0\0\0"),
        "FILE is not an Angora plugin: the module has no embedded manifest; a plugin crate calls angora_sdk::export_plugin! and has crate-type = [\"cdylib\"]"
    );
    let newer = replaced(whole, b"\"contract\":\"1.0.0\"", b"\"contract\":\"9.0.0\"");
    let newer = said(&newer);
    assert!(
        newer.starts_with("plugin by-hand 1.0.0 speaks contract 9.0.0, this host speaks 1.0.0;"),
        "{newer}"
    );
}

/// A component of a tool such as `wasm-tools component new` is taken as it is.
#[test]
fn a_component_is_a_module_too() {
    let folder = tempfile::TempDir::new().unwrap();
    let Some(path) = module("tiny-tasks") else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let component = wit_component::ComponentEncoder::default()
        .module(&bytes)
        .unwrap()
        .encode()
        .unwrap();
    assert!(wasmparser::Parser::is_component(&component));
    let path = write(folder.path(), &component);
    let task = catalogue(&path).task("Bandit-v0", &serde_json::json!({}));
    assert!(task.is_ok());
}

#[test]
fn what_only_libraries_can_be_is_said() {
    // Two letters less, which stand as spaces.
    let bytes = replaced(
        Module::default().bytes(),
        b"\"kind\":\"reward\"",
        b"\"kind\":\"body\"  ",
    );
    let folder = tempfile::TempDir::new().unwrap();
    let path = write(folder.path(), &bytes);
    let refused = catalogue(&path).body("hand", &serde_json::json!({}));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "plugin by-hand 1.0.0, body \"hand\", call load: does not support this: a body has to be a native plugin"
    );
}
