//! Films of what the cameras see, one for each picture of a moment.

use super::cameras::Cameras;
use crate::args::ObserveArguments;
use crate::commands::output::check_free;
use crate::error::HostError;
use angora_core::file;
use angora_film::{Film, FilmError, Format};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A film that is written.
#[derive(Debug, Serialize)]
pub(super) struct FilmReport {
    pub path: PathBuf,
    pub viewpoints: Vec<String>,
    pub width: usize,
    pub height: usize,
    pub frames: u64,
    pub seconds: f64,
    pub bytes: usize,
}

/// Films in the making.
pub(super) struct Films(Vec<Reel>);

struct Reel {
    film: Film,
    viewpoints: Vec<String>,
    path: PathBuf,
}

impl Films {
    /// Of what the cameras see; each is told apart by its viewpoint.
    ///
    /// # Errors
    /// A file that is there; a film that cannot be made.
    pub fn new(
        arguments: &ObserveArguments,
        cameras: &Cameras,
        folder: &Path,
        name: &str,
    ) -> Result<Self, HostError> {
        let format = Format::from(arguments.format);
        let reel = |viewpoints: Vec<String>| {
            let title = match viewpoints.as_slice() {
                [one] => one,
                _ => "grid",
            };
            let extension = format.extension();
            let path = folder.join(format!("{name}-{title}.{extension}"));
            check_free(&path, "--name", arguments.overwrite)?;
            let film = Film::new(format, cameras.size(), cameras.shown());
            Ok(Reel {
                film: film.map_err(failed)?,
                viewpoints,
                path,
            })
        };
        let reels = cameras.pictures().into_iter().map(reel);
        Ok(Self(reels.collect::<Result<_, HostError>>()?))
    }

    /// Adds a picture to the film of its index.
    ///
    /// # Errors
    /// The encoder's.
    pub fn add(&mut self, index: usize, picture: &[u8]) -> Result<(), HostError> {
        self.0[index].film.add(picture).map_err(failed)
    }

    /// Writes the films, each under a temporary name first.
    ///
    /// # Errors
    /// The encoder's and the disk's.
    pub fn develop(self, cameras: &Cameras) -> Result<Vec<FilmReport>, HostError> {
        let (height, width) = cameras.size();
        let write = |reel: Reel| {
            let Reel {
                film,
                viewpoints,
                path,
            } = reel;
            let folder = path.parent().unwrap_or(Path::new(""));
            std::fs::create_dir_all(folder).map_err(HostError::io(folder))?;
            let frames = film.frames();
            let bytes = film.finish().map_err(failed)?;
            file::write(&path, &bytes).map_err(HostError::io(&path))?;
            Ok(FilmReport {
                path,
                viewpoints,
                width,
                height,
                frames,
                seconds: frames as f64 * cameras.shown().as_secs_f64(),
                bytes: bytes.len(),
            })
        };
        self.0.into_iter().map(write).collect()
    }
}

/// A film that cannot be made ends the command.
fn failed(error: FilmError) -> HostError {
    HostError::Run(error.to_string())
}
