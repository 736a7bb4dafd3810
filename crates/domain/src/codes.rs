//! The stable words of the envelope's lists, as they stand in JSON, forms and addresses.
//!
//! They equal the JSON spelling (a test holds the two together) and exist apart from it so that
//! an HTML form or a query string can be read and written without JSON.

use thiserror::Error;

use crate::axes::{Alteration, Audience, ForbiddenUse, Placement, Purpose};

/// A text isn't one of a closed list's words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown {list}; use one of {words}")]
pub struct UnknownCode {
    /// What the list is of.
    pub list: &'static str,
    /// The words it has.
    pub words: String,
}

macro_rules! codes {
    ($($list:literal $name:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        impl $name {
            /// The stable word, the same as in JSON.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::codes::UnknownCode;

            fn from_str(text: &str) -> Result<$name, $crate::codes::UnknownCode> {
                match text {
                    $($code => Ok($name::$variant),)+
                    _ => Err($crate::codes::UnknownCode { list: $list, words: [$($code),+].join(", ") }),
                }
            }
        }
    )+};
}

pub(crate) use codes;

codes! {
    "placement" Placement {
        Youtube = "youtube",
        YoutubeShorts = "youtube_shorts",
        Tiktok = "tiktok",
        Instagram = "instagram",
        Facebook = "facebook",
        Snapchat = "snapchat",
        X = "x",
        Twitch = "twitch",
        Podcast = "podcast",
        Website = "website",
        App = "app",
        PaidSocialAds = "paid_social_ads",
        OnlineAds = "online_ads",
        Broadcast = "broadcast",
    }
    "purpose" Purpose {
        Personal = "personal",
        MonetisedCreator = "monetised_creator",
        ClientWork = "client_work",
        BrandOrganic = "brand_organic",
        PaidAd = "paid_ad",
    }
    "audience" Audience {
        UpTo10k = "up_to_10k",
        UpTo100k = "up_to_100k",
        UpTo1m = "up_to_1m",
        Any = "any",
    }
    "alteration" Alteration {
        PitchTempo = "pitch_tempo",
        Remix = "remix",
    }
    "use" ForbiddenUse {
        StandaloneRedistribution = "standalone_redistribution",
        ContentIdRegistration = "content_id_registration",
        AiTraining = "ai_training",
    }
}
