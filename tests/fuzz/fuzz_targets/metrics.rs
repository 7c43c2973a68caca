//! Fuzzes [`angora_fuzz::metrics`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::metrics(data));
