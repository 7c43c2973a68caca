//! Fuzzes [`angora_fuzz::tensors`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::tensors(data));
