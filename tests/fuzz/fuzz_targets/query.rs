//! Fuzzes [`angora_fuzz::query`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::query(data));
