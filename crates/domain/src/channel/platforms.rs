//! What each platform's addresses look like. They are written down from what the platforms show;
//! an address of theirs that isn't known here is refused rather than guessed at.

use super::address::{self, Address};
use super::{CHANNEL_TEXT_MAX, Channel, ChannelError, Kind, Platform};

/// Names that are pages of Facebook itself.
const FACEBOOKS_OWN: [&str; 20] = [
    "events",
    "gaming",
    "groups",
    "hashtag",
    "help",
    "login",
    "marketplace",
    "pages",
    "people",
    "permalinkphp",
    "photo",
    "posts",
    "profilephp",
    "reels",
    "share",
    "sharer",
    "stories",
    "storyphp",
    "videos",
    "watch",
];

type Found = Result<(Kind, String), ChannelError>;

/// See [`Channel::parse`].
pub(super) fn parse(text: &str, platform: Option<Platform>) -> Result<Channel, ChannelError> {
    let text = address::plain(text)?;
    if let Some(channel) = bare(text, platform)? {
        return Ok(channel);
    }
    let address = address::read(text, platform)?;
    let found = match (of_host(&address.host), platform) {
        (Some(found), Some(wanted)) if found != wanted => {
            return Err(ChannelError::Elsewhere { wanted, found });
        }
        (Some(found), _) => found,
        (None, Some(wanted @ (Platform::Podcast | Platform::Website))) => wanted,
        (None, Some(wanted)) => return Err(ChannelError::NotAnAddress(Some(wanted))),
        (None, None) if looks_like_feed(&address) => Platform::Podcast,
        (None, None) => Platform::Website,
    };
    let (kind, id) = match found {
        Platform::Youtube => youtube(&address),
        Platform::Tiktok => tiktok(&address),
        Platform::Instagram => instagram(&address),
        Platform::Facebook => facebook(&address),
        Platform::Twitch => twitch(&address),
        Platform::Podcast => podcast(&address),
        Platform::Website => Ok((Kind::Site, joined(&address))),
    }?;
    let channel = Channel {
        platform: found,
        kind,
        id,
    };
    // Escapes may have made it longer than what was pasted.
    if channel.address().len() > CHANNEL_TEXT_MAX {
        return Err(ChannelError::TooLong);
    }
    Ok(channel)
}

/// `@name`, or YouTube's `UC…` by itself.
fn bare(text: &str, platform: Option<Platform>) -> Result<Option<Channel>, ChannelError> {
    let name = text.strip_prefix('@');
    let (platform, (kind, id)) = match (name, platform) {
        (Some(_), None) => return Err(ChannelError::NoPlatform),
        (Some(name), Some(platform)) => match platform {
            Platform::Facebook => (platform, page(name)?),
            Platform::Podcast | Platform::Website => {
                return Err(ChannelError::NotAnAddress(Some(platform)));
            }
            _ => (platform, handle(platform, name)?),
        },
        (None, None | Some(Platform::Youtube)) if is_youtube_id(text) => {
            (Platform::Youtube, (Kind::YoutubeId, text.to_owned()))
        }
        (None, _) => return Ok(None),
    };
    // Some names are pages of the platform itself: the address tells.
    let channel = Channel { platform, kind, id };
    parse(&channel.address(), Some(platform)).map(Some)
}

