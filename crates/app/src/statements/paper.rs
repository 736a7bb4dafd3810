//! A statement as a paper: sums by kind and by track, then every line.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::statement::{Line, Statement, decimal, kind_words};
use paper::{Block, Column, Document, Style, Table};

use crate::App;
use crate::licensing::papers::{date, name};

/// The statement as a document.
#[must_use]
pub fn paper(app: &App, statement: &Statement) -> Document {
    let whose = name(&statement.payee.name);
    let mut paper = Document::new(format!("Statement {} for {whose}", statement.period.name));
    paper.author = name(&app.settings.name);
    paper.footer = format!(
        "Statement {} · {} · {}",
        statement.period.name, statement.payee.id, statement.currency
    );
    paper.push(Block::text(Style::Label, "Statement"));
    paper.push(Block::text(Style::Display, whose));
    paper.push(Block::text(Style::Lead, span(statement)));
    paper.push(Block::Rule);
    let balances = [
        ("Opening balance", statement.opening),
        ("Closing balance", statement.closing),
    ];
    let rows = balances.map(|(words, purses)| {
        let sum = i64::try_from(purses.sum()).map_or_else(|_| purses.sum().to_string(), decimal);
        let waiting = match purses.escrow_micros {
            0 => String::new(),
            micros => format!(", {} of it waiting in escrow", decimal(micros)),
        };
        let what = format!("{sum} {}{waiting}", statement.currency);
        (words.to_owned(), what)
    });
    paper.push(Block::Sheet(rows.into()));
    if statement.lines.is_empty() {
        paper.push(Block::text(Style::Body, "Nothing moved in this time."));
    } else {
        sums(statement, &mut paper);
        lines(statement, &mut paper);
    }
    paper.push(Block::Gap(6));
    paper.push(Block::text(Style::Small, FOOT));
    paper.push(Block::text(Style::Code, statement.hash.clone()));
    paper
}

const FOOT: &str = "Amounts are exact to the millionth. The JSON form of this statement holds \
                    everything needed to recompute each line; `clearcue statement verify FILE` \
                    does so without the store. Its hash:";

/// From when to when, the last day included as people say it.
fn span(statement: &Statement) -> String {
    let period = &statement.period;
    let last = date(period.until.plus_ms(-1));
    let over = match period.over {
        true => "",
        false => " (not over yet)",
    };
    format!("{} to {last}, UTC{over}", date(period.from))
}

fn sums(statement: &Statement, paper: &mut Document) {
    paper.push(Block::text(Style::Heading, "By kind"));
    let rows = statement.totals.iter().map(|total| {
        let (kind, lines) = (kind_words(&total.kind).to_owned(), total.lines.to_string());
        vec![kind, lines, decimal(total.micros)]
    });
    paper.push(table("Kind", rows.collect()));
    let mut tracks: BTreeMap<&str, (u64, i128)> = BTreeMap::new();
    for line in &statement.lines {
        let Some(track) = &line.track else { continue };
        let (count, sum) = tracks.entry(track).or_default();
        *count += 1;
        *sum += i128::from(line.micros);
    }
    if tracks.is_empty() {
        return;
    }
    paper.push(Block::text(Style::Heading, "By track"));
    let rows = tracks.into_iter().map(|(track, (count, sum))| {
        let sum = i64::try_from(sum).map_or_else(|_| sum.to_string(), decimal);
        vec![name(track), count.to_string(), sum]
    });
    paper.push(table("Track", rows.collect()));
}

fn table(of: &str, rows: Vec<Vec<String>>) -> Block {
    Block::Table(Table {
        columns: vec![
            Column::text(of, 6),
            Column::number("Lines", 1),
            Column::number("Amount", 2),
        ],
        rows,
        totals: Vec::new(),
    })
}

fn lines(statement: &Statement, paper: &mut Document) {
    paper.push(Block::text(Style::Heading, "Every line"));
    let sum: i128 = statement.lines.iter().map(|l| i128::from(l.micros)).sum();
    let sum = i64::try_from(sum).map_or_else(|_| sum.to_string(), decimal);
    let blank = String::new;
    paper.push(Block::Table(Table {
        columns: vec![
            Column::text("#", 2),
            Column::text("When (UTC)", 6),
            Column::text("What", 12),
            Column::text("Share", 11),
            Column::number("Amount", 7),
        ],
        rows: statement.lines.iter().map(|l| row(statement, l)).collect(),
        totals: vec![vec![blank(), blank(), "All lines".into(), blank(), sum]],
    }));
}

fn row(statement: &Statement, line: &Line) -> Vec<String> {
    let mut what = vec![kind_words(&line.kind).to_owned()];
    what.extend(line.track.as_deref().map(name));
    what.extend(line.licence.as_ref().map(|code| format!("Licence {code}")));
    if let Some(used) = &line.used {
        let place = used.placement.replace('_', " ");
        let territory = used.territory.iter().map(|t| format!(", {t}"));
        what.push(place + &territory.collect::<String>());
    }
    if line.purse == "escrow" {
        what.push("In escrow".into());
    }
    let sheet = (statement.sheets.iter()).find(|s| Some(&s.id) == line.sheet.as_ref());
    let mut share = Vec::new();
    if let (Some(sheet), Some(ppm)) = (sheet, line.share_ppm) {
        share.push(format!("Sheet version {}, {ppm} ppm", sheet.version));
    }
    share.extend(line.shared_micros.map(|m| format!("of {}", decimal(m))));
    if line.sheet.is_none() && line.licence.is_none() {
        share = vec![line.source.clone()];
    }
    vec![
        line.number.to_string(),
        moment(line.at),
        what.join("\n"),
        share.join("\n"),
        decimal(line.micros),
    ]
}

fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..19).unwrap_or(&text).replace('T', "\n")
}
