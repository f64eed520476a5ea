//! What may come next in an element, worked out from its type at run time.

use super::tree::Occurs;
use crate::schema::{Complex, Member, Particle, Shape, Type};
use alloc::vec::Vec;

/// A place in a content model: so many occurrences of an item were the last thing that came.
/// Items are the attributes, then the elements, then the text.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) item: usize,
    pub(super) count: u32,
}

/// Something that may come.
#[derive(Clone, Copy)]
pub(super) enum Event {
    Attribute(usize, &'static Particle),
    Element(usize, Start),
    /// The text of an element that has attributes.
    Characters(usize, &'static Type),
    End,
    /// Text between elements.
    Mixed,
}

/// An element that may start.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) name: &'static str,
    pub(super) ns: &'static str,
    pub(super) ty: &'static Type,
    pub(super) occurs: Occurs,
    /// The abstract head of a substitution group.
    pub(super) head: bool,
}

impl Place {
    /// The place after one more occurrence of an item.
    pub(super) fn after(self, item: usize) -> Self {
        let count = if item == self.item { self.count + 1 } else { 1 };
        Self { item, count }
    }

    /// What may come at this place, in the order of the event codes.
    pub(super) fn offers(self, of: &Complex) -> Vec<Event> {
        let mut events = Vec::new();
        let (attributes, elements) = (of.attributes.len(), of.particles.len());
        for item in self.item.. {
            let done = if item == self.item { self.count } else { 0 };
            let (min, max) = if let Some(attribute) = of.attributes.get(item) {
                if done < attribute.max {
                    events.push(Event::Attribute(item, attribute));
                }
                (attribute.min, attribute.max)
            } else if let Some(element) = of.particles.get(item - attributes) {
                if done < element.max {
                    events.extend(starts(element).map(|start| Event::Element(item, start)));
                }
                (element.min, element.max)
            } else if let (Some(text), true) = (of.text, item == attributes + elements) {
                if done == 0 {
                    events.push(Event::Characters(item, text));
                }
                (1, 1)
            } else {
                events.push(Event::End);
                break;
            };
            if done < min.min(max) {
                if of.mixed && item >= attributes {
                    events.push(Event::Mixed);
                }
                return events;
            }
        }
        if of.mixed {
            events.push(Event::Mixed);
        }
        events
    }
}

/// The elements that a particle stands for.
fn starts(particle: &'static Particle) -> impl Iterator<Item = Start> {
    let occurs = match particle.ty.shape {
        _ if particle.max == 1 => Occurs::Once,
        Shape::Choice(_) => Occurs::Choice,
        _ => Occurs::Often,
    };
    let itself = Member { name: particle.name, ns: particle.ns, ty: particle.ty, head: false };
    let (members, single) = match particle.ty.shape {
        Shape::Choice(members) => (members, None),
        Shape::Refused(branches) => {
            return Vec::from_iter((0..branches).map(|_| start(&itself, occurs))).into_iter();
        }
        _ => (&[][..], Some(itself)),
    };
    let all: Vec<_> = members.iter().chain(&single).map(|m| start(m, occurs)).collect();
    all.into_iter()
}

fn start(m: &Member, occurs: Occurs) -> Start {
    Start { name: m.name, ns: m.ns, ty: m.ty, occurs, head: m.head }
}

/// Bits that tell `n` things apart.
pub(super) fn width(n: usize) -> u32 {
    let mut bits = 0;
    while 1usize << bits < n {
        bits += 1;
    }
    bits
}

/// Bits of an event code where so many events may come: one code more leads to the second level.
pub(super) fn code_width(events: usize) -> u32 {
    width(events + 1)
}

/// The second level: an end in place of text.
pub(super) const SECOND_LEVEL: u32 = 3;
pub(super) const UNDECLARED_END: u64 = 0;

/// Up to so many values take as few bits as tell them apart.
pub(super) const NARROW: i128 = 4096;