/// The platform of a host, its short and mobile names included.
fn of_host(host: &str) -> Option<Platform> {
    let below = |name: &str| {
        host == name
            || host
                .strip_suffix(name)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    let table: [(&[&str], Platform); 6] = [
        (&["youtube.com", "youtu.be"], Platform::Youtube),
        (&["tiktok.com"], Platform::Tiktok),
        (&["instagram.com", "instagr.am"], Platform::Instagram),
        (
            &["facebook.com", "fb.com", "fb.watch", "fb.me"],
            Platform::Facebook,
        ),
        (&["twitch.tv"], Platform::Twitch),
        (
            &["podcasts.apple.com", "open.spotify.com"],
            Platform::Podcast,
        ),
    ];
    let found = table
        .iter()
        .find(|(names, _)| names.iter().any(|n| below(n)));
    found.map(|(_, platform)| *platform)
}

fn youtube(at: &Address) -> Found {
    const HERE: Platform = Platform::Youtube;
    if at.host == "youtu.be" {
        return Err(ChannelError::Video(HERE));
    }
    if !["youtube.com", "m.youtube.com", "music.youtube.com"].contains(&at.host.as_str()) {
        return Err(ChannelError::NoChannel(HERE));
    }
    match at.parts().as_slice() {
        [
            "watch" | "shorts" | "live" | "embed" | "v" | "clip" | "playlist" | "post",
            ..,
        ] => Err(ChannelError::Video(HERE)),
        ["channel", id, ..] if is_youtube_id(id) => Ok((Kind::YoutubeId, (*id).to_owned())),
        ["channel", ..] => Err(ChannelError::NoChannel(HERE)),
        ["c", name, ..] => older(Kind::YoutubeCustom, name),
        ["user", name, ..] => older(Kind::YoutubeUser, name),
        [name, ..] => match name.strip_prefix('@') {
            Some(name) => handle(HERE, name),
            None => Err(ChannelError::NoChannel(HERE)),
        },
        [] => Err(ChannelError::NoChannel(HERE)),
    }
}

/// `UC` and 128 bits in base64url.
fn is_youtube_id(text: &str) -> bool {
    let rest = text.strip_prefix("UC").unwrap_or_default();
    rest.len() == 22
        && rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn older(kind: Kind, name: &str) -> Found {
    let fits = (1..=100).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if fits {
        Ok((kind, name.to_ascii_lowercase()))
    } else {
        Err(ChannelError::Name(Platform::Youtube))
    }
}

fn tiktok(at: &Address) -> Found {
    const HERE: Platform = Platform::Tiktok;
    if ["vm.tiktok.com", "vt.tiktok.com"].contains(&at.host.as_str()) {
        return Err(ChannelError::Video(HERE));
    }
    match at.parts().as_slice() {
        [_, "video" | "photo", ..] | ["t" | "v" | "embed" | "video", ..] => {
            Err(ChannelError::Video(HERE))
        }
        [name, ..] => match name.strip_prefix('@') {
            Some(name) => handle(HERE, name),
            None => Err(ChannelError::NoChannel(HERE)),
        },
        [] => Err(ChannelError::NoChannel(HERE)),
    }
}

fn instagram(at: &Address) -> Found {
    const HERE: Platform = Platform::Instagram;
    let lower = at.lower();
    match lower
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["p" | "reel" | "reels" | "tv" | "stories" | "share", ..]
        | [_, "p" | "reel" | "tv", ..] => Err(ChannelError::Video(HERE)),
        [
            "explore" | "accounts" | "direct" | "about" | "legal" | "web",
            ..,
        ]
        | [] => Err(ChannelError::NoChannel(HERE)),
        [name, ..] => handle(HERE, name.strip_prefix('@').unwrap_or(name)),
    }
}

fn facebook(at: &Address) -> Found {
    const HERE: Platform = Platform::Facebook;
    if at.host == "fb.watch" {
        return Err(ChannelError::Video(HERE));
    }
    let lower = at.lower();
    match lower
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [
            "watch" | "reel" | "reels" | "video.php" | "videos" | "share" | "story.php" | "stories"
            | "photo" | "photo.php" | "permalink.php" | "posts",
            ..,
        ]
        | [_, "videos" | "posts" | "reel" | "photos", _, ..] => Err(ChannelError::Video(HERE)),
        ["profile.php"] => match at.value("id") {
            Some(number) => profile(number),
            None => Err(ChannelError::NoChannel(HERE)),
        },
        ["people" | "pages", _, number, ..] => profile(number),
        ["p", name, ..] => profile(name.rsplit('-').next().unwrap_or_default()),
        [] => Err(ChannelError::NoChannel(HERE)),
        [number, ..] if number.bytes().all(|b| b.is_ascii_digit()) => profile(number),
        [name, ..] => page(name),
    }
}

