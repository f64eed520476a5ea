//! The message sets of ISO 15118-20: a module for each, and the types they share.
//!
//! The V2GTP payload type says which set a message is of, whatever the energy mode: 0x8002 [`common`],
//! 0x8003 [`ac`], 0x8004 [`dc`] (MCS too), 0x8005 [`acdp`], 0x8006 [`wpt`], 0x8010 and 0x8011 AC with
//! the grid functions of IEC and SAE. Beside the charge loop, 0x8101 (a new schedule), 0x8102 (a meter
//! reading to confirm) and 0x8104 (parking) carry messages of [`common`], 0x8103 of [`acdp`].
//! [`message_set`](crate::message_set::message_set) has this as a function.

#[cfg(feature = "iso20-ac")]
pub mod ac;
#[cfg(feature = "iso20-ac-der-iec")]
pub mod ac_der_iec;
#[cfg(feature = "iso20-ac-der-sae")]
pub mod ac_der_sae;
#[cfg(feature = "iso20-acdp")]
pub mod acdp;
#[cfg(feature = "iso20-common")]
pub mod common;
#[cfg(feature = "iso20-dc")]
pub mod dc;
#[cfg(any(feature = "iso20-ac-der-iec", feature = "iso20-ac-der-sae"))]
mod der;
pub mod types;
#[cfg(feature = "iso20-wpt")]
pub mod wpt;
