//! Every English sentence about an envelope, in one place.
//!
//! Another language is another file with these functions; the rules in [`crate::covers`](mod@crate::covers) and
//! [`crate::plain`](mod@crate::plain) hold no words of their own.

use crate::asset::AssetKind;
use crate::axes::{
    Alteration, Audience, ChannelOwner, ForbiddenUse, Placement, Purpose, Territory, Videos,
};
use crate::country::Countries;
use crate::line::Line;
use crate::time::Timestamp;

/// Joins words as English does: "a", "a and b", "a, b and c".
#[must_use]
pub fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// A duration as people say it: "15 seconds", "1.5 seconds", "2 minutes", "1 minute 30 seconds".
#[must_use]
pub fn duration(ms: u32) -> String {
    let (minutes, rest) = (ms / 60_000, ms % 60_000);
    let seconds = match (rest / 1_000, rest % 1_000) {
        (0, 0) => String::new(),
        (1, 0) => "1 second".to_owned(),
        (whole, 0) => format!("{whole} seconds"),
        (whole, thousandths) => {
            let fraction = format!("{thousandths:03}");
            format!("{whole}.{} seconds", fraction.trim_end_matches('0'))
        }
    };
    let minutes = match minutes {
        0 => String::new(),
        1 => "1 minute".to_owned(),
        many => format!("{many} minutes"),
    };
    match (minutes.as_str(), seconds.as_str()) {
        ("", "") => "0 seconds".to_owned(),
        (_, "") => minutes,
        ("", _) => seconds,
        _ => format!("{minutes} {seconds}"),
    }
}

/// A placement's name.
#[must_use]
pub const fn placement(place: Placement) -> &'static str {
    match place {
        Placement::Youtube => "YouTube",
        Placement::YoutubeShorts => "YouTube Shorts",
        Placement::Tiktok => "TikTok",
        Placement::Instagram => "Instagram",
        Placement::Facebook => "Facebook",
        Placement::Snapchat => "Snapchat",
        Placement::X => "X",
        Placement::Twitch => "Twitch",
        Placement::Podcast => "podcasts",
        Placement::Website => "your web site",
        Placement::App => "your app",
        Placement::PaidSocialAds => "paid ads on social platforms",
        Placement::OnlineAds => "paid ads elsewhere online",
        Placement::Broadcast => "television and radio",
    }
}

/// A purpose, as the object of "for".
#[must_use]
pub const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Personal => "private videos",
        Purpose::MonetisedCreator => "your own videos that earn money",
        Purpose::ClientWork => "videos made for a paying client",
        Purpose::BrandOrganic => "a brand's own channels",
        Purpose::PaidAd => "paid advertisements",
    }
}

/// An alteration, as an infinitive.
#[must_use]
pub const fn alteration(change: Alteration) -> &'static str {
    match change {
        Alteration::PitchTempo => "change its pitch or tempo",
        Alteration::Remix => "remix it",
    }
}

/// A forbidden use, as an infinitive.
#[must_use]
pub const fn forbidden(wanted: ForbiddenUse) -> &'static str {
    match wanted {
        ForbiddenUse::StandaloneRedistribution => {
            "pass the music on by itself: without the picture, or as the main thing people come for"
        }
        ForbiddenUse::ContentIdRegistration => {
            "register the music or your video's sound with Content ID or a similar system"
        }
        ForbiddenUse::AiTraining => "train an AI model on the music",
    }
}

/// An audience limit.
#[must_use]
pub const fn audience(limit: Audience) -> &'static str {
    match limit {
        Audience::UpTo10k => "up to 10,000 followers",
        Audience::UpTo100k => "up to 100,000 followers",
        Audience::UpTo1m => "up to 1,000,000 followers",
        Audience::Any => "any number of followers",
    }
}

/// Whose channels.
#[must_use]
pub fn channel_owner(owner: &ChannelOwner) -> String {
    match owner {
        ChannelOwner::Licensee => "your own channels".to_owned(),
        ChannelOwner::Client(name) => format!("the channels of {name}"),
    }
}

/// How many videos, as the opening promise.
#[must_use]
pub fn may_videos(videos: Videos) -> String {
    match videos {
        Videos::Unlimited => "use it in as many videos as you like".to_owned(),
        Videos::Count(1) => {
            "use it in 1 video (posting that video in several places counts once)".to_owned()
        }
        Videos::Count(many) => {
            format!("use it in up to {many} videos (one video in several places counts once)")
        }
    }
}

/// How long a clip, together with what is licensed.
#[must_use]
pub fn may_clip(asset: AssetKind, clip_ms: Option<u32>) -> String {
    let what = asset.label().to_lowercase();
    match clip_ms {
        None => format!("use the whole {what}"),
        Some(most) => format!(
            "use up to {} of music in each video ({what})",
            duration(most)
        ),
    }
}

/// Where to publish.
#[must_use]
pub fn may_publish(places: &[String], channels: &str, limit: Audience) -> String {
    let places = list(places, "and");
    match limit {
        Audience::Any => format!("publish on {places}, on {channels}"),
        limit => format!(
            "publish on {places}, on {channels} with {}",
            audience(limit)
        ),
    }
}

/// What for.
#[must_use]
pub fn may_purposes(purposes: &[String]) -> String {
    format!("use it for {}", list(purposes, "and"))
}

