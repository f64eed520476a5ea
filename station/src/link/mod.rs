//! Links to the car below IP: the raw Ethernet interface of a power line modem.

mod interface;
mod packet;

pub use packet::PacketLink;
