//! Damaged files: cut short, with flipped bits, with pieces moved. Whatever comes of one, the host
//! goes on and says something.
//!
//! `ANGORA_DAMAGE=1000000 cargo test -p angora-loader --test wasm damage` tries as many as it says.

use crate::module::{Module, reward, step, write};
use angora_core::seed::{Purpose, Stream};
use angora_loader::WasmLimits;
use std::collections::BTreeMap;
use std::ops::Range;

/// Files that are tried where nothing else is asked for.
const FILES: usize = 2000;

/// Of what is damaged.
const SEED: u64 = 5;

/// A damaged copy: half of them with one byte of the code changed, which may well be valid; the
/// others worse.
fn damaged(bytes: &[u8], code: Range<usize>, stream: &mut Stream) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if stream.index(2) == 0 {
        let at = code.start + stream.index(code.len());
        bytes[at] = match stream.index(3) {
            0 => stream.index(256) as u8,
            1 => bytes[at] ^ 1 << stream.index(8),
            // Instructions lie side by side by kind.
            _ => bytes[at]
                .wrapping_add(stream.index(7) as u8)
                .wrapping_sub(3),
        };
        return bytes;
    }
    for _ in 0..=stream.index(3) {
        let at = stream.index(bytes.len());
        match stream.index(6) {
            0 => bytes.truncate(at.max(9)),
            1 => bytes[at] = stream.index(256) as u8,
            2 => bytes[at] = [0, 0x7f, 0x80, 0xff, 1, 0x0b][stream.index(6)],
            3 => {
                let from = stream.index(bytes.len());
                let len = stream.index(16).min(bytes.len() - at.max(from));
                bytes.copy_within(from..from + len, at);
            }
            4 => {
                let end = (at + 1 + stream.index(8)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => bytes[at] ^= 1 << stream.index(8),
        }
    }
    bytes
}

/// Where the code of a module lies.
fn code(bytes: &[u8]) -> Range<usize> {
    let mut payloads = wasmparser::Parser::new(0).parse_all(bytes);
    payloads
        .find_map(|payload| match payload.unwrap() {
            wasmparser::Payload::CodeSectionStart { range, .. } => Some(range),
            _ => None,
        })
        .unwrap()
}

#[test]
fn damaged_files_do_no_harm() {
    let files = std::env::var("ANGORA_DAMAGE").map_or(FILES, |n| n.parse().unwrap());
    let folder = tempfile::TempDir::new().unwrap();
    let limits = WasmLimits {
        deadline_ms: 50,
        ..WasmLimits::default()
    };
    let by_hand = Module {
        imports: r#"(import "angora:plugin/host@1.0.0" "panicked"
            (func $panicked (param i32 i32 i32 i32)))"#,
        evaluate: "(local $i i32)
            (loop $l (f64.store offset=256 (i32.const 0) (f64.load (local.get 0)))
              (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 9))))
            (if (i32.eqz (local.get $i)) (then
              (call $panicked (i32.const 128) (i32.const 8) (i32.const 128) (i32.const 2))))
            (i32.const 48)",
        ..Module::default()
    };
    let whole = by_hand.bytes();
    let code = code(&whole);
    let mut stream = Stream::new(SEED, 0, 0, Purpose::Reset);
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..files {
        let bytes = damaged(&whole, code.clone(), &mut stream);
        let path = write(folder.path(), &bytes);
        let end = match reward(&path, &limits, None) {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                "refused"
            }
            Ok(mut reward) => match step(&mut reward) {
                Ok(terms) => {
                    assert!(terms.iter().all(|term| term.is_finite()));
                    "works"
                }
                Err(fault) => {
                    assert!(!fault.to_string().is_empty());
                    "fault"
                }
            },
        };
        *ends.entry(end).or_default() += 1;
    }
    println!("{files} damaged files: {ends:?}");
    assert!(ends["refused"] > files / 4, "{ends:?}");
    assert!(ends.len() == 3 || files < 1000, "{ends:?}");
}
