//! Fuzzes [`angora_fuzz::release`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::release(data));
