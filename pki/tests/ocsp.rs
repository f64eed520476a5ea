//! OCSP: who may answer, for whom, and what is refused.

use pki::cert::{Certificate, ExtendedKeyUsage};
use pki::issue::{Hierarchy, Issuer, Options, Plan};
use pki::key::{Algorithm, PrivateKey, Signer};
use pki::profile::CertificateKind as Kind;
use pki::revocation::{
    CertId, HashAlgorithm, OcspError, OcspRequest, OcspResponse, Reason, Responder, ResponderName,
    ResponseStatus, Revocation, Stale, Status, Window,
};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;

fn good(_: &[u8]) -> Status {
    Status::Good
}

fn hierarchy() -> Hierarchy {
    Hierarchy::generate(&SystemRandom::new(), NOW, Options::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A contract, its issuer with its key, and the issuer's OCSP signer with its key.
struct Mo(Hierarchy);

#[cfg(test)]
impl Mo {
    fn leaf(&self) -> &Certificate {
        self.0.certificate(Kind::ContractLeaf)
    }

    fn issuer(&self) -> &Certificate {
        self.0.certificate(Kind::MoSub2)
    }

    fn id(&self) -> CertId {
        CertId::new(HashAlgorithm::Sha1, self.leaf(), self.issuer()).unwrap()
    }

    fn request(&self) -> Vec<u8> {
        OcspRequest::new([self.id()]).to_der()
    }

    fn itself(&self) -> Responder<'_> {
        Responder::new(self.issuer(), &**self.0.key(Kind::MoSub2))
    }

    fn delegated(&self) -> Responder<'_> {
        Responder::new(self.issuer(), &**self.0.key(Kind::OcspSigner))
            .with_delegate(self.0.certificate(Kind::OcspSigner))
    }

    /// What a response says about the contract.
    fn read(&self, der: &[u8], now: i64) -> Result<Status, OcspError> {
        let response = OcspResponse::parse(der)?;
        response.answer(self.leaf(), self.issuer(), now).map(|answer| answer.status())
    }

    fn ask(&self, responder: Responder<'_>) -> Result<Status, OcspError> {
        let reply = responder.reply(&self.request(), &good, NOW, &SystemRandom::new());
        self.read(&reply.der, NOW)
    }

    /// An OCSP signer from an edited plan, for the issuer's key or another.
    fn signer(&self, issuer: Issuer<'_>, edit: impl Fn(&mut Plan)) -> (Certificate, PrivateKey) {
        let rng = SystemRandom::new();
        let key = PrivateKey::generate(&rng).unwrap();
        let mut plan = Plan::new(Kind::OcspSigner, "Another signer", NOW - DAY, NOW + 30 * DAY);
        edit(&mut plan);
        (plan.issue(key.public_key(), issuer, &rng).unwrap(), key)
    }

    fn ask_signer(
        &self,
        (certificate, key): &(Certificate, PrivateKey),
    ) -> Result<Status, OcspError> {
        self.ask(Responder::new(self.issuer(), key).with_delegate(certificate))
    }
}

fn issuer_of(hierarchy: &Hierarchy, kind: Kind) -> Issuer<'_> {
    Issuer { certificate: hierarchy.certificate(kind), signer: &**hierarchy.key(kind) }
}

#[test]
fn issuer_and_delegate_answer_by_name_and_by_key() {
    let mo = Mo(hierarchy());
    for responder in [mo.itself(), mo.delegated()] {
        for name in [ResponderName::Key, ResponderName::Subject] {
            assert_eq!(mo.ask(responder.named_by(name)), Ok(Status::Good));
        }
    }
}

