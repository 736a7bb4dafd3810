//! The claim bundle: everything about a licence in one zip, for its holder to keep.
//!
//! Before: the licence is in force. After: nothing has changed but that it has an invoice, where
//! it was paid for. The same licence gives the same bytes each time while the store's keys and
//! settings stay: entries have fixed names, order and times (the licence's own). Files are written one after another to
//! a file on disk, so that a pack of stems never stands in memory whole; sound isn't compressed,
//! since it gains nothing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use domain::{LicenceId, Timestamp};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::Licence;
use super::deliver::{self, DeliverRefusal};
use super::papers::{certificate, dispute, evidence, invoice as invoice_paper, texts};
use crate::billing::invoice;
use crate::{App, Call, Fault, Stop};

/// A claim bundle that is ready to be sent.
#[derive(Debug)]
pub struct Claim {
    /// Its name: `licence 7K3M9-QXD4T-0RWPD.zip`.
    pub name: String,
    /// Its bytes, read from the beginning; without a name on disk, gone when it is closed.
    pub file: File,
    /// How many there are.
    pub length: u64,
    /// A word that differs when the content does.
    pub tag: String,
}

/// A claim bundle whose papers are written and whose files are not: little work, and enough to
/// say whether somebody has the bundle already.
#[derive(Debug)]
pub struct Draft {
    /// The bundle's name.
    pub name: String,
    /// A word that differs when the content of the bundle does.
    pub tag: String,
    licence: Licence,
    papers: Vec<(String, Vec<u8>)>,
}

/// Makes the claim bundle of a licence.
///
/// # Errors
/// As [`draft`].
pub async fn claim(app: &App, call: &Call, id: LicenceId) -> Result<Claim, Stop<DeliverRefusal>> {
    build(app, draft(app, call, id).await?).await
}

/// Begins the claim bundle of a licence.
///
/// # Errors
/// [`DeliverRefusal::Licence`] when there is none, [`DeliverRefusal::NotValid`] when it is on hold
/// or withdrawn: the same as for a single download.
pub async fn draft(app: &App, call: &Call, id: LicenceId) -> Result<Draft, Stop<DeliverRefusal>> {
    let licence = deliver::valid(app, id).await?;
    let invoice = invoice::invoice(app, call, id).await?;
    let papers = papers(app, &licence, invoice.as_ref())?;
    Ok(Draft {
        name: format!("licence {}.zip", licence.code),
        tag: tag(&licence, &papers),
        licence,
        papers,
    })
}

/// A hash of everything that goes into a bundle: the papers as they are, the files by their
/// stored bytes, what is written into them, and by whom.
fn tag(licence: &Licence, papers: &[(String, Vec<u8>)]) -> String {
    let mut digest = Sha256::new();
    let mut add = |bytes: &[u8]| digest.update(Sha256::digest(bytes));
    add(env!("CARGO_PKG_VERSION").as_bytes());
    for (name, bytes) in papers {
        add(name.as_bytes());
        add(bytes);
    }
    for text in [&licence.title, &licence.artist, &licence.token] {
        add(text.as_bytes());
    }
    for file in &licence.files {
        add(file.name.as_bytes());
        add(file.blob.to_string().as_bytes());
        add(file.essence.as_bytes());
    }
    data_encoding::HEXLOWER.encode(&digest.finalize())
}

/// Makes a whole bundle of one that was begun.
///
/// # Errors
/// As [`draft`]: a standing may have changed in between.
pub async fn build(app: &App, draft: Draft) -> Result<Claim, Stop<DeliverRefusal>> {
    let licence = draft.licence;
    let mut pack = Pack::new(app.blobs.scratch()?, licence.issued_at);
    for (name, bytes) in draft.papers {
        pack = pack.add(name, bytes).await?;
    }
    for file in &licence.files {
        let delivery = deliver::deliver(app, licence.id, file.position).await?;
        let name = pack.fresh(&format!("files/{}", delivery.name));
        pack = pack.add(name.clone(), delivery.bytes).await?;
        let key = format!("{name}.licence.jwt");
        pack = pack.add(key, licence.token.clone().into_bytes()).await?;
    }
    let (file, length) = pack.finish().await?;
    Ok(Claim {
        name: draft.name,
        file,
        length,
        tag: draft.tag,
    })
}

