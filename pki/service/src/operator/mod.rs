//! What a contract certificate provisioning service does with a car's request, without storage or network: read it, check
//! it, make the contract's key and certificate, wrap the key, sign, answer. In ISO 15118-2 and ISO 15118-20 alike.

mod delivery;
mod message;
mod provisioner;
mod refusal;
mod request;
mod signatory;

pub use delivery::{Delivery, Wrapped, receiver};
pub use provisioner::{Provisioner, Settings};
pub use refusal::Refusal;
pub use request::{Asked, CarRequest, pcid};
pub use signatory::{Signatory, SignatoryError};
