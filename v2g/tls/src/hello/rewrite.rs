//! The two forms of a hello: as it is on the wire, and as rustls can take or make it.
//!
//! | on the wire                                        | for rustls                                        |
//! |----------------------------------------------------|---------------------------------------------------|
//! | ClientHello `trusted_ca_keys` B                    | ALPN of the carrier name and B in pieces          |
//! | ClientHello `server_name`, ALPN                    | the same bodies under private types, thus ignored |
//! | ClientHello without TLS 1.3 and `supported_groups` | secp256r1 and a mark                              |
//! | ServerHello `trusted_ca_keys`, empty               | ALPN of the carrier name                          |
//!
//! For every message that `from_wire` accepts, `to_wire(from_wire(m)) == m`. The transcript hash of
//! the suites applies `to_wire`, so both ends authenticate exactly what was on the wire, and neither
//! function needs to know anything of the connection.

use std::borrow::Cow;

use super::HelloError;
use super::message::{
    ALPN, CLIENT_HELLO, Hello, SERVER_HELLO, SERVER_NAME, SUPPORTED_GROUPS, TRUSTED_CA_KEYS,
};
use super::reader::Reader;

/// The message as rustls takes it; a message that is no hello, or broken, stays as it is.
pub(crate) fn from_wire(message: &[u8]) -> Result<Cow<'_, [u8]>, HelloError> {
    let Some(mut hello) = Hello::parse(message) else { return Ok(message.into()) };
    if let Some((typ, _)) = hello.extensions.iter().find(|(t, _)| PRIVATE.contains(t)) {
        return Err(HelloError::ReservedExtension(*typ));
    }
    let mut edited = false;
    if hello.typ == CLIENT_HELLO {
        for (typ, body) in &mut hello.extensions {
            *typ = match *typ {
                SERVER_NAME => HIDDEN_SERVER_NAME,
                ALPN => HIDDEN_ALPN,
                TRUSTED_CA_KEYS => {
                    *body = name_list(body).into();
                    ALPN
                }
                _ => continue,
            };
            edited = true;
        }
        // RFC 8422 4: absent means any; rustls takes it as none.
        if hello.extension(SUPPORTED_GROUPS).is_none() && !hello.offers_tls13() {
            hello.extensions.push((SUPPORTED_GROUPS, SECP256R1_ONLY.into()));
            hello.extensions.push((SUPPLIED_GROUPS, vec![hello.has_extensions.into()].into()));
            hello.has_extensions = true;
            edited = true;
        }
    } else {
        if hello.extension(ALPN).is_some() {
            return Err(HelloError::UnsolicitedAlpn);
        }
        for (typ, body) in &mut hello.extensions {
            if *typ == TRUSTED_CA_KEYS && body.is_empty() {
                (*typ, *body) = (ALPN, name_list(&[]).into());
                edited = true;
            }
        }
    }
    Ok(if edited { hello.encode().into() } else { message.into() })
}

/// The message as it is on the wire; the inverse of [`from_wire`].
pub(crate) fn to_wire(message: &[u8]) -> Cow<'_, [u8]> {
    if !matches!(message.first(), Some(&(CLIENT_HELLO | SERVER_HELLO))) {
        return message.into();
    }
    let Some(mut hello) = Hello::parse(message) else { return message.into() };
    let mut edited = false;
    if hello.typ == CLIENT_HELLO
        && let [.., _, (SUPPLIED_GROUPS, had)] = &hello.extensions[..]
    {
        hello.has_extensions = **had == [1];
        hello.extensions.truncate(hello.extensions.len() - 2);
        edited = true;
    }
    for (typ, body) in &mut hello.extensions {
        *typ = match *typ {
            HIDDEN_SERVER_NAME => SERVER_NAME,
            HIDDEN_ALPN => ALPN,
            ALPN => {
                let Some(carried) = carried(body) else { continue };
                *body = carried.into();
                TRUSTED_CA_KEYS
            }
            _ => continue,
        };
        edited = true;
    }
    if edited { hello.encode().into() } else { message.into() }
}

/// The ALPN names that carry this `trusted_ca_keys` body.
pub(crate) fn names(body: &[u8]) -> Vec<Vec<u8>> {
    let pieces = body.chunks(usize::from(u8::MAX)).map(<[u8]>::to_vec);
    core::iter::once(CARRIER.to_vec()).chain(pieces).collect()
}

/// The `trusted_ca_keys` body that these ALPN names carry; `None` if they are real ones.
pub(crate) fn body_of<'a>(names: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut names = names.into_iter();
    (names.next()? == CARRIER).then(|| names.flatten().copied().collect())
}

/// The first ALPN name where ALPN stands for `trusted_ca_keys`.
pub(crate) const CARRIER: &[u8] = b"trusted_ca_keys";

fn name_list(body: &[u8]) -> Vec<u8> {
    let mut list = Vec::new();
    for name in names(body) {
        list.push(name.len() as u8); // at most 255, as cut above
        list.extend(name);
    }
    [&(list.len() as u16).to_be_bytes()[..], &list].concat()
}

fn carried(alpn: &[u8]) -> Option<Vec<u8>> {
    let mut r = Reader(alpn);
    let mut list = Reader(r.vec16()?);
    let mut names = Vec::new();
    while !list.is_empty() {
        names.push(list.vec8()?);
    }
    r.is_empty().then(|| body_of(names))?
}

/// Extension types of the private-use range; a peer that uses them is refused.
const HIDDEN_SERVER_NAME: u16 = 0xffa0;
const HIDDEN_ALPN: u16 = 0xffa1;
const SUPPLIED_GROUPS: u16 = 0xffa2;
const PRIVATE: [u16; 3] = [HIDDEN_SERVER_NAME, HIDDEN_ALPN, SUPPLIED_GROUPS];

const SECP256R1_ONLY: &[u8] = &[0, 2, 0, 23];
