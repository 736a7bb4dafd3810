//! Licence codes as reporters write them, read without allocating.
//!
//! Nearly all come in one of the two spellings that we print. Those are told apart here in a few
//! nanoseconds; every other text is left to `licence_key::Code`, which forgives more. A spelling
//! is kept, since a report sent again must be found equal to the one that was accepted.

use licence_key::Code;

/// Symbols of a code without its hyphens.
const SYMBOLS: usize = 15;
/// Where the hyphens of the grouped spelling stand.
const HYPHENS: [usize; 2] = [5, 11];
/// 2³⁵ modulo 37: the weight of the first seven symbols in the check symbol.
const HALF_WEIGHT: u64 = (1 << 35) % 37;
const NONE: u8 = 0xff;
const VALUES: [u8; 256] = values();

/// How a code was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As printed: `7K3M9-QXD4T-0RWPD`.
    Grouped,
    /// Without hyphens, as in addresses.
    Plain,
}

/// The code in a text that has exactly one of the spellings that we print.
#[must_use]
pub fn read_printed(text: &str) -> Option<(Code, Spelling)> {
    let bytes = text.as_bytes();
    let mut symbols = [0_u8; SYMBOLS];
    let spelling = match bytes.len() {
        SYMBOLS => {
            symbols.copy_from_slice(bytes);
            Spelling::Plain
        }
        17 if HYPHENS.iter().all(|at| bytes[*at] == b'-') => {
            symbols[..5].copy_from_slice(&bytes[..5]);
            symbols[5..10].copy_from_slice(&bytes[6..11]);
            symbols[10..].copy_from_slice(&bytes[12..]);
            Spelling::Grouped
        }
        _ => return None,
    };
    let (mut high, mut low, mut seen) = (0_u64, 0_u64, 0_u8);
    for (at, symbol) in symbols[..14].iter().enumerate() {
        let value = VALUES[usize::from(*symbol)];
        seen |= value;
        let half = if at < 7 { &mut high } else { &mut low };
        *half = (*half << 5) | u64::from(value & 31);
    }
    let check = VALUES[usize::from(symbols[14])];
    let fits = (high * HALF_WEIGHT + low) % 37 == u64::from(check);
    if seen == NONE || !fits {
        return None;
    }
    let code = Code::from_value((u128::from(high) << 35) | u128::from(low))?;
    Some((code, spelling))
}

/// The code in a text however it is written, as the slow path has always read it.
#[must_use]
pub fn read(text: &str) -> Option<Code> {
    read_printed(text)
        .map(|(code, _)| code)
        .or_else(|| text.parse().ok())
}

/// Writes a code in a spelling.
#[must_use]
pub fn write(code: Code, spelling: Spelling) -> String {
    match spelling {
        Spelling::Grouped => code.to_string(),
        Spelling::Plain => code.plain(),
    }
}

const fn values() -> [u8; 256] {
    let alphabet = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut table = [NONE; 256];
    let mut value = 0_u8;
    while value < 32 {
        table[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    table
}
