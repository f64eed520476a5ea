//! The revocation check of verified chains, its sources, the cache, and what has to be fetched.

use pki::chain::{Level, Position, Role, verify, verify_secc};
use pki::issue::{Hierarchy, Identity, Issuer, Options};
use pki::profile::{CertificateKind as Kind, Edition};
use pki::revocation::{
    Cache, CacheError, CertId, Crl, CrlPlan, Known, Need, OcspError, OcspRequest, OcspRequestData,
    OcspResponse, Policy, Query, Reason, Refusal, Rejected, Responder, Revocation, RevocationError,
    Source, Sources, Stale, Status, check, fetches,
};
use pki::{Chain, Verified};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;
const CONTRACT: [Kind; 3] = [Kind::ContractLeaf, Kind::MoSub2, Kind::MoSub1];

struct Scene {
    pki: Hierarchy,
    chain: Verified<Chain>,
}

#[cfg(test)]
fn scene() -> Scene {
    let options =
        Options { ocsp: Some("http://ocsp.example.com/v2g".to_owned()), ..Options::default() };
    let pki = Hierarchy::generate(&SystemRandom::new(), NOW, options).unwrap();
    let chain = verified(&pki, &pki.contract());
    Scene { pki, chain }
}

#[cfg(test)]
fn verified(pki: &Hierarchy, identity: &Identity) -> Verified<Chain> {
    let (leaf, subs) = (identity.leaf.der(), identity.sub_ders());
    verify(identity.role, leaf, &subs, pki.anchors(), NOW, Level::Strict).unwrap()
}

#[cfg(test)]
impl Scene {
    /// The response of the issuer of the leaf (0) or an authority (1, 2), signed at a moment for a day.
    fn response(&self, of: usize, status: Status, at: i64) -> Vec<u8> {
        let issuer = [Kind::MoSub2, Kind::MoSub1, Kind::MoRoot][of];
        let key = self.pki.key(issuer);
        let responder = Responder::new(self.pki.certificate(issuer), &**key);
        let request = fetches(&self.chain, None, NOW).remove(of);
        let Query::Ocsp { request, .. } = request.query else { panic!("no OCSP") };
        responder.reply(&request, &|_: &[u8]| status, at, &SystemRandom::new()).der
    }

    fn all_good(&self) -> [Vec<u8>; 3] {
        [0, 1, 2].map(|of| self.response(of, Status::Good, NOW))
    }

    fn list(&self, issuer: Kind, revoked: Option<(Kind, Revocation)>, at: i64) -> Crl {
        let revoked = revoked
            .into_iter()
            .map(|(kind, revocation)| (self.pki.certificate(kind).serial().to_vec(), revocation));
        let revoked = revoked.collect();
        let plan = CrlPlan { number: 1, this_update: at, next_update: at + DAY, revoked };
        let signer = &**self.pki.key(issuer);
        let issuer = Issuer { certificate: self.pki.certificate(issuer), signer };
        Crl::parse(&plan.issue(issuer, &SystemRandom::new()).unwrap()).unwrap()
    }

    fn check(&self, sources: &Sources<'_>, need: Need) -> Result<Vec<Known>, RevocationError> {
        let report = check(&self.chain, sources, &Policy::new(need), NOW)?;
        assert_eq!(report.findings().len(), 3);
        assert_eq!(report.findings()[1].at, Position::Sub(0));
        Ok(report.findings().iter().map(|finding| finding.known).collect())
    }
}

fn slices(octets: &[Vec<u8>]) -> Vec<&[u8]> {
    octets.iter().map(Vec::as_slice).collect()
}

fn revoked(reason: Reason) -> Status {
    Status::Revoked(Revocation { at: NOW - DAY, reason: Some(reason) })
}

#[test]
fn a_chain_of_which_all_is_known_is_complete_under_every_policy() {
    let scene = scene();
    let responses = scene.all_good();
    let mut shuffled = slices(&responses);
    shuffled.rotate_left(1);
    let stapled = Sources { staples: &shuffled, ..Sources::default() };
    let good = |source| Known::Good { source, age: 0 };
    for need in [Need::Require, Need::Prefer] {
        let known = scene.check(&stapled, need).unwrap();
        assert_eq!(known, [2, 0, 1].map(|i| good(Source::Stapled(i))));
    }
    let fetched = Sources { responses: &shuffled, ..Sources::default() };
    assert_eq!(scene.check(&fetched, Need::Require).unwrap()[0], good(Source::Fetched(2)));
    let lists = [Kind::MoRoot, Kind::MoSub2, Kind::MoSub1].map(|kind| scene.list(kind, None, NOW));
    let listed = Sources { crls: &lists, ..Sources::default() };
    let known = scene.check(&listed, Need::Require).unwrap();
    assert_eq!(known, [1, 2, 0].map(|i| good(Source::Crl(i))));
    assert!(check(&scene.chain, &listed, &Policy::new(Need::Require), NOW).unwrap().is_complete());
}

