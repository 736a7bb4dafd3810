//! Delivering a licensed file: a copy of the asset with the key in it, made on demand and the
//! same at every download. Masters are only read.
//!
//! Clip time holds for any track, so its files aren't listed: whoever holds it takes the full
//! mix of whichever track they want, marked with the bundle's key, and pays when they use it. A
//! subscriber takes those in rotation, while a paid cycle runs.

use std::io::Cursor;

use domain::{AssetKind, LicenceId};
use licence_key::media::{self, Marks};
use store::blobs::BlobHash;
use thiserror::Error;

use super::clear::{self, Bar};
use super::render::{self, AssetFile};
use super::show::{self, LicenceRefusal};
use super::{Licence, Standing, papers, sale};
use crate::catalogue::show as tracks;
use crate::subscriptions::show as subscriptions;
use crate::{App, Call, Fault, Refusal, Stop, rotation};

/// A file on its way to a licensee.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its name, with the code in it.
    pub name: String,
    /// Its media type.
    pub mime: &'static str,
    /// Its bytes, marked.
    pub bytes: Vec<u8>,
}

/// Why a file isn't delivered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeliverRefusal {
    /// No such licence.
    #[error(transparent)]
    Licence(LicenceRefusal),
    /// The licence has no such file.
    #[error("this licence has no file {0}")]
    UnknownFile(i64),
    /// There is no such track.
    #[error(transparent)]
    Track(tracks::TrackRefusal),
    /// Nothing of the track may be taken now.
    #[error(transparent)]
    Barred(Bar),
    /// The licence is for one track.
    #[error("this licence is for the files it lists, not for any track")]
    NotClipTime,
    /// The bundle's time is over.
    #[error("this clip time has expired: buy some more")]
    Expired,
    /// No paid cycle of the subscription runs.
    #[error("no paid month of this subscription runs now: go on with it first")]
    NotPaid,
    /// The track isn't in rotation.
    #[error("this track isn't in rotation now: license it by itself, or with clip time")]
    NotInRotation,
    /// The licence is on hold or withdrawn.
    #[error("this licence is {}: its files can't be downloaded now", .0.word())]
    NotValid(Standing),
}

impl Refusal for DeliverRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Licence(refusal) => refusal.code(),
            Self::UnknownFile(_) => "unknown_file",
            Self::Track(refusal) => refusal.code(),
            Self::Barred(bar) => bar.code(),
            Self::NotClipTime => "not_clip_time",
            Self::Expired => "clip_time_expired",
            Self::NotPaid => "subscription_not_paid",
            Self::NotInRotation => "not_in_rotation",
            Self::NotValid(_) => "licence_not_valid",
        }
    }
}

/// Marks and hands out one file of a licence.
///
/// # Errors
/// [`DeliverRefusal`].
pub async fn deliver(
    app: &App,
    id: LicenceId,
    position: i64,
) -> Result<Delivery, Stop<DeliverRefusal>> {
    let licence = valid(app, id).await?;
    let file = licence.files.iter().find(|file| file.position == position);
    let file = file.ok_or(Stop::Refused(DeliverRefusal::UnknownFile(position)))?;
    let marks = marks(app, &licence);
    let bytes = mark(app, file.blob, &file.essence, marks).await?;
    Ok(Delivery {
        name: file.name.clone(),
        mime: mime(&file.format),
        bytes,
    })
}

/// Marks and hands out the full mix of any track (id or slug) to a holder of clip time. Taking
/// it costs nothing; a use reported under the licence draws its seconds.
///
/// # Errors
/// [`DeliverRefusal`].
pub async fn deliver_any(
    app: &App,
    call: &Call,
    id: LicenceId,
    track: &str,
) -> Result<Delivery, Stop<DeliverRefusal>> {
    let licence = valid(app, id).await?;
    let subscribed = match licence.bundle {
        Some(time) if time.expires_at <= call.now => {
            return Err(Stop::Refused(DeliverRefusal::Expired));
        }
        Some(_) => false,
        None => {
            runs(app, call, id).await?;
            true
        }
    };
    let track = tracks::track(app, track).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(DeliverRefusal::Track(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    let mut tx = app.read().await?;
    if subscribed && !rotation::holds(&mut tx, track.id, call.now).await? {
        return Err(Stop::Refused(DeliverRefusal::NotInRotation));
    }
    let bar = clear::bar(&mut tx, track.id, call.now).await?;
    drop(tx);
    if let Some(bar) = bar {
        return Err(Stop::Refused(DeliverRefusal::Barred(bar)));
    }
    let files = render::files(app, track.id, AssetKind::FullMix, None).await?;
    let file: &AssetFile = files
        .first()
        .ok_or_else(|| Fault::because("delivering a track", "it has no mix"))?;
    let (artist, title) = (track.artist.name, track.title);
    let name = sale::file_name(&artist, &title, file, licence.code);
    let marks = Marks {
        title: Some(title),
        artist: Some(artist),
        ..marks(app, &licence)
    };
    let bytes = mark(app, file.blob, &file.essence, marks).await?;
    Ok(Delivery {
        name,
        mime: mime(&file.format),
        bytes,
    })
}

/// Whether a licence is a subscription with a paid cycle that runs now.
async fn runs(app: &App, call: &Call, id: LicenceId) -> Result<(), Stop<DeliverRefusal>> {
    let shown = subscriptions::of_licence(app, call.now, id).await?;
    match shown {
        None => Err(Stop::Refused(DeliverRefusal::NotClipTime)),
        Some(shown) if shown.running.is_none() => Err(Stop::Refused(DeliverRefusal::NotPaid)),
        Some(_) => Ok(()),
    }
}

/// The licence, if it is in force: files, keys and papers are handed out of no other.
///
/// # Errors
/// [`DeliverRefusal`].
pub async fn valid(app: &App, id: LicenceId) -> Result<Licence, Stop<DeliverRefusal>> {
    let licence = show::licence(app, id).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(DeliverRefusal::Licence(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    match licence.standing {
        Standing::Valid => Ok(licence),
        other => Err(Stop::Refused(DeliverRefusal::NotValid(other))),
    }
}

/// A marked copy of a blob, whose sound must be what was licensed.
async fn mark(app: &App, blob: BlobHash, essence: &str, marks: Marks) -> Result<Vec<u8>, Fault> {
    let mut input = app.blobs.open(blob)?;
    let essence = essence.to_owned();
    let work = move || -> Result<Vec<u8>, Fault> {
        let mut output = Cursor::new(Vec::new());
        let marked = media::embed(&mut input, &mut output, &marks)
            .map_err(Fault::while_("writing a key into a file"))?;
        if marked != essence {
            let what = "the stored file's sound isn't what was licensed";
            return Err(Fault::because("delivering a file", what));
        }
        Ok(output.into_inner())
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Fault::while_("delivering a file"))?
}

/// What is written into a licence's files.
#[must_use]
pub fn marks(app: &App, licence: &Licence) -> Marks {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Marks {
        code: licence.code,
        page_url: papers::page(app, licence),
        token: licence.token.clone(),
        title: text(&licence.title),
        artist: text(&licence.artist),
        copyright: None,
    }
}

fn mime(extension: &str) -> &'static str {
    audio::Format::ALL
        .into_iter()
        .find(|format| format.extension() == extension)
        .map_or("application/octet-stream", audio::Format::mime_type)
}
