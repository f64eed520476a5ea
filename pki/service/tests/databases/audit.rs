//! The audit log on each database: whatever is altered behind the store's back is found, and where.

use crate::place::*;
use pki::{PrivateKey, Signer as _};
use pki_service::audit::*;
use pki_service::store::*;
use ring::rand::SystemRandom;

/// Records 1 to 7: an authority, five certificates, a contract.
async fn fill(store: &Store) {
    commit(store, Change::PutAuthority(authority())).await.unwrap();
    for serial in 1..=5 {
        commit(store, Change::IssueCertificate(certificate(serial))).await.unwrap();
    }
    commit(store, Change::CreateContract(Contract::new(evcoid(1)))).await.unwrap();
}

async fn walk(store: &Store) -> Report {
    Verifier::default().verify(store, |_| {}).await.unwrap()
}

#[tokio::test]
async fn a_log_as_written_is_good() {
    on_each(async |_, store| {
        assert_eq!(walk(&store).await.head, Head::default());
        fill(&store).await;
        let report = walk(&store).await;
        assert_eq!(report.finding, None);
        assert_eq!((report.head.seq, report.certificates), (7, 5));
        assert_eq!(report.head, store.audit_head().await.unwrap());
        let verifier = Verifier { known: vec![report.head], ..Verifier::default() };
        commit(&store, Change::ResumeContract { evcoid: evcoid(1) }).await.unwrap_err();
        commit(&store, Change::RemoveContract { evcoid: evcoid(1) }).await.unwrap();
        let report = verifier.verify(&store, |_| {}).await.unwrap();
        assert_eq!((report.finding, report.head.seq), (None, 8));
    })
    .await;
}

