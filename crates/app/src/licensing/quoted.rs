//! Showing a quote again: what was asked and what it promised. An expired one is shown too: what
//! was asked is the way back to a fresh one, and buying refuses it by itself.

use domain::{IntendedUse, QuoteId, Timestamp, TrackId};
use thiserror::Error;

use super::QuotedOption;
use crate::{App, Fault, Refusal, Stop};

/// A quote as it was kept.
#[derive(Debug, Clone)]
pub struct Quoted {
    /// Its id.
    pub id: QuoteId,
    /// The track; none for clip time.
    pub track: Option<TrackId>,
    /// The use that was asked about; none for clip time, and for an upgrade that names none.
    pub wanted: Option<IntendedUse>,
    /// What can be bought, cheapest first.
    pub options: Vec<QuotedOption>,
    /// Until when the prices stand.
    pub expires_at: Timestamp,
}

/// Why a quote isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuotedRefusal {
    /// No such quote.
    #[error("there is no such quote: ask for a new one")]
    Unknown,
}

impl Refusal for QuotedRefusal {
    fn code(&self) -> &'static str {
        "unknown_quote"
    }

    fn field(&self) -> Option<String> {
        Some("quote".into())
    }
}

/// The quote of an id, whether its time is over or not.
///
/// # Errors
/// [`QuotedRefusal::Unknown`].
pub async fn quoted(app: &App, id: QuoteId) -> Result<Quoted, Stop<QuotedRefusal>> {
    let mut tx = app.read().await?;
    let row = tx.optional(QUOTE, &[id.bytes().into()]).await?;
    let row = row.ok_or(Stop::Refused(QuotedRefusal::Unknown))?;
    let doing = "reading a quote";
    let options = serde_json::from_str(&row.text("options")?).map_err(Fault::while_(doing))?;
    let (track, wanted) = match row.opt_bytes("track_id")? {
        None => (None, None),
        Some(_) => {
            let wanted =
                serde_json::from_str(&row.text("intent")?).map_err(Fault::while_(doing))?;
            (Some(TrackId::from_bytes(row.id("track_id")?)), wanted)
        }
    };
    Ok(Quoted {
        id,
        track,
        wanted,
        options,
        expires_at: Timestamp(row.int("expires_ms")?),
    })
}

const QUOTE: &str = "select track_id, intent, options, expires_ms from quotes where id = $1";
