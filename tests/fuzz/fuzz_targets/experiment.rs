//! Fuzzes [`angora_fuzz::experiment`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::experiment(data));
