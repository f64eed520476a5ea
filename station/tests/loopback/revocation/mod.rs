//! Contracts whose certificates are revoked, unknown or good, with responders that answer, hang or are gone.

mod responder;
mod staples;

use crate::bench::{Mode, contract, limits, wish};
use pki::chain::{Level, verify_contract};
use pki::issue::{Issuer, Plan};
use pki::profile::CertificateKind as Kind;
use pki::revocation::{Crl, Known, Need, Policy, RevocationError, Source, Status};
use pki::{Chain, Verified};
use pnc::authorize::{Authorizer, Decision, Identity};
use pnc::car::{self, Pace};
use pnc::hardware::sim::{self, BatteryModel, Plug, PlugSettings, SimulatedCar};
use pnc::revocation::Revocation;
use pnc::station::Report;
use pnc::{Car, Station};
use responder::World;
use ring::rand::SystemRandom;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use v2g::evcc::Ended;
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::ResponseCode;
use v2g::sdp::Security;

/// Every contract may charge.
struct All;

impl Authorizer for All {
    fn name(&self) -> &str {
        "all"
    }

    fn decide<'a>(
        &'a self,
        _: &'a Identity,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'a>> {
        Box::pin(async { Decision::Accept { token: None, reason: "test".into() } })
    }
}

fn plug() -> Plug {
    Plug::new(PlugSettings { rate: 300.0, ..PlugSettings::default() })
}

fn car(plug: &Plug) -> Car<SimulatedCar> {
    let wish = wish(Mode::Ac);
    let vehicle = SimulatedCar::plugged(plug, BatteryModel::default(), &wish);
    let every = Duration::from_millis(5);
    Car::new(wish, vehicle).pace(Pace { poll: every, charge_loop: every, ..Pace::default() })
}

/// One session of a car with the contract, at a station with this knowledge.
async fn session(world: &World, revocation: &Revocation) -> (car::Report, Report) {
    let plug = plug();
    let mut bound = Station::new("DE*PNC*E0000001", limits(Mode::Ac), sim::ac(&plug))
        .contracts(world.pki.anchors().clone(), Level::Strict)
        .contracts_without_tls()
        .revocation(revocation.clone())
        .authorize(All)
        .without_discovery()
        .bind()
        .unwrap();
    let address = bound.address();
    let car = car(&plug).contract_without_tls().contract(contract(&world.pki));
    let charging = car.charge_at(address, Security::None, std::future::pending());
    let both = async { tokio::join!(charging, bound.serve_one()) };
    let (car, report) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
    (car.unwrap(), report.unwrap())
}

fn refused(car: &car::Report) -> (RequestKind, ResponseCode) {
    match car.ended {
        Ended::Refused { request, code } => (request, code),
        ref other => panic!("{other:?}"),
    }
}

fn policy(need: Need) -> Revocation {
    Revocation::new(Policy::new(need)).budget(Duration::from_millis(400))
}

fn chain(world: &World) -> Arc<Verified<Chain>> {
    let (contract, anchors) = (world.pki.contract(), world.pki.anchors());
    let (leaf, subs, now) = (contract.leaf.der(), contract.sub_ders(), pnc::time::unix());
    Arc::new(verify_contract(leaf, &subs, anchors, now, Level::Strict).unwrap())
}

#[tokio::test]
async fn a_revoked_contract_is_refused_at_the_leaf_and_at_its_authority_and_next_time_at_once() {
    for revoked in [Kind::ContractLeaf, Kind::MoSub2] {
        for need in [Need::Require, Need::Prefer] {
            let mut world = World::new().await;
            world.revoke(revoked);
            let revocation = policy(need);
            let (car, report) = session(&world, &revocation).await;
            let first = (RequestKind::Authorization, ResponseCode::FailedCertificateRevoked);
            assert_eq!(refused(&car), first, "{revoked:?} {need:?}");
            assert_eq!(report.record.authorization.by.as_deref(), Some("revocation"));
            let reason = report.record.authorization.reason.unwrap();
            assert!(reason.contains("keyCompromise"), "{reason}");
            assert_eq!(report.record.energy_wh, 0);
            // What is known needs no responder, nor does the car get as far.
            world.go_down().await;
            let (car, _) = session(&world, &revocation).await;
            let again = (RequestKind::PaymentDetails, ResponseCode::FailedCertificateRevoked);
            assert_eq!(refused(&car), again);
        }
    }
}

#[tokio::test]
async fn who_ignores_revocation_asks_nobody() {
    let world = World::new().await;
    world.revoke(Kind::ContractLeaf);
    let (car, _) = session(&world, &policy(Need::Ignore)).await;
    assert_eq!((car.ended, world.asked()), (Ended::Terminated, 0));
}

#[tokio::test]
async fn what_was_learnt_is_kept_on_disk_and_serves_when_nobody_can_be_asked() {
    let directory = tempfile::tempdir().unwrap();
    let mut world = World::new().await;
    let kept = || policy(Need::Require).kept_in(directory.path()).unwrap();
    let (car, report) = session(&world, &kept()).await;
    assert_eq!(car.ended, Ended::Terminated);
    assert!(report.record.energy_wh > 0);
    // The leaf and two authorities.
    assert_eq!(world.asked(), 3);
    world.go_down().await;
    let (car, _) = session(&world, &kept()).await;
    assert_eq!(car.ended, Ended::Terminated);
    let offline = kept().offline().check(&chain(&world)).await.unwrap();
    assert!(
        offline
            .findings()
            .iter()
            .all(|finding| { matches!(finding.known, Known::Good { source: Source::Cached, .. }) })
    );
    let names = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(names, 1, "nothing half written is left");

    // A damaged file is put aside, and the station starts with nothing.
    std::fs::write(directory.path().join("responses.der"), b"junk").unwrap();
    let nothing = kept().offline().check(&chain(&world)).await.unwrap_err();
    assert!(matches!(nothing, RevocationError::NoAnswer { .. }), "{nothing}");
    assert_eq!(std::fs::read(directory.path().join("responses.damaged")).unwrap(), b"junk");
}

