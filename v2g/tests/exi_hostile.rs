//! What messages may cost that were made to cost much.

mod hostile;

use exi::Kind;
use hostile::Strings;

/// Small, for this is not the program that is released; large enough for lists to go beyond all bounds.
const SIZE: usize = 1 << 14;

#[test]
fn no_message_takes_more_than_2_mib_however_it_is_made() {
    let (mut count, mut read, mut refused) = (0, 0, 0);
    hostile::attacks(SIZE, |attack| {
        let (set, target) = (attack.schema.name, &attack.target);
        let mut verdict = Ok(());
        let cost = allocation_counter::measure(|| verdict = (attack.root.check)(&attack.octets));
        assert!(cost.bytes_max <= 2 << 20, "{set} {target} {:?}: {cost:?}", attack.strings);
        // Lists double, so there are few allocations but those of the items themselves.
        assert!(cost.count_total <= 100_000, "{set} {target} {:?}: {cost:?}", attack.strings);
        count += 1;
        match verdict.map_err(|error| error.kind) {
            Ok(()) => read += 1,
            Err(Kind::Memory) => refused += 1,
            // The end is missing; or a reference or a string without characters is none for its type.
            Err(Kind::Eof) if attack.strings == Strings::Promise => {}
            Err(Kind::Range) if attack.strings == Strings::References => {}
            Err(kind) => panic!("{set} {target} {:?} is no message: {kind:?}", attack.strings),
        }
    });
    assert!(count > 100 && read > count / 4 && refused > 10, "{count} {read} {refused}");
}
