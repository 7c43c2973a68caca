//! Fuzzes [`angora_fuzz::plugin_module`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::plugin_module(data));
