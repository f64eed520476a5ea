//! What is known of revoked contracts before anybody is asked.

use crate::support::bench::Bench;
use crate::support::{AC, CLOCK, hierarchy, random, requests, station};
use pki::issue::Issuer;
use pki::profile::CertificateKind as Kind;
use pki::revocation::{Crl, CrlPlan, Need, Policy, Reason, Revocation};
use std::sync::Arc;
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::*;
use v2g::secc::{Config, Event};

/// A station that has the list of an authority.
fn listed(issuer: Kind, serials: Vec<Vec<u8>>, need: Need) -> Config {
    let revocation = Revocation { at: CLOCK - 60, reason: Some(Reason::KeyCompromise) };
    let revoked = serials.into_iter().map(|serial| (serial, revocation)).collect();
    let (this_update, next_update) = (CLOCK - 30, CLOCK + 86_400);
    let plan = CrlPlan { number: 1, this_update, next_update, revoked };
    let certificate = hierarchy().certificate(issuer);
    let issuer = Issuer { certificate, signer: &**hierarchy().key(issuer) };
    let crl = Crl::parse(&plan.issue(issuer, &*random()).unwrap()).unwrap();
    let mut config = station(AC);
    config.contracts.revocation.policy = Policy::new(need);
    config.contracts.revocation.crls = Arc::new([crl]);
    config
}

fn asked(config: Config) -> Bench {
    let mut bench = Bench::new(config);
    for kind in [RequestKind::SessionSetup, RequestKind::ServiceDiscovery] {
        bench.ok(requests::any(kind, false));
    }
    bench.ok(requests::selection(PaymentOption::Contract));
    bench
}

#[test]
fn a_contract_that_is_known_to_be_revoked_at_any_place_is_refused_at_once() {
    let (root, sub1, sub2) = (Kind::MoRoot, Kind::MoSub1, Kind::MoSub2);
    for (issuer, revoked) in [(sub2, Kind::ContractLeaf), (sub1, sub2), (root, sub1)] {
        let serials = vec![hierarchy().certificate(revoked).serial().to_vec()];
        for need in [Need::Require, Need::Prefer] {
            let mut bench = asked(listed(issuer, serials.clone(), need));
            let code = bench.refused(requests::payment_details());
            assert_eq!(code, ResponseCode::FailedCertificateRevoked, "{revoked:?} {need:?}");
            let told = |event: &Event| matches!(event, Event::ContractVerified { .. });
            assert!(!bench.events.iter().any(told));
        }
        asked(listed(issuer, serials, Need::Ignore)).ok(requests::payment_details());
    }
}

/// The application asks before it answers [`Event::Authorize`], and gets the chain for that.
#[test]
fn what_is_not_known_is_no_reason_to_refuse_before_somebody_could_be_asked() {
    let mut bench = asked(listed(Kind::MoSub2, Vec::new(), Need::Require));
    bench.ok(requests::payment_details());
    let chain = bench.events.iter().find_map(|event| match event {
        Event::ContractVerified { chain, .. } => Some(chain),
        _ => None,
    });
    assert_eq!(chain.unwrap().leaf(), &hierarchy().contract().leaf);
}
