//! Why a text is no channel. Each sentence says what to paste instead.

use thiserror::Error;

use super::{CHANNEL_TEXT_MAX, Platform};

/// Why a text is no channel.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ChannelError {
    /// Nothing was given.
    #[error("paste the address of the channel, such as https://www.youtube.com/@name")]
    Empty,
    /// Longer than any channel's address.
    #[error("a channel's address has at most {CHANNEL_TEXT_MAX} characters: paste only that")]
    TooLong,
    /// It holds characters that aren't seen or that turn the text around.
    #[error("this holds spaces or invisible characters: type the address yourself")]
    Invisible,
    /// It can't be read as an address.
    #[error("this is no address of a channel: paste one such as {}", example(*.0))]
    NotAnAddress(Option<Platform>),
    /// `@name` without saying where.
    #[error("`@name` could be anywhere: say the platform too, or paste the whole address")]
    NoPlatform,
    /// Another scheme than http or https.
    #[error("only addresses that begin with https:// or http:// are channels")]
    Scheme,
    /// It carries a user name, a password or a port.
    #[error("leave out user names, passwords and ports: paste the address as visitors see it")]
    UserOrPort,
    /// A number or a name of the local network.
    #[error("this names a machine, not a public site: paste the address with its domain name")]
    NotPublic,
    /// It names one video, post or episode.
    #[error("this is the address of one video or post: paste its channel's, such as {}", .0.example())]
    Video(Platform),
    /// It is on the platform and no channel.
    #[error("this page of {} is no channel: paste one such as {}", .0.label(), .0.example())]
    NoChannel(Platform),
    /// The name has letters that the platform doesn't allow, or too few or many.
    #[error("this is no name that {} allows: {}", .0.label(), hint(*.0))]
    Name(Platform),
    /// The address is another platform's.
    #[error("this is an address of {}, not of {}", .found.label(), .wanted.label())]
    Elsewhere {
        /// The platform that was said.
        wanted: Platform,
        /// The platform it is on.
        found: Platform,
    },
}

fn example(platform: Option<Platform>) -> &'static str {
    platform.unwrap_or(Platform::Youtube).example()
}

fn hint(platform: Platform) -> &'static str {
    match platform {
        Platform::Youtube => {
            "a handle has 3 to 30 characters, and one with other than plain Latin letters is \
             listed by the channel's address \
             https://www.youtube.com/channel/UC… (on YouTube: More, Share channel, Copy channel ID)"
        }
        _ => "copy the address from the channel's own page",
    }
}
