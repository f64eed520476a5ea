//! Delivery of a contract's private key to the car that it is for.

mod iso2;
#[cfg(test)]
mod tests;

pub use iso2::{DeliveryError, WrappedKey, receiver, unwrap, wrap};
