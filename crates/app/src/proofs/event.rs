//! What the events of the log's leaves say, as bytes. One event has one encoding, and each begins
//! with what it is; `docs/transparency.md` has the tables. Knows nothing of databases.

use licence_key::Code;

const USE: [u8; 4] = *b"CCU\x01";
const USES: [u8; 4] = *b"CCU\x02";
const LICENCE: [u8; 4] = *b"CCT\x01";
const STATEMENT: [u8; 4] = *b"CCS\x01";

/// An event of a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An accepted use.
    Use(Use),
    /// An issued licence.
    Licence(Licence),
    /// A payee's statement.
    Statement(Statement),
}

/// A use as it was accepted, or several of one licence and track that were settled together, summed.
/// What a single one's reporter sent stands as a hash: it may name the video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The use's id here.
    pub id: [u8; 16],
    /// The settlement that paid it: statements name it.
    pub settlement: [u8; 16],
    /// How many uses it is.
    pub uses: i64,
    /// The licence it was reported under.
    pub licence: [u8; 16],
    /// Its track.
    pub track: [u8; 16],
    /// Music in it, in ms.
    pub clip_ms: i64,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What it earned for the track's payees, in micro-units.
    pub earned_micros: i64,
    /// ISO 4217.
    pub currency: [u8; 3],
    /// When the video was published, in ms since 1970.
    pub published_ms: i64,
    /// When the report was received, in ms since 1970.
    pub received_ms: i64,
    /// SHA-256 of the report as it was understood; zeros where it is several.
    pub report: [u8; 32],
    /// Of several: the root of the tree over them; none of what was settled before there were any.
    pub root: Option<[u8; 32]>,
}

/// A licence as it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// The licence's id.
    pub id: [u8; 16],
    /// Its code.
    pub code: Code,
    /// SHA-256 of its signed token.
    pub token: [u8; 32],
}

/// A statement of one month in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose.
    pub payee: [u8; 16],
    /// ISO 4217.
    pub currency: [u8; 3],
    /// What its lines sum to, in micro-units.
    pub micros: i64,
    /// The statement's own hash, which stands for all of its lines.
    pub sha256: [u8; 32],
    /// The month, such as `2026-10`.
    pub period: String,
}

impl Event {
    /// The event's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(160);
        match self {
            Self::Use(it) => {
                bytes.extend(it.root.map_or(USE, |_| USES));
                for id in [it.id, it.settlement, it.licence, it.track] {
                    bytes.extend(id);
                }
                if it.root.is_none() {
                    bytes.extend(it.uses.to_be_bytes());
                }
                for number in [it.clip_ms, it.billed_ms, it.earned_micros] {
                    bytes.extend(number.to_be_bytes());
                }
                bytes.extend(it.currency);
                for number in [it.published_ms, it.received_ms] {
                    bytes.extend(number.to_be_bytes());
                }
                // How many and their root stand last, where proofs look for them.
                if it.root.is_some() {
                    bytes.extend(it.uses.to_be_bytes());
                }
                bytes.extend(it.root.unwrap_or(it.report));
            }
            Self::Licence(it) => {
                bytes.extend(LICENCE);
                bytes.extend(it.id);
                bytes.extend(it.token);
                bytes.extend(it.code.plain().as_bytes());
            }
            Self::Statement(it) => {
                bytes.extend(STATEMENT);
                bytes.extend(it.payee);
                bytes.extend(it.currency);
                bytes.extend(it.micros.to_be_bytes());
                bytes.extend(it.sha256);
                bytes.extend(it.period.as_bytes());
            }
        }
        bytes
    }

    /// Reads an event's bytes; what it accepts, [`Event::encode`] writes the same. Nothing for
    /// what is no event of this version.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Input(bytes);
        let event = match input.take()? {
            USE => Self::Use(input.used()?),
            USES => Self::Use(input.several()?),
            LICENCE => Self::Licence(input.licence()?),
            STATEMENT => Self::Statement(input.statement()?),
            _ => return None,
        };
        (event.encode() == bytes).then_some(event)
    }
}

