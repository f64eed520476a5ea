//! Contract certificates that come to cars over the charging cable, by TLS on loopback.

use crate::bench::{Bench, Mode, Setup, contract, hierarchy};
use pki::issue::Identity;
use pki::{Evcoid, Level, pem};
use pnc::Car;
use pnc::car::store::{ContractFile, ContractStore, Keeping};
use pnc::car::{Provisioning, Report};
use pnc::hardware::sim::SimulatedCar;
use pnc::net::http::{Client, Token};
use pnc::provision::{
    CertificateService, ContractFiles, Denial, NoCertificate, Provisioner, Question, Remote,
    RequestCheck,
};
use ring::rand::SystemRandom;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use v2g::delivery::NewContract;
use v2g::evcc::{Ended, NoDelivery, ProvisioningIdentity, When};
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::ResponseCode;

fn fresh() -> Evcoid {
    Evcoid::parse("DEPNCC00000077").unwrap().with_check_digit()
}

/// A directory of a laboratory: a contract for the car of the hierarchy, and a fresh one of the contract it has.
fn laboratory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let put = |name: &str, identity: &Identity| {
        let chain: String = identity.chain().map(pem::certificate).collect();
        fs::write(directory.path().join(format!("{name}.pem")), chain).unwrap();
        fs::write(directory.path().join(format!("{name}.key")), identity.key.to_pem()).unwrap();
    };
    let (rng, now) = (SystemRandom::new(), pnc::time::unix());
    let issue = |evcoid: &Evcoid| hierarchy().issue_contract(&rng, evcoid, now).unwrap();
    let pcid = hierarchy().oem_provisioning().leaf.subject().common_name().unwrap().to_owned();
    put("cps", &hierarchy().cps());
    put(&pcid, &issue(&fresh()));
    let own = contract(hierarchy()).evcoid;
    put(own.normal(), &issue(&own));
    directory
}

/// Everything on offer, requests checked.
fn service() -> CertificateService {
    let subs = hierarchy().oem_provisioning().sub_ders().into_iter().map(<[u8]>::to_vec).collect();
    let anchors = hierarchy().anchors().clone();
    let check = Some(RequestCheck { anchors, subs, level: Level::Strict });
    CertificateService { installation: true, update: true, free: true, check }
}

fn bench(mode: Mode, provisioner: impl Provisioner + 'static) -> Bench {
    Setup::new(mode).start_with(Some((Box::new(provisioner), service())), &[fresh()])
}

fn asking(bench: &Bench, when: When, store: impl ContractStore + 'static) -> Car<SimulatedCar> {
    let car = hierarchy().oem_provisioning();
    let identity = Some(ProvisioningIdentity { certificate: car.leaf, key: car.key });
    let anchors = hierarchy().anchors().clone();
    let level = Level::Strict;
    bench
        .car()
        .provisioning(Provisioning { when, identity, anchors, level, required: false }, store)
}

fn needed() -> When {
    When::Needed { soon: 0 }
}

fn assert_paid(report: &Report, evcoid: &Evcoid) {
    assert_eq!(report.ended, Ended::Terminated, "{report:?}");
    assert_eq!(report.evcoid.as_ref(), Some(evcoid), "{report:?}");
    assert!(report.authorized && report.energy > Some(0), "{report:?}");
}

