//! The templates of angora-sdk, as `plugin new` fills them in.

use angora_plugin_api::PluginKind;

/// A file of a new crate: its path in it and its text.
type File = (&'static str, &'static str);

/// What a kind has of its own.
struct Template {
    /// One sentence on what it is.
    description: &'static str,
    /// A paragraph of the README.
    place: &'static str,
    /// What its tests need beside the sdk.
    for_tests: &'static str,
    files: &'static [File],
}

macro_rules! file {
    ($kind:literal, $name:literal) => {
        include_str!(concat!("../../sdk/templates/", $kind, "/", $name))
    };
}

macro_rules! template {
    ($kind:literal, $description:literal, $for_tests:literal $(, $path:literal: $name:literal)*) => {
        Template {
            description: $description,
            place: file!($kind, "where.md"),
            for_tests: $for_tests,
            files: &[
                ("run.toml", file!($kind, "run.toml")),
                ("src/lib.rs", file!($kind, "lib.rs")),
                $(($path, file!($kind, $name)),)*
            ],
        }
    };
}

const COMMON: &[File] = &[
    ("Cargo.toml", file!("common", "Cargo.toml")),
    (".gitignore", file!("common", "gitignore")),
    ("README.md", file!("common", "README.md")),
];

/// A reward in C.
const REWARD_IN_C: &[File] = &[
    ("reward.c", file!("reward-c", "reward.c")),
    (
        "angora_reward.h",
        include_str!("../../sdk/c/angora_reward.h"),
    ),
    ("Makefile", file!("reward-c", "Makefile")),
    ("run.toml", file!("reward", "run.toml")),
    ("README.md", file!("reward-c", "README.md")),
    (".gitignore", file!("reward-c", "gitignore")),
];

const TASK: Template = template!("task", "Move a point to a target on a line", "");
const SCENE_TASK: Template = template!(
    "scene-task", "Hold the fingertip of an arm at a target", "",
    "assets/world.xml": "world.xml"
);
const BODY: Template = template!(
    "body", "An arm of two links in the plane", "",
    "assets/body.xml": "body.xml"
);
const REWARD: Template = template!("reward", "Keep a pole upright, and near the middle", "");
const PREPROCESSOR: Template = template!(
    "preprocessor",
    "Scales every receptor by the largest magnitude that it has had, and adds a little noise",
    ""
);
const BRAIN: Template = template!(
    "brain",
    "A memory that also feels what the motor area did a step before",
    "\n[dev-dependencies]\nserde_json = \"1\"\n"
);

const DISTRIBUTION: Template = template!(
    "distribution",
    "Laplace's distribution: more small and more large steps than a Gaussian",
    ""
);

/// What the README of a module says.
const SANDBOX: &str = "\
So built it is a sandboxed module: it has limits of memory and time, and no files, no network and no
clock. `rustup target add wasm32-unknown-unknown` installs what that needs, once; `cargo build` makes a
native library of the same source.

";

/// What is filled in.
#[derive(Debug, Clone)]
pub struct Filling<'a> {
    /// What it contributes.
    pub kind: PluginKind,
    /// Name of the crate, in small letters, digits and dashes.
    pub name: &'a str,
    /// Whether it is built as a sandboxed module.
    pub wasm: bool,
    /// How Cargo finds angora-sdk: what stands behind `angora-sdk =`.
    pub sdk: &'a str,
}

/// The id under which it contributes.
#[must_use]
pub fn id(kind: PluginKind, name: &str) -> String {
    match kind {
        PluginKind::Task | PluginKind::SceneTask => format!("{}-v0", type_name(name)),
        _ => name.to_owned(),
    }
}

/// The files of a new crate, with their paths in it.
#[must_use]
pub fn crate_files(filling: &Filling<'_>) -> Vec<(&'static str, String)> {
    let template = match filling.kind {
        PluginKind::Task => TASK,
        PluginKind::SceneTask => SCENE_TASK,
        PluginKind::Body => BODY,
        PluginKind::Reward => REWARD,
        PluginKind::Preprocessor => PREPROCESSOR,
        PluginKind::Brain => BRAIN,
        PluginKind::Distribution => DISTRIBUTION,
    };
    let (build, sandbox) = if filling.wasm {
        ("cargo build --target wasm32-unknown-unknown", SANDBOX)
    } else {
        ("cargo build", "")
    };
    // Those first that hold others.
    let words = [
        ("__WHERE__", template.place),
        ("__BUILD__", build),
        ("__SANDBOX__", sandbox),
        ("__DESCRIPTION__", template.description),
        ("__DEV__", template.for_tests),
        ("__ID__", &id(filling.kind, filling.name)),
        ("__TYPE__", &type_name(filling.name)),
        ("__NAME__", filling.name),
        ("__SDK__", filling.sdk),
    ];
    let fill = |text: &str| {
        words.iter().fold(text.to_owned(), |text, (word, with)| {
            text.replace(word, with)
        })
    };
    let files = COMMON.iter().chain(template.files);
    files.map(|(path, text)| (*path, fill(text))).collect()
}

/// The files of a new reward in C, with their paths.
#[must_use]
pub fn reward_in_c_files(name: &str) -> Vec<(&'static str, String)> {
    let fill = |text: &str| {
        text.replace("__DESCRIPTION__", REWARD.description)
            .replace("__ID__", &id(PluginKind::Reward, name))
            .replace("__NAME__", name)
    };
    let files = REWARD_IN_C.iter();
    files.map(|(path, text)| (*path, fill(text))).collect()
}

/// `my-task` as a type: `MyTask`.
fn type_name(name: &str) -> String {
    let mut letters = String::new();
    for part in name.split('-') {
        let mut part = part.chars();
        letters.extend(part.next().map(|first| first.to_ascii_uppercase()));
        letters.extend(part);
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_be_filled_in() {
        for kind in PluginKind::ALL {
            let files = crate_files(&Filling {
                kind,
                name: "my-thing-2",
                wasm: false,
                sdk: "\"0.1\"",
            });
            assert!(files.len() >= 5);
            for (path, text) in files {
                assert!(!text.contains("__"), "{kind}: {path}: {text}");
            }
        }
        for (path, text) in reward_in_c_files("my-thing-2") {
            let header = path == "angora_reward.h";
            assert!(header || !text.contains("__"), "{path}: {text}");
        }
    }

    #[test]
    fn types_and_ids_follow_from_the_name() {
        assert_eq!(type_name("my-task-2"), "MyTask2");
        assert_eq!(id(PluginKind::SceneTask, "my-task"), "MyTask-v0");
        assert_eq!(id(PluginKind::Reward, "my-reward"), "my-reward");
    }
}
