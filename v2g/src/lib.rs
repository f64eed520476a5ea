#![forbid(unsafe_code)]
extern crate alloc;
pub mod sdp;
pub mod v2gtp;