/// [V2G2-891]
#[tokio::test]
async fn a_car_installs_a_contract_charges_with_it_and_comes_back_with_it() {
    let (lab, place) = (laboratory(), tempfile::tempdir().unwrap());
    let file = ContractFile::new(place.path().join("contract.pem"));
    for mode in [Mode::Ac, Mode::Dc] {
        let mut bench = bench(mode, ContractFiles::open(lab.path()).unwrap());
        let report = bench.charge(asking(&bench, needed(), file.clone())).await.unwrap();
        assert_paid(&report, &fresh());
        assert_eq!(report.delivery, Some(Ok(fresh())));
        let record = bench.report().await.record;
        assert_eq!(record.delivered.as_deref(), Some("installation"));
        assert_eq!(record.evcoid.as_deref(), Some(fresh().normal()));

        let kept = file.read().unwrap().expect("a contract");
        assert_eq!(kept.evcoid, fresh());
        assert_eq!(mode_of(&place.path().join("contract.pem")), 0o600);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        let car = asking(&bench, needed(), file.clone()).contract(kept);
        let report = bench.charge(car).await.unwrap();
        assert_paid(&report, &fresh());
        assert_eq!((report.delivery, bench.report().await.record.delivered), (None, None));
    }
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// [V2G2-821]
#[tokio::test]
async fn a_car_updates_the_contract_it_has() {
    let (lab, place) = (laboratory(), tempfile::tempdir().unwrap());
    let path = place.path().join("contract.pem");
    fs::write(&path, "an older one").unwrap();
    let mut bench = bench(Mode::Ac, ContractFiles::open(lab.path()).unwrap());
    let own = contract(hierarchy());
    let car = asking(&bench, When::Update, ContractFile::new(&path)).contract(own.clone());
    let report = bench.charge(car).await.unwrap();
    assert_paid(&report, &own.evcoid);
    assert_eq!(bench.report().await.record.delivered.as_deref(), Some("update"));
    let kept = ContractFile::new(&path).read().unwrap().unwrap();
    assert_ne!(kept.leaf, own.leaf);
    assert_eq!(mode_of(&path), 0o600);
}

#[tokio::test]
async fn a_car_that_nobody_knows_is_told_so() {
    let (lab, place) = (laboratory(), tempfile::tempdir().unwrap());
    let pcid = hierarchy().oem_provisioning().leaf.subject().common_name().unwrap().to_owned();
    fs::remove_file(lab.path().join(format!("{pcid}.pem"))).unwrap();
    let mut bench = bench(Mode::Dc, ContractFiles::open(lab.path()).unwrap());
    let file = ContractFile::new(place.path().join("contract.pem"));
    let report = bench.charge(asking(&bench, needed(), file.clone())).await.unwrap();
    let request = RequestKind::CertificateInstallation;
    let code = ResponseCode::FailedNoCertificateAvailable;
    assert_eq!(report.ended, Ended::Refused { request, code });
    let refusal = bench.report().await.record.refusal.unwrap();
    assert!(refusal.contains("contract files: nothing for"), "{refusal}");
    assert!(file.read().unwrap().is_none());
    bench.good_session().await;
}

/// Never answers.
struct Silent;

impl Provisioner for Silent {
    fn name(&self) -> &str {
        "silence"
    }

    fn provision<'a>(
        &'a self,
        _: &'a Question,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, NoCertificate>> + Send + 'a>> {
        Box::pin(std::future::pending())
    }
}

/// [V2G2-917]
#[tokio::test]
async fn a_back_end_that_is_silent_costs_the_car_no_more_than_its_time() {
    let place = tempfile::tempdir().unwrap();
    let mut bench = bench(Mode::Ac, Silent);
    let file = ContractFile::new(place.path().join("contract.pem"));
    let report = bench.charge(asking(&bench, needed(), file)).await.unwrap();
    let request = RequestKind::CertificateInstallation;
    assert_eq!(report.ended, Ended::Refused { request, code: ResponseCode::Failed });
    assert!(report.elapsed < Duration::from_secs(6), "{:?}", report.elapsed);
    assert_eq!(
        bench.report().await.record.refusal.unwrap(),
        "CertificateInstallationReq: nobody answered in time"
    );
    bench.good_session().await;
}

/// Where nothing can be put.
struct Full;

impl ContractStore for Full {
    fn keep<'a>(&'a self, _: Arc<NewContract>) -> Keeping<'a> {
        Box::pin(std::future::ready(Err(io::ErrorKind::StorageFull.into())))
    }
}

