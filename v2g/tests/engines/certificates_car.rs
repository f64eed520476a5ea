//! A car that gets its contract at the station where it charges.

use crate::support::pair::{Pair, car, with_contract, with_provisioning};
use crate::support::{AC, CLOCK, DC, hierarchy, ms, provider, random, station, with_certificates};
use exi::{Bytes, Text};
use pki::key::{KeyAgreement, KeyError};
use pki::{Anchors, Evcoid, Hierarchy, PrivateKey, PublicKey, Signer};
use ring::rand::SecureRandom;
use std::sync::Arc;
use std::time::Duration;
use v2g::authorization::Identity;
use v2g::delivery::{AcceptError, ContractData, certificate_chain};
use v2g::evcc::{self, Event, NoDelivery, When};
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::*;
use v2g::provisioning::Service;
use v2g::secc::{self, CertificateService, Limits};
use zeroize::Zeroizing;

const NEEDED: When = When::Needed { soon: 30 * 86_400 };

/// Charges for some seconds.
fn charge(
    limits: Limits,
    contract: bool,
    when: When,
    change: impl FnOnce(&mut secc::Config, &mut evcc::Config),
    habits: impl FnOnce(&mut Pair),
) -> Pair {
    let mut station = with_certificates(station(limits));
    let mut car = with_provisioning(car(&limits), when);
    if contract {
        car = with_contract(car);
    }
    change(&mut station, &mut car);
    let mut pair = Pair::new(station, car);
    habits(&mut pair);
    pair.tell_car(ms(60_000), evcc::Command::Stop);
    pair.run(Duration::from_secs(150));
    pair
}

/// Who paid, if the whole charge was regular.
fn paid(pair: &Pair) -> Option<Evcoid> {
    assert_eq!(pair.station_ended, Some(secc::Ended::Terminated), "{:#?}", pair.station);
    assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated), "{:#?}", pair.car);
    assert!(pair.energy > 10.0, "{}", pair.energy);
    pair.station.iter().find_map(|event| match event {
        secc::Event::Authorized { identity: Identity::Contract(contract), .. } => {
            Some(contract.evcoid.clone())
        }
        _ => None,
    })
}

fn own() -> Evcoid {
    let contract = hierarchy().contract().leaf;
    Evcoid::parse(contract.subject().common_name().unwrap()).unwrap()
}

fn stored(pair: &Pair) -> Vec<evcc::Store> {
    let stores = pair.car.iter().filter_map(|event| match event {
        Event::Store(store) => Some(store.clone()),
        _ => None,
    });
    stores.collect()
}

fn why(pair: &Pair) -> Vec<NoDelivery> {
    let reasons = pair.car.iter().filter_map(|event| match event {
        Event::NotDelivered(why) => Some(why.clone()),
        _ => None,
    });
    reasons.collect()
}

fn asked(pair: &Pair) -> Vec<Service> {
    let questions = pair.station.iter().filter_map(|event| match event {
        secc::Event::Provisioned { service, .. } => Some(*service),
        _ => None,
    });
    questions.collect()
}

/// [V2G2-891] [V2G2-823]
#[test]
fn a_car_without_contract_installs_one_and_charges_with_it() {
    for limits in [AC, DC] {
        let pair = charge(limits, false, NEEDED, |_, _| {}, |_| {});
        assert_eq!(paid(&pair), Some(provider::evcoid()));
        let [store] = &stored(&pair)[..] else { panic!("{:#?}", pair.car) };
        assert_eq!(
            (store.service(), &store.contract().evcoid),
            (Service::Installation, &provider::evcoid())
        );
        assert!(store.contract().anchored);
        assert_eq!(why(&pair), []);
    }
}

#[test]
fn receipts_are_signed_with_the_delivered_contract() {
    let receipts = |station: &mut secc::Config, _: &mut evcc::Config| {
        station.receipts = secc::Receipts::Every(Duration::from_secs(2));
    };
    let pair = charge(DC, false, NEEDED, receipts, |_| {});
    assert_eq!(paid(&pair), Some(provider::evcoid()));
    assert!(pair.station.iter().any(|event| matches!(event, secc::Event::Receipt { .. })));
}

/// [V2G2-821]
#[test]
fn a_contract_that_runs_out_soon_is_updated_and_any_other_is_left_alone() {
    let left = hierarchy().contract().leaf.not_after() - CLOCK;
    for (soon, service) in [(left - 1, None), (left, Some(Service::Update))] {
        let pair = charge(AC, true, When::Needed { soon }, |_, _| {}, |_| {});
        assert_eq!(asked(&pair), Vec::from_iter(service), "{:?}", why(&pair));
        assert_eq!(paid(&pair), Some(own()));
        let stores = stored(&pair);
        assert_eq!(stores.len(), usize::from(service.is_some()));
        for store in stores {
            assert_ne!(store.contract().leaf.der(), hierarchy().contract().leaf.der());
        }
    }
}

