//! What a file says of itself: title, artist, genre, tempo, key.

use std::io::{Read, Seek};

use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::TaggedFileExt;
use lofty::probe::Probe;
use lofty::tag::{Accessor, ItemKey, Tag, TagType};

use super::Declared;

/// Reads the tags of a sound file. A file without tags, or with tags that can't be read, says
/// nothing of itself; its sound decides whether it is taken.
pub fn read<R: Read + Seek>(reader: R) -> Declared {
    let options = ParseOptions::new()
        .parsing_mode(ParsingMode::Relaxed)
        .read_cover_art(false);
    let tagged = Probe::new(std::io::BufReader::new(reader))
        .options(options)
        .guess_file_type()
        .ok()
        .and_then(|probe| probe.read().ok());
    let Some(file) = tagged else {
        return Declared::default();
    };
    let tags = file.tags();
    let first = |pick: &dyn Fn(&Tag) -> Option<String>| {
        tags.iter()
            .find_map(pick)
            .filter(|text| !text.trim().is_empty())
            .unwrap_or_default()
    };
    let words = |key: ItemKey| first(&|tag| tag.get_string(key).map(str::to_owned));
    Declared {
        title: first(&|tag| tag.title().map(Into::into)),
        artist: first(&|tag| tag.artist().map(Into::into)),
        genre: first(&|tag| tag.genre().map(Into::into)),
        description: words(ItemKey::Description),
        moods: list(&words(ItemKey::Mood)),
        bpm_milli: bpm(&words(ItemKey::IntegerBpm)).or_else(|| bpm(&words(ItemKey::Bpm))),
        key: Some(words(ItemKey::InitialKey)).filter(|key| !key.is_empty()),
        isrc: Some(first(&isrc)).filter(|isrc| !isrc.is_empty()),
        ..Declared::default()
    }
}

/// A tag's ISRC. What RIFF INFO calls `ISRC` is the *source* of the sound, such as a name of a
/// microphone, and no recording code.
fn isrc(tag: &Tag) -> Option<String> {
    (tag.tag_type() != TagType::RiffInfo)
        .then(|| tag.get_string(ItemKey::Isrc).map(str::to_owned))
        .flatten()
}

fn list(text: &str) -> Vec<String> {
    text.split([',', ';', '/'])
        .map(|word| word.trim().to_owned())
        .collect()
}

/// Beats a minute as written (`120`, `97.5`), in thousandths.
fn bpm(text: &str) -> Option<i64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let thousandths = format!("{part:0<3}").get(..3)?.parse::<i64>().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tempo_is_read_as_it_is_written() {
        for (text, wanted) in [
            ("120", Some(120_000)),
            (" 97.5 ", Some(97_500)),
            ("97.1239", Some(97_123)),
            ("fast", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(bpm(text), wanted, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_file_say_nothing() {
        assert_eq!(
            read(std::io::Cursor::new(b"not a sound file".to_vec())),
            Declared::default()
        );
    }
}
