//! The import convention, as a table of folders.

use domain::naming::{EXTENSIONS, IgnoreReason, Import, Mix, STEM_NAMES, group};
use proptest::prelude::*;

fn import(paths: &[&str]) -> Import {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    group("Album", &paths)
}

/// Each track as `title = mix [stem, stem]`.
fn tracks(paths: &[&str]) -> Vec<String> {
    let shown = |track: &domain::naming::TrackFiles| {
        let mix = match &track.mix {
            Mix::File(path) => path.as_str(),
            Mix::SumOfStems => "sum",
        };
        let stems: Vec<&str> = track.stems.iter().map(|stem| stem.name.as_str()).collect();
        format!("{} = {mix} [{}]", track.title, stems.join(", "))
    };
    import(paths).tracks.iter().map(shown).collect()
}

fn ignored(paths: &[&str]) -> Vec<(String, IgnoreReason)> {
    import(paths)
        .ignored
        .into_iter()
        .map(|one| (one.path, one.reason))
        .collect()
}

#[test]
fn folders_are_grouped_into_tracks() {
    let table: [(&[&str], &[&str]); 17] = [
        (
            &["Dawn.ogg", "sub/Dusk.MP3"],
            &["Dawn = Dawn.ogg []", "Dusk = sub/Dusk.MP3 []"],
        ),
        (
            &[
                "Dawn/stems/drums.wav",
                "Dawn/stems/bass.wav",
                "Dawn/Dawn.wav",
                "Dawn/alt.wav",
            ],
            &[
                "alt = Dawn/alt.wav []",
                "Dawn = Dawn/Dawn.wav [bass, drums]",
            ],
        ),
        (
            &["Dawn/stems/drums.wav", "Dawn/mix.wav"],
            &["Dawn = Dawn/mix.wav [drums]"],
        ),
        (
            &["Dawn/stems/drums.wav", "Dawn/take 7.wav"],
            &["Dawn = Dawn/take 7.wav [drums]"],
        ),
        (
            &["Dawn/stems/drums.wav", "Dawn/stems/bass.wav"],
            &["Dawn = sum [bass, drums]"],
        ),
        (
            &["Dawn/stems/drums.wav", "Dawn/one.wav", "Dawn/two.wav"],
            &[
                "one = Dawn/one.wav []",
                "Dawn = sum [drums]",
                "two = Dawn/two.wav []",
            ],
        ),
        (
            &["DAWN/Stems/Drums.WAV", "dawn/Dawn.wav"],
            &["DAWN = dawn/Dawn.wav [drums]"],
        ),
        (
            &["Dawn.wav", "Dawn - drums.wav", "dawn - Bass.flac"],
            &["Dawn = Dawn.wav [bass, drums]"],
        ),
        (
            &["Dawn.wav", "Dawn – lead.wav"],
            &["Dawn = Dawn.wav [lead]"],
        ),
        (
            &["Dawn.wav", "Dawn - synth 2.wav"],
            &["Dawn = Dawn.wav [synth 2]"],
        ),
        (&["Ada - Bass.mp3"], &["Ada - Bass = Ada - Bass.mp3 []"]),
        (
            &["Ada.mp3", "Ada - Morning.mp3"],
            &["Ada - Morning = Ada - Morning.mp3 []", "Ada = Ada.mp3 []"],
        ),
        (
            &["Ada - Morning.wav", "Ada - Morning - keys.wav"],
            &["Ada - Morning = Ada - Morning.wav [keys]"],
        ),
        (
            &["stems/drums.wav", "Dawn.wav"],
            &["Dawn = Dawn.wav [drums]"],
        ),
        (
            &["stems/drums.wav", "mix.wav"],
            &["Album = mix.wav [drums]"],
        ),
        (&["stems/drums.wav"], &["Album = sum [drums]"]),
        (
            &[
                "Élan/stems/Élan - Flûte.wav",
                "Élan/stems/Élan_drums.wav",
                "Élan/élan.wav",
            ],
            &["Élan = Élan/élan.wav [drums, flûte]"],
        ),
    ];
    for (paths, expected) in table {
        assert_eq!(tracks(paths), expected, "{paths:?}");
    }
}

