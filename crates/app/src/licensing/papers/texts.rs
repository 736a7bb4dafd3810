//! The plain texts: the licence for those who read no PDF, what to paste under a video, and
//! what is in a claim bundle.

use domain::envelope::Credit;
use domain::plain;

use super::{date, issuer, name, page, placements, purposes, subject, territory, window};
use crate::App;
use crate::licensing::Licence;

/// What to paste under a video: the credit, where one is asked for, and the key's public page.
#[must_use]
pub fn paste(app: &App, licence: &Licence) -> String {
    let code = licence.code.to_string();
    let key = format!("Licence {code} {}", page(app, licence));
    match &licence.envelope.credit {
        Credit::Required(credit) => format!("{credit}\n{key}"),
        Credit::NotRequired => key,
    }
}

/// The licence in plain text: the same facts and terms as the certificate.
#[must_use]
pub fn licence(app: &App, licence: &Licence) -> String {
    let envelope = &licence.envelope;
    let code = licence.code.to_string();
    let facts = [
        ("Licence", code.clone()),
        ("Licensee", name(&licence.licensee)),
        ("Music", subject(licence)),
        ("Artist", name(&licence.artist)),
        ("Licensed", licence.label.clone()),
        ("Issued", date(licence.issued_at)),
        ("Published", window(envelope)),
        ("Territory", territory(envelope)),
        ("On", placements(envelope)),
        ("For", purposes(envelope)),
        ("Issuer", issuer(app, licence)),
        ("Page", page(app, licence)),
        ("Envelope", format!("SHA-256 {}", licence.envelope_sha256)),
    ];
    let mut text = format!("LICENCE {code}\n{}\n\n", name(&app.settings.name));
    for (term, what) in facts.iter().filter(|(_, what)| !what.is_empty()) {
        text.push_str(&format!("{:<10} {what}\n", format!("{term}:")));
    }
    let plain = plain(envelope);
    for (heading, points) in [
        ("You may", plain.may),
        ("You may not", plain.may_not),
        ("You must", plain.must),
    ] {
        if points.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{heading}:\n"));
        for point in points {
            text.push_str(&format!("- {point}\n"));
        }
    }
    text.push_str(
        "\nThe signed key in licence.jwt prevails over this text. Check it with jwks.json:\n\
         clearcue verify licence.jwt --issuer jwks.json\n",
    );
    text
}

/// What is in a claim bundle, for whoever opens it.
#[must_use]
pub fn readme(app: &App, licence: &Licence) -> String {
    let files = if licence.files.is_empty() {
        "files/         none: clip time holds for any track; take them from the licence's page"
    } else {
        "files/         the music, and beside each file its signed key (.licence.jwt)"
    };
    format!(
        "Licence {} for {}\n{}\n\n\
         {files}\n\
         licence.jwt    the signed key: proves the licence, with or without the store\n\
         licence.pdf    the licence as a certificate, with its terms\n\
         licence.txt    the same in plain text\n\
         licence.json   the same for programs: claims, envelope, hashes\n\
         jwks.json      the store's public keys, to check the signed key with\n\
         invoice.pdf    the invoice\n\
         invoice.txt    the invoice in plain text\n\
         paste.txt      what to paste under your video\n\
         dispute.txt    what to answer if a platform claims your video\n\n\
         Keep all of it with your project. To check the key without a network:\n\
         clearcue verify licence.jwt --issuer jwks.json\n",
        licence.code,
        name(&licence.licensee),
        page(app, licence),
    )
}
