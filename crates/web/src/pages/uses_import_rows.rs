//! The rows of an imported table that don't count, and what would cover them, as a page shows them.

use app::metering::import::RowAnswer;
use app::metering::offered::Told;
use app::metering::report::Answer;
use app::metering::to_cover::{Purchase, ToCover};
use domain::usage::UseRefusal;

use super::problem::sentence;
use super::uncovered::link_for_store;
use super::view::{ImportCover, ImportRow, OfferLink};
use crate::problem::Problem;
use crate::words;

/// What covering every row that lacks cover would cost; nothing where none does.
pub(super) fn cover(all: &ToCover) -> Result<Option<ImportCover>, Problem> {
    if all.uses == 0 {
        return Ok(None);
    }
    let purchase = |one: &Purchase| -> Result<(OfferLink, String), Problem> {
        let link = link_for_store(&one.offered)?;
        let times = if one.times > 1 {
            format!("{} times, ", number(one.times))
        } else {
            String::new()
        };
        Ok((link, format!("{times}for {}", rows(one.uses))))
    };
    let cost = all.cost()?.into_iter().map(words::price);
    let cost: Vec<String> = cost.collect();
    let lack = format!("{} lack cover.", rows(all.uses));
    let mut sentence = match cost.as_slice() {
        [] => lack,
        cost => format!(
            "{lack} What would cover them costs {} at most: something wider for several at once may \
             cost less.",
            cost.join(" and ")
        ),
    };
    if all.without_offer > 0 {
        let of = rows(all.without_offer);
        sentence += &format!(" For {of} nothing is offered.");
    }
    Ok(Some(ImportCover {
        sentence,
        purchases: all
            .purchases
            .iter()
            .map(purchase)
            .collect::<Result<_, _>>()?,
    }))
}

/// A row that doesn't count.
pub(super) fn row(answer: &RowAnswer) -> Result<ImportRow, Problem> {
    let column = match &answer.receipt.answer {
        Answer::Refused(refusals) => refusals.first().map_or("", column),
        Answer::Conflict => "id",
        Answer::Accepted(_) | Answer::Duplicate(_) => "",
    };
    let offer = match &answer.told {
        Some(Told::Offer(offered)) => Some(link_for_store(offered)?),
        _ => None,
    };
    let reasons = answer.reasons();
    Ok(ImportRow {
        line: number(answer.line),
        column: column.to_owned(),
        reasons: reasons.iter().map(|one| said(column, one)).collect(),
        offer,
        note: answer.told.as_ref().map(Told::sentence).unwrap_or_default(),
    })
}

/// A reason beside its column: the column's name isn't said twice, nor spelt with a capital.
fn said(column: &str, reason: &str) -> String {
    let named = format!("{column}: ");
    match reason.strip_prefix(&named) {
        Some(rest) => sentence(rest),
        None if !column.is_empty() && reason.starts_with(column) => format!("{reason}."),
        None => sentence(reason),
    }
}

/// The column that a refusal is about; empty where it is about the use as a whole.
fn column(refusal: &UseRefusal) -> &str {
    match refusal {
        UseRefusal::Field(error) => &error.field,
        UseRefusal::UnknownLicence | UseRefusal::LicenceNotActive { .. } => "licence_code",
        UseRefusal::NoLicenceForChannel => "channel",
        UseRefusal::WrongTrack { .. } | UseRefusal::TrackMissing | UseRefusal::UnknownTrack => {
            "track"
        }
        _ => "",
    }
}

/// So many rows, in words.
pub(super) fn rows(count: u64) -> String {
    words::many(i64::try_from(count).unwrap_or(i64::MAX), "row", "rows")
}

/// A number, in words.
pub(super) fn number(count: u64) -> String {
    words::count(i64::try_from(count).unwrap_or(i64::MAX))
}
