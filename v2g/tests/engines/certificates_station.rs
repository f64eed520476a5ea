//! The certificate service of a station: offered, asked out, answered, refused in time.

use crate::support::bench::Bench;
use crate::support::{
    AC, CLOCK, hierarchy, ms, provider, random, requests, station, with_certificates,
};
use exi::{Bytes, Document, Text};
use pki::issue::Defect;
use pki::{Anchors, Certificate, Level, Role, Signer};
use v2g::delivery::{installation_request, update_request};
use v2g::iso2::Grammar;
use v2g::iso2::dialog::{Request, RequestKind, Response};
use v2g::iso2::msg::*;
use v2g::iso2::order::Phase;
use v2g::provisioning::{Answer, Denial, Question, Service};
use v2g::secc::{CertificateService, Command, Config, Ended, Event, Payment, RequestCheck};
use v2g::signature::{self, Signed};
use v2g::xmldsig::Signature;

fn discovered(config: Config) -> (Bench, ServiceDiscoveryRes) {
    let mut bench = Bench::new(config);
    bench.ok(requests::any(RequestKind::SessionSetup, false));
    let Response::ServiceDiscovery(found) =
        bench.ok(requests::any(RequestKind::ServiceDiscovery, false))
    else {
        panic!("another response")
    };
    (bench, found)
}

/// A session whose car may ask, and whose back end answers only when told.
fn asking(config: Config) -> Bench {
    let (mut bench, _) = discovered(config);
    bench.ok(requests::selection_of_sets(&[Some(1), Some(2)]));
    bench.provider = false;
    bench
}

fn asked() -> (Bench, Question) {
    let mut bench = asking(with_certificates(station(AC)));
    let request = requests::any(RequestKind::CertificateInstallation, false);
    assert!(bench.send(request).is_none());
    assert_eq!(bench.phase, Phase::Busy);
    let question = bench.questions.pop().unwrap();
    (bench, question)
}

fn answer(bench: &mut Bench, answer: Answer) -> Option<Response> {
    bench.command(Command::Provisioned(answer));
    bench.response()
}

/// [V2G2-422] [V2G2-633]
#[test]
fn the_service_is_on_offer_over_tls_beside_contracts_alone() {
    let (_, found) = discovered(with_certificates(station(AC)));
    let services = found.service_list.unwrap().service;
    let [service] = &services[..] else { panic!("{services:?}") };
    assert_eq!((service.service_id, service.free_service), (2, true));
    assert_eq!(service.service_category, ServiceCategory::ContractCertificate);

    let without = |change: fn(&mut Config)| {
        let mut config = with_certificates(station(AC));
        change(&mut config);
        config
    };
    for config in [
        without(|c| c.certificate_service = None),
        without(|c| c.tls = false),
        without(|c| (c.tls, c.contracts.without_tls) = (false, true)),
        without(|c| c.payment = Payment::External),
        without(|c| c.contracts.anchors = Anchors::new()),
        without(|c| {
            let free = true;
            let none = CertificateService { installation: false, update: false, free, check: None };
            c.certificate_service = Some(none);
        }),
    ] {
        let (mut bench, found) = discovered(config);
        assert_eq!(found.service_list, None);
        let code = bench.refused(ServiceDetailReq { service_id: 2 });
        assert_eq!(code, ResponseCode::FailedServiceIdInvalid);
    }
}

#[test]
fn a_car_that_looks_for_other_services_does_not_see_it() {
    for (category, seen) in [
        (ServiceCategory::Internet, false),
        (ServiceCategory::ContractCertificate, true),
        (ServiceCategory::EvCharging, false),
    ] {
        let mut bench = Bench::new(with_certificates(station(AC)));
        bench.ok(requests::any(RequestKind::SessionSetup, false));
        let request = ServiceDiscoveryReq { service_scope: None, service_category: Some(category) };
        let Response::ServiceDiscovery(found) = bench.ok(request) else { panic!("another") };
        assert_eq!(found.service_list.is_some(), seen, "{category:?}");
    }
}