#[test]
fn what_is_wanted_is_asked_for_whatever_the_car_has() {
    let pair = charge(AC, true, When::Installation, |_, _| {}, |_| {});
    assert_eq!(
        (asked(&pair), paid(&pair)),
        (vec![Service::Installation], Some(provider::evcoid()))
    );
    let pair = charge(AC, true, When::Update, |_, _| {}, |_| {});
    assert_eq!((asked(&pair), paid(&pair)), (vec![Service::Update], Some(own())));
}

/// What the car cannot get here leaves it with what it has.
#[test]
fn without_the_service_the_car_pays_as_it_can() {
    type Change = fn(&mut secc::Config, &mut evcc::Config);
    let without: [(Change, When, NoDelivery); 5] = [
        (|station, _| station.certificate_service = None, When::Update, NoDelivery::NotOffered),
        (
            |station, _| {
                station.certificate_service = Some(CertificateService {
                    installation: true,
                    update: false,
                    free: true,
                    check: None,
                });
            },
            When::Update,
            NoDelivery::NotOffered,
        ),
        (
            |station, _| station.payment = secc::Payment::External,
            When::Installation,
            NoDelivery::NotOffered,
        ),
        (
            |station, car| (station.tls, car.tls) = (false, false),
            When::Installation,
            NoDelivery::NotOffered,
        ),
        (
            |_, car| car.provisioning.as_mut().unwrap().identity = None,
            When::Installation,
            NoDelivery::Unable("it has no provisioning certificate"),
        ),
    ];
    for (change, when, reason) in without {
        for contract in [true, false] {
            let pair = charge(AC, contract, when, change, |_| {});
            let reason = match (contract, when) {
                (false, When::Update) => NoDelivery::Unable("it has no contract to update"),
                _ => reason.clone(),
            };
            assert_eq!(why(&pair), [reason]);
            let contract = contract
                && !matches!(
                    pair.car.iter().find_map(payment),
                    Some(PaymentOption::ExternalPayment)
                );
            assert_eq!(paid(&pair), contract.then(own));
            // Who wants a certificate or nothing leaves.
            let pair = charge(
                AC,
                contract,
                when,
                |station, car| {
                    change(station, car);
                    car.provisioning.as_mut().unwrap().required = true;
                },
                |_| {},
            );
            assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated));
            assert_eq!(pair.station_ended, Some(secc::Ended::Terminated));
            assert!(!pair.car.contains(&Event::Authorized) && pair.energy == 0.0);
        }
    }
}

fn payment(event: &Event) -> Option<PaymentOption> {
    match event {
        Event::Payment(option) => Some(*option),
        _ => None,
    }
}

type Spoil = fn(&[u8]) -> Vec<u8>;
type Expected = fn(&AcceptError) -> bool;

/// Deliveries that are not good, each in its own way.
const SPOILT: [(&str, Spoil, Expected); 9] = [
    (
        "another chain",
        |request| {
            provider::spoilt(request, false, |res| {
                let contract = hierarchy().contract();
                let subs = contract.sub_ders();
                res.contract_signature_cert_chain =
                    certificate_chain(Some("id1"), contract.leaf.der(), &subs).unwrap();
            })
        },
        |error| matches!(error, AcceptError::Signature(_)),
    ),
    (
        "another key",
        |request| {
            provider::spoilt(request, false, |res| {
                let value = &mut res.contract_signature_encrypted_private_key.value;
                let mut octets = value.to_vec();
                octets[40] ^= 1;
                *value = Bytes::new(octets).unwrap();
            })
        },
        |error| matches!(error, AcceptError::Signature(_)),
    ),
    (
        "another agreement",
        |request| {
            provider::spoilt(request, false, |res| {
                res.dh_public_key.value = Bytes::new(vec![4; 65]).unwrap();
            })
        },
        |error| matches!(error, AcceptError::Signature(_)),
    ),
    (
        "another eMAID",
        |request| {
            provider::spoilt(request, false, |res| {
                res.emaid.value = Text::new("DEPNCC00000099").unwrap();
            })
        },
        |error| matches!(error, AcceptError::Signature(_)),
    ),
    (
        "another eMAID, signed",
        |request| {
            provider::spoilt(request, true, |res| {
                res.emaid.value = Text::new("DEPNCC00000099").unwrap();
            })
        },
        |error| matches!(error, AcceptError::Claim(_)),
    ),
    (
        "a key that is not the certificate's, signed",
        |request| {
            provider::spoilt(request, true, |res| {
                let value = &mut res.contract_signature_encrypted_private_key.value;
                let mut octets = value.to_vec();
                octets[40] ^= 1;
                *value = Bytes::new(octets).unwrap();
            })
        },
        |error| matches!(error, AcceptError::Key(_)),
    ),
    (
        "no point to agree with, signed",
        |request| {
            provider::spoilt(request, true, |res| {
                res.dh_public_key.value = Bytes::new(vec![4; 65]).unwrap();
            })
        },
        |error| matches!(error, AcceptError::Key(_)),
    ),
    ("a key wrapped for another car", for_another, |error| matches!(error, AcceptError::Key(_))),
    ("a service without trust", from_another, |error| matches!(error, AcceptError::Service(_))),
];

