#![allow(clippy::unwrap_used, reason = "a test")]

use super::*;
use mp4::Mp4Reader;
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;
use std::io::Cursor;

const SIZE: (usize, usize) = (48, 64);
const SHOWN: Duration = Duration::from_millis(80);

/// A grey that grows brighter, with a red square that goes to the right.
fn picture(t: usize) -> Vec<u8> {
    let (height, width) = SIZE;
    let pixel = |at: usize| {
        let (y, x) = (at / width, at % width);
        let red = (16..32).contains(&y) && (4 * t..4 * t + 16).contains(&x);
        if red {
            [220, 30, 30]
        } else {
            [40 + 10 * t as u8; 3]
        }
    };
    (0..height * width).flat_map(pixel).collect()
}

fn film(format: Format, frames: usize) -> Vec<u8> {
    let mut film = Film::new(format, SIZE, SHOWN).unwrap();
    for t in 0..frames {
        film.add(&picture(t)).unwrap();
    }
    assert_eq!(film.frames(), frames as u64);
    film.finish().unwrap()
}

/// Mean absolute difference of two pictures, in 255ths.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: f64 = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| f64::from(a.abs_diff(b)))
        .sum();
    sum / a.len() as f64
}

#[test]
fn an_mp4_holds_its_pictures() {
    let bytes = film(Format::Mp4, 10);
    let len = bytes.len() as u64;
    let mut reader = Mp4Reader::read_header(Cursor::new(bytes), len).unwrap();
    let track = &reader.tracks()[&1];
    assert_eq!((track.height(), track.width()), (48, 64));
    assert_eq!(track.sample_count(), 10);
    assert_eq!(track.duration(), Duration::from_millis(800));
    let mut stream = Vec::new();
    for unit in [
        track.sequence_parameter_set(),
        track.picture_parameter_set(),
    ] {
        stream.extend([0, 0, 0, 1]);
        stream.extend(unit.unwrap());
    }

    let mut decoder = Decoder::new().unwrap();
    assert!(decoder.decode(&stream).unwrap().is_none());
    for t in 0..10 {
        let sample = reader.read_sample(1, t + 1).unwrap().unwrap();
        let mut key = false;
        let mut rest: &[u8] = &sample.bytes;
        let mut stream = Vec::new();
        while let [a, b, c, d, body @ ..] = rest {
            let (unit, after) = body.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
            // A slice that needs no other picture (ITU-T H.264, table 7-1).
            key |= unit[0] & 0x1F == 5;
            stream.extend([0, 0, 0, 1]);
            stream.extend(unit);
            rest = after;
        }
        assert_eq!(sample.is_sync, key, "picture {t}");
        assert!(key || t > 0, "a film begins with a whole picture");
        let decoded = decoder.decode(&stream).unwrap().unwrap();
        assert_eq!(decoded.dimensions(), (64, 48));
        let mut rgb = vec![0; 3 * 48 * 64];
        decoded.write_rgb8(&mut rgb);
        let (own, other) = (t as usize, (t as usize + 5) % 10);
        let (near, far) = (
            difference(&rgb, &picture(own)),
            difference(&rgb, &picture(other)),
        );
        assert!(near < 8.0 && far > 25.0, "picture {t}: {near} {far}");
    }
    assert_eq!(film(Format::Mp4, 3), film(Format::Mp4, 3));
}

#[test]
fn a_gif_holds_its_pictures() {
    let bytes = film(Format::Gif, 4);
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes.as_slice()).unwrap();
    assert_eq!((decoder.height(), decoder.width()), (48, 64));
    for t in 0..4 {
        let frame = decoder.read_next_frame().unwrap().unwrap();
        assert_eq!(frame.delay, 8);
        let rgb: Vec<u8> = frame
            .buffer
            .chunks_exact(4)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        assert!(difference(&rgb, &picture(t)) < 2.0);
    }
    assert!(decoder.read_next_frame().unwrap().is_none());
}

#[test]
fn what_cannot_be_filmed_is_said() {
    let said = |format, size| Film::new(format, size, SHOWN).err().unwrap().to_string();
    assert!(said(Format::Mp4, (48, 63)).contains("63 x 48 pixels: both sides must be even"));
    assert!(said(Format::Gif, (70_000, 10)).contains("70000 pixels"));
    let empty = Film::new(Format::Gif, SIZE, SHOWN).unwrap().finish();
    assert!(empty.unwrap_err().to_string().contains("no pictures"));
}

#[test]
fn a_grid_has_its_tiles_in_their_places() {
    let tile = |value: u8| vec![value; 3 * 2 * 4];
    let mut grid = Grid::new(3, (2, 4));
    assert_eq!(grid.size(), (4, 8));
    for (index, value) in [10, 20, 30].into_iter().enumerate() {
        grid.put(index, &tile(value));
    }
    let at = |row: usize, column: usize| grid.picture()[3 * (8 * row + column)];
    assert_eq!([at(0, 0), at(1, 3), at(0, 4), at(1, 7)], [10, 10, 20, 20]);
    assert_eq!([at(2, 0), at(3, 3), at(2, 4), at(3, 7)], [30, 30, 0, 0]);
    assert_eq!(Grid::new(1, (2, 4)).size(), (2, 4));
    assert_eq!(Grid::new(5, (2, 4)).size(), (4, 12));
}
