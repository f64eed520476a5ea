//! Who was matched with whom, as a picture: a panel for each setting, cars below the stations that they are plugged into.

use slac::park::Tally;
use std::fmt::Write;

/// Between two stalls, from the edge to the first, and between the rows, in pixels.
const STALL: u64 = 56;
const MARGIN: u64 = 40;
const ROWS: u64 = 110;
/// Of a panel beside its rows: title and figures.
const HEAD: u64 = 70;

/// Lines from cars to the stations whose network they were given, as thick as they are frequent.
pub(super) fn draw(stations: u8, panels: &[(String, &Tally)]) -> String {
    let width = (2 * MARGIN + STALL * (u64::from(stations) - 1)).max(420);
    let panel = HEAD + ROWS + 50;
    let height = panel * panels.len() as u64;
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    );
    for (place, (title, tally)) in (0_u64..).zip(panels) {
        draw_panel(&mut text, stations, place * panel, title, tally);
    }
    text.push_str("</svg>\n");
    text
}

fn draw_panel(text: &mut String, stations: u8, top: u64, title: &str, tally: &Tally) {
    let x = |stall: usize| MARGIN + STALL * stall as u64;
    let (upper, lower) = (top + HEAD, top + HEAD + ROWS);
    let _ = writeln!(
        text,
        "<text x=\"{MARGIN}\" y=\"{}\" font-weight=\"bold\">{title}</text>\n\
         <text x=\"{MARGIN}\" y=\"{}\">{} cars: {} right, {} wrong, {} without match</text>",
        top + 24,
        top + 42,
        tally.cars(),
        tally.right,
        tally.wrong,
        tally.failed
    );
    let of_stall = |stall| -> u64 {
        tally.pairs.range((stall, None)..=(stall, Some(usize::MAX))).map(|(_, count)| count).sum()
    };
    for (&(plugged, matched), &count) in &tally.pairs {
        let share = count as f64 / of_stall(plugged).max(1) as f64;
        let (end, colour) = match matched {
            Some(station) if station == plugged => (Some(station), "#2a7"),
            Some(station) => (Some(station), "#d33"),
            None => (None, "#999"),
        };
        let (from, title) = (x(plugged), format!("{count} times, {:.2} %", share * 100.0));
        let _ = match end {
            Some(station) => writeln!(
                text,
                "<line x1=\"{from}\" y1=\"{lower}\" x2=\"{}\" y2=\"{upper}\" stroke=\"{colour}\" stroke-opacity=\"0.75\" stroke-width=\"{:.2}\"><title>{title}</title></line>",
                x(station),
                0.6 + 7.0 * share.sqrt()
            ),
            None => writeln!(
                text,
                "<circle cx=\"{from}\" cy=\"{}\" r=\"{:.2}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"><title>{title}</title></circle>",
                lower + 22,
                3.0 + 8.0 * share.sqrt()
            ),
        };
    }
    for stall in 0..usize::from(stations) {
        let _ = writeln!(
            text,
            "<rect x=\"{0}\" y=\"{2}\" width=\"24\" height=\"16\" rx=\"3\" fill=\"#246\"/><text x=\"{1}\" y=\"{3}\" fill=\"white\" text-anchor=\"middle\" font-size=\"10\">{4}</text>\n\
             <circle cx=\"{1}\" cy=\"{5}\" r=\"7\" fill=\"#c80\"/>",
            x(stall) - 12,
            x(stall),
            upper - 16,
            upper - 4,
            stall + 1,
            lower
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slac::park::Outcome;

    #[test]
    fn every_pair_is_a_line_in_its_colour_and_every_car_without_match_a_circle() {
        let outcome = |plugged, matched| Outcome { plugged, matched, elapsed: None };
        let mut tally = Tally::default();
        tally.add(&[outcome(0, Some(0)), outcome(1, Some(0)), outcome(2, None)]);
        tally.add(&[outcome(0, Some(0)), outcome(1, Some(1)), outcome(2, None)]);
        let text = draw(3, &[("with it".into(), &tally), ("without".into(), &tally)]);
        let count = |what| text.matches(what).count();
        assert_eq!((count("stroke=\"#2a7\""), count("stroke=\"#d33\"")), (4, 2));
        assert_eq!((count("stroke=\"#999\""), count("<rect x=")), (2, 6));
        assert_eq!(count("1 times, 50.00 %"), 4);
        assert_eq!(count("6 cars: 3 right, 1 wrong, 2 without match"), 2);
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
    }
}