fn for_another(request: &[u8]) -> Vec<u8> {
    let (contract, rng) = (hierarchy().contract(), random());
    let subs = contract.sub_ders();
    let data =
        ContractData::new(&contract.leaf, &subs, &contract.key, &contract.leaf, &*rng).unwrap();
    replaced(request, hierarchy(), data)
}

fn from_another(request: &[u8]) -> Vec<u8> {
    let other = Hierarchy::generate(&*random(), CLOCK, Default::default()).unwrap();
    let (contract, car, rng) = (other.contract(), hierarchy().oem_provisioning(), random());
    let subs = contract.sub_ders();
    let data = ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &*rng).unwrap();
    replaced(request, &other, data)
}

fn replaced(request: &[u8], service: &Hierarchy, data: ContractData) -> Vec<u8> {
    let service = service.cps();
    let signature = data.sign(&*service.key, &*random()).unwrap();
    let chain = certificate_chain(None, service.leaf.der(), &service.sub_ders()).unwrap();
    let session = provider::deliver(request).header.session_id;
    let body = BodyElement::CertificateInstallationRes(data.into_installation(chain));
    provider::write(&provider::message(session, body, Some(signature)))
}

/// [V2G2-891] [V2G2-823]
#[test]
fn nothing_that_is_not_good_is_kept_and_the_car_charges_with_what_it_has() {
    for (name, spoil, expected) in SPOILT {
        let pair = charge(DC, true, When::Installation, |_, _| {}, |pair| pair.provider.1 = spoil);
        assert_eq!(paid(&pair), Some(own()), "{name}");
        assert_eq!(stored(&pair), [], "{name}");
        let [NoDelivery::Rejected(error)] = &why(&pair)[..] else { panic!("{name}") };
        assert!(expected(error), "{name}: {error}");

        let pair = charge(DC, false, NEEDED, |_, _| {}, |pair| pair.provider.1 = spoil);
        assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated), "{name}");
        assert_eq!(pair.station_ended, Some(secc::Ended::Terminated), "{name}");
        assert!(pair.energy == 0.0 && stored(&pair).is_empty(), "{name}");
    }
}

#[test]
fn a_car_that_insists_leaves_after_a_delivery_that_is_not_good() {
    let insists = |_: &mut secc::Config, car: &mut evcc::Config| {
        car.provisioning.as_mut().unwrap().required = true;
    };
    let spoil = SPOILT[0].1;
    let pair = charge(DC, true, When::Installation, insists, |pair| pair.provider.1 = spoil);
    assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated));
    assert!(!pair.car.contains(&Event::Authorized) && pair.energy == 0.0);
}

#[test]
fn a_car_without_roots_asks_for_nothing() {
    let rootless = |_: &mut secc::Config, car: &mut evcc::Config| {
        car.provisioning.as_mut().unwrap().anchors = Anchors::new();
    };
    let pair = charge(AC, true, When::Installation, rootless, |_| {});
    assert!(matches!(why(&pair)[..], [NoDelivery::Request(_)]), "{:?}", why(&pair));
    assert_eq!((asked(&pair), paid(&pair)), (vec![], Some(own())));
}

