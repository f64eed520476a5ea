//! Requests that are made again and again until they are answered, and what must hold however they were disturbed.

use crate::place::*;
use pki_service::audit::Verifier;
use pki_service::store::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A store that is ready for requests.
pub(crate) async fn prepare(store: &Store) {
    let everything = Endpoint {
        id: "all".to_owned(),
        url: "https://hooks.example/".to_owned(),
        secret: vec![1],
        events: vec!["*".to_owned()],
        owner: None,
        created: NOW,
    };
    let changes = [Change::PutAuthority(authority()), Change::PutEndpoint(everything)];
    store.commit(submit(changes)).await.unwrap();
}

/// What request `number` wants. Every attempt comes with a serial number of its own.
pub(crate) fn request(number: u64, attempt: u64) -> Submission {
    let serial = (number << 16) | attempt;
    let evcoid = evcoid(number);
    let contract = Contract { certificate: Some(id(serial)), ..Contract::new(evcoid.clone()) };
    let data = ContractData {
        evcoid: evcoid.clone(),
        pcid: format!("WMI{number:014}"),
        receiver: [1; 32],
        body: vec![2; 500],
        certificate: id(serial),
        created: NOW,
    };
    let reply = Reply {
        key: format!("request {number}"),
        digest: [0; 32],
        expires: NOW + 60,
        response: Response {
            status: 200,
            content_type: "text/plain".to_owned(),
            body: serial.to_be_bytes().to_vec(),
        },
    };
    let filed = Certificate { evcoid: Some(evcoid), ..certificate(serial) };
    let changes = [
        Change::IssueCertificate(filed),
        Change::CreateContract(contract),
        Change::PutContractData(data),
    ];
    let created =
        Event { kind: "mo.contract.created".to_owned(), body: "{}".to_owned(), owner: None };
    submit(changes).announce(created).replying(reply)
}

/// Makes requests with these numbers, several at once, each until it is done; tells of each answer and failure.
pub(crate) async fn drive(
    store: &Store,
    numbers: std::ops::Range<u64>,
    attempts: Arc<AtomicU64>,
    note: impl Fn(u64, Result<&Committed, &StoreError>) + Clone + Send + 'static,
) {
    let next = Arc::new(AtomicU64::new(numbers.start));
    let drivers: Vec<_> = (0..24)
        .map(|_| {
            let (store, next, attempts) = (store.clone(), next.clone(), attempts.clone());
            let (note, end) = (note.clone(), numbers.end);
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= end {
                        return;
                    }
                    loop {
                        let attempt = attempts.fetch_add(1, Ordering::Relaxed) % 0xffff;
                        let outcome = store.commit(request(number, attempt)).await;
                        note(number, outcome.as_ref());
                        match outcome {
                            Ok(_) => break,
                            Err(error) if error.is_temporary() => {
                                tokio::time::sleep(Duration::from_millis(20)).await;
                            }
                            Err(error) => panic!("request {number}: {error}"),
                        }
                    }
                }
            })
        })
        .collect();
    for driver in drivers {
        driver.await.unwrap();
    }
}

/// Nothing answered is lost, nothing was done twice or by halves, and the log is whole. Tells how many requests were done.
pub(crate) async fn check(place: &Place, answered: &BTreeSet<u64>) -> u64 {
    let store = place.open().await;
    let report = Verifier::default().verify(&store, |_| {}).await.unwrap();
    assert_eq!(report.finding, None);
    let mut done = BTreeSet::new();
    let (mut after, mut count) = (None, 0);
    loop {
        let page = store.certificates(after.as_ref(), 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        count += page.len();
        for certificate in page {
            let serial = u64::from_str_radix(&certificate.id.serial, 16).unwrap();
            let number = serial >> 16;
            assert!(done.insert(number), "request {number} was done twice");
            if number % 16 == 0 {
                let reply = store.reply(&format!("request {number}")).await.unwrap().unwrap();
                assert_eq!(reply.response.body, serial.to_be_bytes());
                let pcid = format!("WMI{number:014}");
                let data = store.contract_data(&evcoid(number), &pcid).await.unwrap();
                assert_eq!(data.unwrap().certificate, certificate.id);
            }
        }
    }
    let lost: Vec<_> = answered.difference(&done).collect();
    assert!(lost.is_empty(), "answered, but lost: {lost:?}");
    assert_eq!(report.certificates, count as u64);
    assert_eq!(report.head.seq, 2 + 3 * count as u64);
    for table in ["contract", "contract_data"] {
        let together = format!("certificate JOIN {table} ON {table}.certificate = certificate.id");
        assert_eq!(place.count(&together).await, count);
    }
    for table in ["contract", "contract_data", "reply", "outbox"] {
        assert_eq!(place.count(table).await, count, "{table}");
    }
    store.close().await;
    count as u64
}