// [V2G20-2409]
#[test]
fn a_revoked_certificate_is_named_at_its_level_however_good_the_others_are() {
    let scene = scene();
    let status = revoked(Reason::KeyCompromise);
    let Status::Revoked(revocation) = status else { panic!("it is revoked") };
    let places = [Position::Leaf, Position::Sub(0), Position::Sub(1)];
    let issuers = [Kind::MoSub2, Kind::MoSub1, Kind::MoRoot];
    for of in 0..3 {
        let mut responses = scene.all_good();
        responses[of] = scene.response(of, status, NOW);
        let lists = [scene.list(issuers[of], Some((CONTRACT[of], revocation)), NOW)];
        for need in [Need::Require, Need::Prefer] {
            let sources = Sources { responses: &slices(&responses), ..Sources::default() };
            let error = scene.check(&sources, need).unwrap_err();
            let by = Source::Fetched(of);
            assert_eq!(error, RevocationError::Revoked { at: places[of], revocation, by });
            let all_good = scene.all_good();
            let sources =
                Sources { responses: &slices(&all_good), crls: &lists, ..Sources::default() };
            let error = scene.check(&sources, need).unwrap_err();
            let by = Source::Crl(0);
            assert_eq!(error, RevocationError::Revoked { at: places[of], revocation, by });
            assert_eq!(error.at(), places[of]);
        }
        let sources = Sources { responses: &slices(&responses), ..Sources::default() };
        assert_eq!(scene.check(&sources, Need::Ignore).unwrap(), [Known::NotAsked; 3]);
    }
}

#[test]
fn a_revoked_authority_is_found_even_when_nothing_is_known_of_the_leaf() {
    let scene = scene();
    let responses = [scene.response(2, revoked(Reason::CaCompromise), NOW)];
    let sources = Sources { responses: &slices(&responses), ..Sources::default() };
    for need in [Need::Require, Need::Prefer] {
        assert_eq!(scene.check(&sources, need).unwrap_err().at(), Position::Sub(1));
    }
}

// [V2G2-873]
#[test]
fn what_is_missing_is_refused_only_where_it_is_required() {
    let scene = scene();
    assert_eq!(scene.check(&Sources::default(), Need::Prefer).unwrap(), [Known::Nothing; 3]);
    let error = scene.check(&Sources::default(), Need::Require).unwrap_err();
    let nothing = RevocationError::NoAnswer { at: Position::Leaf, rejected: Vec::new() };
    assert_eq!(error, nothing);

    let mut responses = scene.all_good();
    responses[1] = scene.response(1, Status::Unknown, NOW);
    let sources = Sources { responses: &slices(&responses), ..Sources::default() };
    let by = Source::Fetched(1);
    let unknown = Known::Unknown { source: by, age: 0 };
    assert_eq!(scene.check(&sources, Need::Prefer).unwrap()[1], unknown);
    let error = scene.check(&sources, Need::Require).unwrap_err();
    assert_eq!(error, RevocationError::Unknown { at: Position::Sub(0), by });
    // Another source that does know it counts before.
    let lists = [scene.list(Kind::MoSub1, None, NOW - 60)];
    let sources = Sources { crls: &lists, ..sources };
    let known = scene.check(&sources, Need::Require).unwrap()[1];
    assert_eq!(known, Known::Good { source: Source::Crl(0), age: 60 });
}

