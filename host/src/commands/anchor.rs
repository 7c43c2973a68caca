//! Who has named the plugins of settings, and where their paths start.

use crate::config::{ConfigError, Layers, Source};
use crate::packages::{AuthorityError, NamedBy, absolute_plugin, python};
use angora_loader::discover::is_path;
use std::path::{Path, PathBuf};
use toml::Value;

const PLUGINS: &str = "plugins";
const PYTHON: &str = "task_config.python";

/// Who has written a setting.
pub struct Author {
    /// The file and its folder; `None` of the user.
    file: Option<(PathBuf, PathBuf)>,
    /// The user lets in whatever the file names.
    trusted: bool,
}

impl Author {
    /// Of the plugins of settings.
    pub fn of_plugins(layers: &Layers, trusted: bool) -> Self {
        Self::of(layers, PLUGINS, trusted)
    }

    fn of(layers: &Layers, key: &str, trusted: bool) -> Self {
        let file = match layers.origin(key) {
            Source::File(path) => {
                let path = std::path::absolute(&path).unwrap_or(path);
                let folder = path.parent().unwrap_or(Path::new("/")).to_path_buf();
                Some((path, folder))
            }
            Source::CommandLine | Source::Preset(_) | Source::Default => None,
        };
        Self { file, trusted }
    }

    pub fn named_by(&self) -> NamedBy<'_> {
        match &self.file {
            None => NamedBy::User,
            Some((file, folder)) => NamedBy::File {
                file,
                folder,
                trusted: self.trusted,
            },
        }
    }
}

/// Makes the paths of plugins absolute: those of the command line start in the working directory,
/// those of a file in its folder. They then mean the same wherever the settings are read again.
///
/// # Errors
/// A setting of the wrong type.
pub fn anchor_plugins(layers: &mut Layers) -> Result<(), ConfigError> {
    let Some(named) = layers.written()?.plugins else {
        return Ok(());
    };
    let author = Author::of_plugins(layers, false);
    let absolute = named.into_iter().map(|plugin| match author.named_by() {
        NamedBy::User => absolute_plugin(&plugin),
        // GROUP/NAME is a package, and looks like a path.
        NamedBy::File { .. } if angora_registry::Wanted::looks_like(&plugin) => plugin,
        NamedBy::File { folder, .. } if is_path(&plugin) => {
            folder.join(plugin).display().to_string()
        }
        NamedBy::File { .. } => plugin,
    });
    let absolute = absolute.map(Value::String).collect();
    layers.rewrite(PLUGINS, Value::Array(absolute));
    Ok(())
}

/// The same for the interpreter of a task that runs Python, if it may be started.
///
/// # Errors
/// A file names one that the user has never named.
pub fn anchor_python(layers: &mut Layers, task: &str, trusted: bool) -> Result<(), AuthorityError> {
    let written = layers.written().ok();
    let written = written.and_then(|w| Some(w.task_config.get("python")?.as_str()?.to_owned()));
    let author = Author::of(layers, PYTHON, trusted);
    if let Some(path) = python(task, written.as_deref(), author.named_by())? {
        layers.rewrite(PYTHON, Value::String(path.display().to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_start_where_they_are_written() {
        let mut layers = Layers::default();
        let file = Source::File("/shared/lab/run.toml".into());
        let text = "plugins = [\"./libx.so\", \"/opt/liby.so\", \"task-hanoi\", \"lab/reach@^1\"]";
        layers.text(text, file.clone()).expect("settings");
        anchor_plugins(&mut layers).expect("typed");
        let plugins = |layers: &Layers| layers.written().expect("typed").plugins.expect("there");
        assert_eq!(
            plugins(&layers),
            [
                "/shared/lab/./libx.so",
                "/opt/liby.so",
                "task-hanoi",
                "lab/reach@^1"
            ]
        );
        // The file has still written them: no authority comes with a rewritten path.
        assert_eq!(layers.origin(PLUGINS), file);
        let named = ["./libx.so", "lab/reach@^1"].map(|plugin| Value::String(plugin.into()));
        let named = Value::Array(named.into());
        layers.set(PLUGINS, named).expect("known");
        anchor_plugins(&mut layers).expect("typed");
        let here = std::env::current_dir().expect("somewhere");
        let here = here.join("libx.so").display().to_string();
        assert_eq!(plugins(&layers), [here, "lab/reach@^1".into()]);
        assert_eq!(layers.origin(PLUGINS), Source::CommandLine);
    }
}
