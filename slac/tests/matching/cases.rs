//! The list of all ISO 15118-5 cases holds what it says.

use std::collections::BTreeMap;

const LIST: &str = include_str!("conformance.tsv");

/// The modules with tests of cases, by their names.
const TESTS: [(&str, &str); 4] = [
    ("conformance_evcc", include_str!("conformance_evcc.rs")),
    ("conformance_pilot", include_str!("conformance_pilot.rs")),
    ("conformance_secc", include_str!("conformance_secc.rs")),
    ("link", include_str!("link.rs")),
];

fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    LIST.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut fields = line.split('\t');
        [(); 3].map(|()| fields.next().unwrap_or_default())
    })
}

/// Numbers run without a gap in each group, so none can be left out unseen.
#[test]
fn every_case_is_listed_once() {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for [id, ..] in rows() {
        let (group, number) = id.rsplit_once('_').unwrap();
        groups.entry(group).or_default().push(number.parse().unwrap());
    }
    for (group, numbers) in &groups {
        assert!(numbers.iter().copied().eq(1..=numbers.len()), "{group}: {numbers:?}");
    }
    let sizes: Vec<(&str, usize)> =
        groups.iter().map(|(group, numbers)| (*group, numbers.len())).collect();
    assert_eq!(
        sizes,
        [
            ("TC_EVCC_AC_VTB_AttenuationCharacterization", 2),
            ("TC_EVCC_AC_VTB_CmSlacParm", 2),
            ("TC_EVCC_AC_VTB_PLCLinkStatus", 10),
            ("TC_EVCC_CMN_VTB_AttenuationCharacterization", 13),
            ("TC_EVCC_CMN_VTB_CmAmpMap", 8),
            ("TC_EVCC_CMN_VTB_CmSlacMatch", 12),
            ("TC_EVCC_CMN_VTB_CmSlacParm", 14),
            ("TC_EVCC_CMN_VTB_CmValidate", 21),
            ("TC_EVCC_CMN_VTB_CmValidateOrCmSlacMatch", 1),
            ("TC_EVCC_CMN_VTB_PLCLinkStatus", 8),
            ("TC_EVCC_DC_VTB_PLCLinkStatus", 5),
            ("TC_SECC_AC_VTB_CmSlacParm", 4),
            ("TC_SECC_AC_VTB_PLCLinkStatus", 12),
            ("TC_SECC_CMN_VTB_AttenuationCharacterization", 20),
            ("TC_SECC_CMN_VTB_CmAmpMap", 8),
            ("TC_SECC_CMN_VTB_CmSlacMatch", 24),
            ("TC_SECC_CMN_VTB_CmSlacParm", 9),
            ("TC_SECC_CMN_VTB_CmValidate", 13),
            ("TC_SECC_CMN_VTB_PLCLinkStatus", 5),
            ("TC_SECC_DC_VTB_PLCLinkStatus", 7),
        ]
    );
    assert_eq!(rows().count(), 198);
}

#[test]
fn every_case_has_a_test_or_a_reason() {
    let mut without = 0;
    for [id, tests, reason] in rows() {
        if tests == "-" {
            without += 1;
            assert!(!reason.is_empty(), "{id} has neither a test nor a reason");
            continue;
        }
        for test in tests.split(' ') {
            let (module, name) = test.split_once("::").unwrap();
            let (_, code) = TESTS.iter().find(|(known, _)| *known == module).unwrap();
            let found = code.contains(&format!("#[test]\nfn {name}("));
            assert!(found, "{id}: {test} is no test");
        }
    }
    assert_eq!(without, 7);
}
