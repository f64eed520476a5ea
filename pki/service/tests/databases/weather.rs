//! Bad weather: processes that are killed, databases that are locked, full or gone, several nodes at once.

use crate::load::{check, drive, prepare, request};
use crate::place::*;
use pki_service::store::*;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

#[tokio::test]
async fn killed_in_the_middle_nothing_answered_is_lost_and_nothing_done_twice() {
    for place in Place::all().await {
        let store = place.open().await;
        prepare(&store).await;
        store.close().await;
        let (mut answered, mut cut) = (BTreeSet::new(), 0);
        for round in 0..4u64 {
            // Some that were answered and those that were in the air are asked for again.
            let begin = answered.last().map_or(0, |last: &u64| last.saturating_sub(60));
            let mut child =
                node(&place, begin, round, Command::new(std::env::current_exe().unwrap()));
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut take = |line: &str| {
                line.strip_prefix("done ").map(|number| answered.insert(number.parse().unwrap()))
            };
            let mut seen = 0;
            for line in lines.by_ref() {
                seen += u64::from(take(&line.unwrap()).is_some());
                if seen > 250 + 97 * round {
                    break;
                }
            }
            child.kill().unwrap();
            // What was answered before the kill, but not read yet.
            for line in lines {
                take(&line.unwrap());
            }
            child.wait().unwrap();
            cut += check(&place, &answered).await - answered.len() as u64;
        }
        assert!(answered.len() > 1_000, "{}", answered.len());
        println!("{}: {} answered, {cut} done unheard", place.url, answered.len());
        place.remove().await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_grow_fails_the_change_and_stays_whole() {
    let place = Place::sqlite();
    let store = place.open().await;
    prepare(&store).await;
    store.close().await;
    let mut shell = Command::new("sh");
    // Writing behind 3 MiB fails instead of killing.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 6144; exec \"$0\" \"$@\""]);
    shell.arg(std::env::current_exe().unwrap());
    let child = node(&place, 0, 0, shell);
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let answered: BTreeSet<u64> = lines
        .lines()
        .filter_map(|line| line.strip_prefix("done "))
        .map(|number| number.parse().unwrap())
        .collect();
    assert!(answered.len() > 100 && answered.len() < 5_000, "{lines}");
    let failed = lines.lines().find_map(|line| line.strip_prefix("failed "));
    assert_eq!(failed, Some("database-full"), "{lines}");
    check(&place, &answered).await;
    // With space again it goes on.
    let store = place.open().await;
    let number = answered.last().unwrap() + 1_000;
    store.commit(request(number, 0)).await.unwrap();
    store.close().await;
}

/// The process that is disturbed: works through requests and says which are done.
#[test]
#[ignore = "started by other tests"]
fn node_that_is_disturbed() {
    let variable = |name| std::env::var(name).unwrap();
    let (url, begin) = (variable("STORE_URL"), variable("STORE_BEGIN").parse().unwrap());
    let attempts = Arc::new(AtomicU64::new(variable("STORE_ROUND").parse::<u64>().unwrap() << 13));
    let say = |text: String| {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let patience = Duration::from_secs(1);
        let store = Store::open(&url, Options { patience, ..Options::default() }).await.unwrap();
        // Once a request fails it says why and ends.
        let trouble = Arc::new(Notify::new());
        let note = {
            let trouble = trouble.clone();
            move |number, outcome: Result<&Committed, &StoreError>| match outcome {
                Ok(_) => say(format!("done {number}\n")),
                Err(error) => {
                    say(format!("failed {}\n", error.code()));
                    trouble.notify_one();
                }
            }
        };
        let work = drive(&store, begin..begin + 50_000, attempts, note);
        tokio::select! { () = work => {}, () = trouble.notified() => {} }
    });
}

fn node(place: &Place, begin: u64, round: u64, mut command: Command) -> Child {
    command
        .args(["--ignored", "--exact", "--nocapture", "weather::node_that_is_disturbed"])
        .envs([("STORE_URL", &place.url), ("STORE_BEGIN", &begin.to_string())])
        .env("STORE_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_do_each_request_once_and_share_one_log() {
    on_each(async |place, store| {
        prepare(&store).await;
        let other = place.open().await;
        let outcomes = Arc::new(Mutex::new(Vec::new()));
        let note = |outcomes: &Arc<Mutex<Vec<(u64, Committed)>>>| {
            let outcomes = outcomes.clone();
            move |number, outcome: Result<&Committed, &StoreError>| {
                let committed = outcome.ok().into_iter().cloned();
                outcomes.lock().unwrap().extend(committed.map(|committed| (number, committed)));
            }
        };
        let attempts = Arc::new(AtomicU64::new(0));
        tokio::join!(
            drive(&store, 0..400, attempts.clone(), note(&outcomes)),
            drive(&other, 0..400, attempts.clone(), note(&outcomes)),
        );
        other.close().await;
        let outcomes = std::mem::take(&mut *outcomes.lock().unwrap());
        let done: BTreeSet<u64> = outcomes
            .iter()
            .filter(|(_, committed)| matches!(committed, Committed::Done { .. }))
            .map(|(number, _)| *number)
            .collect();
        assert_eq!((outcomes.len(), done.len()), (800, 400));
        assert_eq!(check(place, &done).await, 400);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_others_hold_is_busy_and_works_when_they_let_go() {
    for place in Place::all().await {
        let patience = Duration::from_millis(300);
        let options = Options { patience, ..Options::default() };
        let store = Store::open(&place.url, options).await.unwrap();
        prepare(&store).await;
        let holder = place.hold().await;
        assert_eq!(store.commit(request(1, 0)).await, Err(StoreError::Busy));
        // Whoever reads does not wait.
        assert_eq!(store.authorities().await.unwrap().len(), 1);
        drop(holder);
        store.commit(request(1, 1)).await.unwrap();
        check(&place, &BTreeSet::from([1])).await;
        store.close().await;
        place.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_in_the_middle_loses_nothing_answered() {
    let Some((place, server)) = Place::restartable().await else { return };
    let store = place.open().await;
    prepare(&store).await;
    let answered = Arc::new(Mutex::new(BTreeSet::new()));
    let note = {
        let answered = answered.clone();
        move |number, outcome: Result<&Committed, &StoreError>| {
            answered.lock().unwrap().extend(outcome.ok().map(|_| number));
        }
    };
    let restarts = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            server.restart().await;
        }
    };
    tokio::join!(drive(&store, 0..6_000, Arc::default(), note), restarts);
    store.close().await;
    let answered = std::mem::take(&mut *answered.lock().unwrap());
    assert_eq!(answered.len(), 6_000);
    assert_eq!(check(&place, &answered).await, 6_000);
    place.remove().await;
}

/// Where `PNC_TEST_FULL` and `PNC_TEST_FULL_SERVER` name small file systems, for files and for the server.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_fails_the_change_and_leaves_the_store_whole() {
    for (place, ballast) in Place::small().await {
        let patience = Duration::from_millis(300);
        let options = Options { patience, ..Options::default() };
        let store = Store::open(&place.url, options).await.unwrap();
        prepare(&store).await;
        let mut answered = BTreeSet::new();
        let error = loop {
            let number = answered.len() as u64;
            match store.commit(request(number, 0)).await {
                Ok(_) => answered.insert(number),
                Err(error) => break error,
            };
        };
        assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        assert!(answered.len() > 20, "{}", answered.len());
        // With space again the same store goes on.
        std::fs::remove_file(ballast).unwrap();
        let number = answered.len() as u64;
        store.commit(request(number, 1)).await.unwrap();
        answered.insert(number);
        store.close().await;
        check(&place, &answered).await;
        place.remove().await;
    }
}
