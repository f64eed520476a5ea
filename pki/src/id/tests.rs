use super::*;
use crate::drive::Dice;

const CHECK_DIGITS: &str = include_str!("../../../test-vectors/identifiers/check-digits.tsv");
const CONVERSIONS: &str = include_str!("../../../test-vectors/identifiers/conversions.tsv");
const TEXTS: &str = include_str!("../../../test-vectors/identifiers/texts.tsv");

fn rows(table: &str) -> impl Iterator<Item = [&str; 4]> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        columns.try_into().unwrap_or_else(|_| panic!("four columns: {line:?}"))
    })
}

#[test]
fn check_digits_agree_with_the_vectors() {
    for [form, stem, digit, source] in rows(CHECK_DIGITS) {
        let complete = format!("{stem}{digit}");
        let wanted = digit.chars().next().unwrap();
        // These two have no form without check digit.
        let always = match form {
            "evccid" => Some(Evccid::parse(&complete).unwrap().check_digit()),
            "seccid" => Some(Seccid::parse(&complete).unwrap().check_digit()),
            _ => None,
        };
        if let Some(judged) = always {
            assert_eq!(judged, CheckDigit::Valid(wanted), "{complete} ({source})");
            continue;
        }
        let (bare, given) = match form {
            "pcid" => (
                Pcid::parse(stem).unwrap().check_digit(),
                Pcid::parse(&complete).unwrap().check_digit(),
            ),
            _ => (
                Evcoid::parse(stem).unwrap().check_digit(),
                Evcoid::parse(&complete).unwrap().check_digit(),
            ),
        };
        assert_eq!(bare, CheckDigit::Absent { expected: wanted }, "{stem} ({source})");
        assert_eq!(given, CheckDigit::Valid(wanted), "{complete} ({source})");
    }
}

#[test]
fn conversions_agree_with_the_vectors() {
    for [from, form, result, source] in rows(CONVERSIONS) {
        let id = Evcoid::parse(from).unwrap();
        let converted = match form {
            "emi3" => id.to_emi3(),
            "iso" => id.to_iso(),
            _ => id.to_din(),
        };
        let text = converted.map_or_else(|_| "-".to_owned(), |id| id.separated('-'));
        assert_eq!(text, result, "{from} to {form} ({source})");
    }
}

#[test]
fn texts_have_the_normal_form_or_the_place_of_the_error() {
    for [kind, text, wanted, source] in rows(TEXTS) {
        let found = match kind {
            "evcoid" => Evcoid::parse(text).map(|id| id.normal().to_owned()),
            "evseid" => Evseid::parse(text).map(|id| id.normal().to_owned()),
            "seccid" => Seccid::parse(text).map(|id| id.normal().to_owned()),
            "evccid" => Evccid::parse(text).map(|id| id.normal().to_owned()),
            "vin" => Vin::parse(text).map(|id| id.normal().to_owned()),
            "pcid" => Pcid::parse(text).map(|id| id.normal().to_owned()),
            _ => panic!("kind {kind:?}"),
        };
        let found = found.unwrap_or_else(|error| format!("error@{}", error.at));
        assert_eq!(found, wanted, "{kind} {text:?} ({source})");
    }
}

#[test]
fn forms_are_told_apart() {
    let kind = |text: &str| Evcoid::parse(text).unwrap().kind();
    assert_eq!(kind("NL-TNM-012204-5"), EvcoidKind::Din);
    assert_eq!(kind("NL-TNM-000122045-U"), EvcoidKind::Iso);
    assert_eq!(kind("NL-TNM-C00122045"), EvcoidKind::Emi3);
    assert_eq!(kind("NL-TNM-1234567890123456"), EvcoidKind::Extended);
    assert_eq!(Evseid::parse("DE*ICE*E1234").unwrap().kind(), EvseidKind::Iso);
    let din = Evseid::parse("+49*810*000*438").unwrap();
    assert_eq!(
        (din.kind(), din.country(), din.operator(), din.outlet()),
        (EvseidKind::Din, "+49", "810", "000*438")
    );
    let iso = Evseid::parse("deice*e45b*78c").unwrap();
    assert_eq!((iso.country(), iso.operator(), iso.outlet()), ("DE", "ICE", "45B*78C"));
    assert_eq!(iso.separated(), "DE*ICE*E45B*78C");
}

#[test]
fn a_wrong_check_digit_is_kept_and_named() {
    let id = Evcoid::parse("UKSWI123456791A").unwrap();
    assert_eq!(id.check_digit(), CheckDigit::Wrong { given: 'A', expected: '5' });
    assert!(!id.check_digit().is_acceptable());
    assert_eq!(id.normal(), "UKSWI123456791A");
    assert_eq!(id.with_check_digit().normal(), "UKSWI1234567915");
    assert_eq!(id.to_iso(), Err(ConversionError::WrongCheckDigit { given: 'A', expected: '5' }));
}

