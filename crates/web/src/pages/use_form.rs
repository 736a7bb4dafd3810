//! The question "what will you do with it?": read from an address, asked again with its
//! answers, and said in words.

use app::catalogue::Track;
use domain::envelope::{Placement, Purpose};
use domain::{AssetKind, IntendedUse, plain_en};

use super::standing::capital;
use super::view::{Choice, UseForm};
use crate::api::params;
use crate::words;

/// How much of the music is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many seconds.
    Seconds(u32),
    /// All of it.
    Full,
}

/// The answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answers {
    placement: Placement,
    purpose: Purpose,
    length: Length,
    stems: bool,
    /// One stem alone, by its name.
    stem: Option<String>,
    /// The curator whose link led here, by their word: carried along, no answer.
    via: Option<String>,
}

impl Default for Answers {
    /// What most buyers come for.
    fn default() -> Self {
        Self {
            placement: Placement::YoutubeShorts,
            purpose: Purpose::MonetisedCreator,
            length: Length::Seconds(15),
            stems: false,
            stem: None,
            via: None,
        }
    }
}

impl Answers {
    /// Reads them from an address; what is missing or unknown is the usual.
    pub(crate) fn read(query: Option<&str>) -> Self {
        let usual = Self::default();
        let value = |name| params::value(query, name).unwrap_or_default();
        Self {
            placement: value("placement").parse().unwrap_or(usual.placement),
            purpose: value("purpose").parse().unwrap_or(usual.purpose),
            length: match value("length").as_str() {
                "full" => Length::Full,
                "30" => Length::Seconds(30),
                "60" => Length::Seconds(60),
                _ => usual.length,
            },
            stems: value("stems") == "1",
            stem: params::value(query, "stem"),
            via: via(query),
        }
    }

    /// The answers that an intended use came from.
    pub(crate) fn of(wanted: &IntendedUse) -> Self {
        let usual = Self::default();
        let length = match (wanted.asset, wanted.clip_ms) {
            (Some(AssetKind::FullMix), _) => Length::Full,
            (_, ..=15_000) => Length::Seconds(15),
            (_, ..=30_000) => Length::Seconds(30),
            (_, ..=60_000) => Length::Seconds(60),
            _ => Length::Full,
        };
        Self {
            placement: wanted.placements.first().unwrap_or(usual.placement),
            purpose: wanted.purpose,
            length,
            stems: wanted.asset == Some(AssetKind::StemPack),
            stem: None,
            via: None,
        }
    }

    /// The same, with the curator whose link led here.
    pub(crate) fn by(self, via: Option<String>) -> Self {
        Self { via, ..self }
    }

    /// The curator whose link led here.
    pub(crate) fn via(&self) -> Option<&str> {
        self.via.as_deref()
    }

    /// A track's page, with the curator whose link led here.
    pub(crate) fn track_href(&self, slug: &str) -> String {
        format!("/tracks/{slug}{}", via_query(self.via()))
    }

    /// The one stem that is wanted, where one is.
    pub(crate) fn stem(&self) -> Option<String> {
        self.stem.clone()
    }

    /// The use they state.
    pub(crate) fn intended(&self, track: &Track) -> IntendedUse {
        let whole = u32::try_from(track.duration_ms).unwrap_or(u32::MAX);
        let (clip_ms, asset) = match self.length {
            Length::Seconds(seconds) => ((seconds * 1000).min(whole.max(1)), None),
            Length::Full => (whole, Some(AssetKind::FullMix)),
        };
        IntendedUse {
            asset: match &self.stem {
                Some(_) => Some(AssetKind::Stem),
                None if self.stems => Some(AssetKind::StemPack),
                None => asset,
            },
            placements: [self.placement].into(),
            purpose: self.purpose,
            clip_ms,
            ..IntendedUse::default()
        }
    }

    /// The use in words, to be read on from "You want".
    pub(crate) fn words(&self) -> String {
        let much = match (self.length, self.stems) {
            (Length::Seconds(seconds), false) => format!("up to {seconds} seconds of it"),
            (Length::Seconds(seconds), true) => {
                format!("up to {seconds} seconds of it, with its stems,")
            }
            (Length::Full, false) => "all of it".into(),
            (Length::Full, true) => "all of it, with its stems,".into(),
        };
        let much = match &self.stem {
            Some(stem) => format!("{much}, its {stem} alone,"),
            None => much,
        };
        let (place, purpose) = (
            plain_en::placement(self.placement),
            plain_en::purpose(self.purpose),
        );
        let on = if self.placement == Placement::App {
            "in"
        } else {
            "on"
        };
        format!("to use {much} {on} {place}, for {purpose}.")
    }

