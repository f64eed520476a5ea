//! `pnc pki` on hierarchies made for the test.

#[cfg(test)]
#[cfg(feature = "operator")]
mod audit;
#[path = "../command/mod.rs"]
mod command;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod import;
#[cfg(test)]
mod issuing;
#[cfg(test)]
mod lint;
#[cfg(test)]
mod resolve;
#[cfg(test)]
mod show;
#[cfg(test)]
mod support;
#[cfg(test)]
mod verify;