/// The papers by their stable names.
fn papers(
    app: &App,
    licence: &Licence,
    invoice: Option<&invoice::Invoice>,
) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let evidence = serde_json::to_vec_pretty(&evidence::evidence(app, licence)?)
        .map_err(Fault::while_("writing a licence's evidence"))?;
    let text = |text: String| text.into_bytes();
    let mut papers: Vec<(&str, Vec<u8>)> = vec![
        ("README.txt", text(texts::readme(app, licence))),
        ("licence.jwt", text(licence.token.clone())),
        (
            "licence.pdf",
            certificate::certificate(app, licence).to_pdf(),
        ),
        ("licence.txt", text(texts::licence(app, licence))),
        ("licence.json", evidence),
        ("jwks.json", text(app.issuer.jwks().to_json())),
    ];
    if let Some(invoice) = invoice {
        let paper = invoice_paper::paper(app, licence, invoice).to_pdf();
        papers.push(("invoice.pdf", paper));
        let paper = invoice_paper::text(app, licence, invoice);
        papers.push(("invoice.txt", text(paper)));
    }
    papers.push(("paste.txt", text(texts::paste(app, licence) + "\n")));
    papers.push(("dispute.txt", text(dispute::dispute(app, licence))));
    let named = papers
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), bytes));
    Ok(named.collect())
}

/// A zip that is being written.
struct Pack {
    zip: ZipWriter<File>,
    time: DateTime,
    names: BTreeSet<String>,
}

impl Pack {
    fn new(file: File, issued_at: Timestamp) -> Self {
        Self {
            zip: ZipWriter::new(file),
            time: time(issued_at),
            names: BTreeSet::new(),
        }
    }

    /// The name, or the name with a number where another file has it. Names differ already by
    /// case alone on some systems, so case doesn't count.
    fn fresh(&self, name: &str) -> String {
        let taken = |name: &str| self.names.contains(&name.to_lowercase());
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let other = |n: u32| format!("{stem} ({n}).{end}");
        let mut names = std::iter::once(name.to_owned()).chain((2..).map(other));
        names.find(|name| !taken(name)).unwrap_or_default()
    }

    /// Adds a file, off the async threads.
    async fn add(mut self, name: String, bytes: Vec<u8>) -> Result<Self, Fault> {
        let work = move || -> Result<Self, Fault> {
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Stored)
                .last_modified_time(self.time)
                .unix_permissions(0o644)
                .large_file(u32::try_from(bytes.len()).is_err());
            self.zip
                .start_file(&name, options)
                .map_err(Fault::while_(DOING))?;
            self.zip.write_all(&bytes).map_err(Fault::while_(DOING))?;
            self.names.insert(name.to_lowercase());
            Ok(self)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Fault::while_(DOING))?
    }

    /// The whole file, wound back.
    async fn finish(self) -> Result<(File, u64), Fault> {
        let work = move || -> Result<_, Fault> {
            let mut file = self.zip.finish().map_err(Fault::while_(DOING))?;
            let length = file.seek(SeekFrom::End(0)).map_err(Fault::while_(DOING))?;
            file.rewind().map_err(Fault::while_(DOING))?;
            Ok((file, length))
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Fault::while_(DOING))?
    }
}

const DOING: &str = "writing a claim bundle";

/// A moment as zip writes it (UTC, to two seconds); the earliest it knows where it can't.
fn time(at: Timestamp) -> DateTime {
    let text = at.to_string();
    let numbers: Vec<u16> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect();
    let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
    let small = |at: usize| u8::try_from(number(at)).unwrap_or_default();
    // The seconds are rounded down to what can be written.
    DateTime::from_date_and_time(
        number(0),
        small(1),
        small(2),
        small(3),
        small(4),
        small(5) & !1,
    )
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zips_time_is_the_licences() {
        let time = time(Timestamp(1_772_442_001_000));
        assert_eq!(
            (
                time.year(),
                time.month(),
                time.day(),
                time.hour(),
                time.second()
            ),
            (2026, 3, 2, 9, 0)
        );
        let early = super::time(Timestamp(0));
        assert_eq!((early.year(), early.month()), (1980, 1));
    }
}
