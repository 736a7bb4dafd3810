//! Bytes to facts, and facts to sound a browser plays: decode, analyse, cut, preview, peaks.
//!
//! Everything here is a function of its arguments. Input is bytes or `Read + Seek`, output is
//! values; there is no file, network, clock, thread or chance inside, so the crate builds for
//! WebAssembly as it is. It knows nothing of tracks, licences, databases or HTTP: it is handed
//! sound and says what the sound is.
//!
//! Uploads are hostile until proven otherwise (see [`decode()`]): type is decided by content,
//! limits are checked as samples stream out, and nothing is allocated on the word of a header.

pub mod analyse;
pub mod cut;
pub mod decode;
pub mod encode;
pub mod format;
pub mod mix;
pub mod pcm;
pub mod peaks;

mod ogg;

pub use analyse::key::{Key, Mode};
pub use analyse::tempo::Tempo;
pub use analyse::{Facts, analyse};
pub use cut::{Cut, CutError, cut, cut_at};
pub use decode::{DecodeError, Limits, decode};
pub use encode::EncodeError;
pub use encode::opus::opus_preview;
pub use encode::wav::{Bits, Dither, wav};
pub use format::{Format, NotAudio};
pub use mix::{ShapeMismatch, mix, same_shape};
pub use pcm::Pcm;
pub use peaks::{Peak, peaks};