#[test]
fn stale_forged_and_unreadable_answers_count_as_none_and_are_named() {
    let scene = scene();
    let twin = Scene { pki: self::scene().pki, chain: scene.chain.clone() };
    let responses = [
        scene.response(0, Status::Good, NOW - 2 * DAY),
        scene.response(0, Status::Good, NOW + DAY),
        vec![0x30, 3, 0x0a, 1, 3],
        {
            // The right names in the request, another key in the responder.
            let key = twin.pki.key(Kind::MoSub2);
            let ids = [CertId::new(
                pki::revocation::HashAlgorithm::Sha1,
                scene.chain.leaf(),
                scene.pki.certificate(Kind::MoSub2),
            )
            .unwrap()];
            let responder = Responder::new(scene.pki.certificate(Kind::MoSub2), &**key)
                .named_by(pki::revocation::ResponderName::Subject);
            let good = |_: &[u8]| Status::Good;
            responder.respond(&ids, None, &good, NOW, &SystemRandom::new()).unwrap().der
        },
    ];
    let sources = Sources { responses: &slices(&responses), ..Sources::default() };
    let error = scene.check(&sources, Need::Require).unwrap_err();
    let RevocationError::NoAnswer { at: Position::Leaf, rejected } = &error else {
        panic!("{error}")
    };
    let why: Vec<_> =
        rejected.iter().map(|Rejected { source, why }| (*source, why.clone())).collect();
    let refused = OcspError::Refused(pki::revocation::ResponseStatus::TryLater);
    assert_eq!(why.len(), 4);
    assert_eq!(why[0], (Source::Fetched(2), Refusal::Ocsp(refused)));
    let overdue = Stale::Overdue { next_update: NOW - DAY };
    assert_eq!(why[1], (Source::Fetched(0), Refusal::Stale(overdue)));
    let future = Stale::Future { this_update: NOW + DAY };
    assert_eq!(why[2], (Source::Fetched(1), Refusal::Stale(future)));
    assert_eq!(why[3], (Source::Fetched(3), Refusal::Ocsp(OcspError::BadSignature)));
    let text = error.to_string();
    assert!(text.starts_with("no word on whether it is revoked (leaf): response 2: the responder answers tryLater; response 0: "), "{text}");
    assert_eq!(scene.check(&sources, Need::Prefer).unwrap()[0], Known::Nothing);
}

#[test]
fn of_too_many_responses_some_are_read() {
    let scene = scene();
    let good = scene.all_good();
    let junk = [0x30];
    let mut responses = vec![junk.as_slice(); Sources::MOST - 3];
    responses.extend(slices(&good));
    let sources = Sources { responses: &responses, ..Sources::default() };
    assert!(scene.check(&sources, Need::Require).is_ok());
    responses.insert(0, &junk);
    let sources = Sources { responses: &responses, ..Sources::default() };
    let Err(RevocationError::NoAnswer { at, .. }) = scene.check(&sources, Need::Require) else {
        panic!("one more was read")
    };
    assert_eq!(at, Position::Sub(1));
}

#[test]
fn what_is_revoked_for_good_stays_so_and_only_a_hold_can_end() {
    let scene = scene();
    let old = scene.response(0, revoked(Reason::Superseded), NOW - 300 * DAY);
    let held = scene.response(0, revoked(Reason::CertificateHold), NOW - 60);
    let long_held = scene.response(0, revoked(Reason::CertificateHold), NOW - 300 * DAY);
    let new = scene.response(0, Status::Good, NOW);
    let older = scene.response(0, Status::Good, NOW - 120);
    let at_leaf = |responses: &[&[u8]]| {
        let sources = Sources { responses, ..Sources::default() };
        scene.check(&sources, Need::Prefer).map(|known| known[0])
    };
    assert!(matches!(at_leaf(&[&old, &new]), Err(RevocationError::Revoked { .. })));
    assert!(matches!(at_leaf(&[&new, &old]), Err(RevocationError::Revoked { .. })));
    assert!(matches!(at_leaf(&[&older, &held]), Err(RevocationError::Revoked { .. })));
    assert!(matches!(at_leaf(&[&held, &new]), Ok(Known::Good { age: 0, .. })));
    assert_eq!(at_leaf(&[&long_held]), Ok(Known::Nothing));
}

// [V2G2-872]
#[test]
fn a_private_environment_is_exempt_unless_the_policy_says_otherwise() {
    let (pki, rng) = (scene().pki, SystemRandom::new());
    let station = pki.issue_private_secc(&rng).unwrap();
    let subs: [&[u8]; 0] = [];
    let chain = verify_secc(station.leaf.der(), &subs, pki.anchors(), NOW, Level::Strict).unwrap();
    let mut policy = Policy::new(Need::Require);
    let report = check(&chain, &Sources::default(), &policy, NOW).unwrap();
    assert_eq!(report.findings().len(), 1);
    assert_eq!(report.findings()[0].known, Known::NotAsked);
    assert!(!report.is_complete());
    policy.private = Need::Require;
    assert!(check(&chain, &Sources::default(), &policy, NOW).is_err());
    let public = verified(&pki, &pki.secc());
    policy.private = Need::Ignore;
    assert!(check(&public, &Sources::default(), &policy, NOW).is_err());
}

