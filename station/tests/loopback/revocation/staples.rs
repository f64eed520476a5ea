//! What the responder says of the station's own certificate reaches the car.

use super::{All, car, plug, policy, responder::World};
use crate::bench::{Mode, contract, limits};
use pki::chain::{Level, verify_secc};
use pki::profile::CertificateKind as Kind;
use pki::revocation::{Reason, Revocation, Status};
use pnc::Station;
use pnc::car::{CarError, Report};
use pnc::hardware::sim::{self, Plug};
use pnc::net::{Need, Strictness, load_chain, tls_client, tls_server};
use pnc::station::Handle;
use std::net::SocketAddrV6;
use std::time::Duration;
use v2g::evcc::Ended;
use v2g::sdp::Security;

/// A station whose responder is asked about its own certificate.
struct Stapling {
    plug: Plug,
    address: SocketAddrV6,
    handle: Handle,
}

impl Stapling {
    fn start(world: &World) -> Self {
        let identity = world.pki.secc();
        let sent: Vec<&[u8]> = identity.chain().collect();
        let key = identity.key.to_pkcs8_der();
        let chain = load_chain(&sent, identity.root.der(), &key).unwrap();
        let (now, anchors) = (pnc::time::unix(), world.pki.anchors());
        let own = verify_secc(sent[0], &sent[1..], anchors, now, Level::Strict).unwrap();
        let (plug, staple) = (plug(), chain.staple());
        let mut bound = Station::new("DE*PNC*E0000001", limits(Mode::Ac), sim::ac(&plug))
            .contracts(anchors.clone(), Level::Strict)
            .tls(tls_server(vec![chain], None).unwrap())
            .revocation(policy(Need::Ignore))
            .staple(own, staple)
            .authorize(All)
            .without_discovery()
            .bind()
            .unwrap();
        let (address, handle) = (bound.address(), bound.handle());
        tokio::spawn(async move { while bound.serve_one().await.is_some() {} });
        Self { plug, address, handle }
    }

    async fn charge(&self, world: &World, need: Need) -> Result<Report, CarError> {
        let root = world.pki.secc().root;
        let tls = tls_client(&[root.der()], Strictness::Strict, need, None).unwrap();
        let car = car(&self.plug).tls(tls).contract(contract(&world.pki));
        let charging = car.charge_at(self.address, Security::Tls, std::future::pending());
        tokio::time::timeout(Duration::from_secs(20), charging).await.unwrap()
    }
}

impl Drop for Stapling {
    fn drop(&mut self) {
        self.handle.shut_down();
    }
}

async fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..400 {
        if done() {
            // The answer is on its way.
            return tokio::time::sleep(Duration::from_millis(300)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody asked");
}

/// [V2G2-649] [V2G2-876]
#[tokio::test]
async fn a_car_that_requires_a_staple_charges_and_the_staple_stays_fresh() {
    let mut world = World::new().await;
    world.words.lock().unwrap().lifetime = 2;
    let station = Stapling::start(&world);
    until(|| world.asked() >= 1).await;
    let report = station.charge(&world, Need::Require).await.unwrap();
    assert_eq!(report.ended, Ended::Terminated);
    // Without renewal two lifetimes later nothing would be left of the first.
    until(|| world.asked() >= 4).await;
    assert!(station.charge(&world, Need::Require).await.is_ok());
    world.go_down().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let refused = station.charge(&world, Need::Require).await.unwrap_err();
    assert!(matches!(refused, CarError::Tls(..)), "{refused}");
    assert!(station.charge(&world, Need::Prefer).await.is_ok());
}

#[tokio::test]
async fn a_station_whose_responder_hangs_or_says_revoked_serves_without_a_staple() {
    for hangs in [true, false] {
        let world = World::new().await;
        let reason = Some(Reason::KeyCompromise);
        let revocation = Revocation { at: pnc::time::unix() - 60, reason };
        world.say(Kind::SeccLeaf, Status::Revoked(revocation));
        world.words.lock().unwrap().hangs = hangs;
        let station = Stapling::start(&world);
        until(|| world.asked() >= 1).await;
        let refused = station.charge(&world, Need::Require).await.unwrap_err();
        assert!(matches!(refused, CarError::Tls(..)), "{refused}");
        assert!(station.charge(&world, Need::Prefer).await.is_ok());
    }
}
