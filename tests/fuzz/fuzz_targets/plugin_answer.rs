//! Fuzzes [`angora_fuzz::plugin_answer`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::plugin_answer(data));