#[test]
fn every_status_and_reason_comes_back_as_given() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let reasons = [
        Reason::Unspecified,
        Reason::KeyCompromise,
        Reason::CaCompromise,
        Reason::AffiliationChanged,
        Reason::Superseded,
        Reason::CessationOfOperation,
        Reason::CertificateHold,
        Reason::RemoveFromCrl,
        Reason::PrivilegeWithdrawn,
        Reason::AaCompromise,
    ];
    let revoked = |reason| Status::Revoked(Revocation { at: NOW - 5 * DAY, reason });
    let reasons = reasons.into_iter().map(|reason| revoked(Some(reason)));
    for status in [Status::Good, Status::Unknown, revoked(None)].into_iter().chain(reasons) {
        for hash in HashAlgorithm::ALL {
            let id = CertId::new(hash, mo.leaf(), mo.issuer()).unwrap();
            assert!(id.names(mo.leaf(), mo.issuer()) && !id.names(mo.leaf(), mo.leaf()));
            let request = OcspRequest::new([id]);
            assert_eq!(OcspRequest::parse(&request.to_der()).as_ref(), Ok(&request));
            let states = |serial: &[u8]| {
                assert_eq!(serial, mo.leaf().serial());
                status
            };
            let reply = mo.delegated().reply(&request.to_der(), &states, NOW, &rng);
            assert_eq!(reply.status, ResponseStatus::Successful);
            assert_eq!(mo.read(&reply.der, NOW), Ok(status), "{hash:?}");
        }
    }
}

#[test]
fn several_certificates_are_answered_at_once_and_those_of_others_are_unknown() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let other = mo.0.certificate(Kind::SeccLeaf);
    let other_issuer = mo.0.certificate(Kind::CpoSub2);
    let other_id = CertId::new(HashAlgorithm::Sha256, other, other_issuer).unwrap();
    let second = CertId::of_serial(HashAlgorithm::Sha256, &[77], mo.issuer()).unwrap();
    let request = OcspRequest::new([mo.id(), other_id.clone(), second.clone()]);
    let states = |serial: &[u8]| if serial == [77] { Status::Unknown } else { Status::Good };
    let reply = mo.itself().reply(&request.to_der(), &states, NOW, &rng);
    let response = OcspResponse::parse(&reply.der).unwrap();
    assert!(response.ids().eq([&mo.id(), &other_id, &second]));
    assert_eq!(mo.read(&reply.der, NOW), Ok(Status::Good));
    // Nobody takes this responder's word for the other issuer's certificate.
    assert!(matches!(response.answer(other, other_issuer, NOW), Err(OcspError::Unauthorized(_))));

    let request = OcspRequest::new([other_id]).to_der();
    let reply = mo.itself().reply(&request, &good, NOW, &rng);
    assert_eq!(reply.status, ResponseStatus::Unauthorized);
    assert_eq!(
        OcspResponse::parse(&reply.der).unwrap_err(),
        OcspError::Refused(ResponseStatus::Unauthorized)
    );
}

#[test]
fn a_request_that_cannot_be_read_is_answered_all_the_same() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let request = mo.request();
    for len in 0..request.len() {
        let reply = mo.itself().reply(&request[..len], &good, NOW, &rng);
        assert_eq!(reply.der, [0x30, 3, 0x0a, 1, 1], "{len}");
    }
    let trailing = [&request[..], &[0]].concat();
    let reply = mo.itself().reply(&trailing, &good, NOW, &rng);
    assert_eq!(reply.status, ResponseStatus::MalformedRequest);
    let long = vec![0x30; OcspRequest::MAX_DER + 1];
    assert!(matches!(OcspRequest::parse(&long), Err(OcspError::TooLong { .. })));
    let none = OcspRequest::new([]).to_der();
    assert_eq!(OcspRequest::parse(&none), Err(OcspError::Malformed("list of requests")));
}

