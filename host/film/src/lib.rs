//! Films: pictures one after another, as MP4 (H.264) or GIF, made in memory.
//!
//! In come pictures, rows of red, green and blue; out come the bytes of a file. What the pictures show,
//! and from where, is the renderer's (`angora-simulation`).

mod gif_file;
mod grid;
mod mp4_file;
#[cfg(test)]
mod tests;

pub use grid::Grid;

use gif_file::GifFile;
use mp4_file::Mp4File;
use std::time::Duration;

/// What a film is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// H.264 in MP4: small, for browsers and talks.
    Mp4,
    /// GIF with 256 colours in each picture: large, for everything that shows pictures.
    Gif,
}

impl Format {
    /// The extension of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Gif => "gif",
        }
    }
}

/// Why there is no film.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the film cannot be written: {0}")]
pub struct FilmError(String);

impl FilmError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// A film in the making.
pub struct Film {
    file: File,
    frames: u64,
}

enum File {
    Mp4(Box<Mp4File>),
    Gif(Box<GifFile>),
}

impl Film {
    /// Of pictures of `height` x `width` pixels, each of which is shown for a time.
    ///
    /// # Errors
    /// Sides that the format does not have: odd ones in MP4, more than 65,535 pixels in GIF.
    pub fn new(
        format: Format,
        (height, width): (usize, usize),
        shown: Duration,
    ) -> Result<Self, FilmError> {
        let file = match format {
            Format::Mp4 => File::Mp4(Box::new(Mp4File::new(height, width, shown)?)),
            Format::Gif => File::Gif(Box::new(GifFile::new(height, width, shown)?)),
        };
        Ok(Self { file, frames: 0 })
    }

    /// Adds a picture: red, green and blue of each pixel `[height, width, 3]`, row 0 on top.
    ///
    /// # Errors
    /// The encoder's.
    ///
    /// # Panics
    /// For a picture of another size.
    pub fn add(&mut self, picture: &[u8]) -> Result<(), FilmError> {
        match &mut self.file {
            File::Mp4(file) => file.add(picture)?,
            File::Gif(file) => file.add(picture)?,
        }
        self.frames += 1;
        Ok(())
    }

    /// How many pictures it has.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// The encoder's; a film without pictures.
    pub fn finish(self) -> Result<Vec<u8>, FilmError> {
        if self.frames == 0 {
            return Err(FilmError("it has no pictures".into()));
        }
        match self.file {
            File::Mp4(file) => file.finish(),
            File::Gif(file) => file.finish(),
        }
    }
}
