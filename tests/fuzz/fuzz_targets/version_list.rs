//! Fuzzes [`angora_fuzz::version_list`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::version_list(data));
