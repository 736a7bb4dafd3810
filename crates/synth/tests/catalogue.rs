//! The catalogue on paper: what any seed promises.

use std::collections::BTreeSet;

use synth::{MOODS, catalogue};

#[test]
fn it_is_as_large_and_as_varied_as_promised() {
    for seed in [0, 1, 7, u64::MAX] {
        let pieces = catalogue(seed);
        let count = |of: &dyn Fn(&synth::Piece) -> String| {
            pieces.iter().map(of).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(pieces.len(), 28);
        assert_eq!(count(&|p| p.slug.clone()), 28);
        assert_eq!(count(&|p| p.genre.to_owned()), 12);
        assert_eq!(count(&|p| p.composer.clone()), 7);
        assert!(
            count(&synth::Piece::key_name) >= 12,
            "keys are all over the circle"
        );
        assert!(pieces.iter().filter(|p| p.loopable).count() >= 8);
        assert!(pieces.iter().filter(|p| p.key.minor).count() >= 10);
        assert!(pieces.iter().filter(|p| !p.key.minor).count() >= 10);
    }
}

#[test]
fn every_piece_keeps_within_its_limits() {
    for piece in (0..40).flat_map(catalogue) {
        let name = &piece.slug;
        assert!(
            (20_000..=60_000).contains(&piece.duration_ms),
            "{name}: {}",
            piece.duration_ms
        );
        assert!((3..=6).contains(&piece.stems.len()), "{name}");
        assert!((60.0..=180.0).contains(&piece.bpm), "{name}");
        assert!((1..=10).contains(&piece.energy), "{name}");
        assert!((2..=3).contains(&piece.moods.len()), "{name}");
        assert!(
            piece.moods.iter().all(|mood| MOODS.contains(mood)),
            "{name}: {:?}",
            piece.moods
        );
        assert!(
            piece.description.ends_with('.') && !piece.instruments.is_empty(),
            "{name}"
        );
        assert!(!piece.vocal);
    }
}

#[test]
fn the_shares_sum_to_a_whole_and_include_the_composer() {
    let pieces = catalogue(1);
    for piece in &pieces {
        let sum: u32 = piece.splits.iter().map(|(_, ppm)| ppm).sum();
        assert_eq!(sum, 1_000_000, "{}", piece.slug);
        assert!((1..=4).contains(&piece.splits.len()), "{}", piece.slug);
        assert!(
            piece.splits.iter().all(|(_, ppm)| *ppm > 0),
            "{}",
            piece.slug
        );
        let names: BTreeSet<_> = piece.splits.iter().map(|(name, _)| name).collect();
        assert_eq!(
            names.len(),
            piece.splits.len(),
            "{}: nobody twice",
            piece.slug
        );
        assert!(names.contains(&piece.composer), "{}", piece.slug);
    }
    for payees in 1..=4 {
        assert!(
            pieces.iter().any(|p| p.splits.len() == payees),
            "a sheet of {payees}"
        );
    }
}

#[test]
fn sections_cover_the_piece_without_gaps() {
    for piece in catalogue(3) {
        let sections = &piece.sections;
        assert_eq!(sections[0].start_ms, 0, "{}", piece.slug);
        assert_eq!(
            sections[sections.len() - 1].end_ms,
            piece.duration_ms,
            "{}",
            piece.slug
        );
        assert!(
            sections
                .windows(2)
                .all(|pair| pair[0].end_ms == pair[1].start_ms)
        );
        assert!(
            sections
                .iter()
                .all(|section| section.start_ms < section.end_ms)
        );
        assert!(
            sections
                .iter()
                .any(|s| s.name == "hook" && s.start_ms == piece.hook_ms)
        );
    }
}

#[test]
fn a_loop_is_a_whole_number_of_bars_to_the_frame() {
    for piece in catalogue(5).into_iter().filter(|piece| piece.loopable) {
        let bar = 240.0 / piece.bpm * f64::from(synth::SAMPLE_RATE);
        let bars = (f64::from(piece.frames) / bar).round();
        assert!(
            (f64::from(piece.frames) - bars * bar).abs() <= 0.5,
            "{}",
            piece.slug
        );
    }
}

#[test]
fn a_seed_names_one_catalogue_and_another_seed_another() {
    assert_eq!(catalogue(9), catalogue(9));
    let (one, other) = (catalogue(9), catalogue(10));
    assert!(
        one.iter()
            .zip(&other)
            .all(|(a, b)| a.slug == b.slug && a.seed != b.seed)
    );
    assert!(one.iter().zip(&other).any(|(a, b)| a.key != b.key));
    assert!(
        one.iter()
            .zip(&other)
            .any(|(a, b)| (a.bpm - b.bpm).abs() > 0.5)
    );
}
