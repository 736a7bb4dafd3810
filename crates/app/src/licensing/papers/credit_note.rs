//! The credit note as a paper.

use paper::{Block, Column, Document, Style, Table};

use super::{date, invoice, name, page, subject};
use crate::App;
use crate::licensing::Licence;
use crate::licensing::credit_note::CreditNote;

/// A credit note of a licence as a document.
#[must_use]
pub fn paper(app: &App, licence: &Licence, note: &CreditNote) -> Document {
    let mut paper = Document::new(format!("Credit note {}", note.number));
    let seller = invoice::seller(app, licence, &note.seller);
    paper.author = seller.first().cloned().unwrap_or_default();
    paper.footer = format!("Credit note {} · licence {}", note.number, licence.code);
    paper.blocks.extend([
        Block::Beside(
            50,
            vec![Block::text(Style::Display, "Credit note")],
            vec![
                Block::right(Style::Label, "Number"),
                Block::right(Style::Title, note.number.clone()),
            ],
        ),
        Block::Rule,
        Block::Beside(
            50,
            invoice::party("From", seller),
            invoice::party("To", invoice::buyer(licence)),
        ),
        Block::Gap(12),
        Block::Sheet(facts(app, licence, note)),
        Block::Gap(14),
        Block::Table(Table {
            columns: vec![Column::text("Item", 5), Column::number("Amount", 1)],
            rows: rows(licence, note),
            totals: vec![vec!["Given back".into(), note.money.price_display()]],
        }),
        Block::text(Style::Body, closing(note)),
    ]);
    paper
}

fn facts(app: &App, licence: &Licence, note: &CreditNote) -> Vec<(String, String)> {
    let code = licence.code.to_string();
    [
        ("Date", date(note.issued_at)),
        ("Takes back of", format!("Invoice {}", note.invoice)),
        ("Supplied and paid", date(licence.issued_at)),
        ("For", subject(licence)),
        ("Licence", format!("{code}, {}", page(app, licence))),
        ("Why", name(&note.reason)),
    ]
    .map(|(term, what)| (term.to_owned(), what))
    .into()
}

fn rows(licence: &Licence, note: &CreditNote) -> Vec<Vec<String>> {
    if note.tax.is_zero() {
        return vec![vec![licence.label.clone(), note.money.price_display()]];
    }
    let net = note.money.checked_sub(note.tax).unwrap_or(note.money);
    vec![
        vec![licence.label.clone(), net.price_display()],
        vec!["Tax given back".into(), note.tax.price_display()],
    ]
}

fn closing(note: &CreditNote) -> String {
    if note.is_sandbox() {
        "Sandbox payment: no money was charged, and none was given back.".into()
    } else {
        format!("Given back by {}, the way it was paid.", note.provider)
    }
}
