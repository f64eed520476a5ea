//! What a contract certificate provisioning service does with a car's request, without storage or network: read it, check
//! it, make the contract's key and certificate, wrap the key, sign, answer.

mod provisioner;
mod refusal;
mod request;
mod signatory;

pub use provisioner::{Delivery, Provisioner, Settings};
pub use refusal::Refusal;
pub use request::{Asked, CarRequest, pcid};
pub use signatory::{Signatory, SignatoryError};
