//! Fuzzes [`angora_fuzz::assignments`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::assignments(data));
