//! ISO 15118 without I/O: V2GTP, SECC discovery, the message sets, and the engines of both roles.
//!
//! [`secc::Secc`] is a station, [`evcc::Evcc`] a car; each is driven by `handle` and `poll`
//! (see [`engine`]) and knows neither sockets nor clocks. The message sets alone build without `std`.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "engine"), no_std)]
extern crate alloc;

pub mod app_protocol;
#[cfg(feature = "engine")]
pub mod authorization;
#[cfg(feature = "engine")]
pub mod delivery;
#[cfg(feature = "din")]
pub mod din;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(any(feature = "din", feature = "iso2"))]
pub mod enumerations;
#[cfg(feature = "engine")]
pub mod evcc;
#[cfg(all(feature = "engine", any(test, feature = "fuzz")))]
#[doc(hidden)]
pub mod fuzz;
#[cfg(feature = "engine")]
pub mod handshake;
#[cfg(feature = "iso2")]
pub mod iso2;
#[cfg(feature = "iso20-types")]
pub mod iso20;
pub mod message_set;
#[cfg(feature = "engine")]
pub mod provisioning;
pub mod sdp;
#[cfg(feature = "engine")]
pub mod secc;
#[cfg(feature = "engine")]
pub mod signature;
pub mod v2gtp;
pub mod xmldsig;

/// Every schema set that is built.
pub const SCHEMAS: &[&exi::Schema] = &[
    &app_protocol::SCHEMA,
    #[cfg(feature = "din")]
    &din::msg::SCHEMA,
    #[cfg(feature = "iso2")]
    &iso2::msg::SCHEMA,
    #[cfg(feature = "iso20-common")]
    &iso20::msg::common::SCHEMA,
    #[cfg(feature = "iso20-ac")]
    &iso20::msg::ac::SCHEMA,
    #[cfg(feature = "iso20-dc")]
    &iso20::msg::dc::SCHEMA,
    #[cfg(feature = "iso20-wpt")]
    &iso20::msg::wpt::SCHEMA,
    #[cfg(feature = "iso20-acdp")]
    &iso20::msg::acdp::SCHEMA,
    #[cfg(feature = "iso20-ac-der-iec")]
    &iso20::msg::ac_der_iec::SCHEMA,
    #[cfg(feature = "iso20-ac-der-sae")]
    &iso20::msg::ac_der_sae::SCHEMA,
    &xmldsig::SCHEMA,
];

/// A text that is known to keep to its bounds when the program is written.
#[cfg(feature = "engine")]
fn fixed<const MIN: usize, const MAX: usize>(text: &'static str) -> exi::Text<MIN, MAX> {
    let text = exi::Text::new(text);
    debug_assert!(text.is_ok());
    text.unwrap_or_default()
}
