//! Bytes of the packed form: numbers of variable length, and a reader that can't run over.
//!
//! A number is written seven bits a byte, the lowest first, the top bit set on all but the last
//! byte. Each number has one spelling: the reader refuses a last byte of zero after others.
//! Signed numbers are folded first (0, −1, 1, −2, … to 0, 1, 2, 3, …).

/// Writes a number.
pub(crate) fn put_number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        if value < 0x80 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
        value >>= 7;
    }
}

/// Writes a signed number.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_number(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Writes a text with its length before it.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, wide(text.len()));
    out.extend_from_slice(text.as_bytes());
}

/// A length as it is written.
pub(crate) fn wide(length: usize) -> u64 {
    // No target has a wider usize than 64 bits.
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Bytes being read from the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return (byte != 0 || shift == 0).then_some(value);
            }
        }
        None
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        let folded = self.number()?;
        Some((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
    }

    /// A number that counts things of at least `least` bytes each, all still to come: so what is
    /// made room for is bounded by what was sent.
    pub(crate) fn count(&mut self, least: usize) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len() / least.max(1)).then_some(count)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = self.count(1)?;
        std::str::from_utf8(self.slice(length)?).ok()
    }
}
