//! What the engines cost on a busy line: memory, work and time.

#[cfg(test)]
mod counting;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod flood;
#[cfg(test)]
mod line;
#[cfg(test)]
mod memory;
