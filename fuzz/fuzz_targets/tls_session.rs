#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pnc_fuzz::tls_session(data));
