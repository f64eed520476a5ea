//! The engines have all their memory from the beginning.

use slac::mme::*;
use slac::{Frame, Mac, RunId, ev};

use crate::line::*;

/// Frames of other stations, addressed to anybody, of every kind that allocates when it is read whole.
fn foreign(round: u8) -> Vec<Vec<u8>> {
    let neighbour = Mac([2, 0, 0, 0, 9, round]);
    let mut frames = vec![];
    for destination in [Mac::BROADCAST, EVSE, EV, neighbour] {
        let messages: [Message; 6] = [
            AmpMapReq::new(&[7; 2_000]).into(),
            network::DiscoverListCnf { stations: vec![], networks: vec![] }.into(),
            network::NwStatsCnf {
                is_wide: false,
                peers: vec![network::Rates { peer: EV, transmit: 1, receive: 2 }],
            }
            .into(),
            AttenProfileInd { pev_mac: EV, groups: [1; 255].into() }.into(),
            qualcomm::SwVerCnf { status: 0, device_class: 0x22, version: vec![b'M'; 40] }.into(),
            Message::Unknown { code: 0x6080, fragment: [0; 2], body: Payload(vec![round; 1_400]) },
        ];
        frames.extend(messages.map(|message| Frame::new(destination, neighbour, message).emit()));
    }
    frames
}

/// A plugged car matches and leaves, `rounds` times, while a new other car starts every 10 ms and neighbours send whatever they can.
fn busy(rounds: u8) -> Line {
    let mut line = Line::new(1);
    line.run_until(ms(100));
    for round in 0..rounds {
        let begin = line.now;
        line.plug();
        let mut others: Vec<_> = (0..100_u8)
            .flat_map(|index| {
                let ev = Mac([2, 0, 0, 1, round, index]);
                let at = ms(10 * u64::from(index));
                let frames = matching_of(ev, RunId([index; 8]));
                frames.into_iter().map(move |(after, octets)| (at + after, octets))
            })
            .collect();
        others.sort_by_key(|(at, _)| *at);
        for (place, (at, octets)) in others.iter().enumerate() {
            line.run_until(begin + *at);
            line.hear(Side::Evse, octets);
            line.hear(Side::Ev, octets);
            if place % 20 == 0 {
                for octets in foreign(round) {
                    line.hear(Side::Evse, &octets);
                    line.hear(Side::Ev, &octets);
                }
            }
        }
        line.run_until(begin + ms(4_000));
        assert!(line.is_linked(), "round {round}");
        line.unplug();
        line.run_until(begin + ms(4_500));
    }
    line
}

#[test]
fn a_station_allocates_nothing_from_its_start_on() {
    let line = busy(2);
    assert_eq!((line.evse_cost.by_frames, line.evse_cost.otherwise), (0, 0));
    assert!(line.evse_cost.answers.len() > 200, "it answered the cars around it");
}

/// The comparison of a run is handed out, and lists its stations.
#[test]
fn a_car_allocates_nothing_but_the_comparison_of_each_run() {
    let line = busy(2);
    assert_eq!(line.ev_cost.by_frames, 0);
    let runs = line.ev_events.iter().filter(|(_, event)| matches!(event, ev::Event::Compared(_)));
    assert_eq!(line.ev_cost.otherwise, 2 * runs.count() as u64);
}

#[test]
fn the_counter_counts() {
    let (count, list) = crate::counting::allocations(|| vec![7_u8; 100]);
    assert_eq!((count, list.len()), (1, 100));
}
