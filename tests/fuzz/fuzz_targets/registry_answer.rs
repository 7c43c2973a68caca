//! Fuzzes [`angora_fuzz::registry_answer`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::registry_answer(data));
