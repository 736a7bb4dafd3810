//! What is said of a track by whoever brings it, and how its words are cleaned.

/// The longest title or name that is kept, in characters.
const NAME_MAX: usize = 120;
/// The longest description that is kept, in characters.
const TEXT_MAX: usize = 600;

/// What is said of a track, as opposed to what is heard in it. What is not said is heard:
/// a missing tempo or key comes from analysis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declared {
    /// Title; must not be empty.
    pub title: String,
    /// The artist's name; must not be empty.
    pub artist: String,
    /// A sentence for people who search.
    pub description: String,
    /// Genre.
    pub genre: String,
    /// Moods.
    pub moods: Vec<String>,
    /// Instruments.
    pub instruments: Vec<String>,
    /// Tempo in thousandths of a beat per minute.
    pub bpm_milli: Option<i64>,
    /// Key, such as `A minor`.
    pub key: Option<String>,
    /// The recording's ISRC, where it is one.
    pub isrc: Option<String>,
    /// Whether its end runs into its beginning.
    pub loopable: Option<bool>,
    /// Whether somebody sings.
    pub vocal: bool,
    /// Who shares its money, by name and parts per million; empty means all to the artist.
    pub splits: Vec<(String, u32)>,
}

impl Declared {
    /// The same with every word cleaned: no control or direction-changing characters (they can
    /// make a name read as another), no runs of space, nothing over-long.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        self.title = clean(&self.title, NAME_MAX);
        self.artist = clean(&self.artist, NAME_MAX);
        self.description = clean(&self.description, TEXT_MAX);
        self.genre = clean(&self.genre, 40).to_lowercase();
        for list in [&mut self.moods, &mut self.instruments] {
            for word in list.iter_mut() {
                *word = clean(word, 40).to_lowercase();
            }
            list.retain(|word| !word.is_empty());
            list.sort();
            list.dedup();
            list.truncate(16);
        }
        self.key = self
            .key
            .map(|key| clean(&key, 16))
            .filter(|key| !key.is_empty());
        self.bpm_milli = self
            .bpm_milli
            .filter(|bpm| (20_000..=400_000).contains(bpm));
        for (name, _) in &mut self.splits {
            *name = clean(name, NAME_MAX);
        }
        self
    }
}

fn clean(text: &str, most: usize) -> String {
    let visible = |c: char| !c.is_control() && !is_direction(c);
    let plain: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| visible(*c))
        .collect();
    let words: Vec<_> = plain.split(' ').filter(|w| !w.is_empty()).collect();
    words
        .join(" ")
        .chars()
        .take(most)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// Unicode's bidirectional controls and zero-width marks.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A word for addresses: lower-case letters, digits and single hyphens, at most 60 characters.
/// A name without any Latin letter or digit gives the empty word.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            '\'' | '’' => {}
            _ => match plain_letter(c) {
                Some(plain) => out.push_str(plain),
                None if !out.is_empty() && !out.ends_with('-') => out.push('-'),
                None => {}
            },
        }
    }
    out.truncate(60);
    out.trim_matches('-').to_owned()
}

/// The commonest accented Latin letters without their accent; the rest become hyphens.
fn plain_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'č' | 'ć' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ś' | 'š' => "s",
        'ß' => "ss",
        'ù' | 'ú' | 'û' | 'ū' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ž' | 'ż' | 'ź' => "z",
        'ł' => "l",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain_and_short() {
        for (text, wanted) in [
            ("Night Market", "night-market"),
            ("  Café -- Étude №5! ", "cafe-etude-5"),
            ("Don’t Stop", "dont-stop"),
            ("東京", ""),
            ("Über Øre", "ueber-oere"),
        ] {
            assert_eq!(slug(text), wanted);
        }
        assert_eq!(slug(&"x".repeat(500)).len(), 60);
    }

    #[test]
    fn a_name_cannot_turn_the_reading_direction_or_hold_a_line_break() {
        let declared = Declared {
            title: "\u{202e}gnos\u{202c}\n  two\tlines\u{0}".into(),
            artist: "A".repeat(1_000),
            moods: vec!["Warm".into(), "warm ".into(), String::new()],
            bpm_milli: Some(5),
            ..Declared::default()
        };
        let cleaned = declared.cleaned();
        assert_eq!(cleaned.title, "gnos two lines");
        assert_eq!(cleaned.artist.len(), NAME_MAX);
        assert_eq!(cleaned.moods, ["warm"]);
        assert_eq!(cleaned.bpm_milli, None);
    }
}
