//! The store on each database: what is accepted, what is refused, and what is found again.

use crate::place::*;
use pki::Evcoid;
use pki::revocation::{Reason, Revocation};
use pki_service::store::*;

const PCID: &str = "WMI00000000000001";

#[tokio::test]
async fn a_certificate_is_issued_once_delivered_and_revoked_for_good() {
    on_each(async |_, store| {
        let unknown = refused(&store, Change::IssueCertificate(certificate(1))).await;
        assert_eq!(unknown.code(), "unknown-authority");
        commit(&store, Change::PutAuthority(authority())).await.unwrap();
        let again = commit(&store, Change::PutAuthority(authority())).await;
        assert_eq!(again, Ok(Committed::Done { records: 2..2 }));
        assert_eq!(store.authorities().await.unwrap(), [authority()]);

        commit(&store, Change::IssueCertificate(certificate(1))).await.unwrap();
        let taken = refused(&store, Change::IssueCertificate(certificate(1))).await;
        assert_eq!(taken.code(), "serial-taken");
        commit(&store, Change::DeliverCertificate(id(1))).await.unwrap();
        let filed = store.certificate(&id(1)).await.unwrap().unwrap();
        let expected = Certificate {
            state: CertificateState::Delivered,
            changed: NOW,
            record: 2,
            ..certificate(1)
        };
        assert_eq!(filed, expected);

        let hold = Revocation { at: NOW, reason: Some(Reason::CertificateHold) };
        let revoke = |revocation| Change::RevokeCertificate { id: id(1), revocation };
        commit(&store, revoke(hold)).await.unwrap();
        commit(&store, Change::ReleaseCertificate(id(1))).await.unwrap();
        commit(&store, revoke(hold)).await.unwrap();
        let good = Revocation { at: NOW + 5, reason: Some(Reason::KeyCompromise) };
        commit(&store, revoke(good)).await.unwrap();
        for change in [
            revoke(good),
            Change::DeliverCertificate(id(1)),
            Change::ReleaseCertificate(id(1)),
            Change::ExpireCertificate(id(1)),
        ] {
            assert_eq!(refused(&store, change).await.code(), "wrong-state");
        }
        let revoked = store.revoked("mo_sub2", NOW).await.unwrap();
        assert_eq!(revoked.len(), 1);
        assert_eq!(revoked[0].state, CertificateState::Revoked(good));
        assert!(store.revoked("mo_sub2", NOW + 1_001).await.unwrap().is_empty());

        commit(&store, Change::RetireAuthority { name: "mo_sub2".to_owned() }).await.unwrap();
        let retired = refused(&store, Change::IssueCertificate(certificate(2))).await;
        assert_eq!(retired.code(), "wrong-state");
    })
    .await;
}

#[tokio::test]
async fn a_contract_is_found_in_any_form_and_created_in_one() {
    on_each(async |_, store| {
        let din = Evcoid::parse("NL-TNM-012204-5").unwrap();
        let emi3 = Evcoid::parse("NL-TNM-C00122045-K").unwrap();
        let contract = Contract { pcid: Some(PCID.to_owned()), ..Contract::new(din.clone()) };
        commit(&store, Change::CreateContract(contract.clone())).await.unwrap();
        let filed = Contract { changed: NOW, preferred: 1, ..contract };
        for spelling in ["nltnm012204", "NL*TNM*012204*5", "NL-TNM-C00122045-K", "NLTNMC00122045"] {
            let found = store.contract(&Evcoid::parse(spelling).unwrap()).await.unwrap();
            assert_eq!(found.as_ref(), Some(&filed), "{spelling}");
        }
        let mistyped = Evcoid::parse("NL-TNM-012204-6").unwrap();
        assert_eq!(store.contract(&mistyped).await, Ok(None));
        for taken in [din, emi3] {
            let refusal = refused(&store, Change::CreateContract(Contract::new(taken))).await;
            assert_eq!(refusal.code(), "taken");
        }
    })
    .await;
}

