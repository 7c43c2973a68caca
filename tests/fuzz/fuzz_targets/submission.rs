//! Fuzzes [`angora_fuzz::submission`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::submission(data));
