//! A licence's channels on its holder's page.

use super::form::{Choice, Field, Submit};

/// A channel's fields.
#[derive(Debug, Clone, Default)]
pub struct ChannelForm {
    /// Where the form posts to.
    pub action: String,
    /// Distinguishes its fields from those of other forms on the page.
    pub id: String,
    /// Its address.
    pub channel: Field,
    /// Its platform, where the address doesn't say it; the first choice is "by the address".
    pub platforms: Vec<Choice>,
    /// What its owner calls it.
    pub label: Field,
    /// How large it is; the first choice is "not said".
    pub audiences: Vec<Choice>,
    /// The words on its button.
    pub button: String,
}

/// A listed channel.
#[derive(Debug, Clone)]
pub struct ChannelRow {
    /// Its platform's name.
    pub platform: String,
    /// Its address.
    pub address: String,
    /// Its label, size and since when it is listed, in words.
    pub about: String,
    /// What changes it.
    pub change: ChannelForm,
    /// Whether that form is open, since what was sent with it was refused.
    pub open: bool,
    /// Where taking it off is posted to.
    pub remove_action: String,
}

/// One line of the history.
#[derive(Debug, Clone)]
pub struct ChannelLine {
    /// When, worded.
    pub at: String,
    /// What, worded, for instance `Added https://www.youtube.com/@ada`.
    pub words: String,
}

/// The section.
#[derive(Debug, Clone)]
pub struct ChannelsSection {
    /// Whose channels, for instance `your own channels`.
    pub owner: String,
    /// The channels listed now.
    pub rows: Vec<ChannelRow>,
    /// What adds one; absent where none can be added.
    pub add: Option<ChannelForm>,
    /// What was just taken off, with a button that puts it back.
    pub undo: Option<(String, Submit)>,
    /// Why a change wasn't made, where no field is at fault.
    pub problem: Option<String>,
    /// What became of the list, the latest first.
    pub history: Vec<ChannelLine>,
}
