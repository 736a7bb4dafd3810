//! What a sound is: loudness, tempo, key, energy, where its hook lies, whether it loops.
//!
//! Knows signals; knows nothing of files, tracks or prices. The parts are independent of one
//! another except that hook and loop are told where the beats are.

mod chroma;
mod energy;
mod hook;
pub mod key;
mod loudness;
mod onset;
mod spectrum;
pub mod tempo;

use crate::pcm::Pcm;
use key::Key;
use onset::Onsets;
use tempo::Tempo;

/// A peak below this many dBFS is silence: under the noise of any converter, over dither.
pub const SILENCE_DBFS: f64 = -70.0;
/// Loudness reported where nothing passes the absolute gate of BS.1770-4.
pub const SILENCE_LUFS: f64 = -70.0;
/// Tempo and key are heard below 11 kHz; half the samples are half the work.
const LISTENING_RATE: u32 = 22_050;

/// What is known of a sound once it has been listened to.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Length in milliseconds.
    pub duration_ms: u32,
    /// Integrated loudness in LUFS (EBU R 128, ITU-R BS.1770-4); −70.0, the absolute gate, where
    /// nothing is loud enough to be measured.
    pub loudness_lufs: f64,
    /// The highest true peak of any channel in dBTP (ITU-R BS.1770-4 annex 2), at least −120.0.
    pub true_peak_dbtp: f64,
    /// Tempo and beats, where there are any.
    pub tempo: Option<Tempo>,
    /// The key, where there is one.
    pub key: Option<Key>,
    /// How driving it feels, 0 (still) to 100 (relentless).
    pub energy: u8,
    /// Where the section most worth hearing begins, in milliseconds, on a beat if there are beats.
    pub hook_ms: u32,
    /// The peak lies below [`SILENCE_DBFS`].
    pub silent: bool,
    /// It ends on its beat grid and the end joins the start without a jump.
    pub loopable: bool,
}

/// Listens to a sound.
#[must_use]
pub fn analyse(pcm: &Pcm) -> Facts {
    let duration_ms = pcm.duration_ms();
    let loudness = loudness::measure(pcm);
    let silent = 20.0 * f64::from(pcm.peak()).log10() < SILENCE_DBFS;
    let mono = pcm.to_mono().resample(LISTENING_RATE);
    let onsets = Onsets::of(&mono.samples, LISTENING_RATE);
    let tempo = if silent {
        None
    } else {
        tempo::find(&onsets, duration_ms)
    };
    let key = if silent {
        None
    } else {
        key::find(&mono.samples, LISTENING_RATE)
    };
    Facts {
        duration_ms,
        loudness_lufs: loudness.lufs,
        true_peak_dbtp: loudness.true_peak_dbtp,
        energy: energy::energy(&onsets, loudness.lufs),
        hook_ms: hook::hook(&onsets, tempo.as_ref(), duration_ms),
        silent,
        loopable: hook::loops(pcm, tempo.as_ref()),
        tempo,
        key,
    }
}
