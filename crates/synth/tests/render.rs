//! The catalogue as sound: what every rendering promises, measured on a few pieces.

use std::sync::LazyLock;

use ebur128::{EbuR128, Mode};
use synth::{Piece, Rendered, SAMPLE_RATE, catalogue, render};

fn piece(slug: &str) -> Piece {
    catalogue(1)
        .into_iter()
        .find(|piece| piece.slug == slug)
        .expect("it is in the catalogue")
}

/// A loop with a kick on every beat, a loop of bare waves, and a piece that ends.
static PLAYED: LazyLock<Vec<(Piece, Rendered)>> = LazyLock::new(|| {
    ["glass-elevator", "pixel-parade", "windowsill-letters"]
        .map(piece)
        .map(|piece| {
            let rendered = render(&piece);
            (piece, rendered)
        })
        .into()
});

#[test]
fn the_stems_sum_to_the_mix_at_every_sample() {
    for (piece, rendered) in PLAYED.iter() {
        let names: Vec<_> = rendered.stems.iter().map(|stem| stem.name).collect();
        assert_eq!(names, piece.stems);
        for (n, mixed) in rendered.mix.iter().enumerate() {
            let sum: i32 = rendered
                .stems
                .iter()
                .map(|stem| i32::from(stem.samples[n]))
                .sum();
            assert_eq!(sum, i32::from(*mixed), "{} at {n}", piece.slug);
        }
    }
}

#[test]
fn every_file_is_as_long_as_stated() {
    for (piece, rendered) in PLAYED.iter() {
        assert_eq!(rendered.sample_rate, SAMPLE_RATE);
        assert_eq!(rendered.mix.len(), piece.frames as usize * 2);
        assert!(
            rendered
                .stems
                .iter()
                .all(|stem| stem.samples.len() == rendered.mix.len())
        );
        let ms = f64::from(piece.frames) * 1000.0 / f64::from(SAMPLE_RATE);
        assert!((ms - f64::from(piece.duration_ms)).abs() <= 0.5);
    }
}

#[test]
fn the_mix_is_at_its_loudness_and_below_its_ceiling() {
    for (piece, rendered) in PLAYED.iter() {
        let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::TRUE_PEAK).unwrap();
        meter.add_frames_i16(&rendered.mix).unwrap();
        let loudness = meter.loudness_global().unwrap();
        assert!(
            (loudness + 14.0).abs() < 0.5,
            "{}: {loudness} LUFS",
            piece.slug
        );
        for channel in 0..2 {
            let peak = 20.0 * meter.true_peak(channel).unwrap().log10();
            assert!(peak < -0.8, "{}: {peak} dBTP", piece.slug);
        }
        for stem in &rendered.stems {
            let loudest = stem.samples.iter().map(|x| x.unsigned_abs()).max().unwrap();
            assert!(loudest < 32_000, "{} {} clips", piece.slug, stem.name);
            assert!(loudest > 1_000, "{} {} is silent", piece.slug, stem.name);
        }
    }
}

#[test]
fn the_same_piece_sounds_the_same_twice() {
    let (piece, rendered) = &PLAYED[1];
    assert_eq!(&render(piece), rendered);
    let other = catalogue(2)
        .into_iter()
        .find(|other| other.slug == piece.slug)
        .unwrap();
    assert_ne!(
        render(&other).mix,
        rendered.mix,
        "another seed, another tune"
    );
}

#[test]
fn a_loop_runs_into_its_beginning_without_a_jump() {
    for (piece, rendered) in PLAYED.iter().filter(|(piece, _)| piece.loopable) {
        for stem in rendered
            .stems
            .iter()
            .filter(|stem| !["drums", "percussion"].contains(&stem.name))
        {
            for side in 0..2 {
                let at: Vec<i32> = stem
                    .samples
                    .iter()
                    .skip(side)
                    .step_by(2)
                    .map(|x| i32::from(*x))
                    .collect();
                // What the sound does of itself elsewhere is the measure of what it may do here.
                let usual = at.windows(2).map(|w| (w[1] - w[0]).abs()).max().unwrap();
                let seam = (at[0] - at[at.len() - 1]).abs();
                assert!(
                    seam <= usual.min(1500),
                    "{} {}: {seam}",
                    piece.slug,
                    stem.name
                );
            }
        }
    }
}

#[test]
fn kicks_fall_on_the_beat() {
    let (piece, rendered) = &PLAYED[0];
    let drums = rendered
        .stems
        .iter()
        .find(|stem| stem.name == "drums")
        .unwrap();
    let hook = piece
        .sections
        .iter()
        .find(|section| section.name == "hook")
        .unwrap();
    let beat = 60.0 / piece.bpm * f64::from(SAMPLE_RATE);
    let first = f64::from(hook.start_ms) / 1000.0 * f64::from(SAMPLE_RATE);
    for n in 0..8 {
        let at = first + f64::from(n) * beat;
        let (quiet, loud) = (low_power(drums, at - 1400.0), low_power(drums, at + 20.0));
        assert!(loud > quiet * 6.0, "beat {n}: {quiet} before, {loud} after");
    }
}

/// Power of the lows in the 30 ms from a frame on.
fn low_power(stem: &synth::StemAudio, from: f64) -> f64 {
    let index = |x: f64| format!("{x:.0}").parse::<usize>().unwrap_or(0) * 2;
    let mut low = 0.0;
    stem.samples[index(from)..index(from + 1300.0)]
        .chunks_exact(2)
        .map(|frame| {
            low += 0.015 * (f64::from(frame[0]) - low);
            low * low
        })
        .sum()
}
