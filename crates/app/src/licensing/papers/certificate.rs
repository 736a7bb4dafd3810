//! The certificate: a licence as a paper that may hang on a wall, with its terms behind it.

use domain::plain;
use paper::{Block, Column, Document, Frame, Seal, Style, Table};

use super::{date, issuer, name, page, placements, purposes, subject, territory, window};
use crate::App;
use crate::licensing::Licence;

/// The certificate of a licence.
#[must_use]
pub fn certificate(app: &App, licence: &Licence) -> Document {
    let code = licence.code.to_string();
    let store = name(&app.settings.name);
    let mut paper = Document::new(format!("Licence {code}: {}", subject(licence)));
    paper.frame = Frame::Certificate;
    paper.author.clone_from(&store);
    paper.footer = format!("{store} · licence {code}");
    face(app, licence, &mut paper);
    paper.push(Block::PageBreak);
    terms(licence, &mut paper);
    files(licence, &mut paper);
    proof(app, licence, &mut paper);
    paper
}

/// The first page: who may use what, under which key.
fn face(app: &App, licence: &Licence, paper: &mut Document) {
    let code = licence.code.to_string();
    let by = match licence.artist.as_str() {
        "" => licence.label.clone(),
        artist => format!("by {}", name(artist)),
    };
    paper.blocks.extend([
        Block::centred(Style::Label, ""),
        Block::Gap(26),
        Block::centred(Style::Label, name(&app.settings.name)),
        Block::centred(Style::Display, "Certificate of Licence"),
        Block::Gap(30),
        Block::centred(Style::Lead, "This certifies that"),
        Block::centred(Style::Title, name(&licence.licensee)),
        Block::centred(Style::Lead, "is licensed to use the music"),
        Block::centred(Style::Title, subject(licence)),
        Block::centred(Style::Lead, by),
        Block::centred(Style::Body, licence.label.clone()),
        Block::Gap(30),
        Block::Plate(code.clone()),
        Block::Gap(38),
        Block::Beside(54, facts(licence), vec![Block::Seal(seal(app, licence))]),
        Block::Gap(34),
        Block::Rule,
        Block::centred(
            Style::Small,
            "Scan the seal to see whether this licence is in force. The signed key in licence.jwt \
             proves it without asking anyone; this paper restates what the key says, and the \
             signed key prevails.",
        ),
        Block::centred(Style::Code, page(app, licence)),
    ]);
}

fn facts(licence: &Licence) -> Vec<Block> {
    let envelope = &licence.envelope;
    let part = |label: &str, text: String| {
        [
            Block::text(Style::Label, label),
            Block::text(Style::Body, text),
        ]
    };
    let mut facts = Vec::new();
    facts.extend(part("Issued", date(licence.issued_at)));
    facts.extend(part("Published", window(envelope)));
    facts.extend(part("Where in the world", territory(envelope)));
    facts.extend(part("On", placements(envelope)));
    facts.extend(part("For", purposes(envelope)));
    facts
}

fn seal(app: &App, licence: &Licence) -> Seal {
    let store: String = name(&app.settings.name).to_uppercase();
    let store: String = store.chars().take(24).collect();
    Seal {
        code: page(app, licence),
        ring: format!("{store} · SCAN TO VERIFY · "),
        radius: 88,
    }
}

fn terms(licence: &Licence, paper: &mut Document) {
    let plain = plain(&licence.envelope);
    paper.push(Block::text(Style::Title, "What this licence allows"));
    for (heading, mark, points) in [
        ("You may", '✓', plain.may),
        ("You may not", '✗', plain.may_not),
        ("You must", '•', plain.must),
    ] {
        if points.is_empty() {
            continue;
        }
        paper.push(Block::text(Style::Heading, heading));
        paper.push(Block::List(mark, points));
    }
}

fn files(licence: &Licence, paper: &mut Document) {
    if licence.files.is_empty() {
        return;
    }
    paper.push(Block::text(Style::Heading, "The files"));
    let row = |file: &crate::licensing::LicenceFile| {
        vec![
            file.name.clone(),
            file.kind.label().to_owned(),
            file.format.to_uppercase(),
        ]
    };
    paper.push(Block::Table(Table {
        columns: vec![
            Column::text("File", 7),
            Column::text("What it is", 2),
            Column::text("Format", 1),
        ],
        rows: licence.files.iter().map(row).collect(),
        totals: Vec::new(),
    }));
}

fn proof(app: &App, licence: &Licence, paper: &mut Document) {
    let keys: Vec<_> = app
        .issuer
        .jwks()
        .keys
        .iter()
        .map(|key| key.thumbprint().to_owned())
        .collect();
    paper.push(Block::text(Style::Heading, "Proof"));
    let line = |term: &str, what: &str| (term.to_owned(), what.to_owned());
    paper.push(Block::Sheet(vec![
        line("Licence", &licence.id.to_string()),
        line("Code", &licence.code.to_string()),
        line("Issued by", &issuer(app, licence)),
        line("Terms", &super::evidence::terms(&licence.token)),
        line("Envelope SHA-256", &licence.envelope_sha256),
        line("Issuer's keys", &keys.join("\n")),
    ]));
    paper.push(Block::text(
        Style::Small,
        "Check it offline with the files of the claim bundle: clearcue verify licence.jwt --issuer \
         jwks.json, or any program that verifies an EdDSA signature (RFC 8037).",
    ));
}
