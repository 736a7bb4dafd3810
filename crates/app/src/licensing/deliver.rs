//! Delivering a licensed file: a copy of the asset with the key in it, made on demand and the
//! same at every download. Masters are only read.

use std::io::Cursor;

use domain::LicenceId;
use licence_key::media::{self, Marks};
use thiserror::Error;

use super::show::{self, LicenceRefusal};
use super::{Licence, Standing};
use crate::{App, Fault, Refusal, Stop};

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
    /// The licence is on hold or withdrawn.
    #[error("this licence is {}: its files can't be downloaded now", .0.word())]
    NotValid(Standing),
}

impl Refusal for DeliverRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Licence(refusal) => refusal.code(),
            Self::UnknownFile(_) => "unknown_file",
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
    let licence = show::licence(app, id).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(DeliverRefusal::Licence(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if licence.standing != Standing::Valid {
        return Err(Stop::Refused(DeliverRefusal::NotValid(licence.standing)));
    }
    let file = licence.files.iter().find(|file| file.position == position);
    let file = file.ok_or(Stop::Refused(DeliverRefusal::UnknownFile(position)))?;
    let marks = marks(app, &licence);
    let mut input = app.blobs.open(file.blob)?;
    let essence = file.essence.clone();
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
    let bytes = tokio::task::spawn_blocking(work)
        .await
        .map_err(Fault::while_("delivering a file"))??;
    Ok(Delivery {
        name: file.name.clone(),
        mime: mime(&file.format),
        bytes,
    })
}

/// What is written into a licence's files.
#[must_use]
pub fn marks(app: &App, licence: &Licence) -> Marks {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Marks {
        code: licence.code,
        page_url: app.settings.licence_page(&licence.code.to_string()),
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
