//! Fuzzes [`angora_fuzz::names`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::names(data));
