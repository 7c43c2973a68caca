//! Fuzzes [`angora_fuzz::snapshot`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::snapshot(data));
