//! The transcript hash over hellos as they were on the wire.

use rustls::crypto::hash::{Context, Hash, HashAlgorithm, Output};

use crate::hello::message::{CLIENT_HELLO, SERVER_HELLO};
use crate::hello::rewrite::to_wire;

/// A hash that turns the hellos of a handshake, which rustls feeds in its own form, back into the
/// form on the wire. Without a [`HelloFilter`](crate::HelloFilter) and its carriers this is the identity.
pub(crate) struct WireHash(pub(crate) &'static dyn Hash);

impl Hash for WireHash {
    fn start(&self) -> Box<dyn Context> {
        Box::new(WireContext { inner: self.0.start(), in_hellos: true })
    }

    fn hash(&self, data: &[u8]) -> Output {
        self.0.hash(data)
    }

    fn output_len(&self) -> usize {
        self.0.output_len()
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.0.algorithm()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

struct WireContext {
    inner: Box<dyn Context>,
    /// Only hellos were fed so far.
    in_hellos: bool,
}

impl Context for WireContext {
    fn fork_finish(&self) -> Output {
        self.inner.fork_finish()
    }

    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self { inner: self.inner.fork(), in_hellos: self.in_hellos })
    }

    fn finish(self: Box<Self>) -> Output {
        self.inner.finish()
    }

    /// rustls feeds whole handshake messages, one or several at a time.
    fn update(&mut self, mut data: &[u8]) {
        while self.in_hellos
            && let [typ @ (CLIENT_HELLO | SERVER_HELLO), a, b, c, ..] = data
            && let end = 4 + u32::from_be_bytes([0, *a, *b, *c]) as usize
            && let Some((message, rest)) = data.split_at_checked(end)
        {
            self.in_hellos = *typ == CLIENT_HELLO;
            self.inner.update(&to_wire(message));
            data = rest;
        }
        if !data.is_empty() {
            self.in_hellos = false;
            self.inner.update(data);
        }
    }
}
