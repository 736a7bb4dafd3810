//! Channels: where videos are published, read from what people paste and brought to one form,
//! so that the same channel is the same value however it was written.
//!
//! What is compared, by platform:
//!
//! - **YouTube**: `/channel/UC…` letter for letter; `/@handle`, `/c/name` and `/user/name` without
//!   regard to case. One channel can have all four; which belong together only YouTube knows, so
//!   they are different here, and the `UC…` id, which never changes, is the best to list.
//! - **TikTok, Instagram, Twitch**: the name, without regard to case.
//! - **Facebook**: a page's name without regard to case and full stops (as Facebook does), or the
//!   number of a profile.
//! - **Podcast**: an Apple show's number, a Spotify show's id, or the feed's address: the host
//!   without regard to case, the rest letter for letter; `http` and `https` are the same.
//! - **Website**: the host, without `www.`, and the beginning of a path. A path below it belongs
//!   to it; **a subdomain is another site**, since who has `music.example` needn't have
//!   `ada.music.example`. International names are kept in punycode, so that look-alikes are seen.
//!
//! Names of platforms are plain ASCII here. YouTube also allows other letters in handles; such a
//! channel is listed by its `UC…` address, because letters that look alike must not be taken for
//! each other. Nothing here asks the network whether a channel exists.

mod address;
mod error;
mod platforms;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use error::ChannelError;

use crate::codes::UnknownCode;
use crate::envelope::Placement;

/// The longest text read as a channel, in characters.
pub const CHANNEL_TEXT_MAX: usize = 300;

/// Where a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// YouTube.
    Youtube,
    /// TikTok.
    Tiktok,
    /// Instagram.
    Instagram,
    /// Facebook.
    Facebook,
    /// Twitch.
    Twitch,
    /// A podcast, by its feed or its show at Apple or Spotify.
    Podcast,
    /// A web site.
    Website,
}

impl Platform {
    /// Every platform, in the order in which lists show them.
    pub const ALL: [Platform; 7] = [
        Platform::Youtube,
        Platform::Tiktok,
        Platform::Instagram,
        Platform::Facebook,
        Platform::Twitch,
        Platform::Podcast,
        Platform::Website,
    ];

    /// The stable word, the same as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Platform::Youtube => "youtube",
            Platform::Tiktok => "tiktok",
            Platform::Instagram => "instagram",
            Platform::Facebook => "facebook",
            Platform::Twitch => "twitch",
            Platform::Podcast => "podcast",
            Platform::Website => "website",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Platform::Youtube => "YouTube",
            Platform::Tiktok => "TikTok",
            Platform::Instagram => "Instagram",
            Platform::Facebook => "Facebook",
            Platform::Twitch => "Twitch",
            Platform::Podcast => "Podcast",
            Platform::Website => "Website",
        }
    }

    /// What to paste for a channel of this platform.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Platform::Youtube => "https://www.youtube.com/@name",
            Platform::Tiktok => "https://www.tiktok.com/@name",
            Platform::Instagram => "https://www.instagram.com/name",
            Platform::Facebook => "https://www.facebook.com/yourpage",
            Platform::Twitch => "https://www.twitch.tv/name",
            Platform::Podcast => "https://example.com/feed.xml",
            Platform::Website => "https://example.com",
        }
    }

    /// The placements that a video on such a channel can have by itself.
    #[must_use]
    pub const fn placements(self) -> &'static [Placement] {
        match self {
            Platform::Youtube => &[Placement::Youtube, Placement::YoutubeShorts],
            Platform::Tiktok => &[Placement::Tiktok],
            Platform::Instagram => &[Placement::Instagram],
            Platform::Facebook => &[Placement::Facebook],
            Platform::Twitch => &[Placement::Twitch],
            Platform::Podcast => &[Placement::Podcast],
            Platform::Website => &[Placement::Website],
        }
    }

    /// Whether something published on such a channel can have this placement: one of its own, or
    /// advertising, which is paid for beside it.
    #[must_use]
    pub fn may_carry(self, placement: Placement) -> bool {
        let advertising = match self {
            Platform::Podcast | Platform::Website => Placement::OnlineAds,
            _ => Placement::PaidSocialAds,
        };
        placement == advertising || self.placements().contains(&placement)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Platform {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Platform, UnknownCode> {
        let found = Platform::ALL.into_iter().find(|one| one.code() == text);
        found.ok_or_else(|| UnknownCode {
            list: "platform",
            words: Platform::ALL.map(Platform::code).join(", "),
        })
    }
}

/// By what a platform names a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    /// YouTube's `UC…`: case matters.
    YoutubeId,
    /// `@name`; the plain name on Instagram and Twitch.
    Handle,
    /// YouTube's older `/c/name`.
    YoutubeCustom,
    /// YouTube's oldest `/user/name`.
    YoutubeUser,
    /// A Facebook page's name.
    Page,
    /// A Facebook profile's number.
    Profile,
    /// A podcast's feed, `host/path?query`.
    Feed,
    /// A show's number at Apple.
    AppleShow,
    /// A show's id at Spotify: case matters.
    SpotifyShow,
    /// `host` or `host/path`.
    Site,
}

