//! `pnc id` on the vectors of identifiers.

mod command;

use command::{pnc, vector};
use serde_json::{Value, json};

#[test]
fn texts_are_read_or_the_place_of_the_error_is_named() {
    let rows = rows("texts.tsv");
    assert!(rows.len() > 30);
    for row in rows {
        let [kind, text, wanted, ..] = &row[..] else { panic!("{row:?}") };
        let run = pnc(&["id", "--json", "--kind", kind, "--", text], "");
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(answer["text"], text.as_str());
        if wanted.starts_with("error@") {
            assert_eq!((run.code, &answer["valid"]), (Some(1), &json!(false)), "{row:?}");
        } else {
            assert_eq!(answer["readings"][0]["normal"], wanted.as_str(), "{row:?}");
            assert_eq!(answer["readings"][0]["kind"], kind.as_str());
        }
    }
}

#[test]
fn check_digits_are_judged_and_the_right_one_is_named() {
    let rows = rows("check-digits.tsv");
    assert!(rows.len() > 10);
    for row in rows {
        let [form, stem, digit, ..] = &row[..] else { panic!("{row:?}") };
        let kind = if ["iso", "din"].contains(&form.as_str()) { "evcoid" } else { form };
        let judge = |text: &str| {
            let run = pnc(&["id", "--json", "--kind", kind, text], "");
            let mut answer: Value = serde_json::from_str(&run.out).unwrap();
            (run.code, answer["readings"][0]["check_digit"].take())
        };
        let right = json!({"verdict": "right", "given": digit, "expected": digit});
        assert_eq!(judge(&format!("{stem}{digit}")), (Some(0), right), "{row:?}");
        let other = if digit == "1" { "2" } else { "1" };
        if form == "seccid" {
            // Two sums are on record for stations, so only that this digit is wrong is certain.
            assert_eq!(judge(&format!("{stem}{other}")).0, Some(1), "{row:?}");
            continue;
        }
        let wrong = json!({"verdict": "wrong", "given": other, "expected": digit});
        assert_eq!(judge(&format!("{stem}{other}")), (Some(1), wrong), "{row:?}");
        if form != "evccid" {
            let absent = json!({"verdict": "absent", "given": null, "expected": digit});
            assert_eq!(judge(stem), (Some(0), absent), "{row:?}");
        }
    }
}

#[test]
fn contracts_are_converted_to_the_other_forms() {
    let rows = rows("conversions.tsv");
    assert!(rows.len() > 5);
    for row in rows {
        let [from, form, wanted, ..] = &row[..] else { panic!("{row:?}") };
        let run = pnc(&["id", "--json", "--kind", "evcoid", from], "");
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let found = &answer["readings"][0]["conversions"][form];
        if wanted == "-" {
            assert!(found.is_null(), "{row:?}: {found}");
        } else if found.is_string() {
            assert_eq!(found, wanted.as_str(), "{row:?}");
        } else {
            // A form converts into itself without being listed.
            assert_eq!(answer["readings"][0]["form"], form.as_str(), "{row:?}");
        }
    }
}

#[test]
fn people_see_normal_form_check_digit_and_conversions() {
    let run = pnc(&["id", "nl-tnm-012204-5", "DE*8AA*E1"], "");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let wanted = "nl-tnm-012204-5\n\
        contract (EVCOID, DIN form)\n\
        \x20 normal form  NLTNM0122045\n\
        \x20 separated    NL-TNM-012204-5\n\
        \x20 check digit  5, right\n\
        \x20 party        NL*TNM\n\
        \x20 same as      NL-TNM-C00122045-K, contract (EVCOID, eMI3 form)\n\
        \x20 same as      NL-TNM-000122045-U, contract (EVCOID, ISO form)\n\
        \n\
        DE*8AA*E1\n\
        charging point (EVSEID, ISO form)\n\
        \x20 normal form  DE8AAE1\n\
        \x20 separated    DE*8AA*E1\n\
        \x20 check digit  none defined\n\
        \x20 party        DE*8AA\n";
    assert_eq!(run.out, wanted);
}

#[test]
fn a_file_of_routes_tells_where_a_contract_goes() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("routes");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "# routes\nNL-TNM  https://tnm.example\nnl other\n*\thub\n").unwrap();
    let route = |id: &str| {
        let run = pnc(&["id", "--json", "--routes", path, id], "");
        serde_json::from_str::<Value>(&run.out).unwrap()["readings"][0]["route"].take()
    };
    assert_eq!(route("nl-tnm-012204-5"), "https://tnm.example");
    assert_eq!(route("NLABC012204"), "other");
    assert_eq!(route("DE-ABC-C12345678"), "hub");
    assert!(pnc(&["id", "--routes", path, "DE*8AA*E1"], "").out.contains("goes to      hub"));
    for (text, place) in
        [("DE*ABC", ":1: a pattern"), ("# x\nD1*ABC x", ":2: '1'"), ("* a\n* b", ":2: a second")]
    {
        std::fs::write(&file, text).unwrap();
        let run = pnc(&["id", "--routes", path, "DE*8AA*E1"], "");
        assert_eq!(run.code, Some(2), "{text}");
        assert!(run.err.contains(place), "{}", run.err);
    }
}

#[test]
fn standard_input_holds_one_identifier_a_line() {
    let run = pnc(&["id", "--json", "-"], "NLTNM0122045\n\n  DE*8AA*E1\r\nUKSWI123456791A\n");
    let valid: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["valid"].take())
        .collect();
    assert_eq!(valid, [true, true, false]);
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_wrong_digit_of_a_car_is_not_excused_by_the_long_form_of_contracts() {
    let right: Value =
        serde_json::from_str(&pnc(&["id", "--json", "WAUPAAAAAAAAAAAAA"], "").out).unwrap();
    let pcid = right["readings"].as_array().unwrap().iter().find(|r| r["kind"] == "pcid").unwrap();
    let digit = pcid["check_digit"]["expected"].as_str().unwrap();
    let wrong = if digit == "0" { "1" } else { "0" };
    assert_eq!(pnc(&["id", &format!("WAUPAAAAAAAAAAAAA{digit}")], "").code, Some(0));
    assert_eq!(pnc(&["id", &format!("WAUPAAAAAAAAAAAAA{wrong}")], "").code, Some(1));
}

#[test]
fn no_identifier_is_1_and_bad_usage_2() {
    let run = pnc(&["id", "xx"], "");
    assert_eq!(run.code, Some(1));
    assert!(run.out.starts_with("xx: not an identifier: "), "{}", run.out);
    assert_eq!(pnc(&["id"], "").code, Some(2));
    assert_eq!(pnc(&["id", "--kind", "ship", "xx"], "").code, Some(2));
}

fn rows(name: &str) -> Vec<Vec<String>> {
    let path = vector("identifiers").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}"));
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|row| row.split('\t').map(String::from).collect()).collect()
}
