//! Loudness and true peak (EBU R 128, ITU-R BS.1770-4), by the `ebur128` crate.

use ebur128::{EbuR128, Mode};

use super::SILENCE_LUFS;
use crate::pcm::Pcm;

/// What true peaks of silence are reported as, in dBTP.
const LEAST_PEAK: f64 = -120.0;

/// Integrated loudness in LUFS and true peak in dBTP.
pub(super) struct Loudness {
    pub(super) lufs: f64,
    pub(super) true_peak_dbtp: f64,
}

/// Measures a sound. Rates or channel counts beyond the meter's reach measure as silence; the
/// decoder's limits keep them out.
pub(super) fn measure(pcm: &Pcm) -> Loudness {
    let measured = meter(pcm).unwrap_or((f64::NEG_INFINITY, 0.0));
    let (lufs, peak) = measured;
    Loudness {
        lufs: lufs.max(SILENCE_LUFS),
        true_peak_dbtp: (20.0 * peak.log10()).max(LEAST_PEAK),
    }
}

fn meter(pcm: &Pcm) -> Option<(f64, f64)> {
    let channels = u32::from(pcm.channels);
    let mut meter = EbuR128::new(channels, pcm.sample_rate, Mode::I | Mode::TRUE_PEAK).ok()?;
    meter.add_frames_f32(&pcm.samples).ok()?;
    let lufs = meter.loudness_global().ok()?;
    let peaks = (0..channels).filter_map(|channel| meter.true_peak(channel).ok());
    Some((lufs, peaks.fold(0.0, f64::max)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(amplitude: f32, seconds: u32) -> Pcm {
        let wave = (0..48_000 * seconds).flat_map(|n| {
            let sample = amplitude * (std::f32::consts::TAU * 1000.0 * n as f32 / 48_000.0).sin();
            [sample, sample]
        });
        Pcm {
            sample_rate: 48_000,
            channels: 2,
            samples: wave.collect(),
        }
    }

    #[test]
    fn the_reference_tone_measures_as_ebu_tech_3341_says() {
        // Case 1: a stereo 1 kHz sine at −23 dBFS reads −23.0 LUFS within 0.1.
        let got = measure(&sine(10_f32.powf(-23.0 / 20.0), 20));
        assert!((got.lufs + 23.0).abs() < 0.1, "{}", got.lufs);
        assert!(
            (got.true_peak_dbtp + 23.0).abs() < 0.2,
            "{}",
            got.true_peak_dbtp
        );
    }

    #[test]
    fn silence_is_finite() {
        let got = measure(&sine(0.0, 2));
        assert!((got.lufs - SILENCE_LUFS).abs() < 1e-9);
        assert!((got.true_peak_dbtp - LEAST_PEAK).abs() < 1e-9);
    }
}