/// Bytes being read from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<i64> {
        self.take().map(i64::from_be_bytes)
    }

    fn rest(&mut self) -> Option<&'a str> {
        std::str::from_utf8(std::mem::take(&mut self.0)).ok()
    }

    fn used(&mut self) -> Option<Use> {
        Some(Use {
            id: self.take()?,
            settlement: self.take()?,
            licence: self.take()?,
            track: self.take()?,
            uses: self.number()?,
            clip_ms: self.number()?,
            billed_ms: self.number()?,
            earned_micros: self.number()?,
            currency: self.take()?,
            published_ms: self.number()?,
            received_ms: self.number()?,
            report: self.take()?,
            root: None,
        })
    }

    fn several(&mut self) -> Option<Use> {
        Some(Use {
            id: self.take()?,
            settlement: self.take()?,
            licence: self.take()?,
            track: self.take()?,
            clip_ms: self.number()?,
            billed_ms: self.number()?,
            earned_micros: self.number()?,
            currency: self.take()?,
            published_ms: self.number()?,
            received_ms: self.number()?,
            uses: self.number()?,
            report: [0; 32],
            root: Some(self.take()?),
        })
    }

    fn licence(&mut self) -> Option<Licence> {
        Some(Licence {
            id: self.take()?,
            token: self.take()?,
            code: self.rest()?.parse().ok()?,
        })
    }

    fn statement(&mut self) -> Option<Statement> {
        Some(Statement {
            payee: self.take()?,
            currency: self.take()?,
            micros: self.number()?,
            sha256: self.take()?,
            period: self.rest()?.to_owned(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't be set up must fail")]
mod tests {
    use super::*;

    fn events() -> [Event; 4] {
        let code = "7K3M9-QXD4T-0RWPD".parse().unwrap();
        [
            Event::Use(Use {
                id: [1; 16],
                settlement: [9; 16],
                uses: 1,
                licence: [2; 16],
                track: [3; 16],
                clip_ms: 15_000,
                billed_ms: 0,
                earned_micros: -1,
                currency: *b"EUR",
                published_ms: i64::MAX,
                received_ms: i64::MIN,
                report: [4; 32],
                root: None,
            }),
            Event::Licence(Licence {
                id: [5; 16],
                code,
                token: [6; 32],
            }),
            Event::Statement(Statement {
                payee: [7; 16],
                currency: *b"USD",
                micros: 12_345,
                sha256: [8; 32],
                period: "2026-10".into(),
            }),
            Event::Use(Use {
                id: [1; 16],
                settlement: [9; 16],
                uses: 1_000,
                licence: [2; 16],
                track: [3; 16],
                clip_ms: 15_000,
                billed_ms: 15_000,
                earned_micros: 7,
                currency: *b"EUR",
                published_ms: 1,
                received_ms: 2,
                report: [0; 32],
                root: Some([4; 32]),
            }),
        ]
    }

    #[test]
    fn an_event_is_read_as_it_was_written_and_in_no_other_way() {
        for event in events() {
            let bytes = event.encode();
            assert_eq!(Event::decode(&bytes).as_ref(), Some(&event));
            assert!(bytes.len() <= 155, "{}", bytes.len());
            if !matches!(event, Event::Statement(_)) {
                let more = [&bytes[..], b"0"].concat();
                assert_eq!(Event::decode(&more), None);
            }
            for length in 0..bytes.len().min(63) {
                assert_eq!(Event::decode(&bytes[..length]), None, "{length}");
            }
        }
    }

    #[test]
    fn a_code_has_one_spelling_in_an_event() {
        let Event::Licence(licence) = events()[1].clone() else {
            panic!("the second is a licence")
        };
        let mut bytes = Event::Licence(licence).encode();
        bytes[52..].make_ascii_lowercase();
        assert_eq!(Event::decode(&bytes), None);
    }
}