#[test]
fn error_responses_name_their_status() {
    for (code, status) in [
        (1, ResponseStatus::MalformedRequest),
        (2, ResponseStatus::InternalError),
        (3, ResponseStatus::TryLater),
        (5, ResponseStatus::SigRequired),
        (6, ResponseStatus::Unauthorized),
    ] {
        let error = OcspResponse::parse(&[0x30, 3, 0x0a, 1, code]).unwrap_err();
        assert_eq!(error, OcspError::Refused(status));
    }
    for bad in [&[0x30, 3, 0x0a, 1, 4][..], &[0x30, 3, 0x0a, 1, 0], &[0x30, 3, 0x0a, 1, 6, 0]] {
        assert!(matches!(OcspResponse::parse(bad), Err(OcspError::Malformed(_))), "{bad:?}");
    }
}

// [V2G20-2327]
#[test]
fn whoever_the_issuer_did_not_appoint_may_not_answer() {
    let mo = Mo(hierarchy());
    let below = issuer_of(&mo.0, Kind::MoSub2);
    assert_eq!(mo.ask_signer(&mo.signer(below, |_| {})), Ok(Status::Good));

    let unauthorized = |why| Err(OcspError::Unauthorized(why));
    let purpose = unauthorized("its certificate is not for OCSP signing");
    let plain = mo.signer(below, |plan| plan.extended_key_usage.clear());
    assert_eq!(mo.ask_signer(&plain), purpose);
    let server = [ExtendedKeyUsage::ServerAuth];
    let server = mo.signer(below, |plan| plan.extended_key_usage = server.to_vec());
    assert_eq!(mo.ask_signer(&server), purpose);
    let critical = (vec![0x2a, 3], true, vec![5, 0]);
    assert_eq!(mo.ask_signer(&mo.signer(below, |plan| plan.extra.push(critical.clone()))), purpose);
    let past = mo.signer(below, |plan| plan.not_after = NOW - 1);
    let future = mo.signer(below, |plan| plan.not_before = NOW + 1);
    for signer in [past, future] {
        assert_eq!(mo.ask_signer(&signer), unauthorized("its certificate is not valid now"));
    }
    // An authority above or beside is not the issuer, nor is a twin of its name.
    let twin_key = PrivateKey::generate(&SystemRandom::new()).unwrap();
    let twin = Issuer { certificate: mo.issuer(), signer: &twin_key };
    for issuer in [issuer_of(&mo.0, Kind::MoSub1), issuer_of(&mo.0, Kind::CpoSub2), twin] {
        let signer = mo.signer(issuer, |_| {});
        assert_eq!(mo.ask_signer(&signer), unauthorized("not issued by that issuer"));
    }
    // The leaf about itself, and a signer whose certificate stays at home.
    let leaf = (mo.leaf().clone(), mo.0.key(Kind::ContractLeaf));
    let about_itself = Responder::new(mo.issuer(), &**leaf.1).with_delegate(&leaf.0);
    assert_eq!(mo.ask(about_itself), purpose);
    let alone = Responder::new(mo.issuer(), &**mo.0.key(Kind::OcspSigner));
    assert_eq!(mo.ask(alone), unauthorized("its certificate is not there"));
    // The right name, another key.
    let forged = Responder::new(mo.issuer(), &twin_key).named_by(ResponderName::Subject);
    assert_eq!(mo.ask(forged), Err(OcspError::BadSignature));
    let forged = Responder::new(mo.issuer(), &twin_key)
        .with_delegate(mo.0.certificate(Kind::OcspSigner))
        .named_by(ResponderName::Subject);
    assert_eq!(mo.ask(forged), Err(OcspError::BadSignature));
}

#[test]
fn a_signer_that_has_expired_is_believed_only_about_what_is_revoked_for_good() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let later = NOW + 100 * DAY;
    let revoked = |reason| Status::Revoked(Revocation { at: NOW - DAY, reason: Some(reason) });
    let superseded = revoked(Reason::Superseded);
    for (status, believed) in [
        (superseded, true),
        (revoked(Reason::CertificateHold), false),
        (Status::Good, false),
        (Status::Unknown, false),
    ] {
        let reply = mo.delegated().reply(&mo.request(), &|_: &[u8]| status, NOW, &rng);
        assert_eq!(mo.read(&reply.der, NOW), Ok(status));
        assert_eq!(mo.read(&reply.der, later).is_ok(), believed, "{status:?}");
    }
    // Nor about anything that it says after its time.
    let reply = mo.delegated().reply(&mo.request(), &|_: &[u8]| superseded, later, &rng);
    assert!(mo.read(&reply.der, later).is_err());
}

