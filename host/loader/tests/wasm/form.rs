//! Modules beside libraries: found, told apart, refused.

use crate::artefacts::{catalogue, module};
use crate::module::{Module, write};
use angora_loader::{Discovery, Form, discover};
use angora_plugin_api::PluginKind;

#[test]
fn a_folder_may_hold_both_forms() {
    let folder = tempfile::TempDir::new().unwrap();
    write(folder.path(), &Module::default().bytes());
    std::fs::copy(module("tiny-tasks"), folder.path().join("tiny.wasm")).unwrap();
    std::fs::write(folder.path().join("other.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let mut discovery = Discovery::default();
    discovery
        .name(&folder.path().display().to_string())
        .unwrap();
    let names: Vec<_> = discovery
        .plugins()
        .map(|plugin| (plugin.manifest.name.as_str(), plugin.form))
        .collect();
    assert_eq!(names, [("by-hand", Form::Wasm), ("tiny-tasks", Form::Wasm)]);
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
    let newer = String::from_utf8_lossy(&whole).contains("\"contract\":\"1.0.0\"");
    assert!(newer);
    let mut newer = whole.clone();
    let at = whole
        .windows(18)
        .position(|window| window == b"\"contract\":\"1.0.0\"")
        .unwrap();
    newer[at + 12] = b'9';
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
    let bytes = std::fs::read(module("tiny-tasks")).unwrap();
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
    let bytes = Module::default().bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("\"kind\":\"reward\""));
    let mut bytes = bytes;
    let at = bytes
        .windows(15)
        .position(|window| window == b"\"kind\":\"reward\"")
        .unwrap();
    // Two letters less, which stand as spaces.
    bytes[at..at + 15].copy_from_slice(b"\"kind\":\"body\"  ");
    let folder = tempfile::TempDir::new().unwrap();
    let path = write(folder.path(), &bytes);
    let refused = catalogue(&path).body("hand", &serde_json::json!({}));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "plugin by-hand 1.0.0, body \"hand\", call load: does not support this: a body has to be a native plugin"
    );
}
