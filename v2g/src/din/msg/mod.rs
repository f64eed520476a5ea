//! The message set of DIN SPEC 70121, a file for each phase.