    /// The answers as an address's query.
    pub(crate) fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("placement", self.placement.code());
        query.append_pair("purpose", self.purpose.code());
        query.append_pair("length", &self.length.word());
        if self.stems {
            query.append_pair("stems", "1");
        }
        if let Some(stem) = &self.stem {
            query.append_pair("stem", stem);
        }
        if let Some(via) = &self.via {
            query.append_pair("via", via);
        }
        query.finish()
    }

    /// The question with these answers.
    pub(crate) fn form(&self, track: &Track) -> UseForm {
        let choice = |value: &str, label: String, chosen| Choice {
            value: value.into(),
            label,
            chosen,
        };
        let place = |p: &Placement| {
            choice(
                p.code(),
                capital(plain_en::placement(*p)),
                *p == self.placement,
            )
        };
        let purpose =
            |p: &Purpose| choice(p.code(), capital(plain_en::purpose(*p)), *p == self.purpose);
        let length =
            |length: Length| choice(&length.word(), length.label(track), length == self.length);
        UseForm {
            action: format!("/tracks/{}/license", track.slug),
            placements: Placement::ALL.iter().map(place).collect(),
            purposes: Purpose::ALL.iter().map(purpose).collect(),
            lengths: Length::ALL.into_iter().map(length).collect(),
            has_stems: !track.stems.is_empty(),
            stems: self.stems,
            stem_choices: self.stem_choices(track),
            via: self.via.clone(),
            license_href: format!("/tracks/{}/license{}", track.slug, via_query(self.via())),
        }
    }

    /// The stems that can be had alone; none of a track without.
    fn stem_choices(&self, track: &Track) -> Vec<Choice> {
        if track.stems.is_empty() {
            return Vec::new();
        }
        let any = Choice {
            value: String::new(),
            label: "No, the music as it is".into(),
            chosen: self.stem.is_none(),
        };
        let one = |name: &String| Choice {
            value: name.clone(),
            label: format!("Only {name}"),
            chosen: self.stem.as_ref() == Some(name),
        };
        std::iter::once(any)
            .chain(track.stems.iter().map(one))
            .collect()
    }
}

/// The longest word of a curator.
const VIA_MAX: usize = 32;

/// The curator that an address names, where it is a word that one could have.
pub(crate) fn via(query: Option<&str>) -> Option<String> {
    let word = params::value(query, "via")?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (word.len() <= VIA_MAX && word.bytes().all(plain)).then_some(word)
}

/// The same as an address's query; empty where nobody is named.
pub(crate) fn via_query(via: Option<&str>) -> String {
    via.map(|via| format!("?via={via}")).unwrap_or_default()
}

impl Length {
    const ALL: [Self; 4] = [
        Self::Seconds(15),
        Self::Seconds(30),
        Self::Seconds(60),
        Self::Full,
    ];

    fn word(self) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Full => "full".into(),
        }
    }

    fn label(self, track: &Track) -> String {
        match self {
            Self::Seconds(seconds) => format!("{seconds} s"),
            Self::Full => format!("All {}", words::clock(track.duration_ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_their_address_and_the_missing_is_the_usual() {
        assert_eq!(Answers::read(None), Answers::default());
        assert_eq!(
            Answers::read(Some("placement=moon&length=99")),
            Answers::default()
        );
        for length in Length::ALL {
            for stems in [false, true] {
                let answers = Answers {
                    placement: Placement::Tiktok,
                    purpose: Purpose::PaidAd,
                    length,
                    stems,
                    stem: (!stems).then(|| "low drums".to_owned()),
                    via: stems.then(|| "night-shift".to_owned()),
                };
                assert_eq!(Answers::read(Some(&answers.query())), answers);
            }
        }
    }

    #[test]
    fn only_a_word_that_a_curator_could_have_is_carried() {
        assert_eq!(via(Some("via=Night-2")).as_deref(), Some("Night-2"));
        for query in ["via=", "via=a%22b", "via=a&b", "", "via=%20x"] {
            let found = via(Some(query));
            assert!(found.is_none() || query == "via=a&b", "{query}");
        }
        assert_eq!(via_query(Some("night")), "?via=night");
        assert_eq!(via_query(None), "");
    }
}
