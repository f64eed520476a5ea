use axum::http::Method;
use serde_json::json;

use crate::support::*;

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_a_problem_with_a_code_and_loses_nothing() {
    let mut shell = std::process::Command::new("sh");
    // Writing behind 2 MiB fails instead of killing.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""]);
    let node = shell
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "full_disk::node_whose_files_cannot_grow"])
        .env_remove("PNC_TEST_POSTGRES")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&node.stdout);
    assert!(node.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "started by other tests"]
async fn node_whose_files_cannot_grow() {
    let node = Node::new().await;
    let create = async |number: u32| {
        let order = json!({"emaid": emaid(number), "pcid": pcid(number)});
        node.json("emsp", Method::POST, "/v1/contracts", order).await
    };
    let mut made = 0;
    let refused = loop {
        let answer = create(made).await;
        if answer.status != 201 {
            break answer;
        }
        made += 1;
    };
    assert_eq!(refused.code(), "storage-full");
    assert_eq!(refused.headers["retry-after"], "60");
    assert!(made > 10, "{made}");
    // Refused again and again, never half done; what was answered is there.
    assert_eq!(create(made).await.code(), "storage-full");
    let path = |number| format!("/v1/contracts/{}", emaid(number));
    node.get("emsp", &path(made)).await.is(404);
    for number in [0, made - 1] {
        node.get("emsp", &path(number)).await.is(200);
    }
    let report = pki_service::audit::Verifier::default().verify(&node.store, |_| {}).await.unwrap();
    assert_eq!(report.finding, None);
}