// [V2G20-2389]
#[test]
fn issuers_on_p521_answer_too_and_appoint_only_signers_of_their_algorithm() {
    let rng = SystemRandom::new();
    let keys = [Algorithm::P521, Algorithm::P521, Algorithm::P256]
        .map(|algorithm| PrivateKey::generate_for(algorithm, &rng).unwrap());
    let [authority, same, other] = &keys;
    let root = Plan::new(Kind::MoRoot, "MO Root", NOW - DAY, NOW + 60 * DAY);
    let root = root.issue_self_signed(authority, &rng).unwrap();
    let issuer = Issuer { certificate: &root, signer: authority };
    let issue = |kind, key: &PrivateKey| {
        let plan = Plan::new(kind, "DEPNCC00000001", NOW - DAY, NOW + 30 * DAY);
        plan.issue(key.public_key(), issuer, &rng).unwrap()
    };
    let leaf = issue(Kind::ContractLeaf, same);
    let request = OcspRequest::new([CertId::new(HashAlgorithm::Sha1, &leaf, &root).unwrap()]);
    let ask = |responder: Responder<'_>| {
        let reply = responder.reply(&request.to_der(), &good, NOW, &rng);
        let response = OcspResponse::parse(&reply.der).unwrap();
        response.answer(&leaf, &root, NOW).map(|answer| answer.status())
    };
    assert_eq!(ask(Responder::new(&root, authority)), Ok(Status::Good));
    let signer = issue(Kind::OcspSigner, same);
    assert_eq!(ask(Responder::new(&root, same).with_delegate(&signer)), Ok(Status::Good));
    let signer = issue(Kind::OcspSigner, other);
    let why = "its key is of another algorithm than the issuer's";
    let answer = ask(Responder::new(&root, other).with_delegate(&signer));
    assert_eq!(answer, Err(OcspError::Unauthorized(why)));
}

#[test]
fn an_answer_about_another_certificate_is_none() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let other_serial = CertId::of_serial(HashAlgorithm::Sha1, &[5], mo.issuer()).unwrap();
    // The same name and serial number, another key: a twin of the issuer.
    let key = PrivateKey::generate(&rng).unwrap();
    let mut plan = Plan::new(Kind::MoSub2, "MO Sub-CA 2", NOW - DAY, NOW + DAY);
    plan.subject = mo
        .issuer()
        .subject()
        .attributes()
        .iter()
        .map(|a| (a.kind.clone(), a.value.clone()))
        .collect();
    let twin = plan.issue(key.public_key(), issuer_of(&mo.0, Kind::MoSub1), &rng).unwrap();
    assert_eq!(twin.subject(), mo.issuer().subject());
    let other_key = CertId::new(HashAlgorithm::Sha1, mo.leaf(), &twin).unwrap();
    let other_name =
        CertId::of_serial(HashAlgorithm::Sha1, mo.leaf().serial(), mo.0.certificate(Kind::MoSub1));
    for id in [other_serial, other_key, other_name.unwrap()] {
        let reply = mo.itself().respond(&[id], None, &good, NOW, &rng).unwrap();
        assert_eq!(mo.read(&reply.der, NOW), Err(OcspError::NoAnswer));
    }
}

#[test]
fn of_two_answers_about_a_certificate_the_worse_counts() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let revoked = Status::Revoked(Revocation { at: NOW, reason: None });
    let calls = std::cell::Cell::new(0);
    let states = |_: &[u8]| {
        calls.set(calls.get() + 1);
        if calls.get() == 2 { revoked } else { Status::Good }
    };
    let ids = [mo.id(), mo.id(), mo.id()];
    let reply = mo.itself().respond(&ids, None, &states, NOW, &rng).unwrap();
    assert_eq!(mo.read(&reply.der, NOW), Ok(revoked));
}

