//! The engines of both roles, alone and together.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod certificates_car;
#[cfg(test)]
mod certificates_station;
#[cfg(test)]
mod order_of_messages;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod support;
#[cfg(test)]
mod switching_off;
#[cfg(test)]
mod whole_sessions;
