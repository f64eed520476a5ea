//! Writes attacks bit by bit; the grammars are worked out here once more.

use super::alternatives;
use exi::schema::{Complex, Particle, Shape, Type};
use exi::xml::Form;
use exi::{Root, Schema};

/// What strings an attack is made of, as far as their types allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strings {
    /// Empty ones; binaries and integers are as short as can be.
    Empty,
    /// One character each, each a new entry of the string table.
    Single,
    /// References to the first string of the message, a long one.
    References,
    /// Just too long to be kept without the heap.
    Long,
    /// Characters that take more octets in memory than in the message.
    Wide,
    /// A length far beyond the end, and nothing behind it.
    Promise,
}

impl Strings {
    pub(crate) const ALL: [Self; 6] =
        [Self::Empty, Self::Single, Self::References, Self::Long, Self::Wide, Self::Promise];
}

pub(super) struct Writer {
    octets: Vec<u8>,
    bits: u32,
    size: usize,
    strings: Strings,
    /// Characters of the strings so far.
    literals: Vec<usize>,
}

impl Writer {
    pub(super) fn new(
        schema: &Schema,
        form: Form,
        root: &Root,
        size: usize,
        strings: Strings,
    ) -> Self {
        let mut w = Self { octets: Vec::new(), bits: 0, size, strings, literals: Vec::new() };
        w.bits(0x80, 8);
        let width = match form {
            Form::Document => schema.document_bits,
            Form::Fragment => schema.fragment_bits,
        };
        w.bits(root.code, width);
        w
    }

    pub(super) fn finish(mut self, schema: &Schema, form: Form) -> Vec<u8> {
        if form == Form::Fragment {
            self.bits(schema.fragment_end, schema.fragment_bits);
        }
        self.octets
    }

    fn full(&self) -> bool {
        self.octets.len() >= self.size
    }

    /// The content of an element. On the way along `path` lists are filled; beside it there is only what
    /// must be, or all there may be.
    pub(super) fn content(&mut self, of: &Complex, all: bool, path: Option<&[(usize, usize)]>) {
        let (next, rest) = match path.and_then(<[_]>::split_first) {
            Some((next, rest)) => (Some(*next), Some(rest)),
            None => (None, None),
        };
        let mut place = Place::default();
        let particles = of.attributes.iter().chain(of.particles);
        for (item, particle) in particles.enumerate() {
            let on_path = next.filter(|next| next.0 == item);
            let branch = on_path.map_or_else(|| cheapest(particle, all), |next| next.1);
            let Some((_, ty)) = alternatives(particle).get(branch).copied() else { continue };
            let refused = matches!(ty.shape, Shape::Refused(_));
            let most = if (all || on_path.is_some()) && !refused { particle.max } else { 0 };
            let mut count = 0;
            while count < particle.min || count < most && !self.full() {
                self.code(of, place, Some((item, branch)));
                let rest = rest.filter(|_| on_path.is_some());
                let target = rest.is_some_and(<[_]>::is_empty) && particle.max == 1;
                if item < of.attributes.len() {
                    self.value(ty, target);
                } else {
                    self.element(ty, all, rest, target);
                }
                count += 1;
                place = Place { item, count };
            }
        }
        let item = of.attributes.len() + of.particles.len();
        if let Some(text) = of.text {
            self.code(of, place, Some((item, 0)));
            place = Place { item, count: 1 };
            self.value(text, next.is_some_and(|next| next.0 == item));
        }
        self.code(of, place, None);
    }

    fn element(&mut self, ty: &Type, all: bool, path: Option<&[(usize, usize)]>, target: bool) {
        if let Shape::Complex(content) = &ty.shape {
            return self.content(content, all, path);
        }
        self.bits(0, 1);
        self.value(ty, target);
        self.bits(0, 1);
    }

    /// The event code of an item, or of the end.
    fn code(&mut self, of: &Complex, place: Place, wanted: Option<(usize, usize)>) {
        let (mut events, mut code) = (0, 0);
        let last = of.attributes.len() + of.particles.len() + usize::from(of.text.is_some());
        for item in place.item..=last {
            let done = if item == place.item { place.count } else { 0 };
            let particle = of.attributes.iter().chain(of.particles).nth(item);
            let (min, max, branches) = match particle {
                Some(Particle { ty: Type { shape: Shape::Refused(n), .. }, min, max, .. }) => {
                    (*min, *max, usize::from(*n))
                }
                Some(p) => (p.min, p.max, alternatives(p).len()),
                None if item < last => (1, 1, 1),
                None => {
                    code = if wanted.is_none() { events } else { code };
                    events += 1;
                    break;
                }
            };
            if done < max {
                if let Some((_, branch)) = wanted.filter(|wanted| wanted.0 == item) {
                    code = events + branch;
                }
                events += branches;
            }
            if done < min {
                events += usize::from(of.mixed && item >= of.attributes.len());
                return self.bits(code as u64, width(events + 1));
            }
        }
        events += usize::from(of.mixed);
        self.bits(code as u64, width(events + 1));
    }

