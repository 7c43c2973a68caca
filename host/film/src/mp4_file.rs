//! H.264 in MP4.

use super::FilmError;
use mp4::{AvcConfig, MediaConfig, Mp4Config, Mp4Sample, Mp4Writer, TrackConfig, TrackType};
use openh264::OpenH264API;
use openh264::encoder::{
    Encoder, EncoderConfig, FrameRate, IntraFramePeriod, RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::{RgbSliceU8, YUVBuffer};
use std::io::Cursor;
use std::time::Duration;

/// Units of time in a second, as is usual for video.
const TIMESCALE: u32 = 90_000;
/// Longer and shorter side beyond which the encoder ends, pixels.
const LARGEST: (usize, usize) = (3840, 2160);
/// Pictures from one that stands alone to the next, for those who wind.
const INTRA_PERIOD: u32 = 50;
/// The only track.
const TRACK: u32 = 1;

/// Kinds of units in a stream of H.264 (ITU-T H.264, table 7-1).
mod unit {
    pub(super) const SLICE: u8 = 1;
    pub(super) const KEY_SLICE: u8 = 5;
    pub(super) const SEQUENCE_PARAMETERS: u8 = 7;
    pub(super) const PICTURE_PARAMETERS: u8 = 8;
}

/// An MP4 in the making.
pub(super) struct Mp4File {
    encoder: Encoder,
    picture: YUVBuffer,
    size: (usize, usize),
    writer: Mp4Writer<Cursor<Vec<u8>>>,
    /// Whether the track is there, which begins with the encoder's parameters.
    begun: bool,
    /// How long each picture is shown, and since when the next one is, in units of time.
    shown: u32,
    time: u64,
}

impl Mp4File {
    pub fn new(height: usize, width: usize, shown: Duration) -> Result<Self, FilmError> {
        let even = |side: usize| side > 0 && side.is_multiple_of(2);
        let (long, short) = (height.max(width), height.min(width));
        if !even(height) || !even(width) || long > LARGEST.0 || short > LARGEST.1 {
            return Err(FilmError(format!(
                "H.264 has no pictures of {width} x {height} pixels: both sides must be even, and \
                 at most {} x {}",
                LARGEST.0, LARGEST.1
            )));
        }
        let units = (shown.as_secs_f64() * f64::from(TIMESCALE)).round();
        let units = units.clamp(1.0, f64::from(u32::MAX));
        let rate = (f64::from(TIMESCALE) / units) as f32;
        let config = EncoderConfig::new()
            .usage_type(UsageType::ScreenContentRealTime)
            // The same quality in every picture, and none left out.
            .rate_control_mode(RateControlMode::Off)
            .max_frame_rate(FrameRate::from_hz(rate))
            .intra_frame_period(IntraFramePeriod::from_num_frames(INTRA_PERIOD))
            .skip_frames(false)
            // Not for what is drawn.
            .adaptive_quantization(false)
            .background_detection(false)
            .vui(VuiConfig::bt601())
            // One thread: the same film on every machine.
            .num_threads(1);
        let encoder =
            Encoder::with_api_config(OpenH264API::from_source(), config).map_err(FilmError::of)?;
        let brand = |name: [u8; 4]| mp4::FourCC { value: name };
        let file = Mp4Config {
            major_brand: brand(*b"isom"),
            minor_version: 512,
            compatible_brands: [*b"isom", *b"iso2", *b"avc1", *b"mp41"].map(brand).into(),
            timescale: TIMESCALE,
        };
        let writer = Mp4Writer::write_start(Cursor::default(), &file).map_err(FilmError::of)?;
        Ok(Self {
            encoder,
            picture: YUVBuffer::new(width, height),
            size: (width, height),
            writer,
            begun: false,
            shown: units as u32,
            time: 0,
        })
    }

    pub fn add(&mut self, picture: &[u8]) -> Result<(), FilmError> {
        self.picture.read_rgb8(RgbSliceU8::new(picture, self.size));
        let encoded = self.encoder.encode(&self.picture).map_err(FilmError::of)?;
        let units = Units::of(&encoded.to_vec());
        if units.slices.is_empty() {
            return Err(FilmError("the encoder left a picture out".into()));
        }
        if !self.begun {
            self.begin(&units)?;
        }
        let sample = Mp4Sample {
            start_time: self.time,
            duration: self.shown,
            rendering_offset: 0,
            is_sync: units.key,
            bytes: units.slices.into(),
        };
        self.writer
            .write_sample(TRACK, &sample)
            .map_err(FilmError::of)?;
        self.time += u64::from(self.shown);
        Ok(())
    }

    /// Opens the track with the parameters that come with the first picture.
    fn begin(&mut self, units: &Units) -> Result<(), FilmError> {
        let side = |side: usize| u16::try_from(side).map_err(FilmError::of);
        let track = TrackConfig {
            track_type: TrackType::Video,
            timescale: TIMESCALE,
            language: "und".into(),
            media_conf: MediaConfig::AvcConfig(AvcConfig {
                width: side(self.size.0)?,
                height: side(self.size.1)?,
                seq_param_set: units.sequence_parameters.clone(),
                pic_param_set: units.picture_parameters.clone(),
            }),
        };
        self.begun = true;
        self.writer.add_track(&track).map_err(FilmError::of)
    }

    pub fn finish(mut self) -> Result<Vec<u8>, FilmError> {
        self.writer.write_end().map_err(FilmError::of)?;
        Ok(self.writer.into_writer().into_inner())
    }
}

/// What the encoder makes of one picture.
#[derive(Default)]
struct Units {
    sequence_parameters: Vec<u8>,
    picture_parameters: Vec<u8>,
    /// The picture, each unit behind its length, as MP4 has them.
    slices: Vec<u8>,
    /// Whether it can be shown without any other.
    key: bool,
}

impl Units {
    /// Takes a stream apart (ITU-T H.264, annex B): units behind the bytes 0 0 1.
    fn of(stream: &[u8]) -> Self {
        let mut units = Self::default();
        for unit in split(stream) {
            match unit[0] & 0x1F {
                unit::SEQUENCE_PARAMETERS => units.sequence_parameters = unit.to_vec(),
                unit::PICTURE_PARAMETERS => units.picture_parameters = unit.to_vec(),
                kind @ (unit::SLICE | unit::KEY_SLICE) => {
                    let len = u32::try_from(unit.len()).unwrap_or(u32::MAX);
                    units.slices.extend(len.to_be_bytes());
                    units.slices.extend(unit);
                    units.key |= kind == unit::KEY_SLICE;
                }
                _ => {}
            }
        }
        units
    }
}

/// The units of a stream, without empty ones and the zeros between them.
fn split(stream: &[u8]) -> Vec<&[u8]> {
    let marks: Vec<usize> = (0..stream.len().saturating_sub(2))
        .filter(|&at| stream[at..at + 3] == [0, 0, 1])
        .collect();
    let ends = marks.iter().skip(1).copied().chain([stream.len()]);
    marks
        .iter()
        .zip(ends)
        .map(|(&mark, end)| {
            let unit = &stream[mark + 3..end];
            let zeros = unit.iter().rev().take_while(|&&byte| byte == 0).count();
            &unit[..unit.len() - zeros]
        })
        .filter(|unit| !unit.is_empty())
        .collect()
}
