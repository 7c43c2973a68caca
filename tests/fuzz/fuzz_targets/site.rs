//! Fuzzes [`angora_fuzz::site`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::site(data));
