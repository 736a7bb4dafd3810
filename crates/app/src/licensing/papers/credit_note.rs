//! The credit note as a paper.

use paper::{Block, Column, Document, Style, Table};

use super::{date, invoice, name, page, subject};
use crate::App;
use crate::billing::Kind;
use crate::billing::credit_note::CreditNote;
use crate::licensing::Licence;

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
    let mut facts = vec![
        ("Date", date(note.issued_at)),
        ("Takes back of", format!("Invoice {}", note.invoice)),
        ("Supplied and paid", date(note.paid_at)),
        ("For", subject(licence)),
    ];
    facts.extend(invoice::supplied(note.kind, note.period.as_ref()));
    facts.push(("Licence", format!("{code}, {}", page(app, licence))));
    facts.push(("Why", name(&note.reason)));
    let owned = |(term, what): (&str, String)| (term.to_owned(), what);
    facts.into_iter().map(owned).collect()
}

fn rows(licence: &Licence, note: &CreditNote) -> Vec<Vec<String>> {
    let item = match note.kind {
        Kind::Licence | Kind::SignUp => licence.label.clone(),
        Kind::Renewal => "A month of the subscription".into(),
        Kind::PlanChange => "A dearer plan for the rest of the month".into(),
    };
    if note.tax.is_zero() {
        return vec![vec![item, note.money.price_display()]];
    }
    let net = note.money.checked_sub(note.tax).unwrap_or(note.money);
    vec![
        vec![item, net.price_display()],
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
