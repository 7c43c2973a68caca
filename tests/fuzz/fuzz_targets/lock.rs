//! Fuzzes [`angora_fuzz::lock`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::lock(data));
