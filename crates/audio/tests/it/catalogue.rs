//! Analysis against music whose tempo, key and form are known because they were composed.

use audio::{Facts, Mode, Pcm, analyse, cut};
use synth::{Piece, catalogue, render};

/// The constants of `key` and `hook` were fitted on seeds 1 to 4 (key right on 106 of 112) and
/// those of `tempo` on seed 7. On held-out seeds 101 to 103 the key is right on 68 of 84 and the
/// hook within two seconds of a hook's start on 78 of 84, the tempo on 78 of 84; on 201 and 202
/// the key on 52 of 56. This test hears a part of one held-out seed, so it asks for less. Genres
/// are the same in every seed: none of this says how well recorded music fares.
const HELD_OUT_SEED: u64 = 101;
/// Every fourth piece: rendering is the long part of this test.
const EVERY: usize = 4;

fn render_pcm(piece: &Piece) -> Pcm {
    let sound = render(piece);
    stereo(&sound.mix)
}

fn stereo(samples: &[i16]) -> Pcm {
    Pcm {
        sample_rate: synth::SAMPLE_RATE,
        channels: 2,
        samples: samples.iter().map(|s| f32::from(*s) / 32_768.0).collect(),
    }
}

/// What was right about one piece, and a line that says so.
#[derive(Default)]
struct Score {
    tempo: usize,
    key: usize,
    hook: usize,
    pieces: usize,
    lines: String,
}

impl Score {
    fn count(&mut self, piece: &Piece, facts: &Facts) {
        let bpm = facts.tempo.as_ref().map_or(0.0, |t| t.bpm);
        let tempo = (bpm / piece.bpm - 1.0).abs() < 0.01;
        let key = facts.key.is_some_and(|k| {
            k.tonic == piece.key.tonic && (k.mode == Mode::Minor) == piece.key.minor
        });
        let mut hooks = piece.sections.iter().filter(|s| s.name == "hook");
        let hook = hooks.any(|s| s.start_ms.abs_diff(facts.hook_ms) <= 2_000);
        self.tempo += usize::from(tempo);
        self.key += usize::from(key);
        self.hook += usize::from(hook);
        self.pieces += 1;
        self.lines += &format!(
            "{}: {bpm:.2} of {} bpm, {:?} of {}, hook {} of {}\n",
            piece.slug,
            piece.bpm,
            facts.key.map(|k| k.to_string()),
            piece.key_name(),
            facts.hook_ms,
            piece.hook_ms
        );
    }
}

#[test]
fn most_of_an_unseen_catalogue_is_heard_as_it_was_composed() {
    let mut score = Score::default();
    for piece in catalogue(HELD_OUT_SEED).iter().step_by(EVERY) {
        let pcm = render_pcm(piece);
        let facts = analyse(&pcm);
        score.count(piece, &facts);
        assert!((facts.loudness_lufs + 14.0).abs() < 0.5, "{facts:?}");
        assert!(facts.true_peak_dbtp < -0.5, "{facts:?}");
        let clip = cut(&pcm, &facts, 15_000).unwrap();
        assert_eq!(clip.pcm.frames(), 15 * 44_100);
    }
    let Score { pieces, lines, .. } = &score;
    assert!(
        score.tempo * 10 >= pieces * 7,
        "tempo {}\n{lines}",
        score.tempo
    );
    assert!(score.key * 10 >= pieces * 5, "key {}\n{lines}", score.key);
    assert!(
        score.hook * 10 >= pieces * 7,
        "hook {}\n{lines}",
        score.hook
    );
}

#[test]
fn drums_alone_have_a_tempo_but_no_key() {
    let pieces = catalogue(HELD_OUT_SEED);
    let piece = pieces.iter().find(|p| p.genre == "house").unwrap();
    let sound = render(piece);
    let drums = sound.stems.iter().find(|s| s.name == "drums").unwrap();
    let facts = analyse(&stereo(&drums.samples));
    assert!(facts.tempo.is_some());
    assert_eq!(facts.key, None);
}
