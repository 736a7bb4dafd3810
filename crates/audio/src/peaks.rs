//! The picture of a sound: least, greatest and root-mean-square value of each slice of time.
//!
//! Knows how to measure and pack; knows nothing of drawing.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "samples are clamped to −1..=1 before they become eighths of a bit of picture"
)]

use crate::pcm::Pcm;

/// One slice of the waveform, over all channels. Full scale is ±127 for the extremes and 255
/// for the root mean square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak {
    /// The least sample, −127 at −1.0.
    pub min: i8,
    /// The greatest sample, 127 at 1.0.
    pub max: i8,
    /// The root mean square, 255 at 1.0.
    pub rms: u8,
}

/// Measures `buckets` slices of equal length, end to end; fewer where there are fewer frames
/// than buckets, none for an empty sound.
#[must_use]
pub fn peaks(pcm: &Pcm, buckets: usize) -> Vec<Peak> {
    let frames = pcm.frames();
    let buckets = buckets.min(frames);
    let channels = usize::from(pcm.channels.max(1));
    let edge =
        |bucket: usize| (bucket as u128 * frames as u128 / buckets as u128) as usize * channels;
    (0..buckets)
        .map(|b| measure(&pcm.samples[edge(b)..edge(b + 1)]))
        .collect()
}

fn measure(samples: &[f32]) -> Peak {
    let (mut least, mut greatest, mut squares) = (0.0_f32, 0.0_f32, 0.0_f64);
    for &sample in samples {
        least = least.min(sample);
        greatest = greatest.max(sample);
        squares += f64::from(sample) * f64::from(sample);
    }
    let rms = (squares / samples.len().max(1) as f64).sqrt();
    Peak {
        min: (least.max(-1.0) * 127.0).round() as i8,
        max: (greatest.min(1.0) * 127.0).round() as i8,
        rms: (rms.min(1.0) * 255.0).round() as u8,
    }
}

/// Three bytes a peak: least and greatest as two's complement, then the root mean square.
/// 800 peaks are 2,400 bytes.
#[must_use]
pub fn pack(peaks: &[Peak]) -> Vec<u8> {
    peaks
        .iter()
        .flat_map(|p| [p.min.cast_unsigned(), p.max.cast_unsigned(), p.rms])
        .collect()
}

/// Undoes [`pack`]; bytes beyond the last whole peak are left out.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Vec<Peak> {
    let peak = |b: &[u8]| Peak {
        min: b[0].cast_signed(),
        max: b[1].cast_signed(),
        rms: b[2],
    };
    bytes.chunks_exact(3).map(peak).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pcm(samples: Vec<f32>) -> Pcm {
        Pcm {
            sample_rate: 1000,
            channels: 2,
            samples,
        }
    }

    #[test]
    fn a_loud_slice_stands_where_it_sounds() {
        let mut samples = vec![0.0; 2000];
        samples[1000..1200].fill(0.5);
        samples[1100] = -1.0;
        let got = peaks(&pcm(samples), 10);
        assert_eq!(got.len(), 10);
        assert_eq!((got[5].min, got[5].max), (-127, 64));
        assert!((120..140).contains(&got[5].rms), "{}", got[5].rms);
        assert!(
            got.iter()
                .enumerate()
                .all(|(i, p)| i == 5 || *p == Peak::default())
        );
    }

    #[test]
    fn every_frame_falls_in_exactly_one_bucket_whatever_the_count() {
        for buckets in [1, 3, 7, 799, 800, 801] {
            let got = peaks(&pcm(vec![1.0; 2 * 800]), buckets);
            assert_eq!(got.len(), buckets.min(800));
            assert!(got.iter().all(|p| p.max == 127 && p.rms == 255));
        }
        assert!(peaks(&pcm(vec![]), 800).is_empty());
    }

    #[test]
    fn packing_is_undone_by_unpacking_and_takes_three_bytes_a_peak() {
        let wave = (0..1000).map(|n| (n as f32 / 7.0).sin()).collect();
        let got = peaks(&pcm(wave), 50);
        let bytes = pack(&got);
        assert_eq!(bytes.len(), 150);
        assert_eq!(unpack(&bytes), got);
    }
}
