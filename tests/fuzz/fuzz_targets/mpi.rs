//! Fuzzes [`angora_fuzz::mpi`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| angora_fuzz::mpi(data));
