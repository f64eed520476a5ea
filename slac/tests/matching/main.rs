//! The matching engines from outside, on a simulated clock.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod conformance_evcc;
#[cfg(test)]
mod conformance_pilot;
#[cfg(test)]
mod conformance_secc;
#[cfg(test)]
mod keying;
#[cfg(test)]
mod link;
#[cfg(test)]
mod modem;
#[cfg(test)]
mod park;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod site;
