//! Fuzzes [`angora_fuzz::plugin_library`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::plugin_library(data));
