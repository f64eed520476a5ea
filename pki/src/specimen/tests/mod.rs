//! Certificate profiles: every kind, every rule.

mod broken;
mod clean;
mod guess;
mod mutated;

use std::sync::LazyLock;

use ring::rand::SystemRandom;

use super::draft::{Draft, Keys};
use crate::Certificate;

fn keys() -> &'static Keys {
    static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::generate(&SystemRandom::new()).unwrap());
    &KEYS
}

impl Draft<'_> {
    fn certificate(&self) -> Certificate {
        Certificate::parse(&self.der()).unwrap()
    }
}
