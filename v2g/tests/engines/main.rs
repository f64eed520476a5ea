//! The engines of both roles, alone and together.

mod bad_input;
mod order_of_messages;
mod refusals;
mod support;
mod switching_off;
mod whole_sessions;
