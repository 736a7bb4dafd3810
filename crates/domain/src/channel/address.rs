//! Reading an address: what a browser would open, without what no channel's address has.

use url::{Host, Url};

use super::{CHANNEL_TEXT_MAX, ChannelError, Platform};

/// The last label of names that aren't on the public network.
const PRIVATE_NAMES: [&str; 6] = ["localhost", "local", "internal", "lan", "home", "onion"];

/// An address that could be a channel's.
pub(super) struct Address {
    /// The host in lower case and punycode, without `www.` and final full stop.
    pub(super) host: String,
    /// The parts of the path that aren't empty, as they were sent.
    pub(super) path: Vec<String>,
    /// The query, where there is one.
    pub(super) query: Option<String>,
}

impl Address {
    /// A value of the query.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let pairs = self.query.as_deref().unwrap_or_default().split('&');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(found, value)| (found == name).then_some(value))
    }

    /// The parts of the path in lower case.
    pub(super) fn lower(&self) -> Vec<String> {
        self.path
            .iter()
            .map(|part| part.to_ascii_lowercase())
            .collect()
    }

    /// The parts of the path.
    pub(super) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// The text without what surrounds it, where it holds nothing that hides or misleads.
pub(super) fn plain(text: &str) -> Result<&str, ChannelError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ChannelError::Empty);
    }
    if text.chars().count() > CHANNEL_TEXT_MAX {
        return Err(ChannelError::TooLong);
    }
    if text.chars().any(is_hidden) {
        return Err(ChannelError::Invisible);
    }
    Ok(text)
}

/// Characters that nobody sees or that change the order of others: white space, controls, and
/// Unicode's format characters and variation selectors.
fn is_hidden(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || c == '\\'
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Reads an address of the public web; `feed:` is another word for a podcast's `https:`.
pub(super) fn read(text: &str, platform: Option<Platform>) -> Result<Address, ChannelError> {
    let whole = match text.split_once("://") {
        Some((scheme, _))
            if ["http", "https"]
                .iter()
                .any(|s| scheme.eq_ignore_ascii_case(s)) =>
        {
            text.to_owned()
        }
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("feed") => format!("https://{rest}"),
        Some(_) => return Err(ChannelError::Scheme),
        None => format!("https://{text}"),
    };
    let url = Url::parse(&whole).map_err(|_| ChannelError::NotAnAddress(platform))?;
    if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
        return Err(ChannelError::UserOrPort);
    }
    let host = match url.host() {
        Some(Host::Domain(name)) => public(name, platform)?,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(ChannelError::NotPublic),
        None => return Err(ChannelError::NotAnAddress(platform)),
    };
    let segments = url.path_segments().into_iter().flatten();
    Ok(Address {
        host,
        path: segments
            .filter(|part| !part.is_empty())
            .map(|part| part.replace("%40", "@"))
            .collect(),
        query: url.query().filter(|q| !q.is_empty()).map(str::to_owned),
    })
}

/// The name of a public host without what stands before or behind it for form's sake.
fn public(name: &str, platform: Option<Platform>) -> Result<String, ChannelError> {
    let name = name.strip_suffix('.').unwrap_or(name);
    // `www.com` is a site like any other: only what leaves a whole name is taken away.
    let name = match name.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => rest,
        _ => name,
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    if PRIVATE_NAMES.contains(&last) {
        return Err(ChannelError::NotPublic);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if !name.contains('.') || name.len() > 253 || !name.split('.').all(is_label) {
        return Err(ChannelError::NotAnAddress(platform));
    }
    Ok(name.to_owned())
}
