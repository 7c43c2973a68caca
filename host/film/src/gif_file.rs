//! GIF.

use super::FilmError;
use gif::{Encoder, Frame, Repeat};
use std::time::Duration;

/// Of 1 (best) to 30 (fastest): how colours are chosen.
const HASTE: i32 = 20;
/// Milliseconds of a GIF's unit of time.
const UNIT_MS: f64 = 10.0;

/// A GIF in the making, which is shown again and again.
pub(super) struct GifFile {
    encoder: Encoder<Vec<u8>>,
    width: u16,
    height: u16,
    delay: u16,
}

impl GifFile {
    pub fn new(height: usize, width: usize, shown: Duration) -> Result<Self, FilmError> {
        let side = |pixels: usize| {
            let side = u16::try_from(pixels).ok().filter(|&side| side > 0);
            side.ok_or_else(|| FilmError(format!("a GIF has no {pixels} pixels on a side")))
        };
        let (height, width) = (side(height)?, side(width)?);
        let mut encoder = Encoder::new(Vec::new(), width, height, &[]).map_err(FilmError::of)?;
        encoder
            .set_repeat(Repeat::Infinite)
            .map_err(FilmError::of)?;
        let units = (shown.as_secs_f64() * 1000.0 / UNIT_MS).round();
        Ok(Self {
            encoder,
            width,
            height,
            delay: units.clamp(1.0, f64::from(u16::MAX)) as u16,
        })
    }

    pub fn add(&mut self, picture: &[u8]) -> Result<(), FilmError> {
        let mut frame = Frame::from_rgb_speed(self.width, self.height, picture, HASTE);
        frame.delay = self.delay;
        self.encoder.write_frame(&frame).map_err(FilmError::of)
    }

    pub fn finish(self) -> Result<Vec<u8>, FilmError> {
        self.encoder.into_inner().map_err(FilmError::of)
    }
}