#[test]
fn each_parameter_set_names_what_can_be_had() {
    for (installation, update, sets) in [
        (true, true, &[(1, "Installation"), (2, "Update")][..]),
        (true, false, &[(1, "Installation")][..]),
        (false, true, &[(2, "Update")][..]),
    ] {
        let mut config = station(AC);
        config.certificate_service =
            Some(CertificateService { installation, update, free: false, check: None });
        let (mut bench, _) = discovered(config);
        let Response::ServiceDetail(detail) = bench.ok(ServiceDetailReq { service_id: 2 }) else {
            panic!("another response")
        };
        assert_eq!(detail.service_id, 2);
        let list = detail.service_parameter_list.unwrap().parameter_set;
        let found: Vec<_> = list
            .iter()
            .map(|set| {
                let [parameter] = &set.parameter[..] else { panic!("{set:?}") };
                let ParameterValue::String(value) = &parameter.value else { panic!("{set:?}") };
                assert_eq!(parameter.name.as_str(), "Service");
                (set.parameter_set_id, value.as_str())
            })
            .collect();
        assert_eq!(found, sets);
        // What is not on offer cannot be picked. [V2G2-467]
        for set in [1, 2, 3] {
            let (mut bench, _) = discovered(bench_config(installation, update));
            let response = bench.send(requests::selection_of_sets(&[Some(set)])).unwrap();
            let offered = sets.iter().any(|(id, _)| *id == set);
            let code = match offered {
                true => ResponseCode::Ok,
                false => ResponseCode::FailedServiceSelectionInvalid,
            };
            assert_eq!(response.code(), code, "set {set} of {sets:?}");
        }
    }
}

fn bench_config(installation: bool, update: bool) -> Config {
    let mut config = station(AC);
    config.certificate_service =
        Some(CertificateService { installation, update, free: false, check: None });
    config
}

#[test]
fn what_was_not_selected_is_refused() {
    for (sets, kind, taken) in [
        (&[][..], RequestKind::CertificateInstallation, false),
        (&[Some(1)][..], RequestKind::CertificateInstallation, true),
        (&[Some(1)][..], RequestKind::CertificateUpdate, false),
        (&[Some(2)][..], RequestKind::CertificateUpdate, true),
        (&[Some(2)][..], RequestKind::CertificateInstallation, false),
        (&[Some(1), Some(2)][..], RequestKind::CertificateUpdate, true),
        // Some cars name the service alone.
        (&[None][..], RequestKind::CertificateInstallation, true),
    ] {
        let (mut bench, _) = discovered(with_certificates(station(AC)));
        bench.ok(requests::selection_of_sets(sets));
        if taken {
            bench.ok(requests::any(kind, false));
            assert_eq!(bench.phase, Phase::Delivered);
        } else {
            let code = bench.refused(requests::any(kind, false));
            assert_eq!(code, ResponseCode::FailedServiceSelectionInvalid, "{sets:?} {kind}");
        }
    }
}

/// [V2G2-553] [V2G2-556] [V2G2-917]
#[test]
fn a_request_goes_out_and_its_answer_comes_back_octet_for_octet() {
    for (kind, service) in [
        (RequestKind::CertificateInstallation, Service::Installation),
        (RequestKind::CertificateUpdate, Service::Update),
    ] {
        let mut bench = asking(with_certificates(station(AC)));
        let frame = bench.frame(requests::any(kind, false), None);
        // A pad that an encoder left behind is the car's own.
        let mut payload = frame[8..].to_vec();
        payload.push(0);
        bench.now += ms(20);
        bench.raw(v2g::v2gtp::PayloadType::Exi, &payload);
        let question = bench.questions.pop().unwrap();
        assert_eq!(question.exi(), payload);
        assert_eq!(question.service(), service);
        assert_eq!(question.until(), bench.now + ms(4_500));
        bench.wait(ms(4_400));
        let exi = provider::answer(question.exi());
        let response = answer(&mut bench, question.answer(exi.clone())).unwrap();
        assert_eq!((response.kind(), response.code()), (kind, ResponseCode::Ok));
        assert_eq!(bench.last, exi);
        assert_eq!(bench.phase, Phase::Delivered);
        let told = |e: &Event| matches!(e, Event::Provisioned { service: s, code: ResponseCode::Ok } if *s == service);
        assert!(bench.events.iter().any(told));
        // The next request has its whole time again. [V2G2-443]
        bench.wait(ms(59_000));
        assert_eq!(bench.ended, None);
        bench.contract();
    }
}

/// [V2G2-917] [V2G2-918]
#[test]
fn without_an_answer_in_time_the_car_gets_a_refusal() {
    let (mut bench, question) = asked();
    let exi = provider::answer(question.exi());
    bench.wait(ms(4_499));
    assert!(bench.response().is_none());
    bench.wait(ms(1));
    let response = bench.response().unwrap();
    bench.assert_refused(RequestKind::CertificateInstallation, &response);
    assert_eq!(response.code(), ResponseCode::Failed);
    assert!(answer(&mut bench, question.answer(exi)).is_none(), "an answer after the end");

    // An answer that comes at the very end is late, whoever is quicker.
    let (mut bench, question) = asked();
    bench.now += ms(4_500);
    let exi = provider::answer(question.exi());
    let response = answer(&mut bench, question.answer(exi)).unwrap();
    bench.assert_refused(RequestKind::CertificateInstallation, &response);

    let mut bench = asking(with_certificates(station(AC)));
    assert!(bench.send(requests::any(RequestKind::CertificateUpdate, false)).is_none());
    bench.wait(ms(4_500));
    let Some(Response::CertificateUpdate(response)) = bench.response() else { panic!("nothing") };
    // [V2G2-696]
    assert_eq!(response.retry_counter, Some(0));
}