/// A channel in its one form. Two are equal when they name the same channel in the same way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel {
    platform: Platform,
    kind: Kind,
    id: String,
}

impl Channel {
    /// Reads what somebody pasted: an address with or without `https://`, or, where the platform
    /// is given, `@name`. Without a platform an address of no known one is a podcast when it
    /// looks like a feed (`….xml`, `….rss`, `…/feed`, `…/rss`), else a website.
    ///
    /// # Errors
    /// [`ChannelError`], which says what to paste instead.
    pub fn parse(text: &str, platform: Option<Platform>) -> Result<Channel, ChannelError> {
        platforms::parse(text, platform)
    }

    /// Its platform.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Its address in the one form, which [`Channel::parse`] reads back with the platform.
    #[must_use]
    pub fn address(&self) -> String {
        let id = &self.id;
        match (self.platform, self.kind) {
            (_, Kind::YoutubeId) => format!("https://www.youtube.com/channel/{id}"),
            (_, Kind::YoutubeCustom) => format!("https://www.youtube.com/c/{id}"),
            (_, Kind::YoutubeUser) => format!("https://www.youtube.com/user/{id}"),
            (Platform::Tiktok, Kind::Handle) => format!("https://www.tiktok.com/@{id}"),
            (Platform::Instagram, Kind::Handle) => format!("https://www.instagram.com/{id}"),
            (Platform::Twitch, Kind::Handle) => format!("https://www.twitch.tv/{id}"),
            (_, Kind::Handle) => format!("https://www.youtube.com/@{id}"),
            (_, Kind::Page) => format!("https://www.facebook.com/{id}"),
            (_, Kind::Profile) => format!("https://www.facebook.com/profile.php?id={id}"),
            (_, Kind::AppleShow) => format!("https://podcasts.apple.com/podcast/id{id}"),
            (_, Kind::SpotifyShow) => format!("https://open.spotify.com/show/{id}"),
            (_, Kind::Feed | Kind::Site) => format!("https://{id}"),
        }
    }

    /// Every channel that holds this one: itself and, for a website, each place above it.
    #[must_use]
    pub fn holders(&self) -> Vec<Channel> {
        let mut all = vec![self.clone()];
        let mut id = self.id.as_str();
        while self.kind == Kind::Site
            && let Some((above, _)) = id.rsplit_once('/')
        {
            id = above;
            all.push(Channel {
                id: id.to_owned(),
                ..self.clone()
            });
        }
        all
    }

    /// Whether `other` is this channel or, for a website, a place below it.
    #[must_use]
    pub fn holds(&self, other: &Channel) -> bool {
        if self == other {
            return true;
        }
        let both_sites = self.kind == Kind::Site && other.kind == Kind::Site;
        both_sites
            && other
                .id
                .strip_prefix(&self.id)
                .is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address())
    }
}
