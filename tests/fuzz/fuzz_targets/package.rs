//! Fuzzes [`angora_fuzz::package`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::package(data));