#[test]
fn what_is_no_answer_to_this_request_is_not_passed_on() {
    let installation = |question: &Question| provider::deliver(question.exi());
    let spoil: [fn(V2gMessage) -> Vec<u8>; 5] = [
        |_| vec![0x80, 0x98, 0x01],
        |_| Vec::new(),
        |mut m| {
            m.header.session_id = SessionId::new(&[9; 8]).unwrap();
            provider::write(&m)
        },
        |mut m| {
            m.header.signature = None;
            provider::write(&m)
        },
        |m| {
            let request = requests::any(RequestKind::CertificateInstallation, false);
            provider::write(&provider::message(m.header.session_id, request.into_body(), None))
        },
    ];
    for (at, spoil) in spoil.into_iter().enumerate() {
        let (mut bench, question) = asked();
        let exi = spoil(installation(&question));
        let response = answer(&mut bench, question.answer(exi)).unwrap();
        bench.assert_refused(RequestKind::CertificateInstallation, &response);
        assert_eq!(response.code(), ResponseCode::Failed, "{at}");
        let told = |e: &Event| matches!(e, Event::Refused { why, .. } if why.starts_with("the back end's answer: "));
        assert!(bench.events.iter().any(told), "{at}: {:?}", bench.events);
    }
    // The answer to the other kind of request.
    let (mut bench, question) = asked();
    let update = bench.frame(requests::any(RequestKind::CertificateUpdate, false), None);
    let response = answer(&mut bench, question.answer(provider::answer(&update[8..]))).unwrap();
    bench.assert_refused(RequestKind::CertificateInstallation, &response);
}

#[test]
fn an_answer_to_an_earlier_question_changes_nothing() {
    let (_, earlier) = asked();
    let (mut bench, question) = asked();
    assert!(answer(&mut bench, earlier.refuse(Denial::Revoked, "long ago")).is_none());
    assert_eq!(bench.phase, Phase::Busy);
    let exi = provider::answer(question.exi());
    assert_eq!(answer(&mut bench, question.answer(exi)).unwrap().code(), ResponseCode::Ok);
}

/// [V2G2-539]
#[test]
fn a_refusal_of_the_back_end_reaches_the_car_as_it_is_and_ends_the_session() {
    let (mut bench, question) = asked();
    let mut message = provider::deliver(question.exi());
    let Some(BodyElement::CertificateInstallationRes(res)) = &mut message.body.element else {
        panic!("no delivery")
    };
    res.response_code = ResponseCode::FailedContractCanceled;
    let exi = provider::write(&message);
    let response = answer(&mut bench, question.answer(exi.clone())).unwrap();
    bench.assert_refused(RequestKind::CertificateInstallation, &response);
    assert_eq!(response.code(), ResponseCode::FailedContractCanceled);
    assert_eq!(bench.last, exi);
    assert!(bench.send(requests::payment_details()).is_none());
}

/// [V2G2-736]
#[test]
fn every_denial_has_its_code_in_an_answer_that_encodes() {
    for denial in Denial::ALL {
        for kind in [RequestKind::CertificateInstallation, RequestKind::CertificateUpdate] {
            let mut bench = asking(with_certificates(station(AC)));
            assert!(bench.send(requests::any(kind, false)).is_none());
            let question = bench.questions.pop().unwrap();
            let response = answer(&mut bench, question.refuse(denial, "a test")).unwrap();
            bench.assert_refused(kind, &response);
            assert_eq!(response.code(), denial.response_code(), "{denial}");
            V2gMessage::decode(&bench.last).unwrap();
        }
    }
}

#[test]
fn a_car_that_goes_while_the_back_end_works_is_let_go() {
    let (mut bench, question) = asked();
    bench.secc.handle(bench.now, v2g::engine::Input::Closed);
    let exi = provider::answer(question.exi());
    assert!(answer(&mut bench, question.answer(exi)).is_none());
    assert_eq!(bench.ended, Some(Ended::Closed));
}

/// A station that checks requests itself, at a time.
fn checking(clock: i64) -> Bench {
    let mut config = with_certificates(station(AC));
    config.clock = clock;
    let car = hierarchy().oem_provisioning();
    let service = config.certificate_service.as_mut().unwrap();
    service.check = Some(RequestCheck {
        anchors: hierarchy().anchors().clone(),
        subs: car.sub_ders().into_iter().map(<[u8]>::to_vec).collect(),
        level: Level::Strict,
    });
    asking(config)
}