#[test]
fn what_to_fetch_is_listed_and_answers_what_was_missing() {
    let scene = scene();
    let list = fetches(&scene.chain, None, NOW);
    let places: Vec<_> = list.iter().map(|fetch| (fetch.at, fetch.url.as_str())).collect();
    let url = "http://ocsp.example.com/v2g";
    let wanted = [Position::Leaf, Position::Sub(0), Position::Sub(1)].map(|at| (at, url));
    assert_eq!(places, wanted);
    for (fetch, (_, certificate, issuer)) in list.iter().zip(scene.chain.issued()) {
        let Query::Ocsp { id, request } = &fetch.query else { panic!("no OCSP") };
        let request = OcspRequest::parse(request).unwrap();
        assert_eq!(request.ids(), std::slice::from_ref(id));
        assert!(id.names(certificate, issuer));
        assert_eq!(request.nonce(), None);
    }
    let mut plan =
        pki::issue::Plan::new(Kind::ContractLeaf, "DEPNCC00000002", NOW - DAY, NOW + 60 * DAY);
    plan.crl = Some("http://crl.example.com/mo.crl".to_owned());
    let sub2 = scene.pki.certificate(Kind::MoSub2);
    let issuer = Issuer { certificate: sub2, signer: &**scene.pki.key(Kind::MoSub2) };
    let key = scene.pki.key(Kind::ContractLeaf);
    let leaf =
        plan.issue(pki::key::Signer::public_key(&**key), issuer, &SystemRandom::new()).unwrap();
    let chain = verified(&scene.pki, &Identity { leaf, ..scene.pki.contract() });
    let list = fetches(&chain, None, NOW);
    assert_eq!((list.len(), &list[0].query), (3, &Query::Crl));
    assert_eq!(list[0].url, "http://crl.example.com/mo.crl");
}

#[test]
fn a_cache_answers_offline_until_its_entries_expire() {
    let scene = scene();
    let responses = scene.all_good().map(|der| OcspResponse::parse(&der).unwrap());
    let mut cache = Cache::new(10, 7 * DAY);
    for (response, (_, certificate, issuer)) in responses.iter().zip(scene.chain.issued()) {
        cache.insert(response, certificate, issuer, NOW).unwrap();
        let error = cache.insert(response, issuer, certificate, NOW);
        assert_eq!(error, Err(OcspError::NoAnswer));
    }
    assert_eq!(cache.len(), 3);
    assert!(fetches(&scene.chain, Some(&cache), NOW).is_empty());
    assert_eq!(fetches(&scene.chain, Some(&cache), NOW + DAY + 1).len(), 3);
    let stapled: Vec<_> = responses.iter().map(|response| Some(response.der())).collect();
    assert_eq!(cache.staples(&scene.chain, NOW + DAY), stapled);
    assert_eq!(cache.staples(&scene.chain, NOW + DAY + 1), [None; 3]);

    let stored = cache.to_bytes();
    let cache = Cache::from_bytes(&stored, 10, 7 * DAY).unwrap();
    assert_eq!(cache.to_bytes(), stored);
    let sources = Sources { cache: Some(&cache), ..Sources::default() };
    let known = scene.check(&sources, Need::Require).unwrap();
    assert_eq!(known, [Known::Good { source: Source::Cached, age: 0 }; 3]);
    let later = check(&scene.chain, &sources, &Policy::new(Need::Require), NOW + DAY + 1);
    assert!(matches!(later, Err(RevocationError::NoAnswer { .. })));
    let mut cache = Cache::from_bytes(&stored, 10, 3600).unwrap();
    cache.expire(NOW + 3600);
    assert_eq!(cache.len(), 3);
    cache.expire(NOW + 3601);
    assert!(cache.is_empty());
}

#[test]
fn a_full_cache_keeps_what_holds_longest_and_above_all_what_is_revoked() {
    let scene = scene();
    let issued: Vec<_> = scene.chain.issued().collect();
    let mut cache = Cache::new(2, 7 * DAY);
    let put = |cache: &mut Cache, of: usize, status, at| {
        let response = OcspResponse::parse(&scene.response(of, status, at)).unwrap();
        cache.insert(&response, issued[of].1, issued[of].2, NOW).unwrap();
    };
    let held = |cache: &Cache, now| {
        [0, 1, 2].map(|of: usize| cache.find(issued[of].1, issued[of].2, now).is_some())
    };
    put(&mut cache, 0, revoked(Reason::KeyCompromise), NOW - 5000);
    put(&mut cache, 1, Status::Good, NOW - 1000);
    put(&mut cache, 2, Status::Good, NOW);
    assert_eq!(held(&cache, NOW), [true, false, true]);
    put(&mut cache, 1, Status::Good, NOW - 1000);
    assert_eq!(held(&cache, NOW), [true, false, true]);
    // An older answer does not displace a newer one, and nothing displaces a final one.
    put(&mut cache, 2, revoked(Reason::CertificateHold), NOW - 10);
    put(&mut cache, 0, Status::Good, NOW);
    let sources = Sources { cache: Some(&cache), ..Sources::default() };
    assert_eq!(scene.check(&sources, Need::Prefer).unwrap_err().at(), Position::Leaf);
    assert_eq!(held(&cache, NOW + 300 * DAY), [true, false, false]);
    cache.expire(NOW + 300 * DAY);
    assert_eq!(cache.len(), 1);
}

