//! An invoice as a paper and as text.

use paper::{Block, Column, Document, Style, Table};

use super::{amount, date, issuer, name, page, subject};
use crate::billing::invoice::Invoice;
use crate::billing::{Kind, Line, Period};
use crate::licensing::Licence;
use crate::{App, Seller};

/// An invoice of a licence as a document.
#[must_use]
pub fn paper(app: &App, licence: &Licence, invoice: &Invoice) -> Document {
    let mut paper = Document::new(format!("Invoice {}", invoice.number));
    let seller = seller(app, licence, &invoice.seller);
    paper.author = seller.first().cloned().unwrap_or_default();
    paper.footer = format!("Invoice {} · licence {}", invoice.number, licence.code);
    let sheet = facts(app, licence, invoice).into_iter();
    let rows = rows(invoice);
    paper.blocks.extend([
        Block::Beside(
            50,
            vec![Block::text(Style::Display, "Invoice")],
            vec![
                Block::right(Style::Label, "Number"),
                Block::right(Style::Title, invoice.number.clone()),
            ],
        ),
        Block::Rule,
        Block::Beside(50, party("From", seller), party("To", buyer(licence))),
        Block::Gap(12),
        Block::Sheet(sheet.collect()),
        Block::Gap(14),
        Block::Table(Table {
            columns: vec![Column::text("Item", 5), Column::number("Amount", 1)],
            rows,
            totals: vec![vec!["Total".into(), invoice.total.price_display()]],
        }),
    ]);
    for note in notes(invoice) {
        paper.push(Block::text(Style::Body, note));
    }
    paper
}

/// The same as plain text.
#[must_use]
pub fn text(app: &App, licence: &Licence, invoice: &Invoice) -> String {
    let mut text = format!("INVOICE {}\n\n", invoice.number);
    text.push_str(&format!(
        "From: {}\n",
        seller(app, licence, &invoice.seller).join(", ")
    ));
    text.push_str(&format!("To:   {}\n\n", buyer(licence).join(", ")));
    for (term, what) in facts(app, licence, invoice) {
        text.push_str(&format!("{term}: {what}\n"));
    }
    text.push('\n');
    let mut rows = rows(invoice);
    rows.push(vec!["Total".into(), invoice.total.price_display()]);
    for row in rows {
        let (item, amount) = (row.first(), row.get(1));
        let (item, amount) = (item.cloned().unwrap_or_default(), amount.cloned());
        text.push_str(&format!("{item:<60} {:>16}\n", amount.unwrap_or_default()));
    }
    for note in notes(invoice) {
        text.push_str(&format!("\n{note}\n"));
    }
    text
}

/// A party of a paper: its name, and the lines below it.
pub(super) fn party(label: &str, lines: Vec<String>) -> Vec<Block> {
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let mut blocks = vec![
        Block::text(Style::Label, label),
        Block::text(Style::Strong, first),
    ];
    blocks.extend(lines.map(|line| Block::text(Style::Body, line)));
    blocks
}

/// Who sold, as lines of a paper.
pub(super) fn seller(app: &App, licence: &Licence, seller: &Seller) -> Vec<String> {
    let first = match seller.name.as_str() {
        "" => name(&app.settings.name),
        known => name(known),
    };
    let mut lines = vec![first];
    let address = seller.address.split('|').map(name);
    lines.extend(address.filter(|line| !line.trim().is_empty()));
    if !seller.tax_id.is_empty() {
        lines.push(format!("Tax number {}", name(&seller.tax_id)));
    }
    lines.push(issuer(app, licence));
    lines
}

/// Who bought, as lines of a paper.
pub(super) fn buyer(licence: &Licence) -> Vec<String> {
    let mut lines = vec![name(&licence.licensee)];
    lines.extend(licence.email.as_deref().map(name));
    lines
}

fn facts(app: &App, licence: &Licence, invoice: &Invoice) -> Vec<(String, String)> {
    let what = match licence.artist.as_str() {
        "" => subject(licence),
        artist => format!("{} by {}", subject(licence), name(artist)),
    };
    let code = licence.code.to_string();
    let mut facts = vec![
        ("Invoice date", date(invoice.issued_at)),
        ("Supplied and paid", date(invoice.paid_at)),
        ("For", what),
    ];
    facts.extend(supplied(invoice.kind, invoice.period.as_ref()));
    facts.push(("Licence", format!("{code}, {}", page(app, licence))));
    let owned = |(term, what): (&str, String)| (term.to_owned(), what);
    facts.into_iter().map(owned).collect()
}

/// Of a subscription: what was paid for, and which time.
pub(super) fn supplied(kind: Kind, period: Option<&Period>) -> Vec<(&'static str, String)> {
    let Some(period) = period else {
        return Vec::new();
    };
    let what = match kind {
        Kind::Licence => "Licence",
        Kind::SignUp => "Sign-up",
        Kind::Renewal => "Renewal",
        Kind::PlanChange => "Change to a dearer plan",
    };
    let plan = period.plan.as_ref();
    let plan = plan.map_or(String::new(), |plan| format!(", plan {plan}"));
    let time = format!("{} to {}", date(period.from), date(period.until));
    vec![("Subscription", format!("{what}{plan}")), ("Period", time)]
}

fn rows(invoice: &Invoice) -> Vec<Vec<String>> {
    let currency = invoice.total.currency();
    let row = |line: &Line| vec![line.label.clone(), amount(line.micros, currency)];
    invoice.lines.iter().map(row).collect()
}

fn notes(invoice: &Invoice) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(tax) = &invoice.tax_included {
        let amount = amount(tax.micros, invoice.total.currency());
        let net = invoice.net().price_display();
        notes.push(format!(
            "Included in the total: {} {amount}. Without it: {net}.",
            tax.label
        ));
    }
    notes.push(if invoice.is_sandbox() {
        "Sandbox payment: no money was charged. This invoice is no demand and no receipt for \
         money."
            .into()
    } else {
        format!(
            "Paid on {} by {}. Nothing is due.",
            date(invoice.paid_at),
            invoice.provider
        )
    });
    notes
}