fn installation(leaf: &Certificate, key: &dyn Signer) -> (Request, Signature) {
    let (request, signature) =
        installation_request(leaf, requests::roots(), key, &*random()).unwrap();
    (request.into(), signature)
}

fn update(
    leaf: &Certificate,
    subs: &[&[u8]],
    key: &dyn Signer,
) -> (CertificateUpdateReq, Signature) {
    update_request(leaf, subs, requests::roots(), key, &*random()).unwrap()
}

#[test]
fn a_station_that_checks_asks_only_about_good_requests() {
    let car = hierarchy().oem_provisioning();
    let (request, signature) = installation(&car.leaf, &*car.key);
    let mut bench = checking(CLOCK);
    assert!(bench.send_signed(request.clone(), Some(signature.clone())).is_none());
    assert_eq!(bench.questions.len(), 1);

    let refused = |mut bench: Bench, request: Request, signature| {
        let response = bench.send_signed(request, signature).unwrap();
        assert_eq!(bench.ended, Some(Ended::Refused));
        assert!(bench.questions.is_empty());
        response.code()
    };
    let code = refused(checking(CLOCK), request.clone(), None);
    assert_eq!(code, ResponseCode::FailedSignatureError, "unsigned");
    let Request::CertificateInstallation(mut altered) = request.clone() else { panic!("other") };
    altered.id = Text::new("id2").unwrap();
    let code = refused(checking(CLOCK), altered.into(), Some(signature.clone()));
    assert_eq!(code, ResponseCode::FailedSignatureError, "altered");
    let Request::CertificateInstallation(plain) = request.clone() else { panic!("other") };
    let signed = Signed::element::<Grammar, _>("id1", &plain).unwrap();
    let foreign = signature::sign(&[signed], &*hierarchy().secc().key, &*random()).unwrap();
    let code = refused(checking(CLOCK), request.clone(), Some(foreign));
    assert_eq!(code, ResponseCode::FailedSignatureError, "another's key");
    let later = checking(car.leaf.not_after() + 1);
    let code = refused(later, request, Some(signature));
    assert_eq!(code, ResponseCode::FailedCertificateExpired, "expired");
    let stranger = pki::Hierarchy::generate(&*random(), CLOCK, Default::default()).unwrap();
    let stranger = stranger.oem_provisioning();
    let (request, signature) = installation(&stranger.leaf, &*stranger.key);
    let code = refused(checking(CLOCK), request, Some(signature));
    assert_eq!(code, ResponseCode::FailedCertChainError, "untrusted");
    let contract = hierarchy().contract();
    let (mut request, signature) = installation(&car.leaf, &*car.key);
    if let Request::CertificateInstallation(request) = &mut request {
        request.oem_provisioning_cert = Bytes::new(contract.leaf.der()).unwrap();
    }
    let code = refused(checking(CLOCK), request, Some(signature));
    assert!(code.is_failed(), "no provisioning certificate: {code:?}");
}

#[test]
fn a_provisioning_certificate_of_another_profile_gets_no_certificate() {
    let defect = Defect::WrongDomainComponent;
    let damaged = hierarchy().damaged(Role::OemProvisioning, defect, &*random()).unwrap();
    let leaf = Certificate::parse(&damaged.leaf).unwrap();
    let (request, signature) = installation(&leaf, &*damaged.key);
    let mut bench = checking(CLOCK);
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedNoCertificateAvailable);
}

#[test]
fn a_station_that_checks_knows_the_contract_of_an_update() {
    let contract = hierarchy().contract();
    let subs = contract.sub_ders();
    let (good, signature) = update(&contract.leaf, &subs, &*contract.key);
    let mut bench = checking(CLOCK);
    assert!(bench.send_signed(good.clone(), Some(signature.clone())).is_none());
    assert_eq!(bench.questions.len(), 1);
    let inverted: Vec<&[u8]> = subs.iter().rev().copied().collect();
    let (request, inverted) = update(&contract.leaf, &inverted, &*contract.key);
    let response = checking(CLOCK).send_signed(request, Some(inverted)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedCertChainError);
    let mut other = good.clone();
    other.emaid = Text::new("DEPNCC00000099").unwrap();
    let signed = Signed::element::<Grammar, _>("id1", &other).unwrap();
    let signature = signature::sign(&[signed], &*contract.key, &*random()).unwrap();
    let response = checking(CLOCK).send_signed(other, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedNoCertificateAvailable);
}
