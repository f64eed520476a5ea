#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pnc_fuzz::delivery20(data));