// [V2G2-649] [V2G20-1021]
#[test]
fn an_answer_counts_from_this_update_to_next_update_and_no_longer_than_allowed() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let reply = mo.itself().with_lifetime(30 * DAY).reply(&mo.request(), &good, NOW, &rng);
    let response = OcspResponse::parse(&reply.der).unwrap();
    let answer = response.answer(mo.leaf(), mo.issuer(), NOW).unwrap();
    let next_update = NOW + 7 * DAY;
    assert_eq!((answer.this_update(), answer.next_update()), (NOW, Some(next_update)));
    let window = Window { max_age: 30 * DAY, tolerance: 60 };
    assert_eq!(answer.is_current(NOW - 60, window), Ok(()));
    assert_eq!(answer.is_current(NOW - 61, window), Err(Stale::Future { this_update: NOW }));
    assert_eq!(answer.is_current(next_update + 60, window), Ok(()));
    assert_eq!(answer.is_current(next_update + 61, window), Err(Stale::Overdue { next_update }));
    let window = Window { max_age: DAY, tolerance: 0 };
    assert_eq!(answer.is_current(NOW + DAY, window), Ok(()));
    let too_old = Stale::TooOld { age: DAY + 1, max_age: DAY };
    assert_eq!(answer.is_current(NOW + DAY + 1, window), Err(too_old));
    assert_eq!(answer.is_current(i64::MIN, window), Err(Stale::Future { this_update: NOW }));
    assert!(answer.is_current(i64::MAX, window).is_err());
}

#[test]
fn a_nonce_is_repeated_and_a_missing_or_other_one_refused() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let request = OcspRequest::new([mo.id()]).with_nonce(b"0123456789abcdef");
    let response = |request: &OcspRequest| {
        let reply = mo.itself().reply(&request.to_der(), &good, NOW, &rng);
        OcspResponse::parse(&reply.der).unwrap()
    };
    assert_eq!(response(&request).repeats_nonce_of(&request), Ok(()));
    let without = OcspRequest::new([mo.id()]);
    assert_eq!(response(&without).nonce(), None);
    assert_eq!(response(&without).repeats_nonce_of(&request), Err(OcspError::Nonce));
    assert_eq!(response(&request).repeats_nonce_of(&without), Ok(()));
    let other = without.clone().with_nonce(b"another");
    assert_eq!(response(&other).repeats_nonce_of(&request), Err(OcspError::Nonce));
    assert_eq!(without.clone().with_nonce(&[]), without);
    assert_eq!(without.with_nonce(&[7; 99]).nonce().unwrap().len(), OcspRequest::MAX_NONCE);
}

#[test]
fn a_response_that_is_cut_or_changed_anywhere_is_never_taken_for_good() {
    let (mo, rng) = (Mo(hierarchy()), SystemRandom::new());
    let request = OcspRequest::new([mo.id()]).with_nonce(b"nonce").to_der();
    let der = mo.delegated().reply(&request, &good, NOW, &rng).der;
    assert_eq!(mo.read(&der, NOW), Ok(Status::Good));
    for len in 0..der.len() {
        assert!(mo.read(&der[..len], NOW).is_err(), "{len}");
    }
    let trailing = [&der[..], &[0]].concat();
    assert_eq!(mo.read(&trailing, NOW), Err(OcspError::Malformed("response")));
    for at in 0..der.len() {
        for bit in 0..8 {
            let mut changed = der.clone();
            changed[at] ^= 1 << bit;
            assert!(mo.read(&changed, NOW).is_err(), "octet {at}, bit {bit}");
        }
    }
    let long = vec![0x30; OcspResponse::MAX_DER + 1];
    assert!(matches!(OcspResponse::parse(&long), Err(OcspError::TooLong { .. })));
}
