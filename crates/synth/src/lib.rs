//! A catalogue of music from a seed: composed, synthesised and mixed in plain Rust.
//!
//! It gives the demo something pleasant to browse and the tests something to be right about: each
//! piece's tempo, key, form and stem sum are known because they were chosen. [`catalogue`] writes
//! the pieces down; [`render()`] plays one.
//!
//! It knows nothing of files, of licences or of the store, and uses no clock, no thread and no
//! chance but the seed.

mod arrange;
mod catalogue;
mod compose;
mod dsp;
mod genre;
mod groove;
mod harmony;
mod loudness;
mod master;
mod melody;
mod mix;
mod piece;
mod recipe;
mod rng;
mod score;
mod theory;

pub use catalogue::catalogue;
pub use piece::{Key, MOODS, Piece, SAMPLE_RATE, Section};

/// One rendered stem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StemAudio {
    /// One of the piece's stem names.
    pub name: &'static str,
    /// Interleaved stereo, left first.
    pub samples: Vec<i16>,
}

/// A piece as sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Frames a second: always 44,100.
    pub sample_rate: u32,
    /// The stems in the order of [`Piece::stems`], all of the piece's length.
    pub stems: Vec<StemAudio>,
    /// Interleaved stereo: at every sample the exact integer sum of the stems.
    pub mix: Vec<i16>,
}

/// Plays a piece: composes it, synthesises its stems and masters them together.
///
/// The mix has an integrated loudness of -14 LUFS and stays below -1 dBTP. One gain curve is
/// applied to all stems alike before they are rounded, which is why they sum to the mix exactly.
/// The result depends on the piece alone.
#[must_use]
pub fn render(piece: &Piece) -> Rendered {
    let recipe = genre::recipe(piece);
    let score = compose::write(piece, &recipe);
    let stems = mix::stems(piece, &recipe, &score);
    master::master(&piece.stems, &stems, piece.loopable)
}
