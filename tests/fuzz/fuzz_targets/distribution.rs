//! Fuzzes [`angora_fuzz::distribution`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::distribution(data));
