//! Fuzzes [`angora_fuzz::brain`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::brain(data));
