use super::BuildError;
use crate::iso2::msg::ListOfRootCertificateIds;
use crate::xmldsig::X509IssuerSerial;
use alloc::{string::String, vec::Vec};
use exi::{Integer, List, Text};
use pki::Anchors;
use pki::cert::Name;
use pki::chain::RootKind;

/// What a car can verify, as its requests say it: V2G and mobility operators' roots, at most 20.
pub fn root_ids(anchors: &Anchors) -> Result<ListOfRootCertificateIds, BuildError> {
    let root_certificate_id = List::new(root_serials(anchors)?).map_err(|_| BuildError::Roots)?;
    Ok(ListOfRootCertificateIds { root_certificate_id })
}

/// The same in any edition.
pub(super) fn root_serials(anchors: &Anchors) -> Result<Vec<X509IssuerSerial>, BuildError> {
    let kinds = [RootKind::V2g, RootKind::Mo];
    let roots = anchors.iter().filter(|anchor| kinds.contains(&anchor.kind()));
    let ids = roots.take(MOST).map(|anchor| {
        let root = anchor.certificate();
        let issuer_name = Text::new(text(root.issuer())).map_err(|_| BuildError::Roots)?;
        let serial_number = Integer::from_be_bytes(root.serial()).ok_or(BuildError::Roots)?;
        Ok(X509IssuerSerial { issuer_name, serial_number })
    });
    ids.collect()
}

/// A name as text, the last attribute first (RFC 4514).
fn text(name: &Name) -> String {
    let mut out = String::new();
    for attribute in name.attributes().iter().rev() {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&alloc::format!("{}=", attribute.kind));
        let last = attribute.value.chars().count().saturating_sub(1);
        for (at, c) in attribute.value.chars().enumerate() {
            let outer = (at == 0 && c == '#') || ((at == 0 || at == last) && c == ' ');
            if outer || matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
                out.push('\\');
            }
            match c {
                '\0' => out.push_str("\\00"),
                c => out.push(c),
            }
        }
    }
    out
}

const MOST: usize = 20;
