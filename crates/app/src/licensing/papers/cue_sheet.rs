//! A cue sheet as a paper.

use domain::credits::{Publisher, Writer, percent};
use domain::cue::{Cue, CueSheet, CueUse, clock};
use paper::{Block, Column, Document, Style, Table};

use super::name;
use crate::App;

/// The cue sheet as a document.
#[must_use]
pub fn paper(app: &App, sheet: &CueSheet) -> Document {
    let mut paper = Document::new(format!("Cue sheet: {}", name(&sheet.production)));
    paper.author = name(&app.settings.name);
    paper.footer = format!("Cue sheet · {}", name(&sheet.production));
    paper.push(Block::text(Style::Label, "Cue sheet"));
    paper.push(Block::text(Style::Display, name(&sheet.production)));
    if let Some(episode) = &sheet.episode {
        paper.push(Block::text(Style::Lead, name(episode)));
    }
    paper.push(Block::Rule);
    paper.push(Block::Table(Table {
        columns: vec![
            Column::text("#", 2),
            Column::text("Title and performer", 14),
            Column::text("Writers: role, IPI, share", 15),
            Column::text("Publishers: IPI, share", 11),
            Column::text("Use", 3),
            Column::number("Length", 6),
        ],
        rows: sheet.cues.iter().map(row).collect(),
        totals: vec![total(sheet)],
    }));
    missing(sheet, &mut paper);
    paper.push(Block::Gap(6));
    let uses = CueUse::ALL.map(|used| format!("{} {}", used.code(), used.label()));
    paper.push(Block::text(
        Style::Small,
        format!("Use: {}.", uses.join(", ")),
    ));
    paper.push(Block::text(
        Style::Small,
        "Role: CA composer and author, C composer, A author, AR arranger. The shares of writers and \
         those of publishers each add up to 100 %. What isn't known was left blank.",
    ));
    paper
}

fn row(cue: &Cue) -> Vec<String> {
    let credits = &cue.credits;
    let mut title = vec![match &credits.version {
        Some(version) => format!("{} ({version})", name(&cue.title)),
        None => name(&cue.title),
    }];
    title.push(name(&cue.artist));
    let known = [
        credits.work_title.as_ref().map(|t| format!("Work: {t}")),
        credits.isrc.as_ref().map(|n| format!("ISRC {n}")),
        credits.iswc.as_ref().map(|n| format!("ISWC {n}")),
        credits.label_line.clone(),
        Some(format!("Licence {}", cue.licence)),
    ];
    title.extend(known.into_iter().flatten());
    let lines = |lines: Vec<String>| lines.join("\n");
    vec![
        cue.sequence.to_string(),
        lines(title),
        lines(credits.writers.iter().map(writer).collect()),
        lines(credits.publishers.iter().map(publisher).collect()),
        cue.usage.map_or("", CueUse::code).to_owned(),
        length(cue),
    ]
}

fn length(cue: &Cue) -> String {
    let length = cue.duration_ms.map(clock);
    let at = cue.start_ms.map(|ms| format!("at {}", clock(ms)));
    let lines: Vec<_> = length.into_iter().chain(at).collect();
    lines.join("\n")
}

fn writer(writer: &Writer) -> String {
    let mut parts = vec![writer.role.code().to_owned()];
    parts.extend(writer.ipi.clone());
    parts.extend(
        writer
            .share_ppm
            .map(|ppm| format!("{}\u{a0}%", percent(ppm))),
    );
    format!("{}: {}", writer.name, parts.join(", "))
}

fn publisher(publisher: &Publisher) -> String {
    let mut parts = Vec::new();
    parts.extend(publisher.ipi.clone());
    parts.extend(
        publisher
            .share_ppm
            .map(|ppm| format!("{}\u{a0}%", percent(ppm))),
    );
    if parts.is_empty() {
        return publisher.name.clone();
    }
    format!("{}: {}", publisher.name, parts.join(", "))
}

/// The sum of the lengths that are known.
fn total(sheet: &CueSheet) -> Vec<String> {
    let known = sheet.cues.iter().filter_map(|cue| cue.duration_ms);
    let sum = known.fold(0_u32, u32::saturating_add);
    let cues = match sheet.cues.len() {
        1 => "1 cue".to_owned(),
        count => format!("{count} cues"),
    };
    let blank = String::new;
    vec![blank(), cues, blank(), blank(), blank(), clock(sum)]
}

fn missing(sheet: &CueSheet, paper: &mut Document) {
    let missing = sheet.missing();
    if missing.is_empty() {
        return;
    }
    paper.push(Block::text(Style::Heading, "Missing"));
    paper.push(Block::List('–', missing));
}
