//! What an envelope's parts are called and how they are told, in any language.
//!
//! The words stand in a language's file ([`Texts`]); here stands which of them make a sentence.

use crate::asset::AssetKind;
use crate::axes::{
    Alteration, Audience, ChannelOwner, ForbiddenUse, Placement, Purpose, Territory, Videos,
};
use crate::country::{Countries, Country};
use crate::texts::{Key, Texts};
use crate::time::Timestamp;

impl Texts {
    /// The headings of the plain page: you may, you may not, you must.
    #[must_use]
    pub fn headings(&self) -> [String; 3] {
        [Key::HeadingMay, Key::HeadingMayNot, Key::HeadingMust].map(|key| self.say(key, &[]))
    }

    /// A placement's name.
    #[must_use]
    pub fn placement(&self, place: Placement) -> &str {
        self.word("placement", place.code())
    }

    /// A purpose, as the object of "for".
    #[must_use]
    pub fn purpose(&self, purpose: Purpose) -> &str {
        self.word("purpose", purpose.code())
    }

    /// An asset, as it is called within a sentence.
    #[must_use]
    pub fn asset(&self, kind: AssetKind) -> &str {
        self.word("asset", kind.code())
    }

    /// An audience limit.
    #[must_use]
    pub fn audience(&self, limit: Audience) -> &str {
        self.word("audience", limit.code())
    }

    /// An alteration, as an infinitive.
    #[must_use]
    pub fn alteration(&self, change: Alteration) -> &str {
        self.word("alteration", change.code())
    }

    /// A forbidden use, as an infinitive.
    #[must_use]
    pub fn forbidden(&self, wanted: ForbiddenUse) -> &str {
        self.word("forbidden", wanted.code())
    }

    /// A country's name, or its code where the language's file has none.
    #[must_use]
    pub fn country(&self, country: Country) -> String {
        let name = self.named("country", country.as_str());
        name.map_or_else(|| country.to_string(), str::to_owned)
    }

    /// Countries as a list.
    #[must_use]
    pub fn countries(&self, countries: &Countries) -> String {
        let names: Vec<String> = countries.iter().map(|one| self.country(one)).collect();
        self.and(&names)
    }

    /// Joins words: "a", "a and b", "a, b and c".
    #[must_use]
    pub fn and<T: AsRef<str>>(&self, words: &[T]) -> String {
        self.list(words, Key::ListAnd)
    }

    /// Joins words: "a", "a or b", "a, b or c".
    #[must_use]
    pub fn or<T: AsRef<str>>(&self, words: &[T]) -> String {
        self.list(words, Key::ListOr)
    }

    fn list<T: AsRef<str>>(&self, words: &[T], last: Key) -> String {
        let Some((first, rest)) = words.split_first() else {
            return String::new();
        };
        let mut said = first.as_ref().to_owned();
        for (nth, word) in rest.iter().enumerate() {
            let key = if nth + 1 == rest.len() {
                last
            } else {
                Key::ListMore
            };
            said = self.say(key, &[("first", &said), ("next", word.as_ref())]);
        }
        said
    }

    /// A length of time as people say it: "15 seconds", "1.5 seconds", "1 minute 30 seconds".
    #[must_use]
    pub fn length(&self, ms: u32) -> String {
        let (minutes, rest) = (ms / 60_000, ms % 60_000);
        let minutes_said = match minutes {
            1 => self.say(Key::Minute, &[]),
            many => self.say(Key::Minutes, &[("n", &many.to_string())]),
        };
        match (minutes, rest) {
            (0, rest) => self.seconds(rest),
            (_, 0) => minutes_said,
            (_, rest) => {
                let both = [
                    ("minutes", minutes_said.as_str()),
                    ("seconds", &self.seconds(rest)),
                ];
                self.say(Key::LengthBoth, &both)
            }
        }
    }

    fn seconds(&self, ms: u32) -> String {
        let (whole, thousandths) = (ms / 1_000, ms % 1_000);
        if (whole, thousandths) == (1, 0) {
            return self.say(Key::Second, &[]);
        }
        let mut n = whole.to_string();
        if thousandths > 0 {
            let fraction = format!("{thousandths:03}");
            n = n + &self.say(Key::Point, &[]) + fraction.trim_end_matches('0');
        }
        self.say(Key::Seconds, &[("n", &n)])
    }

    /// Whose channels.
    #[must_use]
    pub fn owner(&self, owner: &ChannelOwner) -> String {
        match owner {
            ChannelOwner::Licensee => self.say(Key::OwnerLicensee, &[]),
            ChannelOwner::Client(name) => self.say(Key::OwnerClient, &[("name", name.as_str())]),
        }
    }

    /// Where in the world, after "show it".
    #[must_use]
    pub fn territory(&self, territory: &Territory) -> String {
        match territory {
            Territory::Only(list) => self.say(Key::OnlyIn, &[("countries", &self.countries(list))]),
            Territory::Except(list) if !list.is_empty() => {
                self.say(Key::ButIn, &[("countries", &self.countries(list))])
            }
            Territory::Worldwide | Territory::Except(_) => self.say(Key::Worldwide, &[]),
        }
    }

    pub(crate) fn may_videos(&self, videos: Videos) -> String {
        match videos {
            Videos::Unlimited => self.say(Key::MayVideosUnlimited, &[]),
            Videos::Count(1) => self.say(Key::MayVideosOne, &[]),
            Videos::Count(many) => self.say(Key::MayVideosMany, &[("n", &many.to_string())]),
        }
    }

    pub(crate) fn may_clip(&self, kind: AssetKind, clip_ms: Option<u32>) -> String {
        let asset = self.asset(kind);
        match clip_ms {
            None => self.say(Key::MayClipWhole, &[("asset", asset)]),
            Some(most) => {
                let length = self.length(most);
                self.say(Key::MayClipMost, &[("length", &length), ("asset", asset)])
            }
        }
    }

    pub(crate) fn may_publish(
        &self,
        places: &str,
        owner: &ChannelOwner,
        limit: Audience,
    ) -> String {
        let channels = self.owner(owner);
        let (places, channels) = (("places", places), ("channels", channels.as_str()));
        match limit {
            Audience::Any => self.say(Key::MayPublishAny, &[places, channels]),
            limit => {
                let audience = ("audience", self.audience(limit));
                self.say(Key::MayPublishLimited, &[places, channels, audience])
            }
        }
    }

    pub(crate) fn may_window(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> String {
        let day = |at: Timestamp| at.day();
        match (from.map(day), until.map(day)) {
            (None, None) => self.say(Key::MayWindowOpen, &[]),
            (Some(from), None) => self.say(Key::MayWindowFrom, &[("from", &from)]),
            (None, Some(until)) => self.say(Key::MayWindowUntil, &[("until", &until)]),
            (Some(from), Some(until)) => {
                self.say(Key::MayWindowBoth, &[("from", &from), ("until", &until)])
            }
        }
    }

    pub(crate) fn too_many_videos(&self, most: u32, asked: Videos) -> String {
        let asked = match asked {
            Videos::Count(count) => count.to_string(),
            Videos::Unlimited => self.say(Key::AnyNumber, &[]),
        };
        match most {
            1 => self.say(Key::ShortVideosOne, &[("asked", &asked)]),
            many => {
                let most = many.to_string();
                self.say(Key::ShortVideosMany, &[("most", &most), ("asked", &asked)])
            }
        }
    }
}
