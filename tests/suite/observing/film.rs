//! Reads films: MP4 by its boxes (ISO/IEC 14496-12) and a decoder of H.264, GIF by a crate.

use openh264::decoder::Decoder;
use openh264::formats::YUVSource;
use std::path::Path;

/// Pictures of a film.
pub struct Film {
    pub width: usize,
    pub height: usize,
    /// Seconds for which it lasts.
    pub seconds: f64,
    /// Red, green and blue of each pixel.
    pub frames: Vec<Vec<u8>>,
}

/// The content of a box within boxes.
fn find<'b>(bytes: &'b [u8], path: &[&str]) -> &'b [u8] {
    let Some((name, rest)) = path.split_first() else {
        return bytes;
    };
    let mut at = 0;
    while at + 8 <= bytes.len() {
        let size = number(bytes, at);
        assert!(size >= 8, "a box of {size} bytes");
        if &bytes[at + 4..at + 8] == name.as_bytes() {
            return find(&bytes[at + 8..at + size], rest);
        }
        at += size;
    }
    panic!("there is no box {name}");
}

/// Four bytes.
fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// Where the samples of a track lie in the file, and how long they are.
fn samples(table: &[u8]) -> Vec<(usize, usize)> {
    let (sizes, chunks, runs) = (
        find(table, &["stsz"]),
        find(table, &["stco"]),
        find(table, &["stsc"]),
    );
    let run = |n: usize| (number(runs, 8 + 12 * n), number(runs, 12 + 12 * n));
    let runs: Vec<(usize, usize)> = (0..number(runs, 4)).map(run).collect();
    let mut found = Vec::new();
    for chunk in 0..number(chunks, 4) {
        let mut at = number(chunks, 8 + 4 * chunk);
        let (_, count) = runs.iter().rfind(|(first, _)| *first <= chunk + 1).unwrap();
        for _ in 0..*count {
            let fixed = number(sizes, 4);
            let size = match fixed {
                0 => number(sizes, 12 + 4 * found.len()),
                size => size,
            };
            found.push((at, size));
            at += size;
        }
    }
    assert_eq!(found.len(), number(sizes, 8), "samples of the track");
    found
}

/// Units of H.264 as a decoder takes them.
fn stream<'u>(units: impl IntoIterator<Item = &'u [u8]>) -> Vec<u8> {
    let mark = |unit: &'u [u8]| [0, 0, 0, 1].into_iter().chain(unit.iter().copied());
    units.into_iter().flat_map(mark).collect()
}

/// The unit behind its length of `bytes` bytes, and what comes after it.
fn unit(content: &[u8], bytes: usize) -> (&[u8], &[u8]) {
    let (len, rest) = content.split_at(bytes);
    let len = len.iter().fold(0, |len, &b| len << 8 | usize::from(b));
    rest.split_at(len)
}

/// The units of a sample.
fn units(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut units = Vec::new();
    while !rest.is_empty() {
        let (first, after) = unit(rest, 4);
        units.push(first);
        rest = after;
    }
    units
}

/// Reads an MP4 of one track.
pub fn mp4(path: &Path) -> Film {
    let bytes = std::fs::read(path).unwrap();
    let media = find(&bytes, &["moov", "trak", "mdia"]);
    let header = find(media, &["mdhd"]);
    let seconds = number(header, 16) as f64 / number(header, 12) as f64;
    let table = find(media, &["minf", "stbl"]);
    // The table of kinds has 8 bytes before its first entry, whose first box comes 78 bytes in.
    let kind = &find(table, &["stsd"])[8..];
    assert_eq!(&kind[4..8], b"avc1");
    let setup = find(&kind[8 + 78..], &["avcC"]);
    assert_eq!(setup[4] & 3, 3, "lengths of 4 bytes");
    // One unit of each kind, behind their number.
    let (sequence, rest) = unit(&setup[6..], 2);
    let (picture, _) = unit(&rest[1..], 2);

    let mut decoder = Decoder::new().unwrap();
    let parameters = stream([sequence, picture]);
    assert!(decoder.decode(&parameters).unwrap().is_none());
    let (mut width, mut height, mut frames) = (0, 0, Vec::new());
    for (at, size) in samples(table) {
        let sample = stream(units(&bytes[at..at + size]));
        let decoded = decoder.decode(&sample).unwrap().expect("a picture");
        (width, height) = decoded.dimensions();
        let mut rgb = vec![0; 3 * width * height];
        decoded.write_rgb8(&mut rgb);
        frames.push(rgb);
    }
    Film {
        width,
        height,
        seconds,
        frames,
    }
}

/// Reads a GIF.
pub fn gif(path: &Path) -> Film {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let file = std::fs::File::open(path).unwrap();
    let mut decoder = options.read_info(file).unwrap();
    let (width, height) = (decoder.width().into(), decoder.height().into());
    let (mut seconds, mut frames) = (0.0, Vec::new());
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        seconds += f64::from(frame.delay) / 100.0;
        let pixels = frame.buffer.chunks_exact(4);
        frames.push(pixels.flat_map(|p| [p[0], p[1], p[2]]).collect());
    }
    Film {
        width,
        height,
        seconds,
        frames,
    }
}

impl Film {
    /// How much two of its pictures differ, in 255ths.
    pub fn difference(&self, a: usize, b: usize) -> f64 {
        let pairs = self.frames[a].iter().zip(&self.frames[b]);
        let sum: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        sum / self.frames[a].len() as f64
    }

    /// The part of a picture's pixels that a colour describes.
    pub fn part(&self, frame: usize, colour: fn([u8; 3]) -> bool) -> f64 {
        let pixels = self.frames[frame].chunks_exact(3);
        let count = pixels.filter(|p| colour([p[0], p[1], p[2]])).count();
        count as f64 / (self.width * self.height) as f64
    }
}
