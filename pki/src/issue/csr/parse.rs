use super::{Csr, CsrError, CsrPart};
use crate::cert::{Extensions, extensions_of, name_of};
use crate::der::{self, Malformed, Reader, dotted};
use crate::key::{KeyError, PublicKey};

pub(super) fn request(der: &[u8]) -> Result<Csr, CsrError> {
    let max = Csr::MAX_DER;
    if der.len() > max {
        return Err(CsrError::TooLong { found: der.len(), max });
    }
    let mut document = Reader::new(der);
    let mut request = document.enter(der::SEQUENCE).map_err(in_part(CsrPart::Request))?;
    document.end().map_err(in_part(CsrPart::Request))?;
    let signed = request.whole(der::SEQUENCE).map_err(in_part(CsrPart::Request))?;
    let algorithm = request.take(der::SEQUENCE).map_err(in_part(CsrPart::Signature))?;
    let signature = request.octets_of_bits().map_err(in_part(CsrPart::Signature))?;
    request.end().map_err(in_part(CsrPart::Request))?;

    let mut info = Reader::new(signed).enter(der::SEQUENCE).map_err(in_part(CsrPart::Request))?;
    // Version 1 is the only one.
    if info.integer() != Ok(&[0]) {
        return Err(CsrError::Malformed(CsrPart::Version));
    }
    let subject = info.whole(der::SEQUENCE).map_err(in_part(CsrPart::Subject))?;
    let subject = name_of(subject).ok_or(CsrError::Malformed(CsrPart::Subject))?;
    let key = info.whole(der::SEQUENCE).map_err(in_part(CsrPart::PublicKey))?;
    let key = PublicKey::from_spki(key).map_err(CsrError::Key)?;
    let attributes = info.take(der::explicit(0)).map_err(in_part(CsrPart::Attributes))?;
    info.end().map_err(in_part(CsrPart::Request))?;

    let wanted = key.algorithm();
    // No parameters may follow the object identifier.
    if algorithm != der::oid(wanted.signature_oid()) {
        return Err(CsrError::SignatureAlgorithm { wanted });
    }
    key.verify_der(signed, signature).map_err(|error| match error {
        KeyError::BadSignature => CsrError::BadSignature,
        error => CsrError::Key(error),
    })?;
    let (attributes, extensions) = read_attributes(attributes)?;
    Ok(Csr { der: der.into(), subject, key, extensions, attributes })
}

/// Attributes by their types, and the extensions that one of them asks for.
fn read_attributes(content: &[u8]) -> Result<(Vec<String>, Extensions), CsrError> {
    let (mut names, mut extensions) = (Vec::new(), Extensions::default());
    let malformed = in_part(CsrPart::Attributes);
    let mut attributes = Reader::new(content);
    while !attributes.is_empty() {
        let mut attribute = attributes.enter(der::SEQUENCE).map_err(&malformed)?;
        let oid = attribute.take(der::OID).map_err(&malformed)?;
        let mut values = attribute.enter(der::SET).map_err(&malformed)?;
        attribute.end().map_err(&malformed)?;
        let name = dotted(oid).ok_or(CsrError::Malformed(CsrPart::Attributes))?;
        if names.contains(&name) {
            return Err(CsrError::DuplicateAttribute { oid: name });
        }
        names.push(name);
        if oid == super::EXTENSION_REQUEST {
            let list = values.take(der::SEQUENCE).map_err(&malformed)?;
            values.end().map_err(&malformed)?;
            extensions = extensions_of(list).map_err(CsrError::Extensions)?;
        }
    }
    Ok((names, extensions))
}

fn in_part(part: CsrPart) -> impl Fn(Malformed) -> CsrError {
    move |Malformed| CsrError::Malformed(part)
}