#[test]
fn comparison_tolerates_separators_case_a_missing_digit_and_the_other_form_but_says_so() {
    let id = |text: &str| Evcoid::parse(text).unwrap();
    let compare = |a: &str, b: &str| (id(a).compare(&id(b)), id(b).compare(&id(a)));
    assert_eq!(compare("de-abc-123456789-y", "DEABC123456789Y"), (Likeness::Same, Likeness::Same));
    assert_eq!(id("de-abc-123456789-y"), id("DEABC123456789Y"));
    let one = Likeness::CheckDigitOnOneSide;
    assert_eq!(compare("DEABC123456789", "DEABC123456789Y"), (one, one));
    assert_ne!(id("DEABC123456789"), id("DEABC123456789Y"));
    let other = Likeness::OtherForm;
    assert_eq!(compare("NL-TNM-012204-5", "NL-TNM-C00122045-K"), (other, other));
    assert_eq!(compare("NL-TNM-012204", "NLTNMC00122045"), (other, other));
    let differ = Likeness::CheckDigitsDiffer;
    assert_eq!(compare("DEABC123456789Y", "DEABC123456789Z"), (differ, differ));
    let different = Likeness::Different;
    assert_eq!(compare("DEABC123456789Y", "DEABC123456788Y"), (different, different));
}

#[test]
fn elements_make_an_identifier_with_its_check_digit() {
    assert_eq!(
        Evcoid::from_elements("nl", "tnm", "c00122045").unwrap().normal(),
        "NLTNMC00122045K"
    );
    assert_eq!(
        Evcoid::from_elements("NL", "TN", "C00122045").unwrap_err().element,
        Element::Provider
    );
    assert_eq!(
        Evcoid::from_elements("N1", "TNM", "C00122045").unwrap_err().element,
        Element::Country
    );
}

#[test]
fn a_verdict_shows_kind_check_digit_and_conversions() {
    let verdicts = identify("NL-TNM-012204-5").unwrap();
    assert_eq!(verdicts.len(), 1);
    assert_eq!(
        verdicts[0].to_string(),
        "contract (EVCOID, DIN form)\n  normal form  NLTNM0122045\n  separated    NL-TNM-012204-5\n  check digit  5, right\n  party        NL*TNM\n  \
         same as      NL-TNM-C00122045-K, contract (EVCOID, eMI3 form)\n  \
         same as      NL-TNM-000122045-U, contract (EVCOID, ISO form)"
    );
    let error = identify("DE-ABC-C1234!678").unwrap_err();
    assert_eq!(
        error.to_string(),
        "'!' where a letter or digit is wanted (character 12, whole identifier)"
    );
    // Seventeen letters and digits may name a car or, in the long form, a contract.
    assert_eq!(kinds("WMIP1234567890123"), [IdKind::Evcoid(EvcoidKind::Extended), IdKind::Pcid]);
    let all = [IdKind::Evcoid(EvcoidKind::Extended), IdKind::Pcid, IdKind::Vin];
    assert_eq!(kinds("WVWZZZ1JZXW000001"), all);
    assert_eq!(kinds("DE-ICE-S-00003C4D557878675645330967543476-2"), [IdKind::Seccid]);
    assert_eq!(kinds("00:7d:fa:01:23:45"), [IdKind::Evccid(EvccidKind::Mac)]);
}

fn kinds(text: &str) -> Vec<IdKind> {
    identify(text).unwrap().into_iter().map(|verdict| verdict.kind).collect()
}

#[test]
fn a_vin_proves_its_check_digit_or_says_nothing() {
    let digit = |text: &str| Vin::parse(text).unwrap().check_digit();
    assert_eq!(digit("1M8GDM9AXKP042788"), CheckDigit::Valid('X'));
    assert_eq!(digit("11111111111111111"), CheckDigit::Valid('1'));
    assert_eq!(digit("1M8GDM9A0KP042788"), CheckDigit::Undefined);
}

#[test]
fn separated_forms_read_back() {
    let secc = Seccid::parse("DEICES00003C4D5578786756453309675434762").unwrap();
    assert_eq!(secc.separated(), "DE-ICE-S-00003C4D557878675645330967543476-2");
    assert_eq!(Seccid::parse(&secc.separated()), Ok(secc));
    let car = Evccid::parse("WVWV123456789ABCDEF7").unwrap();
    assert_eq!(car.separated(), "WVW-V-123456789ABCDEF-7");
    assert_eq!(Evccid::parse("007dfa012345").unwrap().separated(), "00:7D:FA:01:23:45");
}

