use super::*;

/// Feeds segments of a stream that starts at sequence number `start + 1`.
fn run(start: u32, segments: &[(u32, &[u8])]) -> Vec<Piece> {
    let mut reassembly = Reassembly::default();
    reassembly.syn(start);
    let mut out = Vec::new();
    for (place, data) in segments {
        let seq = start.wrapping_add(1).wrapping_add(*place);
        reassembly.segment(seq, data, data.len() as u32, false, &mut out);
    }
    out
}

fn joined(pieces: &[Piece]) -> Vec<u8> {
    let data = pieces.iter().map(|piece| match piece {
        Piece::Data(data) => &data[..],
        Piece::Gap(_) => b"?",
    });
    data.collect::<Vec<_>>().concat()
}

#[test]
fn every_order_of_arrival_gives_the_same_stream() {
    let segments = [(0, &b"abc"[..]), (3, b"de"), (5, b"fghi"), (9, b"j")];
    for a in 0..4 {
        for b in (0..4).filter(|b| *b != a) {
            for c in (0..4).filter(|c| ![a, b].contains(c)) {
                let order = [a, b, c, 6 - a - b - c].map(|at| segments[at]);
                // Once in the middle of the numbers, once across their end.
                for start in [5000, u32::MAX - 4] {
                    assert_eq!(joined(&run(start, &order)), b"abcdefghij", "{order:?}");
                }
            }
        }
    }
}

#[test]
fn retransmissions_and_overlaps_count_once() {
    let again = [
        (0, &b"abc"[..]),
        (0, b"abc"),
        (1, b"bcd"),
        (8, b"ij"),
        (6, b"ghi"),
        (4, b"efgh"),
        (2, b"cdef"),
    ];
    assert_eq!(joined(&run(0, &again)), b"abcdefghij");
    // What was delivered stays: a later version of the same octets is not looked at.
    assert_eq!(joined(&run(0, &[(0, b"abc"), (0, b"XYZd")])), b"abcd");
    // A keep-alive repeats the last octet.
    assert_eq!(joined(&run(0, &[(0, b"abc"), (2, b"?"), (3, b"d")])), b"abcd");
}

#[test]
fn a_gap_is_given_up_once_the_receiver_acknowledged_it() {
    let mut reassembly = Reassembly::default();
    reassembly.syn(99);
    let mut out = Vec::new();
    reassembly.segment(100, b"ab", 2, false, &mut out);
    reassembly.segment(105, b"fg", 2, false, &mut out);
    // The receiver has up to 105, which says nothing on what waits there.
    reassembly.acknowledged(105, &mut out);
    assert_eq!(joined(&out), b"ab");
    reassembly.acknowledged(107, &mut out);
    assert_eq!(out[1..], [Piece::Gap(3), Piece::Data(b"fg".to_vec())]);
}

#[test]
fn octets_the_capture_cut_off_are_a_gap() {
    let mut reassembly = Reassembly::default();
    reassembly.syn(0);
    let mut out = Vec::new();
    reassembly.segment(1, b"abc", 1000, false, &mut out);
    reassembly.segment(1001, b"next", 4, false, &mut out);
    reassembly.flush(&mut out);
    assert_eq!(out, [Piece::Data(b"abc".to_vec()), Piece::Gap(997), Piece::Data(b"next".to_vec())]);
}

#[test]
fn a_stream_joined_in_the_middle_begins_at_its_first_segment() {
    let mut reassembly = Reassembly::default();
    let mut out = Vec::new();
    reassembly.segment(500, b"def", 3, false, &mut out);
    reassembly.segment(497, b"abcdef", 6, false, &mut out);
    reassembly.segment(490, b"old", 3, false, &mut out);
    reassembly.segment(500, b"defg", 4, true, &mut out);
    assert!(!reassembly.has_start());
    assert!(reassembly.is_finished());
    assert_eq!(joined(&out), b"defg");
}

#[test]
fn the_end_is_reached_only_with_everything_before_it() {
    let mut reassembly = Reassembly::default();
    reassembly.syn(0);
    let mut out = Vec::new();
    reassembly.segment(4, b"d", 1, true, &mut out);
    assert!(!reassembly.is_finished());
    reassembly.segment(1, b"abc", 3, false, &mut out);
    assert!(reassembly.is_finished());
    assert_eq!(joined(&out), b"abcd");
}

#[test]
fn what_waits_is_bounded() {
    let mut reassembly = Reassembly::default();
    reassembly.syn(0);
    let mut out = Vec::new();
    for segment in 0..10_000_u32 {
        reassembly.segment(1000 + segment * 200, &[7; 100], 100, false, &mut out);
        assert!(reassembly.waiting_len <= MAX_WAITING && reassembly.waiting.len() <= MAX_SEGMENTS);
    }
    assert!(matches!(out.first(), Some(Piece::Gap(999))));
    // One octet each.
    let mut reassembly = Reassembly::default();
    reassembly.syn(0);
    for segment in 0..10_000_u32 {
        reassembly.segment(1000 + segment * 2, &[7], 1, false, &mut out);
        assert!(reassembly.waiting.len() <= MAX_SEGMENTS);
    }
}

#[test]
fn no_segments_make_it_panic() {
    let mut random = crate::capture::tests::random(11);
    for _ in 0..2_000 {
        let mut reassembly = Reassembly::default();
        let mut out = Vec::new();
        let base = random() as u32;
        for _ in 0..random() % 40 {
            let spread = [8, 1000, u32::MAX][random() % 3];
            let seq = base.wrapping_add(random() as u32 % spread);
            match random() % 8 {
                0 => reassembly.syn(seq),
                1 => reassembly.acknowledged(seq, &mut out),
                2 => reassembly.flush(&mut out),
                _ => {
                    let data = vec![1; random() % 20];
                    let len = data.len() as u32 + [0, 5][random() % 2];
                    reassembly.segment(seq, &data, len, random().is_multiple_of(10), &mut out);
                }
            }
        }
        reassembly.flush(&mut out);
        assert!(reassembly.waiting.is_empty() && reassembly.waiting_len == 0);
    }
}
