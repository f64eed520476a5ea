//! Each file of this package is one `cargo run --example NAME`.
#![forbid(unsafe_code)]