#[test]
fn what_was_stored_and_does_not_verify_keeps_nothing_out() {
    let scene = scene();
    let (_, leaf, issuer) = scene.chain.issued().next().unwrap();
    let newer = OcspResponse::parse(&scene.response(0, Status::Good, NOW + 200)).unwrap();
    let mut cache = Cache::new(10, 7 * DAY);
    cache.insert(&newer, leaf, issuer, NOW).unwrap();
    let future = OcspResponse::parse(&scene.response(0, Status::Good, NOW + DAY)).unwrap();
    cache.insert(&future, leaf, issuer, NOW).unwrap();
    assert_eq!(cache.find(leaf, issuer, NOW).unwrap().der(), newer.der());
    let mut stored = cache.to_bytes();
    // The last octet is of the signature.
    *stored.last_mut().unwrap() ^= 1;
    let mut cache = Cache::from_bytes(&stored, 10, 7 * DAY).unwrap();
    assert!(cache.find(leaf, issuer, NOW).is_none());
    assert_eq!(fetches(&scene.chain, Some(&cache), NOW).len(), 3);
    assert_eq!(cache.staples(&scene.chain, NOW), [None; 3]);
    let response = OcspResponse::parse(&scene.response(0, Status::Good, NOW)).unwrap();
    cache.insert(&response, leaf, issuer, NOW).unwrap();
    assert_eq!(cache.find(leaf, issuer, NOW).unwrap().der(), response.der());
}

#[test]
fn damaged_and_forged_caches_are_refused_or_prove_nothing() {
    let scene = scene();
    let (_, leaf, issuer) = scene.chain.issued().next().unwrap();
    let mut cache = Cache::new(10, 7 * DAY);
    let response = OcspResponse::parse(&scene.response(0, Status::Good, NOW)).unwrap();
    cache.insert(&response, leaf, issuer, NOW).unwrap();
    let stored = cache.to_bytes();
    for len in 0..stored.len() {
        assert!(Cache::from_bytes(&stored[..len], 10, DAY).is_err(), "{len}");
    }
    let trailing = [&stored[..], &[0]].concat();
    assert_eq!(Cache::from_bytes(&trailing, 10, DAY).unwrap_err(), CacheError::Malformed);
    let mut dice = pki::drive::Dice::new(5);
    for _ in 0..2000 {
        let changed = dice.mutate(&stored);
        let Ok(cache) = Cache::from_bytes(&changed, 10, 7 * DAY) else { continue };
        let sources = Sources { cache: Some(&cache), ..Sources::default() };
        let known = scene.check(&sources, Need::Prefer).unwrap()[0];
        assert!(changed == stored || known == Known::Nothing, "{changed:02x?}");
    }
    assert_eq!(Cache::from_bytes(&stored, 0, DAY).unwrap().len(), 0);
}

#[test]
fn ocpp_gets_hex_of_sha256_and_a_serial_number_without_leading_zeros() {
    let scene = scene();
    let data = OcspRequestData::of_chain(&scene.chain);
    assert_eq!(data.len(), 3);
    let hex = |octets: &[u8]| -> String { octets.iter().map(|b| format!("{b:02x}")).collect() };
    for (data, (_, certificate, issuer)) in data.iter().zip(scene.chain.issued()) {
        assert_eq!(data.hash_algorithm, "SHA256");
        let name = digest(&SHA256, issuer.subject().der());
        assert_eq!(data.issuer_name_hash, hex(name.as_ref()));
        let key = digest(&SHA256, issuer.public_key().unwrap().point());
        assert_eq!(data.issuer_key_hash, hex(key.as_ref()));
        assert_eq!(data.serial_number, hex(certificate.serial()).trim_start_matches('0'));
        assert_eq!(data.responder_url, "http://ocsp.example.com/v2g");
    }
    let silent = Hierarchy::generate(&SystemRandom::new(), NOW, Options::default()).unwrap();
    for role in Role::of(Edition::Iso2) {
        assert_eq!(OcspRequestData::of_chain(&verified(&silent, &silent.identity(role))), []);
    }
}