#[tokio::test]
async fn a_contract_that_cannot_be_kept_is_not_used() {
    let lab = laboratory();
    let mut bench = bench(Mode::Ac, ContractFiles::open(lab.path()).unwrap());
    let own = contract(hierarchy());
    let car = asking(&bench, When::Installation, Full).contract(own.clone());
    let report = bench.charge(car).await.unwrap();
    assert_paid(&report, &own.evcoid);
    assert_eq!(report.delivery, Some(Err(NoDelivery::NotStored)));
    assert_eq!(bench.report().await.record.evcoid.as_deref(), Some(own.evcoid.normal()));
}

#[tokio::test]
async fn a_file_that_cannot_be_replaced_stays_as_it_is() {
    let (lab, place) = (laboratory(), tempfile::tempdir().unwrap());
    let path = place.path().join("contract.pem");
    // Nothing can be renamed to a directory.
    fs::create_dir(&path).unwrap();
    let bench = bench(Mode::Ac, ContractFiles::open(lab.path()).unwrap());
    let report = bench.charge(asking(&bench, needed(), ContractFile::new(&path))).await.unwrap();
    assert_eq!(report.delivery, Some(Err(NoDelivery::NotStored)));
    assert!(!report.authorized && report.ended == Ended::Terminated, "{report:?}");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

/// A back end over HTTP: what the laboratory answers, or this problem; the first answers are 503.
async fn back_end(lab: &Path, busy: usize, problem: Option<&'static str>) -> Remote {
    let files = ContractFiles::open(lab).unwrap();
    let listener = TcpListener::bind("[::1]:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for turn in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
            let exi = loop {
                let n = socket.read(&mut buffer).await.unwrap();
                request.extend_from_slice(&buffer[..n]);
                let Some(end) = request.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
                let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
                let length = head.split("content-length: ").nth(1).unwrap();
                let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
                if request.len() == end + 4 + length {
                    assert!(head.starts_with("post /v1/provision "), "{head}");
                    assert!(head.contains("content-type: application/exi"), "{head}");
                    assert!(head.contains("authorization: bearer token"), "{head}");
                    break request.split_off(end + 4);
                }
            };
            let (status, body) = match (turn < busy, problem) {
                (true, _) => ("503 Busy", Vec::new()),
                (false, Some(problem)) => ("422 No", problem.as_bytes().to_vec()),
                (false, None) => ("200 OK", files.answer(&exi).unwrap()),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(&body).await.unwrap();
        }
    });
    let token: Token = "token".parse().unwrap();
    let url = format!("http://[::1]:{port}/v1/provision").parse().unwrap();
    Remote::new(url, Client::new()).bearer(token)
}

#[tokio::test]
async fn a_back_end_over_http_delivers_also_when_it_is_busy_at_first() {
    let (lab, place) = (laboratory(), tempfile::tempdir().unwrap());
    for busy in [0, 2] {
        let mut bench = bench(Mode::Dc, back_end(lab.path(), busy, None).await);
        let file = ContractFile::new(place.path().join("contract.pem"));
        let report = bench.charge(asking(&bench, needed(), file)).await.unwrap();
        assert_paid(&report, &fresh());
        assert_eq!(bench.report().await.record.delivered.as_deref(), Some("installation"));
    }
}

#[tokio::test]
async fn a_problem_of_the_back_end_reaches_the_car_and_the_record() {
    let (lab, place) = (laboratory(), tempfile::tempdir().unwrap());
    let problem = r#"{"code": "revoked", "response_code": "FAILED_CertificateRevoked"}"#;
    let mut bench = bench(Mode::Ac, back_end(lab.path(), 0, Some(problem)).await);
    let file = ContractFile::new(place.path().join("contract.pem"));
    let report = bench.charge(asking(&bench, needed(), file)).await.unwrap();
    let request = RequestKind::CertificateInstallation;
    let code = Denial::Revoked.response_code();
    assert_eq!(report.ended, Ended::Refused { request, code });
    let refusal = bench.report().await.record.refusal.unwrap();
    assert!(refusal.ends_with("status 422 revoked"), "{refusal}");
}
