//! Cuts begin on a beat, last exactly what was asked, and make no click.

use audio::{Pcm, analyse, cut};

use crate::signals::song;

/// Quiet for eight bars, then loud: the hook is the entrance.
fn song_with_entrance() -> (Pcm, u32) {
    let mut pcm = song(44_100, 120.0, 48.0);
    let entrance = 16_000;
    let quiet = pcm.frame_at(entrance) * 2;
    pcm.samples[..quiet]
        .iter_mut()
        .for_each(|sample| *sample *= 0.15);
    (pcm, entrance)
}

#[test]
fn the_hook_is_where_the_track_opens_up_and_lies_on_a_beat() {
    let (pcm, entrance) = song_with_entrance();
    let facts = analyse(&pcm);
    let beats = &facts.tempo.as_ref().unwrap().beats_ms;
    assert!(beats.contains(&facts.hook_ms));
    assert!(facts.hook_ms.abs_diff(entrance) <= 30, "{}", facts.hook_ms);
}

#[test]
fn a_cut_is_exact_to_the_sample_and_silent_at_both_ends() {
    let (pcm, _) = song_with_entrance();
    let facts = analyse(&pcm);
    for length_ms in [6_000, 15_000, 30_000, 47_999] {
        let clip = cut(&pcm, &facts, length_ms).unwrap();
        assert_eq!(clip.pcm.frames(), pcm.frame_at(length_ms));
        let ends = [
            &clip.pcm.samples[..2],
            &clip.pcm.samples[clip.pcm.samples.len() - 2..],
        ];
        assert!(
            ends.concat().iter().all(|sample| sample.abs() < 1e-4),
            "{length_ms}"
        );
        let beats = &facts.tempo.as_ref().unwrap().beats_ms;
        assert!(
            clip.start_ms == 0 || beats.contains(&clip.start_ms),
            "{}",
            clip.start_ms
        );
        assert!(clip.start_ms + length_ms <= facts.duration_ms);
    }
}

#[test]
fn a_cut_that_would_run_over_the_end_starts_as_late_as_it_can() {
    let (pcm, entrance) = song_with_entrance();
    let facts = analyse(&pcm);
    let clip = cut(&pcm, &facts, 40_000).unwrap();
    assert!(
        clip.start_ms < entrance && clip.start_ms + 500 > 8_000 - 30,
        "{}",
        clip.start_ms
    );
}

#[test]
fn a_cut_longer_than_its_track_is_refused() {
    let pcm = song(44_100, 120.0, 8.0);
    let facts = analyse(&pcm);
    assert!(cut(&pcm, &facts, 8_000).is_ok());
    let refusal = cut(&pcm, &facts, 15_000).unwrap_err().to_string();
    assert!(
        refusal.contains("8000 ms") && refusal.contains("15000 ms"),
        "{refusal}"
    );
    assert!(cut(&pcm, &facts, 100).is_err());
}

#[test]
fn whole_bars_without_an_ending_loop_and_a_faded_or_odd_end_does_not() {
    let whole = song(44_100, 120.0, 16.0);
    assert!(analyse(&whole).loopable, "{:?}", analyse(&whole).tempo);
    let odd = song(44_100, 120.0, 16.7);
    assert!(!analyse(&odd).loopable);
    let mut faded = whole.clone();
    let length = faded.samples.len();
    for (n, sample) in faded.samples.iter_mut().enumerate() {
        let left = (length - n) as f32 / 88_200.0;
        *sample *= (left / 2.0).min(1.0).powi(2);
    }
    assert!(!analyse(&faded).loopable);
    let loops = cut(&whole, &analyse(&whole), 16_000).unwrap();
    let near_end = &loops.pcm.samples[loops.pcm.samples.len() - 4_000..];
    let kept = near_end
        .iter()
        .zip(&whole.samples[whole.samples.len() - 4_000..]);
    let far = kept
        .map(|(a, b)| (a - b).abs())
        .take(3_000)
        .fold(0.0, f32::max);
    assert!(far < 1e-6, "a loop keeps its end: {far}");
}
