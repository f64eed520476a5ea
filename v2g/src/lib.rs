#![forbid(unsafe_code)]
extern crate alloc;

pub mod app_protocol;
pub mod iso2;
pub mod sdp;
pub mod v2gtp;
pub mod xmldsig;
