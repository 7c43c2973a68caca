//! Fuzzes [`angora_fuzz::labels`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::labels(data));
