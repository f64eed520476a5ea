//! Ethernet addresses and the run identifier.

use core::fmt;

/// An Ethernet address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mac(pub [u8; 6]);

/// Names one matching run of one car; chosen by the car, not always random and not always unique.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RunId(pub [u8; 8]);

impl Mac {
    /// Everybody.
    pub const BROADCAST: Self = Self([0xFF; 6]);

    /// Where a Qualcomm modem listens for its own host.
    pub const LOCAL_MODEM: Self = Self([0x00, 0xB0, 0x52, 0x00, 0x00, 0x01]);

    /// Where a Lumissil modem listens for its own host.
    pub const LUMISSIL_MODEM: Self = Self([0x00, 0x16, 0xE8, 0x00, 0x00, 0x01]);

    /// Broadcast and group addresses, which no sender can have.
    pub fn is_group(self) -> bool {
        self.0[0] & 1 == 1
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mac({self})")
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunId({self})")
    }
}