/// Where in the world.
#[must_use]
pub fn may_territory(territory: &Territory) -> String {
    format!("show it {}", where_shown(territory))
}

fn where_shown(territory: &Territory) -> String {
    let codes = |set: &Countries| {
        let codes: Vec<String> = set.iter().map(|one| one.to_string()).collect();
        list(&codes, "and")
    };
    match territory {
        Territory::Worldwide => "anywhere in the world".to_owned(),
        Territory::Only(set) => format!("only in {}", codes(set)),
        Territory::Except(set) if set.is_empty() => "anywhere in the world".to_owned(),
        Territory::Except(set) => format!("anywhere but in {}", codes(set)),
    }
}

/// When to publish.
#[must_use]
pub fn may_window(from: Option<Timestamp>, until: Option<Timestamp>) -> String {
    let kept = "what is published in that time stays covered for ever";
    match (from, until) {
        (None, None) => "publish at any time, and leave it up for ever".to_owned(),
        (Some(from), None) => format!("publish from {} on, and leave it up for ever", from.day()),
        (None, Some(until)) => format!("publish before {}; {kept}", until.day()),
        (Some(from), Some(until)) => {
            format!("publish from {} until {}; {kept}", from.day(), until.day())
        }
    }
}

/// The alterations that are always allowed.
pub const MAY_ALTER: &str = "trim, fade and loop the music, and lower it under a voice";

/// Exclusivity.
#[must_use]
pub fn may_exclusive(until: Timestamp) -> String {
    format!(
        "be the only one: nobody else can license this track until {}",
        until.day()
    )
}

/// Placements that aren't licensed.
#[must_use]
pub fn may_not_publish(places: &[String]) -> String {
    format!("publish on {}", list(places, "or"))
}

/// Purposes that aren't licensed.
#[must_use]
pub fn may_not_purposes(purposes: &[String]) -> String {
    format!("use it for {}", list(purposes, "or"))
}

/// The credit to give.
#[must_use]
pub fn must_credit(text: &Line) -> String {
    format!("name the composer with the video: “{text}”")
}

/// Keeping the key.
pub const MUST_KEEP_KEY: &str =
    "keep the licence key: show it if a platform asks, and give it when you report a use";

/// The question names no placement.
pub const NO_PLACEMENT_GIVEN: &str = "Say where the video will be published.";

/// Another asset was asked for.
#[must_use]
pub fn asset_not_included(licensed: AssetKind, asked: AssetKind) -> String {
    format!(
        "This licence is for the {}, not for the {}.",
        licensed.label().to_lowercase(),
        asked.label().to_lowercase()
    )
}

/// A placement isn't licensed.
#[must_use]
pub fn placement_not_included(place: Placement) -> String {
    format!(
        "This licence doesn't cover publishing on {}.",
        placement(place)
    )
}

/// A purpose isn't licensed.
#[must_use]
pub fn purpose_not_included(wanted: Purpose) -> String {
    format!("This licence doesn't cover {}.", purpose(wanted))
}

/// Too many videos.
#[must_use]
pub fn too_many_videos(most: u32, wanted: Videos) -> String {
    let noun = if most == 1 { "video" } else { "videos" };
    match wanted {
        Videos::Count(count) => format!("This licence covers {most} {noun}, not {count}."),
        Videos::Unlimited => format!("This licence covers {most} {noun}, not any number."),
    }
}

/// Too long a clip.
#[must_use]
pub fn clip_too_long(most: u32, wanted: u32) -> String {
    let (most, wanted) = (duration(most), duration(wanted));
    format!("This licence covers up to {most} of music in a video, not {wanted}.")
}

/// Somebody else's channel.
#[must_use]
pub fn wrong_channel(licensed: &ChannelOwner) -> String {
    format!("This licence is for {} only.", channel_owner(licensed))
}

/// An audience limit, and nothing said.
#[must_use]
pub fn audience_not_given(limit: Audience) -> String {
    format!(
        "This licence is for channels with {}: say how large yours is.",
        audience(limit)
    )
}

/// Too large an audience.
#[must_use]
pub fn audience_too_large(limit: Audience) -> String {
    format!("This licence is for channels with {}.", audience(limit))
}

/// Outside the territory.
#[must_use]
pub fn territory_not_included(licensed: &Territory, needed: &str) -> String {
    format!(
        "This licence covers showing it {}; you need {needed}.",
        where_shown(licensed)
    )
}

/// Before the window.
#[must_use]
pub fn too_early(from: Timestamp) -> String {
    format!("This licence covers videos published from {from} on.")
}

/// After the window.
#[must_use]
pub fn too_late(until: Timestamp) -> String {
    format!("This licence covers videos published before {until}.")
}

/// An alteration isn't licensed.
#[must_use]
pub fn alteration_not_included(change: Alteration) -> String {
    format!("This licence doesn't let you {}.", alteration(change))
}

/// A credit is needed.
#[must_use]
pub fn credit_missing(text: &Line) -> String {
    format!("This licence needs the composer to be named: “{text}”.")
}

/// Forbidden in this licence.
#[must_use]
pub fn is_forbidden(wanted: ForbiddenUse) -> String {
    format!("You may not {}.", forbidden(wanted))
}

/// Not exclusive, or not for long enough.
#[must_use]
pub fn not_exclusive(until: Timestamp) -> String {
    format!("This licence isn't exclusive until {}.", until.day())
}