#[tokio::test]
async fn a_contract_lives_through_its_states() {
    on_each(async |_, store| {
        let one = evcoid(1);
        let find = async || store.contract(&one).await.unwrap().unwrap();
        let of_certificate = Contract {
            certificate: Some(id(1)),
            not_after: Some(NOW + 10),
            ..Contract::new(one.clone())
        };
        let created = submit([
            Change::PutAuthority(authority()),
            Change::IssueCertificate(certificate(1)),
            Change::CreateContract(of_certificate),
        ]);
        assert_eq!(store.commit(created).await, Ok(Committed::Done { records: 1..4 }));
        let prefer = Change::PreferContract { evcoid: one.clone() };
        assert_eq!(refused(&store, prefer.clone()).await.code(), "contract-unbound");
        let bind = Change::BindContract { evcoid: one.clone(), pcid: Some(PCID.to_owned()) };
        commit(&store, bind.clone()).await.unwrap();
        let other = Contract { pcid: Some(PCID.to_owned()), ..Contract::new(evcoid(2)) };
        commit(&store, Change::CreateContract(other)).await.unwrap();
        let order = async || -> Vec<Evcoid> {
            let of = store.contracts_of(PCID).await.unwrap();
            of.into_iter().map(|contract| contract.evcoid).collect()
        };
        assert_eq!(order().await, [evcoid(2), evcoid(1)]);
        commit(&store, prefer).await.unwrap();
        assert_eq!(order().await, [evcoid(1), evcoid(2)]);

        let suspend = Change::SuspendContract { evcoid: one.clone(), reason: "unpaid".to_owned() };
        let resume = Change::ResumeContract { evcoid: one.clone() };
        assert_eq!(refused(&store, resume.clone()).await.code(), "wrong-state");
        commit(&store, suspend.clone()).await.unwrap();
        assert_eq!(find().await.reason.as_deref(), Some("unpaid"));
        assert_eq!(refused(&store, suspend).await.code(), "wrong-state");
        commit(&store, resume).await.unwrap();
        assert_eq!(find().await.state_at(NOW + 11), ContractState::Expired);
        commit(&store, Change::IssueCertificate(certificate(2))).await.unwrap();
        let renew = |serial| Change::RenewContract {
            evcoid: one.clone(),
            certificate: id(serial),
            not_after: Some(NOW + 20),
        };
        assert_eq!(refused(&store, renew(3)).await.code(), "unknown-certificate");
        commit(&store, renew(2)).await.unwrap();
        assert_eq!(find().await.state_at(NOW + 11), ContractState::Active);

        let revocation = Revocation { at: NOW, reason: Some(Reason::CessationOfOperation) };
        let revoke =
            Change::RevokeContract { evcoid: one.clone(), why: "moved".to_owned(), revocation };
        commit(&store, revoke.clone()).await.unwrap();
        let newest = store.certificate(&id(2)).await.unwrap().unwrap();
        assert_eq!(newest.state, CertificateState::Revoked(revocation));
        let old = store.certificate(&id(1)).await.unwrap().unwrap();
        assert_eq!(old.state, CertificateState::Issued);
        for change in [revoke, renew(2), Change::ExpireContract { evcoid: one.clone() }] {
            assert_eq!(refused(&store, change).await.code(), "wrong-state");
        }
        commit(&store, Change::RemoveContract { evcoid: one.clone() }).await.unwrap();
        assert_eq!(refused(&store, bind).await.code(), "unknown-contract");
    })
    .await;
}

#[tokio::test]
async fn a_submission_is_made_whole_or_not_at_all() {
    on_each(async |_, store| {
        let half = submit([
            Change::PutAuthority(authority()),
            Change::IssueCertificate(certificate(1)),
            Change::IssueCertificate(certificate(1)),
        ]);
        assert!(matches!(store.commit(half).await, Err(StoreError::Refused(_))));
        assert_eq!(store.authorities().await, Ok(vec![]));
        assert_eq!(store.audit_head().await.unwrap().seq, 0);
    })
    .await;
}

#[tokio::test]
async fn in_one_commit_each_submission_has_its_own_outcome() {
    on_each(async |_, store| {
        commit(&store, Change::PutAuthority(authority())).await.unwrap();
        // Every serial number twice, all at once.
        let commits: Vec<_> = (0..100)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    commit(&store, Change::IssueCertificate(certificate(number / 2))).await
                })
            })
            .collect();
        let (mut done, mut taken) = (0, 0);
        for commit in commits {
            match commit.await.unwrap() {
                Ok(Committed::Done { .. }) => done += 1,
                Err(StoreError::Refused(Refusal::Taken { .. })) => taken += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((done, taken), (50, 50));
        assert_eq!(store.audit_head().await.unwrap().seq, 51);
        assert_eq!(store.certificates(None, 1_000).await.unwrap().len(), 50);
    })
    .await;
}

