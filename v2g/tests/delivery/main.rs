//! Contract certificates on their way to the car: built, checked, and refused each for its own reason.
#[cfg(test)]
mod iso20;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
#[cfg(test)]
mod whole;
