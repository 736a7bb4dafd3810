//! A licence: the holder's private page, and what anyone may see.

use super::channels::ChannelsSection;
use super::clip_time::ClipSection;
use super::form::PriceLine;
use super::shell::Shell;
use super::terms::Terms;

/// Whether the licence holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Valid,
    /// It is suspended, for instance while a payment is disputed.
    Suspended,
    /// It was revoked.
    Revoked,
    /// Its publish window has passed: what was published in it stays covered.
    Ended,
}

impl Standing {
    /// The word that the styles know it by.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Valid => "good",
            Self::Suspended | Self::Ended => "warn",
            Self::Revoked => "bad",
        }
    }

    /// The word that is read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "Valid",
            Self::Suspended => "Suspended",
            Self::Revoked => "Revoked",
            Self::Ended => "Ended",
        }
    }
}

/// A file of the licence.
#[derive(Debug, Clone)]
pub struct DeliveredFile {
    /// Its name as it will be saved.
    pub name: String,
    /// What it is, for instance `15-second cut, WAV 48 kHz 24 bit`.
    pub kind: String,
    /// Where it is downloaded.
    pub href: String,
    /// Where its `.licence.jwt` is downloaded.
    pub sidecar_href: Option<String>,
}

/// What is left of a bundle.
#[derive(Debug, Clone)]
pub struct ClipMeter {
    /// Seconds left.
    pub left: u64,
    /// Seconds bought.
    pub bought: u64,
    /// In words, for instance `7 min 12 s left of 10 min, until 22 Nov 2027`.
    pub words: String,
}

/// A track that clip time can take.
#[derive(Debug, Clone)]
pub struct Takeable {
    /// Its title.
    pub title: String,
    /// Its artist.
    pub artist: String,
    /// Its own page, to hear it.
    pub href: String,
    /// Where its marked mix is downloaded.
    pub take_href: String,
}

/// Taking tracks under clip time: a search of its own on the holder's page.
#[derive(Debug, Clone)]
pub struct Take {
    /// The address the search is sent to.
    pub action: String,
    /// The word that opens the page, sent along.
    pub grant: String,
    /// What was looked for.
    pub query: String,
    /// What was found, or the newest tracks.
    pub tracks: Vec<Takeable>,
}

/// One line of the receipt's head: a term and its value.
#[derive(Debug, Clone)]
pub struct ReceiptLine {
    /// For instance `Paid`.
    pub term: String,
    /// For instance `22 November 2026, 15:48 UTC`.
    pub value: String,
}

/// A paper to be downloaded.
#[derive(Debug, Clone)]
pub struct Paper {
    /// For instance `Invoice 2026-0001`.
    pub label: String,
    /// Where it is.
    pub href: String,
}

/// `GET /licences/{id}?grant=…`: the holder's page.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "licence.html", whitespace = "minimize")]
pub struct LicencePage {
    /// The frame.
    pub shell: Shell,
    /// Whether the holder came here straight from paying.
    pub just_bought: bool,
    /// The code, `7K3M9-QXD4T-0RWPD`.
    pub code: String,
    /// What is licensed, for instance `Slow Lantern — Ada Moreau`.
    pub subject: String,
    /// For instance `15-second cut · Creator`.
    pub item: String,
    /// Whether it holds.
    pub standing: Standing,
    /// What that means, one sentence.
    pub standing_note: String,
    /// What the store says of it, where it isn't as it was sold.
    pub standing_reason: Option<String>,
    /// The whole address of this page, to be kept.
    pub private_url: String,
    /// The whole address of the public page.
    pub public_url: String,
    /// The files.
    pub files: Vec<DeliveredFile>,
    /// Where everything is downloaded in one zip, while the licence holds.
    pub claim_href: Option<String>,
    /// What is left, for clip time.
    pub clip: Option<ClipMeter>,
    /// What became of it, for clip time.
    pub clip_time: Option<ClipSection>,
    /// Taking tracks, where this is clip time.
    pub take: Option<Take>,
    /// Where it is upgraded; none for clip time, and for what was upgraded or isn't in force.
    pub upgrade_href: Option<String>,
    /// The subscriber's page, where it is a subscription.
    pub subscription_href: Option<String>,
    /// What it came from or became by an upgrade, one sentence.
    pub upgraded: Option<String>,
    /// The channels that its videos are published on.
    pub channels: ChannelsSection,
    /// What is allowed.
    pub terms: Terms,
    /// What to paste under the video.
    pub paste: String,
    /// Who, when, how: the receipt's head.
    pub receipt: Vec<ReceiptLine>,
    /// What was paid, the sum last.
    pub lines: Vec<PriceLine>,
    /// What of it was given back, one sentence; none for nothing.
    pub given_back: Option<String>,
    /// The invoice and the credit notes.
    pub papers: Vec<Paper>,
    /// A command that checks a file offline, for instance `clearcue verify "…wav"`.
    pub verify_command: Option<String>,
}

/// `GET /l/{code}`: no personal data.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "licence_public.html", whitespace = "minimize")]
pub struct PublicLicencePage {
    /// The frame.
    pub shell: Shell,
    /// The code.
    pub code: String,
    /// What is licensed.
    pub subject: String,
    /// For instance `15-second cut · Creator`.
    pub item: String,
    /// Whether it holds.
    pub standing: Standing,
    /// What that means, one sentence.
    pub standing_note: String,
    /// When the standing was looked up, worded.
    pub checked_at: String,
    /// Issued, valid until, territory, placements…
    pub facts: Vec<ReceiptLine>,
    /// What is allowed.
    pub terms: Terms,
    /// A QR code as an `<svg>` element of our own making, put in unescaped; empty for none.
    pub qr_svg: String,
    /// The page's whole address.
    pub url: String,
}