    fn value(&mut self, ty: &Type, target: bool) {
        match ty.shape {
            Shape::Bool => self.bits(0, 1),
            Shape::Number { min, max } if max - min < 4096 => {
                self.bits(0, width((max - min + 1) as usize));
            }
            Shape::Number { min, .. } => {
                if min < 0 {
                    self.bits(0, 1);
                }
                self.uint(min.max(0) as u64);
            }
            Shape::Integer => {
                self.bits(0, 1);
                for _ in 0..if target { 292 } else { 0 } {
                    self.bits(0xff, 8);
                }
                self.uint(0);
            }
            Shape::Enumeration(values) => self.bits(0, width(values.len())),
            Shape::Binary { min, max, .. } => self.binary(min, max, target),
            Shape::Text { min, max } => self.text(min, max, target),
            Shape::Complex(_) | Shape::Choice(_) | Shape::Refused(_) => {}
        }
    }

    fn binary(&mut self, min: usize, max: usize, target: bool) {
        if target && self.strings == Strings::Promise {
            return self.uint(1 << 40);
        }
        let n = if target { self.rest(1) } else { usize::from(self.strings != Strings::Empty) };
        let n = n.clamp(min, max);
        self.uint(n as u64);
        (0..n).for_each(|_| self.bits(0xa5, 8));
    }

    fn text(&mut self, min: usize, max: usize, target: bool) {
        if target && self.strings == Strings::Promise {
            return self.uint(1 << 40);
        }
        let (c, octets) = if self.strings == Strings::Wide { ('\u{800}', 2) } else { ('a', 1) };
        let first = self.literals.first().copied();
        let n = match (self.strings, first) {
            _ if target => self.rest(octets),
            (Strings::Empty | Strings::Promise, _) => 0,
            (Strings::Single, _) => 1,
            (Strings::Long | Strings::Wide, _) => 40,
            (Strings::References, None) => 4_000,
            (Strings::References, Some(n)) if n >= min && n <= max => {
                self.uint(1);
                return self.bits(0, width(self.literals.len()));
            }
            (Strings::References, _) => 0,
        };
        let n = n.clamp(min, max);
        self.uint(n as u64 + 2);
        (0..n).for_each(|_| self.uint(c.into()));
        if n > 0 {
            self.literals.push(n);
        }
    }

    /// How many more of so many octets there may be.
    fn rest(&self, each: usize) -> usize {
        (self.size.saturating_sub(self.octets.len()) / each).max(1)
    }

    fn uint(&mut self, mut v: u64) {
        while v > 0x7f {
            self.bits(v & 0x7f | 0x80, 8);
            v >>= 7;
        }
        self.bits(v, 8);
    }

    fn bits(&mut self, v: u64, mut n: u32) {
        while n > 0 {
            let free = 8 - self.bits % 8;
            if free == 8 {
                self.octets.push(0);
            }
            let now = n.min(free);
            n -= now;
            if let Some(last) = self.octets.last_mut() {
                *last |= ((v >> n & ((1 << now) - 1)) << (free - now)) as u8;
            }
            self.bits += now;
        }
    }
}

/// So many occurrences of an item were the last thing written.
#[derive(Clone, Copy, Default)]
struct Place {
    item: usize,
    count: u32,
}

/// Beside the path: an alternative with little in it, or one with much.
fn cheapest(particle: &Particle, all: bool) -> usize {
    let known = alternatives(particle);
    let cost = |(_, ty): &(&str, &Type)| match ty.shape {
        Shape::Refused(_) => {
            if all {
                0
            } else {
                usize::MAX
            }
        }
        Shape::Complex(c) => 1 + c.particles.len(),
        _ => 1,
    };
    let costs = known.iter().map(cost).enumerate();
    let best = if all { costs.max_by_key(|c| c.1) } else { costs.min_by_key(|c| c.1) };
    best.map_or(0, |best| best.0)
}

/// Bits that tell `n` things apart.
fn width(n: usize) -> u32 {
    n.next_power_of_two().trailing_zeros()
}
