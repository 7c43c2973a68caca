//! Fuzzes [`angora_fuzz::request`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::request(data));
