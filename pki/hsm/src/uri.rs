use core::fmt;
use std::path::PathBuf;

/// Where a key is: a PKCS#11 URI (RFC 7512), as far as it names a token, a key, a module and a source of the PIN.
///
/// `pkcs11:token=operator;object=mo_sub2?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/run/pin`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uri {
    /// Label of the token.
    pub token: Option<String>,
    /// Serial number of the token.
    pub serial: Option<String>,
    /// Label of the key.
    pub object: Option<String>,
    /// Identifier of the key.
    pub id: Option<Vec<u8>>,
    /// File of the module.
    pub module_path: Option<PathBuf>,
    /// File that holds the PIN.
    pub pin_source: Option<PathBuf>,
}

/// Why a text is no such URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// It does not begin with `pkcs11:`.
    #[error("no pkcs11: URI")]
    Scheme,
    /// An attribute without a value, twice, or with a broken percent sign.
    #[error("malformed PKCS#11 URI")]
    Malformed,
    /// An attribute that narrows the choice in a way unknown here.
    #[error("an attribute that is not known here")]
    Attribute,
    /// The PIN itself: it would end up in settings and lists of processes.
    #[error("a PIN does not belong into a URI: name its file by pin-source")]
    PinValue,
}

impl Uri {
    /// Reads a URI.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let rest = text.strip_prefix("pkcs11:").ok_or(UriError::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut uri = Self::default();
        for attribute in path.split(';').filter(|attribute| !attribute.is_empty()) {
            let (name, value) = attribute.split_once('=').ok_or(UriError::Malformed)?;
            let octets = decode(value)?;
            match name {
                "token" => set(&mut uri.token, text_of(octets)?)?,
                "serial" => set(&mut uri.serial, text_of(octets)?)?,
                "object" => set(&mut uri.object, text_of(octets)?)?,
                "id" => set(&mut uri.id, octets)?,
                // What is sought is a private key anyway.
                "type" if octets == b"private" => {}
                _ => return Err(UriError::Attribute),
            }
        }
        for attribute in query.split('&').filter(|attribute| !attribute.is_empty()) {
            let (name, value) = attribute.split_once('=').ok_or(UriError::Malformed)?;
            let value = text_of(decode(value)?)?;
            match name {
                "module-path" => set(&mut uri.module_path, value.into())?,
                "pin-source" => {
                    let path = value.strip_prefix("file:").unwrap_or(&value);
                    set(&mut uri.pin_source, path.into())?;
                }
                "pin-value" => return Err(UriError::PinValue),
                _ => return Err(UriError::Attribute),
            }
        }
        Ok(uri)
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pkcs11:")?;
        let mut separator = "";
        let id = self.id.as_deref();
        let token = self.token.as_deref().map(str::as_bytes);
        let serial = self.serial.as_deref().map(str::as_bytes);
        let object = self.object.as_deref().map(str::as_bytes);
        let path = [("token", token), ("serial", serial), ("object", object), ("id", id)];
        for (name, value) in path {
            let Some(value) = value else { continue };
            write!(f, "{separator}{name}=")?;
            encode(f, value)?;
            separator = ";";
        }
        let mut separator = "?";
        let query = [("module-path", &self.module_path), ("pin-source", &self.pin_source)];
        for (name, path) in query {
            let Some(path) = path else { continue };
            write!(f, "{separator}{name}=")?;
            encode(f, path.to_string_lossy().as_bytes())?;
            separator = "&";
        }
        Ok(())
    }
}

fn set<T>(place: &mut Option<T>, value: T) -> Result<(), UriError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(UriError::Malformed),
    }
}

fn text_of(octets: Vec<u8>) -> Result<String, UriError> {
    String::from_utf8(octets).map_err(|_| UriError::Malformed)
}

fn decode(text: &str) -> Result<Vec<u8>, UriError> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        if octet != b'%' {
            octets.push(octet);
            continue;
        }
        let mut digit = || {
            let digit = rest.next().and_then(|digit| char::from(digit).to_digit(16));
            digit.and_then(|digit| u8::try_from(digit).ok()).ok_or(UriError::Malformed)
        };
        octets.push(digit()? << 4 | digit()?);
    }
    Ok(octets)
}

fn encode(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    octets.iter().try_for_each(|&octet| match octet {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            write!(f, "{}", char::from(octet))
        }
        _ => write!(f, "%{octet:02X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_name_token_key_module_and_pin_file() {
        let text =
            "pkcs11:token=My%20HSM;object=mo_sub2;id=%01%AB?module-path=/m.so&pin-source=/run/pin";
        let uri = Uri::parse(text).unwrap();
        assert_eq!(uri.token.as_deref(), Some("My HSM"));
        assert_eq!(uri.id.as_deref(), Some(&[1, 0xab][..]));
        assert_eq!(uri.pin_source, Some("/run/pin".into()));
        assert_eq!(uri.to_string(), text);
        assert_eq!(Uri::parse("pkcs11:object=x;type=private").unwrap().object, Some("x".into()));
        assert_eq!(Uri::parse("pkcs11:?pin-source=file:/p").unwrap().pin_source, Some("/p".into()));
    }

    #[test]
    fn what_is_no_uri_or_says_too_much_is_refused() {
        for (text, error) in [
            ("file:/x", UriError::Scheme),
            ("pkcs11:object", UriError::Malformed),
            ("pkcs11:object=a;object=b", UriError::Malformed),
            ("pkcs11:object=%4", UriError::Malformed),
            ("pkcs11:object=%zz", UriError::Malformed),
            ("pkcs11:object=%ff", UriError::Malformed),
            ("pkcs11:type=public", UriError::Attribute),
            ("pkcs11:object=a?pin-value=1234", UriError::PinValue),
        ] {
            assert_eq!(Uri::parse(text), Err(error), "{text}");
        }
    }
}
