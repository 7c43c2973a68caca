//! What people say of a run once it is there: in the folder `.labels` beside the runs, a file a
//! run, so that the run's own folder stays as it was written.

use crate::run::folder::RunFolder;
use serde::Deserialize;

/// Labels of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Labels {
    /// Words to find it by, beside those that it was begun with.
    pub tags: Vec<String>,
    /// Whether it is not to be shown.
    pub trashed: bool,
}

impl RunFolder {
    /// What people say of it; nothing where there is no file, or none that can be read.
    #[must_use]
    pub fn labels(&self) -> Labels {
        let Some(runs) = self.path().parent() else {
            return Labels::default();
        };
        let path = runs.join(".labels").join(format!("{}.json", self.id()));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}
