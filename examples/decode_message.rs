//! A message from its octets: the V2GTP header off, the EXI decoded, and encoded again to the same octets.

use exi::Document;
use pnc_examples::Outcome;
use std::io::{Write, stdout};
use v2g::iso2::msg::{BodyElement, V2gMessage};
use v2g::v2gtp::{self, PayloadType};

/// SessionSetupReq as a car sends it, here one of another make.
const OCTETS: [u8; 22] = [
    0x01, 0xFE, 0x80, 0x01, 0x00, 0x00, 0x00, 0x0E, // V2GTP: version, inverse, EXI, length
    0x80, 0x98, 0x00, 0x40, 0x11, 0xD0, 0x1B, 0xA9, 0xAB, 0x61, 0x27, 0x67, 0x9C, 0x00,
];

fn main() -> Outcome {
    let (payload_type, payload) = v2gtp::parse(&OCTETS)?;
    writeln!(stdout(), "{payload_type}, {} octets", payload.len())?;
    let message = V2gMessage::decode(payload)?;
    writeln!(stdout(), "{message:#?}")?;
    let Some(BodyElement::SessionSetupReq(request)) = &message.body.element else {
        return Err("not what was expected".into());
    };
    writeln!(stdout(), "the car is {:02x?}", request.evcc_id.as_slice())?;

    let mut again = Vec::new();
    v2gtp::emit(PayloadType::Exi, &message.to_vec()?, &mut again)?;
    if again != OCTETS {
        return Err(format!("other octets came out: {again:02x?}").into());
    }
    // What is cut or bent says where.
    let cut = V2gMessage::decode(payload.get(..7).unwrap_or_default());
    writeln!(stdout(), "after 7 octets: {}", cut.err().ok_or("a cut message was read")?)?;
    Ok(())
}
