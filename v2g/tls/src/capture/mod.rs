//! Decryption of recorded connections with the secrets of a key log.
//!
//! ```
//! use v2g_tls::capture::{Direction, Secrets, Session};
//!
//! # fn main() -> Result<(), v2g_tls::capture::Error> {
//! # let (from_car, from_station) = (&[][..], &[][..]);
//! let secrets = Secrets::parse("CLIENT_RANDOM 5fb1... 86ab...");
//! let mut session = Session::new(&secrets);
//! session.feed(Direction::Client, from_car)?; // reassembled TCP payload, in order per direction
//! session.feed(Direction::Server, from_station)?;
//! for plaintext in session.read(Direction::Client) {
//!     println!("{} bytes, ended at {}", plaintext.bytes.len(), plaintext.end);
//! }
//! # Ok(()) }
//! ```

mod handshake;
mod keys;
mod secrets;
mod session;

pub use secrets::Secrets;
pub use session::{Alert, Direction, Error, ErrorKind, Plaintext, Session};

#[cfg(test)]
mod tests;