fn profile(number: &str) -> Found {
    let fits = (1..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    if fits && !number.starts_with('0') {
        Ok((Kind::Profile, number.to_owned()))
    } else {
        Err(ChannelError::Name(Platform::Facebook))
    }
}

fn page(name: &str) -> Found {
    let plain = name.replace('.', "").to_ascii_lowercase();
    if FACEBOOKS_OWN.contains(&plain.as_str()) {
        return Err(ChannelError::NoChannel(Platform::Facebook));
    }
    let fits = (5..=50).contains(&plain.len())
        && plain.bytes().all(|b| b.is_ascii_alphanumeric())
        && !plain.bytes().all(|b| b.is_ascii_digit());
    if fits {
        Ok((Kind::Page, plain))
    } else {
        Err(ChannelError::Name(Platform::Facebook))
    }
}

fn twitch(at: &Address) -> Found {
    const HERE: Platform = Platform::Twitch;
    if at.host == "clips.twitch.tv" {
        return Err(ChannelError::Video(HERE));
    }
    let lower = at.lower();
    match lower
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["videos" | "clip" | "collections", ..] | [_, "clip" | "v" | "video", _, ..] => {
            Err(ChannelError::Video(HERE))
        }
        [
            "directory" | "downloads" | "jobs" | "p" | "settings" | "subscriptions" | "search"
            | "store" | "turbo" | "wallet" | "login",
            ..,
        ]
        | [] => Err(ChannelError::NoChannel(HERE)),
        [name, ..] => handle(HERE, name),
    }
}

/// A name of YouTube, TikTok, Instagram or Twitch, in lower case.
fn handle(platform: Platform, name: &str) -> Found {
    let (least, most, also): (usize, usize, &[u8]) = match platform {
        Platform::Youtube => (3, 30, b"_-."),
        Platform::Tiktok => (2, 24, b"_."),
        Platform::Instagram => (1, 30, b"_."),
        _ => (3, 25, b"_"),
    };
    let fits = (least..=most).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || also.contains(&b))
        && name.bytes().any(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits {
        Ok((Kind::Handle, name.to_ascii_lowercase()))
    } else {
        Err(ChannelError::Name(platform))
    }
}

fn podcast(at: &Address) -> Found {
    const HERE: Platform = Platform::Podcast;
    let parts = at.parts();
    match at.host.as_str() {
        "podcasts.apple.com" => {
            if at.value("i").is_some() {
                return Err(ChannelError::Video(HERE));
            }
            let number = parts.last().and_then(|part| part.strip_prefix("id"));
            let fits = |n: &&str| {
                (1..=20).contains(&n.len())
                    && n.bytes().all(|b| b.is_ascii_digit())
                    && !n.starts_with('0')
            };
            let number = number.filter(fits).ok_or(ChannelError::NoChannel(HERE))?;
            Ok((Kind::AppleShow, number.to_owned()))
        }
        "open.spotify.com" => {
            let parts = match parts.as_slice() {
                [language, rest @ ..] if language.starts_with("intl-") => rest,
                all => all,
            };
            match parts {
                ["show", id, ..]
                    if id.len() == 22 && id.bytes().all(|b| b.is_ascii_alphanumeric()) =>
                {
                    Ok((Kind::SpotifyShow, (*id).to_owned()))
                }
                ["episode", ..] => Err(ChannelError::Video(HERE)),
                _ => Err(ChannelError::NoChannel(HERE)),
            }
        }
        _ => {
            let mut id = joined(at);
            if let Some(query) = &at.query {
                id = format!("{id}?{query}");
            }
            Ok((Kind::Feed, id))
        }
    }
}

fn looks_like_feed(at: &Address) -> bool {
    let last = at.path.last().map(|part| part.to_ascii_lowercase());
    let last = last.unwrap_or_default();
    last == "feed" || last == "rss" || last.ends_with(".xml") || last.ends_with(".rss")
}

/// `host` or `host/path`, without a final slash.
fn joined(at: &Address) -> String {
    let mut id = at.host.clone();
    for part in &at.path {
        id.push('/');
        id.push_str(part);
    }
    id
}