#[tokio::test]
async fn a_value_no_database_can_hold_spoils_only_its_own_submission() {
    on_each(async |_, store| {
        commit(&store, Change::PutAuthority(authority())).await.unwrap();
        let spoiled = Certificate { subject: "a\0b".to_owned(), ..certificate(1) };
        let large = Certificate { der: vec![0; (1 << 20) + 1], ..certificate(2) };
        let (spoiled, large, good) = tokio::join!(
            commit(&store, Change::IssueCertificate(spoiled)),
            commit(&store, Change::IssueCertificate(large)),
            commit(&store, Change::IssueCertificate(certificate(3))),
        );
        for refusal in [spoiled, large] {
            assert_eq!(refusal.unwrap_err().code(), "unstorable");
        }
        good.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_clients_cannot_share_a_secret() {
    on_each(async |_, store| {
        let client = |name: &str, hash| Client {
            id: name.to_owned(),
            name: name.to_owned(),
            kind: ClientKind::Token,
            hash: [hash; 32],
            roles: vec!["emsp".to_owned(), "admin".to_owned()],
            party: Some("DE-PNC".to_owned()),
            expires: Some(NOW),
            revoked: None,
        };
        let (first, second, third) = tokio::join!(
            commit(&store, Change::AddClient(client("a", 1))),
            commit(&store, Change::AddClient(client("b", 1))),
            commit(&store, Change::AddClient(client("c", 3))),
        );
        third.unwrap();
        let refusals = [first, second].into_iter().filter_map(Result::err);
        assert_eq!(refusals.map(|error| error.code()).collect::<Vec<_>>(), ["taken"]);
        let found = store.client_by_hash(&[3; 32]).await.unwrap().unwrap();
        assert_eq!(found, client("c", 3));
        assert!(found.is_valid(NOW) && !found.is_valid(NOW + 1));
        commit(&store, Change::RevokeClient { id: "c".to_owned() }).await.unwrap();
        assert!(!store.client("c").await.unwrap().unwrap().is_valid(NOW));
        assert_eq!(store.clients().await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_does_nothing() {
    on_each(async |_, store| {
        commit(&store, Change::PutAuthority(authority())).await.unwrap();
        let reply = |digest, body: &[u8]| Reply {
            key: "provision:1".to_owned(),
            digest: [digest; 32],
            expires: NOW + 60,
            response: Response {
                status: 200,
                content_type: "application/exi".to_owned(),
                body: body.to_vec(),
            },
        };
        let issue =
            |serial, reply| submit([Change::IssueCertificate(certificate(serial))]).replying(reply);
        let (first, second) = tokio::join!(
            store.commit(issue(1, reply(1, b"one"))),
            store.commit(issue(2, reply(1, b"two"))),
        );
        assert_eq!(first, Ok(Committed::Done { records: 2..3 }));
        assert_eq!(second, Ok(Committed::Replayed(reply(1, b"one").response)));
        let third = store.commit(issue(3, reply(9, b"three"))).await;
        assert_eq!(third.unwrap_err().code(), "idempotency-conflict");
        assert_eq!(store.certificates(None, 9).await.unwrap().len(), 1);
        assert_eq!(store.reply("provision:1").await, Ok(Some(reply(1, b"one"))));

        let late =
            Submission::new(NOW + 61, actor()).with(Change::IssueCertificate(certificate(4)));
        let late = late.replying(Reply { expires: NOW + 99, ..reply(9, b"four") });
        store.commit(late).await.unwrap();
        assert_eq!(store.purge_replies(NOW + 99).await, Ok(0));
        assert_eq!(store.purge_replies(NOW + 100).await, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn one_view_has_all_that_a_provisioning_needs() {
    on_each(async |_, store| {
        let provisioning = Provisioning {
            pcid: PCID.to_owned(),
            leaf: vec![1],
            subs: vec![vec![2; 700], vec![3]],
            roots: vec!["ab".to_owned()],
            owner: Some("WMI".to_owned()),
            previous_pcid: None,
            not_after: NOW + 9,
            state: ProvisioningState::Active,
            changed: NOW,
            reason: None,
        };
        let data = ContractData {
            evcoid: evcoid(1),
            pcid: PCID.to_owned(),
            receiver: [7; 32],
            body: vec![9; 3_000],
            certificate: id(1),
            created: NOW,
        };
        let bound =
            |number| Contract { pcid: Some(PCID.to_owned()), ..Contract::new(evcoid(number)) };
        let changes = submit([
            Change::PutAuthority(authority()),
            Change::PutProvisioning(provisioning.clone()),
            Change::IssueCertificate(certificate(1)),
            Change::CreateContract(bound(1)),
            Change::CreateContract(bound(2)),
            Change::PutContractData(data.clone()),
        ]);
        store.commit(changes).await.unwrap();
        let view = store.provision_view(PCID, "none").await.unwrap();
        assert_eq!(view.provisioning, Some(provisioning.clone()));
        let [(second, none), (first, Some(with))] = view.contracts.as_slice() else {
            panic!("{view:?}");
        };
        assert_eq!((&second.evcoid, none), (&evcoid(2), &None));
        assert_eq!((&first.evcoid, with), (&evcoid(1), &data));
        assert_eq!(view.reply, None);

        let missing = ContractData { evcoid: evcoid(3), ..data };
        let refusal = refused(&store, Change::PutContractData(missing)).await;
        assert_eq!(refusal.code(), "unknown-contract");
        let (pcid, evcoid) = (PCID.to_owned(), evcoid(1));
        commit(&store, Change::RemoveContractData { evcoid, pcid: pcid.clone() }).await.unwrap();
        let revoke = Change::RevokeProvisioning { pcid, reason: "scrapped".to_owned() };
        commit(&store, revoke).await.unwrap();
        let refusal = refused(&store, Change::PutProvisioning(provisioning)).await;
        assert_eq!(refusal.code(), "wrong-state");
        let view = store.provision_view(PCID, "none").await.unwrap();
        assert_eq!(view.provisioning.unwrap().state, ProvisioningState::Revoked);
        assert!(view.contracts.iter().all(|(_, data)| data.is_none()));
    })
    .await;
}

#[tokio::test]
async fn webhooks_get_what_they_asked_for_at_least_once() {
    on_each(async |_, store| {
        let endpoint = |name: &str, events: &str, owner: Option<&str>| Endpoint {
            id: name.to_owned(),
            url: format!("https://{name}.example/"),
            secret: vec![1],
            events: vec![events.to_owned()],
            owner: owner.map(str::to_owned),
            created: NOW,
        };
        let event = |kind: &str, owner: Option<&str>| Event {
            kind: kind.to_owned(),
            body: format!("{{\"kind\":\"{kind}\"}}"),
            owner: owner.map(str::to_owned),
        };
        for one in [
            endpoint("all", "*", None),
            endpoint("mine", "mo.contract.*", Some("A")),
            endpoint("other", "mo.contract.created", Some("B")),
        ] {
            commit(&store, Change::PutEndpoint(one)).await.unwrap();
        }
        let created = submit([Change::CreateContract(Contract::new(evcoid(1)))])
            .announce(event("mo.contract.created", Some("A")))
            .announce(event("root.cert.added", None));
        store.commit(created.clone()).await.unwrap();
        store.commit(created).await.unwrap_err();

        let names = |parcels: &[Parcel]| -> Vec<String> {
            parcels.iter().map(|one| format!("{} {}", one.endpoint, one.kind)).collect()
        };
        let due = store.take_parcels(NOW, 30, 9).await.unwrap();
        let expected =
            ["all mo.contract.created", "mine mo.contract.created", "all root.cert.added"];
        assert_eq!(names(&due), expected);
        assert!(due.iter().all(|parcel| parcel.attempts == 1 && parcel.created == NOW));
        assert!(store.take_parcels(NOW + 29, 30, 9).await.unwrap().is_empty());
        store.parcel_done(&due[0].id).await.unwrap();
        store.parcel_retry(&due[1].id, NOW + 100, "503").await.unwrap();
        store.parcel_dropped(&due[2].id, "410").await.unwrap();
        let again = store.take_parcels(NOW + 100, 30, 9).await.unwrap();
        assert_eq!(names(&again), ["mine mo.contract.created"]);
        assert_eq!((again[0].attempts, again[0].trouble.as_deref()), (2, Some("503")));
        let left = store.parcels(None, 9).await.unwrap();
        assert_eq!(left.len(), 2);
        assert_eq!(left[1].trouble.as_deref(), Some("410"));
        // Nobody said what became of it.
        assert_eq!(store.take_parcels(NOW + 130, 30, 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn revocation_lists_are_numbered_upwards() {
    on_each(async |_, store| {
        let list = |number| Crl {
            authority: "mo_sub2".to_owned(),
            number,
            this_update: NOW,
            next_update: NOW + 7,
            der: vec![0x30, 0],
        };
        let refusal = refused(&store, Change::PublishCrl(list(1))).await;
        assert_eq!(refusal.code(), "unknown-authority");
        commit(&store, Change::PutAuthority(authority())).await.unwrap();
        commit(&store, Change::PublishCrl(list(1))).await.unwrap();
        commit(&store, Change::PublishCrl(list(3))).await.unwrap();
        for number in [1, 3] {
            let refusal = refused(&store, Change::PublishCrl(list(number))).await;
            assert_eq!(refusal, Refusal::CrlNumber { current: 3 });
        }
        assert_eq!(store.crl("mo_sub2").await, Ok(Some(list(3))));
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_put_on_record_once() {
    on_each(async |_, store| {
        let until =
            |number, last| Contract { not_after: Some(last), ..Contract::new(evcoid(number)) };
        let changes = submit([
            Change::PutAuthority(authority()),
            Change::IssueCertificate(certificate(1)),
            Change::CreateContract(until(1, NOW + 5)),
            Change::CreateContract(until(2, NOW + 5_000)),
            Change::CreateContract(Contract::new(evcoid(3))),
        ]);
        store.commit(changes).await.unwrap();
        assert_eq!(store.expire_due(NOW + 5, 9).await, Ok(0));
        assert_eq!(store.expire_due(NOW + 1_001, 9).await, Ok(2));
        assert_eq!(store.expire_due(NOW + 1_001, 9).await, Ok(0));
        let found = store.contract(&evcoid(1)).await.unwrap().unwrap();
        assert_eq!(found.state, ContractState::Expired);
        let found = store.certificate(&id(1)).await.unwrap().unwrap();
        assert_eq!(found.state, CertificateState::Expired);
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_and_in_the_same_order_on_every_database() {
    on_each(async |_, store| {
        let pool = (0..10).map(|number| Contract::new(evcoid(number * 7 % 10))).collect();
        commit(&store, Change::ImportContracts(pool)).await.unwrap();
        let again =
            Change::ImportContracts(vec![Contract::new(evcoid(11)), Contract::new(evcoid(4))]);
        assert_eq!(refused(&store, again).await.code(), "taken");
        let (mut stems, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = store.contracts(after.as_deref(), 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.evcoid.stem().to_owned());
            stems.extend(page.into_iter().map(|one| one.evcoid.stem().to_owned()));
        }
        let expected: Vec<String> =
            (0..10).map(|number| evcoid(number).stem().to_owned()).collect();
        assert_eq!(stems, expected);

        let names = ["b", "B", "a", "\u{e4}", "A", "_"];
        for name in names {
            let named = Authority { name: name.to_owned(), ..authority() };
            commit(&store, Change::PutAuthority(named)).await.unwrap();
        }
        let all = store.authorities().await.unwrap();
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "_", "a", "b", "\u{e4}"]);
    })
    .await;
}

#[tokio::test]
async fn roots_are_kept_by_their_digest() {
    on_each(async |_, store| {
        let root = Root {
            id: Root::id_of(&[0x30, 0]),
            kind: RootKind::V2g,
            subject: "CN=V2G Root".to_owned(),
            der: vec![0x30, 0],
            not_after: NOW,
            owner: None,
        };
        for records in [1..2, 2..2] {
            let put = commit(&store, Change::PutRoot(root.clone())).await;
            assert_eq!(put, Ok(Committed::Done { records }));
        }
        assert_eq!(store.roots().await, Ok(vec![root.clone()]));
        commit(&store, Change::RemoveRoot { id: root.id.clone() }).await.unwrap();
        assert_eq!(store.root(&root.id).await, Ok(None));
        let gone = refused(&store, Change::RemoveRoot { id: root.id }).await;
        assert_eq!(gone.code(), "not-found");
    })
    .await;
}

#[tokio::test]
async fn what_is_stored_is_there_when_opened_again() {
    for place in Place::all().await {
        let store = place.open().await;
        commit(&store, Change::PutAuthority(authority())).await.unwrap();
        let head = store.audit_head().await.unwrap();
        store.close().await;
        let closed = commit(&store, Change::PutAuthority(authority())).await;
        assert_eq!(closed, Err(StoreError::Closed));
        let store = place.open().await;
        assert_eq!(store.audit_head().await, Ok(head));
        assert_eq!(store.authorities().await.unwrap().len(), 1);
        store.close().await;
        place.remove().await;
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_named() {
    let open = async |url: &str| Store::open(url, Options::default()).await.unwrap_err();
    let error = open("mysql://ops:secret@db/pnc").await;
    assert_eq!(error.to_string().matches("secret").count(), 0);
    assert_eq!(error.code(), "database-url");
    assert_eq!(open("sqlite:/nowhere/at/all.db").await.code(), "database-unavailable");
    let nobody = "postgres://nobody@127.0.0.1:1/none";
    assert_eq!(open(nobody).await.code(), "database-unavailable");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("text.db");
    std::fs::write(&file, "no database at all ".repeat(99)).unwrap();
    let error = open(&format!("sqlite:{}", file.display())).await;
    assert_eq!(error.code(), "database-corrupt");
    let options = Options { create: false, ..Options::default() };
    let absent = format!("sqlite:{}", dir.path().join("absent.db").display());
    let error = Store::open(&absent, options).await.unwrap_err();
    assert_eq!(error.code(), "database-unavailable");
}
