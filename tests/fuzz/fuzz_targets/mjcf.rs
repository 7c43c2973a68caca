//! Fuzzes [`angora_fuzz::mjcf`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::mjcf(data));