/// [V2G2-735] [V2G2-917]
#[test]
fn a_refusal_and_a_back_end_that_is_late_end_the_session_at_both_ends() {
    let refuse: Spoil = |request| {
        provider::spoilt(request, false, |res| {
            res.response_code = ResponseCode::FailedNoCertificateAvailable;
        })
    };
    for (delay, answer, code) in [
        (800, refuse, ResponseCode::FailedNoCertificateAvailable),
        (4_600, provider::answer as Spoil, ResponseCode::Failed),
    ] {
        let late = |pair: &mut Pair| pair.provider = (ms(delay), answer);
        let pair = charge(DC, true, When::Installation, |_, _| {}, late);
        let request = RequestKind::CertificateInstallation;
        assert_eq!(pair.car_ended, Some(evcc::Ended::Refused { request, code }));
        assert_eq!(pair.station_ended, Some(secc::Ended::Refused));
        assert_eq!((stored(&pair).len(), pair.energy), (0, 0.0));
    }
}

#[test]
fn a_contract_that_cannot_be_kept_is_not_used() {
    let keep: [fn(evcc::Store) -> Option<evcc::Stored>; 3] = [
        |store| Some(store.failed()),
        // Never answered: 20 s later the car goes on.
        |_| None,
        |store| Some(store.stored_as(hierarchy().secc().key)),
    ];
    for (at, keep) in keep.into_iter().enumerate() {
        let pair = charge(AC, true, When::Installation, |_, _| {}, |pair| pair.keep = keep);
        assert_eq!(paid(&pair), Some(own()), "{at}");
        assert_eq!(why(&pair), [NoDelivery::NotStored], "{at}");
        let pair = charge(AC, false, NEEDED, |_, _| {}, |pair| pair.keep = keep);
        assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated), "{at}");
        assert_eq!(pair.energy, 0.0, "{at}");
    }
}

#[test]
fn an_answer_about_an_earlier_delivery_changes_nothing() {
    let earlier = stored(&charge(AC, false, NEEDED, |_, _| {}, |_| {})).remove(0);
    let pair = charge(
        AC,
        false,
        NEEDED,
        |_, _| {},
        |pair| {
            for at in (500..3_000).step_by(100) {
                pair.tell_car(ms(at), evcc::Command::Stored(earlier.clone().failed()));
            }
        },
    );
    assert_eq!(paid(&pair), Some(provider::evcoid()));
}

#[test]
fn a_car_that_is_to_stop_keeps_the_delivery_and_leaves() {
    for at in (200..2_000).step_by(50) {
        let stop = |pair: &mut Pair| pair.tell_car(ms(at), evcc::Command::Stop);
        let pair = charge(DC, false, NEEDED, |_, _| {}, stop);
        assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated), "{at} ms: {:#?}", pair.car);
        assert_eq!(pair.station_ended, Some(secc::Ended::Terminated), "{at} ms");
        assert_eq!(pair.energy, 0.0);
        assert_eq!(stored(&pair).len(), asked(&pair).len(), "{at} ms");
    }
}

/// A key that stays where it is: it signs and agrees, and shows nothing.
struct Module(Arc<PrivateKey>);

impl Signer for Module {
    fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    fn sign_raw(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
        self.0.sign_raw(message, rng)
    }
}

impl KeyAgreement for Module {
    fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.0.agree(peer)
    }
}

#[test]
fn keys_may_live_in_a_module() {
    let modules = |_: &mut secc::Config, car: &mut evcc::Config| {
        let identity = car.provisioning.as_mut().unwrap().identity.as_mut().unwrap();
        identity.key = Arc::new(Module(hierarchy().oem_provisioning().key));
    };
    let pair = charge(DC, false, NEEDED, modules, |pair| {
        pair.keep = |store| {
            let key = store.contract().key.clone();
            Some(store.stored_as(Arc::new(Module(key))))
        };
    });
    assert_eq!(paid(&pair), Some(provider::evcoid()));
}

#[test]
fn nothing_secret_is_shown() {
    let pair = charge(AC, false, NEEDED, |_, _| {}, |_| {});
    let store = stored(&pair).remove(0);
    let secret: Vec<u8> = store.contract().key.scalar().to_vec();
    let shown = format!("{store:?} {:?} {:?}", store.contract(), store.clone().stored());
    assert!(shown.contains("DEPNC"), "{shown}");
    for window in secret.windows(4) {
        let decimal = format!("{}, {}, {}, {}", window[0], window[1], window[2], window[3]);
        let hex: String = window.iter().map(|octet| format!("{octet:02x}")).collect();
        assert!(!shown.contains(&decimal), "{shown}");
        assert!(!shown.to_lowercase().contains(&hex), "{shown}");
    }
}

#[test]
fn messages_in_pieces_are_put_together() {
    let pair = charge(AC, false, NEEDED, |_, _| {}, |pair| pair.piece = 7);
    assert_eq!(paid(&pair), Some(provider::evcoid()));
}
