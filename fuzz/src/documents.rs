//! EXI and its XML.

use exi::xml::{self, Form};
use exi::{Error, Kind, Root, Schema};

/// An octet chooses schema set and form, the others are the message or fragment.
///
/// The trace tells every bit and every deviation. What the typed codec reads it writes in one way, and the interpreter, which works the grammars
/// out by itself, reads the same from both.
pub fn exi(data: &[u8]) {
    let Some((schema, form, octets)) = choose(data) else { return };
    let Some(root) = root(schema, form, octets) else { return };
    let seen = xml::interpret(schema, form, octets);
    let told = trace(schema, form, octets);
    assert_eq!(told.is_ok(), seen.is_ok(), "the trace comes to another end");
    let checked = (root.check)(octets);
    match (root.recode)(octets) {
        Ok(written) => {
            assert_eq!(checked, Ok(()));
            assert!(told.is_ok_and(|told| told > 0) || written == octets, "an untold deviation");
            assert_eq!((root.recode)(&written), Ok(written.clone()), "written otherwise");
            let again = xml::interpret(schema, form, &written);
            assert!(again.is_ok(), "{again:?}");
            assert_eq!(seen, again, "the codecs differ");
            let typed = xml::decode(schema, form, octets);
            assert_eq!(seen, typed);
            assert!(xml::decode_json(schema, form, octets).is_ok());
        }
        // What was read can be written.
        Err(error) if checked != Err(error) => panic!("{error}, but {checked:?}"),
        // Only the typed codec counts memory.
        Err(error) if error.kind == Kind::Memory => {}
        Err(error) => assert!(seen.is_err(), "{error}, but it reads as {seen:?}"),
    }
}

/// An octet chooses schema set and form, the others are XML.
///
/// What becomes a message reads back, and its own XML gives the same octets.
pub fn exi_xml(data: &[u8]) {
    let Some((schema, form, text)) = choose(data) else { return };
    let Ok(text) = core::str::from_utf8(text) else { return };
    let Ok(octets) = xml::encode(schema, form, text) else { return };
    let Some(root) = root(schema, form, &octets) else { panic!("XML became no message") };
    assert_eq!((root.recode)(&octets), Ok(octets.clone()), "the typed codec disagrees");
    let seen = xml::decode(schema, form, &octets);
    let Ok(seen) = seen else { panic!("no XML of what came from XML: {seen:?}") };
    assert_eq!(xml::encode(schema, form, &seen), Ok(octets), "own XML: {seen}");
}

/// How many deviations the trace tells. Its steps leave no bit out.
fn trace(schema: &Schema, form: Form, octets: &[u8]) -> Result<usize, Error> {
    let mut end = 0;
    let told = xml::trace(schema, form, octets, &mut |step| {
        assert_eq!(step.bit, end, "a gap in front of {step:?}");
        end += step.width;
        assert_eq!(step.bits().count(), step.width);
    });
    match told {
        Ok(told) => {
            assert_eq!(end, 8 * octets.len());
            Ok(told.len())
        }
        Err(stop) => {
            assert!(end <= 8 * octets.len() && !stop.to_string().is_empty());
            Err(stop.error)
        }
    }
}

/// The octet that chooses a set and a form.
pub fn chosen(schema: &str, form: Form) -> Option<u8> {
    let place = v2g::SCHEMAS.iter().position(|known| known.name == schema)?;
    u8::try_from(2 * place + usize::from(form == Form::Fragment)).ok()
}

fn choose(data: &[u8]) -> Option<(&'static Schema, Form, &[u8])> {
    let (&which, rest) = data.split_first()?;
    let form = if which & 1 == 0 { Form::Document } else { Form::Fragment };
    let schema = v2g::SCHEMAS.get(usize::from(which >> 1) % v2g::SCHEMAS.len())?;
    Some((schema, form, rest))
}

/// The root that the first code names.
fn root(schema: &Schema, form: Form, octets: &[u8]) -> Option<&'static Root> {
    let (roots, bits) = match form {
        Form::Document => (schema.documents, schema.document_bits),
        Form::Fragment => (schema.fragments, schema.fragment_bits),
    };
    let word = octets.get(1..3)?.iter().fold(0, |word, octet| word << 8 | u64::from(*octet));
    roots.iter().find(|root| root.code == word >> (16 - bits))
}
