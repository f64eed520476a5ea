//! Rust's own numbers.

use crate::Exi;
use crate::error::{Kind, Result};
use crate::grammar::BIG;
use crate::read::Reader;
use crate::schema::{Shape, Type};
use crate::write::Writer;

/// The type of a number in the schema.
macro_rules! number {
    ($t:ty) => {
        const SIMPLE: bool = true;
        const TYPE: &'static Type = &Type {
            name: stringify!($t),
            shape: Shape::Number { min: <$t>::MIN as i128, max: <$t>::MAX as i128 },
        };
    };
}

/// Fixed widths.
macro_rules! fixed {
    ($($t:ty: $n:expr, $put:expr, $get:expr;)*) => { $(
        impl Exi for $t {
            number!($t);
            const MAX: u32 = $n;
            #[inline(always)]
            fn put(&self, w: &mut Writer<'_>) -> Result<()> {
                w.bits($put(*self), $n);
                Ok(())
            }
            #[inline(always)]
            fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
                *self = $get(r.bits($n));
                Ok(())
            }
            fn blank() -> Self {
                $get(0)
            }
        }
    )* };
}
fixed! {
    u8: 8, |v| v as u64, |v| v as u8;
    i8: 8, |v| (v as i64 + 128) as u64, |v| (v as i64 - 128) as i8;
}

impl Exi for bool {
    const SIMPLE: bool = true;
    const TYPE: &'static Type = &Type { name: "bool", shape: Shape::Bool };
    const MAX: u32 = 1;
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        w.bits(*self as u64, 1);
        Ok(())
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
        *self = r.bits(1) != 0;
        Ok(())
    }
    fn blank() -> Self {
        false
    }
}

/// Unsigned integers that fit a word with their most octets.
macro_rules! unsigned {
    ($($t:ty: $octets:expr;)*) => { $(
        impl Exi for $t {
            number!($t);
            const MAX: u32 = 8 * $octets;
            #[inline(always)]
            fn put(&self, w: &mut Writer<'_>) -> Result<()> {
                w.short_uint(*self as u64, $octets);
                Ok(())
            }
            #[inline(always)]
            fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
                let start = r.bit();
                let v = r.short_uint($octets)?;
                if v > <$t>::MAX as u64 {
                    return r.err(Kind::Range, start);
                }
                *self = v as $t;
                Ok(())
            }
            fn blank() -> Self {
                0
            }
        }
    )* };
}
unsigned! { u16: 3; u32: 5; }

/// Signed integers: a sign, then the value or its complement.
macro_rules! signed {
    ($($t:ty: $octets:expr;)*) => { $(
        impl Exi for $t {
            number!($t);
            const MAX: u32 = 1 + 8 * $octets;
            #[inline(always)]
            fn put(&self, w: &mut Writer<'_>) -> Result<()> {
                w.bits((*self < 0) as u64, 1);
                w.short_uint((*self ^ (*self >> (<$t>::BITS - 1))) as u64, $octets);
                Ok(())
            }
            #[inline(always)]
            fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
                let start = r.bit();
                let sign = (r.bits(1) as i64).wrapping_neg();
                let v = r.short_uint($octets)?;
                if v > <$t>::MAX as u64 {
                    return r.err(Kind::Range, start);
                }
                *self = (v as i64 ^ sign) as $t;
                Ok(())
            }
            fn blank() -> Self {
                0
            }
        }
    )* };
}
signed! { i16: 3; i32: 5; }

/// 64 bits may take more than a word.
impl Exi for u64 {
    number!(u64);
    const MAX: u32 = BIG;
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        w.uint(*self)
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
        *self = r.uint()?;
        Ok(())
    }
    fn blank() -> Self {
        0
    }
}

impl Exi for i64 {
    number!(i64);
    const MAX: u32 = BIG;
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        w.need(1);
        w.bits((*self < 0) as u64, 1);
        w.uint((*self ^ (*self >> 63)) as u64)
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
        let start = r.bit();
        r.need(1)?;
        let sign = (r.bits(1) as i64).wrapping_neg();
        let v = r.uint()?;
        if v > i64::MAX as u64 {
            return r.err(Kind::Range, start);
        }
        *self = v as i64 ^ sign;
        Ok(())
    }
    fn blank() -> Self {
        0
    }
}