#[tokio::test]
async fn records_say_who_did_what_when() {
    on_each(async |_, store| {
        fill(&store).await;
        let entries = store.audit_entries(5, 1).await.unwrap();
        let record: Record = serde_json::from_str(&entries[0].record).unwrap();
        assert_eq!((record.seq, record.time), (6, NOW));
        assert_eq!((record.client.as_str(), record.request.as_str()), ("tester", "r-1"));
        assert_eq!(record.action, "certificate.issued");
        assert_eq!(record.object, id(5).to_string());
        assert_eq!(record.detail["not_after"], NOW + 1_000);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_alter_the_log() {
    on_each(async |place, store| {
        fill(&store).await;
        for sql in ["UPDATE audit SET record = '{}' WHERE seq = 3", "DELETE FROM audit"] {
            assert!(place.try_tamper(sql).await.is_err(), "{sql}");
        }
        assert_eq!(walk(&store).await.finding, None);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_altered_is_found_where_it_is() {
    let altered: &[(&str, u64, &str)] = &[
        (
            "UPDATE audit SET record = REPLACE(record, 'tester', 'nobody') WHERE seq = 3",
            3,
            "altered",
        ),
        (
            "UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 2) WHERE seq = 3",
            3,
            "altered",
        ),
        ("DELETE FROM audit WHERE seq = 3", 3, "missing"),
        ("DELETE FROM audit WHERE seq = 1", 1, "missing"),
        ("DELETE FROM audit WHERE seq > 5", 6, "missing"),
        ("UPDATE audit SET seq = 9 WHERE seq = 4", 4, "missing"),
        ("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 2)", 7, "head"),
        ("DELETE FROM certificate WHERE record = 4", 4, "not on file"),
        (
            "UPDATE certificate SET der = subs FROM (SELECT chain AS subs FROM authority) a WHERE record = 4",
            4,
            "not on file",
        ),
        ("UPDATE certificate SET id = 'mo_sub2/ff' WHERE record = 4", 4, "not on file"),
        ("UPDATE certificate SET record = 7 WHERE record = 4", 4, "not on file"),
        ("UPDATE certificate SET record = 0 WHERE record = 4", 4, "not on file"),
    ];
    for (sql, seq, problem) in altered {
        on_each(async |place, store| {
            fill(&store).await;
            place.unlock_audit().await;
            place.tamper(sql).await;
            let finding = walk(&store).await.finding.unwrap();
            assert_eq!(finding.seq, *seq, "{sql}: {finding}");
            assert!(finding.to_string().contains(problem), "{sql}: {finding}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_certificate_that_no_record_tells_of_is_found() {
    for record in [-1, 0, 1, 7, 99] {
        on_each(async |place, store| {
            fill(&store).await;
            place
                .tamper(&format!(
                    "INSERT INTO certificate SELECT 'mo_sub2/ff', authority, kind, subject, evcoid, \
                     pcid, not_before, not_after, der, state, changed, reason, {record} \
                     FROM certificate WHERE record = 2"
                ))
                .await;
            let finding = walk(&store).await.finding.unwrap();
            assert!(finding.to_string().contains("mo_sub2/ff is on file"), "{record}: {finding}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_log_written_anew_or_cut_short_leads_through_no_known_head() {
    let heads: Vec<(Place, Head)> = {
        let mut heads = Vec::new();
        for place in Place::all().await {
            let store = place.open().await;
            fill(&store).await;
            heads.push((place, store.audit_head().await.unwrap()));
            store.close().await;
        }
        heads
    };
    for (place, head) in heads {
        place.unlock_audit().await;
        // Whole again in itself, but shorter.
        place.tamper("DELETE FROM audit WHERE seq > 6").await;
        place
            .tamper("UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit WHERE seq = 6)")
            .await;
        let store = place.open().await;
        assert_eq!(walk(&store).await.finding, None);
        let verifier = Verifier { known: vec![head], ..Verifier::default() };
        let finding = verifier.verify(&store, |_| {}).await.unwrap().finding.unwrap();
        assert_eq!((finding.seq, finding.problem), (7, Problem::Missing));
        commit(&store, Change::CreateContract(Contract::new(evcoid(9)))).await.unwrap();
        assert_eq!(walk(&store).await.finding, None);
        let finding = verifier.verify(&store, |_| {}).await.unwrap().finding.unwrap();
        assert_eq!((finding.seq, finding.problem), (7, Problem::Known));
        store.close().await;
        place.remove().await;
    }
}

#[tokio::test]
async fn seals_hold_as_long_as_what_they_are_over() {
    on_each(async |_, store| {
        let rng = SystemRandom::new();
        let (ours, foreign) =
            (PrivateKey::generate(&rng).unwrap(), PrivateKey::generate(&rng).unwrap());
        let verifier = Verifier { keys: vec![*ours.public_key()], ..Verifier::default() };
        fill(&store).await;
        let head = store.audit_head().await.unwrap();
        let seal = Seal::sign(head, &ours, &rng).unwrap();
        commit(&store, Change::Seal(seal.clone())).await.unwrap();
        let report = verifier.verify(&store, |_| {}).await.unwrap();
        assert_eq!((report.finding, report.seals), (None, 1));

        let foreign = Seal::sign(head, &foreign, &rng).unwrap();
        commit(&store, Change::Seal(foreign)).await.unwrap();
        let finding = verifier.verify(&store, |_| {}).await.unwrap().finding.unwrap();
        assert_eq!((finding.seq, finding.problem), (9, Problem::Seal(SealError::Signature)));
    })
    .await;
    on_each(async |_, store| {
        let rng = SystemRandom::new();
        let key = PrivateKey::generate(&rng).unwrap();
        fill(&store).await;
        // Of another log, and of a record that is still to come.
        for (seq, at) in [(3, 8), (8, 8)] {
            let head = Head { seq, hash: Hash([7; 32]) };
            let seal = Seal::sign(head, &key, &rng).unwrap();
            commit(&store, Change::Seal(seal)).await.unwrap();
            let finding = walk(&store).await.finding.unwrap();
            assert_eq!((finding.seq, finding.problem), (at, Problem::SealedOther));
        }
    })
    .await;
}
