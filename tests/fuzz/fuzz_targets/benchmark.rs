//! Fuzzes [`angora_fuzz::benchmark`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::benchmark(data));
