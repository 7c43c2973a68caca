//! What goes wrong with checkpoints.

use std::path::PathBuf;

/// Why a checkpoint was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// I/O error.
    #[error("{path}: {source}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What it says.
        source: std::io::Error,
    },
    /// There is no such checkpoint.
    #[error("there is no checkpoint {name:?} in {folder}; {hint}")]
    Missing {
        /// As asked for.
        name: String,
        /// Where.
        folder: PathBuf,
        /// What there is.
        hint: String,
    },
    /// A label names a checkpoint that is not there.
    #[error("the label {label:?} in {folder} names {name:?}, which is not there; {hint}")]
    Dangling {
        /// The label, as asked for.
        label: String,
        /// What it names.
        name: String,
        /// The folder of checkpoints.
        folder: PathBuf,
        /// What there is.
        hint: String,
    },
    /// A file is not as it was written.
    #[error("{path} is damaged: {reason}; use another one with --checkpoint NAME")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file that is no safetensors file of numbers that we take.
    #[error("{path} cannot be read as safetensors: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Written by a newer version.
    #[error("{path} has format {found}, this version reads up to {known}; use a newer angora-host")]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// Newest known format.
        known: u64,
    },
    /// A section that is not there or of another form.
    #[error("the checkpoint's section {section:?} does not fit: {reason}")]
    Section {
        /// Which.
        section: String,
        /// What is wrong.
        reason: String,
    },
}

impl CheckpointError {
    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.into(),
            source,
        }
    }

    pub(crate) fn damaged(path: &std::path::Path, reason: impl std::fmt::Display) -> Self {
        Self::Damaged {
            path: path.into(),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn unreadable(path: &std::path::Path, reason: String) -> Self {
        Self::Unreadable {
            path: path.into(),
            reason,
        }
    }
}