#[test]
fn a_stem_beside_and_stems_in_a_folder_join_one_track() {
    let paths = [
        "Dawn/Dawn.wav",
        "Dawn/Dawn - lead.wav",
        "Dawn/stems/drums.wav",
    ];
    assert_eq!(tracks(&paths), ["Dawn = Dawn/Dawn.wav [drums, lead]"]);
}

#[test]
fn one_title_in_several_formats_is_one_track_of_the_best() {
    let paths = ["Dawn.mp3", "Dawn.wav", "Dawn.ogg"];
    assert_eq!(tracks(&paths), ["Dawn = Dawn.wav []"]);
    let left = [
        ("Dawn.mp3", IgnoreReason::Duplicate),
        ("Dawn.ogg", IgnoreReason::Duplicate),
    ];
    assert_eq!(
        ignored(&paths),
        left.map(|(path, reason)| (path.to_owned(), reason))
    );
}

#[test]
fn a_stem_name_stands_once_in_a_track() {
    let paths = ["Dawn/stems/a/drums.wav", "Dawn/stems/b/drums.wav"];
    assert_eq!(tracks(&paths), ["Dawn = sum [drums]"]);
    assert_eq!(
        ignored(&paths),
        [(paths[1].to_owned(), IgnoreReason::Duplicate)]
    );
}

#[test]
fn what_is_no_sound_file_is_ignored_with_its_reason() {
    let table = [
        ("cover.jpg", IgnoreReason::NotAudio),
        ("README", IgnoreReason::NotAudio),
        (".wav", IgnoreReason::Hidden),
        (".DS_Store", IgnoreReason::Hidden),
        ("__MACOSX/Dawn.wav", IgnoreReason::Hidden),
        ("a/.git/Dawn.wav", IgnoreReason::Hidden),
        ("../Dawn.wav", IgnoreReason::BadPath),
        ("/etc/Dawn.wav", IgnoreReason::BadPath),
        ("a//Dawn.wav", IgnoreReason::BadPath),
        ("", IgnoreReason::BadPath),
    ];
    for (path, reason) in table {
        assert_eq!(ignored(&[path]), [(path.to_owned(), reason)]);
        assert!(tracks(&[path]).is_empty(), "{path}");
    }
}

#[test]
fn every_extension_and_every_stem_name_is_understood() {
    for extension in EXTENSIONS {
        assert_eq!(tracks(&[&format!("a.{extension}")]).len(), 1, "{extension}");
    }
    for name in STEM_NAMES {
        let stem = format!("Dawn - {name}.wav");
        assert_eq!(
            tracks(&["Dawn.wav", &stem]),
            [format!("Dawn = Dawn.wav [{name}]")]
        );
    }
}

proptest! {
    #[test]
    fn no_file_is_lost_or_used_twice_whatever_the_order(
        paths in prop::collection::vec(
            "(a|b|A)?(/stems|/Stems|/b)?/?(Dawn|dawn|é|mix)( - drums| - Bass)?( - lead)?\\.(wav|mp3|txt|WAV)",
            0..12,
        ),
        turn in 0..12_usize,
    ) {
        let mut paths = paths;
        paths.sort();
        paths.dedup();
        let first = group("Album", &paths);
        let mut seen: Vec<String> = first.ignored.iter().map(|one| one.path.clone()).collect();
        for track in &first.tracks {
            if let Mix::File(path) = &track.mix {
                seen.push(path.clone());
            } else {
                prop_assert!(!track.stems.is_empty());
            }
            seen.extend(track.stems.iter().map(|stem| stem.path.clone()));
        }
        seen.sort();
        prop_assert_eq!(&seen, &paths);
        let by = turn.min(paths.len());
        paths.rotate_left(by);
        prop_assert_eq!(group("Album", &paths), first);
    }
}
