//! A ClientHello or ServerHello taken apart far enough to edit its extensions.

use std::borrow::Cow;

use super::reader::Reader;

pub(crate) const CLIENT_HELLO: u8 = 1;
pub(crate) const SERVER_HELLO: u8 = 2;

pub(crate) const SERVER_NAME: u16 = 0;
pub(crate) const TRUSTED_CA_KEYS: u16 = 3;
pub(crate) const STATUS_REQUEST: u16 = 5;
pub(crate) const SUPPORTED_GROUPS: u16 = 10;
pub(crate) const SIGNATURE_ALGORITHMS: u16 = 13;
pub(crate) const ALPN: u16 = 16;
pub(crate) const STATUS_REQUEST_V2: u16 = 17;
pub(crate) const ENCRYPT_THEN_MAC: u16 = 22;
pub(crate) const EXTENDED_MASTER_SECRET: u16 = 23;
pub(crate) const SUPPORTED_VERSIONS: u16 = 43;

/// `encode` gives back exactly the bytes that `parse` took.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hello<'a> {
    pub(crate) typ: u8,
    /// Everything between the message header and the length of the extensions.
    pub(crate) fixed: &'a [u8],
    pub(crate) legacy_version: u16,
    pub(crate) random: [u8; 32],
    /// All offered, or the one chosen.
    pub(crate) cipher_suites: &'a [u8],
    pub(crate) extensions: Vec<(u16, Cow<'a, [u8]>)>,
    /// False if the message ends before the length of the extensions.
    pub(crate) has_extensions: bool,
}

impl<'a> Hello<'a> {
    /// `message`: the whole handshake message with its 4-byte header.
    pub(crate) fn parse(message: &'a [u8]) -> Option<Self> {
        let mut r = Reader(message);
        let typ = r.u8()?;
        if r.u24()? != r.0.len() {
            return None;
        }
        let body = r.0;
        let legacy_version = r.u16()?;
        let random = r.array()?;
        r.vec8()?; // session id
        let cipher_suites = match typ {
            CLIENT_HELLO => {
                let suites = r.vec16()?;
                r.vec8()?; // compression methods
                suites
            }
            SERVER_HELLO => {
                let suite = r.take(2)?;
                r.u8()?; // compression method
                suite
            }
            _ => return None,
        };
        let (fixed, _) = body.split_at_checked(body.len() - r.0.len())?;
        let has_extensions = !r.is_empty();
        let mut extensions = Vec::new();
        if has_extensions {
            let mut list = Reader(r.vec16()?);
            while !list.is_empty() {
                extensions.push((list.u16()?, list.vec16()?.into()));
            }
        }
        r.is_empty().then_some(Self {
            typ,
            fixed,
            legacy_version,
            random,
            cipher_suites,
            extensions,
            has_extensions,
        })
    }

    /// The body of the first extension of this type.
    pub(crate) fn extension(&self, typ: u16) -> Option<&[u8]> {
        self.extensions.iter().find(|(t, _)| *t == typ).map(|(_, body)| &**body)
    }

    pub(crate) fn offers_tls13(&self) -> bool {
        let list = self.extension(SUPPORTED_VERSIONS).and_then(|body| Reader(body).vec8());
        list.and_then(|l| Reader(l).u16s()).is_some_and(|mut l| l.any(|version| version == 0x0304))
    }

    /// The bodies stay below 64 KiB together, as `from_wire` and `to_wire` keep them.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut list = Vec::new();
        for (typ, body) in &self.extensions {
            list.extend(typ.to_be_bytes());
            list.extend((body.len() as u16).to_be_bytes());
            list.extend(&**body);
        }
        let mut body = self.fixed.to_vec();
        if self.has_extensions {
            body.extend((list.len() as u16).to_be_bytes());
            body.extend(list);
        }
        let [_, a, b, c] = (body.len() as u32).to_be_bytes();
        [&[self.typ, a, b, c], &*body].concat()
    }
}
