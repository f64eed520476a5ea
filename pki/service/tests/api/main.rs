//! The service over HTTP, in this process: every route, and every failure by its code.
#[cfg(test)]
mod access;
#[cfg(test)]
mod description;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod pools;
#[cfg(test)]
mod provision;
#[cfg(test)]
mod provision20;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod support;
