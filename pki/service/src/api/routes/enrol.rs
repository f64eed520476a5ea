//! Enrolment over secure transport (RFC 7030): certificates for requests, and those of authorities.

use pki::cms;
use pki::issue::Csr;
use pki::profile::{CertificateKind, Edition};
use pki::{Certificate, Pcid};

use super::super::service::Authority;
use super::contracts::contract_id;
use super::*;
use crate::store::{self, CertificateId, CertificateState, Change};

/// `POST {ca}/simpleenroll`, `POST {ca}/simpleenroll/{iso}`
pub(super) async fn enrol(call: Call) -> Result<Reply, Problem> {
    let market = Market::by_name(call.parameter("ca")?)?;
    let edition = edition(&call)?;
    grant(call, market, edition).await
}

/// `POST pki/est/simpleenroll`: whose party the request is from says for what.
pub(super) async fn enrol_party(call: Call) -> Result<Reply, Problem> {
    let market = party(&call)?;
    grant(call, market, Edition::Iso2).await
}

async fn grant(call: Call, market: Market, edition: Edition) -> Result<Reply, Problem> {
    let principal = call.principal()?;
    if !principal.has(market.role()) {
        return Err(Problem::new(Code::Forbidden, format!("for {} only", market.role())));
    }
    let request = Csr::from_base64(&call.body)?;
    let name = request.subject().common_name();
    let name = name.ok_or_else(|| Problem::new(Code::Profile, "the request names nobody"))?;
    let (mut evcoid, mut pcid) = (None, None);
    match market {
        Market::Mo => {
            let id = contract_id(name)?;
            principal.owns(id.normal())?;
            evcoid = Some(id);
        }
        Market::Oem => {
            let bad = |error| Problem::new(Code::MalformedId, format!("{name:?}: {error}"));
            let id = Pcid::parse(name).map_err(bad)?;
            principal.owns(id.normal())?;
            pcid = Some(id.normal().to_owned());
        }
        Market::Cpo => principal.owns(&name.replace(['*', '-'], "").to_uppercase())?,
        Market::Cps => {}
    }
    let kind = market.kind();
    let authority = authority(&call, market, edition)?;
    let certificate = authority.issuer.issue_for(kind, &request, call.now, &call.service.rng)?;
    let record = store::Certificate {
        id: CertificateId::new(&authority.name, certificate.serial()),
        kind: kind.name().to_owned(),
        subject: certificate.subject().to_string(),
        evcoid,
        pcid,
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        der: certificate.der().to_vec(),
        state: CertificateState::Delivered,
        changed: call.now,
        record: 0,
    };
    let reply = certificates([&certificate]);
    call.commit([Change::IssueCertificate(record)], [], reply).await
}

/// `GET {ca}/cacerts`, `GET {ca}/cacerts/{iso}/{curve}`
pub(super) async fn authorities(call: Call) -> Result<Reply, Problem> {
    let market = Market::by_name(call.parameter("ca")?)?;
    let edition = edition(&call)?;
    let curve = match edition {
        Edition::Iso2 => "secp256r1",
        Edition::Iso20 => "secp521r1",
    };
    if call.parameter("curve").is_ok_and(|asked| asked != curve) {
        return Err(Problem::new(Code::UnsupportedEdition, format!("{curve} is offered")));
    }
    Ok(above(authority(&call, market, edition)?))
}

/// `GET pki/est/cacerts`
pub(super) async fn authorities_of_party(call: Call) -> Result<Reply, Problem> {
    Ok(above(authority(&call, party(&call)?, Edition::Iso2)?))
}

fn above(authority: &Authority) -> Reply {
    let own = [authority.issuer.certificate()].into_iter();
    certificates(own.chain(&authority.above).chain(&authority.root))
}

fn certificates<'a>(list: impl IntoIterator<Item = &'a Certificate>) -> Reply {
    let ders: Vec<_> = list.into_iter().map(Certificate::der).collect();
    let body = pki::pem::to_base64(&cms::write(&ders));
    Reply::ok(cms::MEDIA_TYPE, body).with("content-transfer-encoding", "base64")
}

/// Part of the market that a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Market {
    /// Contracts.
    Mo,
    /// Provisioning services.
    Cps,
    /// Cars.
    Oem,
    /// Stations.
    Cpo,
}

impl Market {
    fn by_name(name: &str) -> Result<Self, Problem> {
        Ok(match name {
            "mo" | "emsp" => Self::Mo,
            "cps" => Self::Cps,
            "oem" => Self::Oem,
            "cpo" => Self::Cpo,
            other => return Err(Problem::new(Code::UnknownAuthority, other)),
        })
    }

    fn role(self) -> Role {
        match self {
            Self::Mo => Role::Emsp,
            Self::Cps => Role::Cps,
            Self::Oem => Role::Oem,
            Self::Cpo => Role::Cpo,
        }
    }

    fn kind(self) -> CertificateKind {
        match self {
            Self::Mo => CertificateKind::ContractLeaf,
            Self::Cps => CertificateKind::CpsLeaf,
            Self::Oem => CertificateKind::OemProvisioningLeaf,
            Self::Cpo => CertificateKind::SeccLeaf,
        }
    }
}

fn authority(call: &Call, market: Market, edition: Edition) -> Result<&Authority, Problem> {
    call.serves(edition)?;
    let kind = market.kind();
    let none =
        || Problem::new(Code::UnknownAuthority, format!("none issues a {kind} of {edition} here"));
    call.service.desk.issuer_of(kind, edition).ok_or_else(none)
}

fn party(call: &Call) -> Result<Market, Problem> {
    let missing = || Problem::new(Code::MalformedRequest, "no OPNC-from-party-type header");
    Market::by_name(&call.header("opnc-from-party-type").ok_or_else(missing)?.to_lowercase())
}

/// A path that names no edition means that of ISO 15118-2.
fn edition(call: &Call) -> Result<Edition, Problem> {
    match call.parameter("iso") {
        Ok("ISO15118-2") | Err(_) => Ok(Edition::Iso2),
        Ok("ISO15118-20") => Ok(Edition::Iso20),
        Ok(other) => Err(Problem::new(Code::UnsupportedEdition, other)),
    }
}
