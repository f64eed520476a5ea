//! Station and car over real sockets on loopback.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod sessions;