#[test]
fn messages_are_routed_by_party_then_country_then_default() {
    let mut routes = Routes::new();
    assert_eq!(routes.insert("DE*ABC", "abc"), Ok(None));
    assert_eq!(routes.insert("de", "germany"), Ok(None));
    let route = |routes: &Routes<&'static str>, id: &str| {
        routes.route(Party::from(&Evcoid::parse(id).unwrap())).copied()
    };
    assert_eq!(route(&routes, "NL-TNM-C00122045"), None);
    assert_eq!(routes.insert("*", "hub"), Ok(None));
    assert_eq!(routes.insert("de-abc", "new"), Ok(Some("abc")));
    assert_eq!(route(&routes, "de-abc-123456789-y"), Some("new"));
    assert_eq!(route(&routes, "DEXYZ123456789"), Some("germany"));
    assert_eq!(route(&routes, "NL-TNM-012204-5"), Some("hub"));
    assert_eq!(routes.insert("D1*ABC", "?").unwrap_err().at, 1);
    assert_eq!(routes.insert("DE*AB", "?").unwrap_err().element, Element::Whole);
    let evse = Evseid::parse("DE*ICE*E45B*78C").unwrap();
    assert_eq!(Party::try_from(&evse).unwrap().to_string(), "DE*ICE");
    assert!(Party::try_from(&Evseid::parse("+49*810*000*438").unwrap()).is_err());
}

#[test]
fn any_swap_in_a_controllers_identifier_is_noticed_unless_the_sums_agree() {
    let mut dice = Dice::new(3);
    let mut missed = 0;
    for _ in 0..2_000 {
        let own = dice.text(15, "123456789ABCDEFGHJKLMNPRSTUVWXYZ");
        let id = Evccid::parse(&format!("WVWV{own}0")).unwrap().with_check_digit();
        assert!(matches!(id.check_digit(), CheckDigit::Valid(_)), "{id}");
        let mut bad: Vec<char> = id.normal().chars().collect();
        let at = 4 + dice.below(14);
        bad[at] = if bad[at] == '7' { '8' } else { '7' };
        let bad: String = bad.into_iter().collect();
        missed += usize::from(Evccid::parse(&bad).unwrap().check_digit().is_acceptable());
    }
    // A sum modulo 11 misses no change of a single digit; letters count two digits and may slip through one time in ten.
    assert!(missed < 250, "{missed}");
}

#[test]
fn every_single_substitution_and_adjacent_swap_is_noticed() {
    let mut dice = Dice::new(1);
    for _ in 0..60 {
        let stem = dice.text(14, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").replacen(
            |c: char| c.is_ascii_digit(),
            "A",
            2,
        );
        let stem = format!("AB{}", &stem[2..]);
        let id = Evcoid::parse(&stem).unwrap().with_check_digit();
        let good: Vec<char> = id.normal().chars().collect();
        for at in 2..good.len() {
            for c in ('0'..='9').chain('A'..='Z').filter(|&c| c != good[at]) {
                let mut bad = good.clone();
                bad[at] = c;
                assert_wrong(&bad);
            }
            if at + 1 < good.len() && good[at] != good[at + 1] {
                let mut bad = good.clone();
                bad.swap(at, at + 1);
                assert_wrong(&bad);
            }
        }
    }
}

fn assert_wrong(text: &[char]) {
    let text: String = text.iter().collect();
    assert!(!Evcoid::parse(&text).unwrap().check_digit().is_acceptable(), "{text}");
}

#[test]
fn any_text_is_read_or_refused_and_normal_forms_are_fixed_points() {
    let mut dice = Dice::new(2);
    for _ in 0..40_000 {
        let len = dice.below(42);
        let text = match dice.below(5) {
            3 => format!(
                "DEABCS{}{}",
                dice.text(32, "0123456789ABCxyz"),
                dice.text(1, "0123456789X-")
            ),
            4 => format!(
                "WVWV{}{}",
                dice.text(len, "0123456789ABCxyz"),
                dice.text(1, "0123456789X-")
            ),
            0 => dice.text(len, "0123456789ABCxyz-*E+ "),
            1 => dice.text(len, "0AEP*"),
            _ => dice.text(len, "aZ9ÄßΩ🚗\u{0}-*"),
        };
        crate::drive::identifiers(&text);
    }
    for table in [CONVERSIONS, TEXTS, CHECK_DIGITS] {
        for row in rows(table) {
            row.iter().for_each(|text| crate::drive::identifiers(&dice.mutate_text(text)));
        }
    }
}
