//! Fuzzes [`angora_fuzz::events`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::events(data));