#[tokio::test]
async fn a_stale_answer_counts_for_nothing() {
    let mut world = World::new().await;
    let revocation = policy(Need::Require);
    world.words.lock().unwrap().lifetime = 1;
    session(&world, &revocation).await;
    world.go_down().await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let unproven = (RequestKind::Authorization, ResponseCode::FailedCertChainError);
    let (car, _) = session(&world, &revocation).await;
    assert_eq!(refused(&car), unproven);

    // Eight days old, and the responder knows nothing newer.
    let world = World::new().await;
    world.words.lock().unwrap().behind = 8 * 86_400;
    let (car, report) = session(&world, &policy(Need::Require)).await;
    assert_eq!(refused(&car), unproven);
    let reason = report.record.authorization.reason.unwrap();
    assert!(reason.contains("a newer one is due"), "{reason}");
    let (car, _) = session(&world, &policy(Need::Prefer)).await;
    assert_eq!(car.ended, Ended::Terminated);
}

#[tokio::test]
async fn a_responder_that_hangs_or_is_down_costs_no_more_than_the_budget() {
    for hangs in [true, false] {
        let mut world = World::new().await;
        if hangs {
            world.words.lock().unwrap().hangs = true;
        } else {
            world.go_down().await;
        }
        let begin = Instant::now();
        let (car, _) = session(&world, &policy(Need::Require)).await;
        let unproven = (RequestKind::Authorization, ResponseCode::FailedCertChainError);
        assert_eq!(refused(&car), unproven, "hangs: {hangs}");
        assert_eq!(begin.elapsed() >= Duration::from_millis(390), hangs);
        let begin = Instant::now();
        assert!(policy(Need::Prefer).check(&chain(&world)).await.is_ok());
        assert!(begin.elapsed() < Duration::from_millis(900), "{:?}", begin.elapsed());
        let (car, _) = session(&world, &policy(Need::Prefer)).await;
        assert_eq!(car.ended, Ended::Terminated, "hangs: {hangs}");
    }
}

#[tokio::test]
async fn what_the_responder_does_not_know_is_good_only_where_nobody_has_to_know() {
    let world = World::new().await;
    world.say(Kind::ContractLeaf, Status::Unknown);
    let (car, _) = session(&world, &policy(Need::Require)).await;
    let unproven = (RequestKind::Authorization, ResponseCode::FailedCertChainError);
    assert_eq!(refused(&car), unproven);
    let (car, _) = session(&world, &policy(Need::Prefer)).await;
    assert_eq!(car.ended, Ended::Terminated);
}

#[tokio::test]
async fn lists_count_whether_given_or_fetched() {
    let world = World::new().await;
    let given = [
        world.list(Kind::MoSub2, &[]),
        world.list(Kind::MoSub1, &[Kind::MoSub2]),
        world.list(Kind::MoRoot, &[]),
    ];
    let given = given.map(|der| Crl::parse(&der).unwrap());
    let revocation = policy(Need::Require).offline();
    let (car, _) = session(&world, &revocation.clone()).await;
    let unproven = (RequestKind::Authorization, ResponseCode::FailedCertChainError);
    assert_eq!(refused(&car), unproven);
    let (car, _) = session(&world, &revocation.crls(given)).await;
    let revoked = (RequestKind::PaymentDetails, ResponseCode::FailedCertificateRevoked);
    assert_eq!(refused(&car), revoked);

    // A contract that names a list alone.
    let directory = tempfile::tempdir().unwrap();
    let (rng, now, pki) = (SystemRandom::new(), pnc::time::unix(), &world.pki);
    let own = pki.contract();
    let name = own.leaf.subject().common_name().unwrap();
    let mut plan = Plan::new(Kind::ContractLeaf, name, now - 60, now + 365 * 86_400);
    plan.crl = Some(format!("{}mo_sub2.crl", world.url));
    let signer = &**pki.key(Kind::MoSub2);
    let issuer = Issuer { certificate: pki.certificate(Kind::MoSub2), signer };
    let leaf = plan.issue(own.leaf.public_key().unwrap(), issuer, &rng).unwrap();
    let chain = verify_contract(leaf.der(), &own.sub_ders(), pki.anchors(), now, Level::Strict);
    let chain = Arc::new(chain.unwrap());
    let kept = policy(Need::Require).kept_in(directory.path()).unwrap();
    let report = kept.check(&chain).await.unwrap();
    let leaf = report.findings()[0].known;
    assert!(matches!(leaf, Known::Good { source: Source::Crl(0), .. }), "{leaf:?}");
    // Whose list revokes the other contract, offline and after a new start.
    let again = policy(Need::Prefer).kept_in(directory.path()).unwrap().offline();
    let error = again.check(&self::chain(&world)).await.unwrap_err();
    assert!(matches!(error, RevocationError::Revoked { by: Source::Crl(0), .. }), "{error}");
}
