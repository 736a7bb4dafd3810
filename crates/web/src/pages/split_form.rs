//! The form that proposes a split sheet: who gets what, in per cent, summed up as it is written.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::offers::Hand;
use app::splits::propose::{self, Invitation, Share, Wish};
use app::splits::show::{self, Splits};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::AssetKind;
use domain::credits::{from_percent, percent};
use domain::split::{MAX_PAYEES, WHOLE_PPM};

use super::filled::Filled;
use super::frame::Frame;
use super::view::{InvitedRow, SplitFormPage, SplitFormRow, SplitInvitedPage, SplitSum};
use crate::api::params;
use crate::principal::sign_in_required;
use crate::problem::Problem;

/// The rows of a track that one composer has for themselves, so that another can be named.
const ROWS_MIN: usize = 2;

/// `GET /splits/new?track=&kind=`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let filled = Filled::from(params::pairs(query.as_deref()));
    let splits = theirs(&app, &frame, filled.value("track")).await?;
    let kind = filled.value("kind").to_owned();
    page(frame, &splits, &present(&splits, &kind))
}

/// `POST /splits/new`: adds or takes away a row, works out the sum, or proposes.
pub(crate) async fn act(
    State(app): State<Arc<App>>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let splits = theirs(&app, &frame, filled.value("track")).await?;
    if filled.value("do") != "propose" {
        return page(frame, &splits, &rearranged(&filled));
    }
    match propose(&app, &frame, &filled).await {
        Ok(done) if done.invitations.is_empty() => {
            let what = if done.agreed { "agreed" } else { "proposed" };
            Ok(Redirect::to(&format!("/splits?done={what}")).into_response())
        }
        Ok(done) => invited(&app, frame, &splits, &done.invitations),
        Err(problem) => {
            let names = names(&filled);
            let shown: Vec<_> = names
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect();
            let again = filled.refuse(problem, &shown)?;
            let page = page(frame, &splits, &again)?;
            Ok(again.answer(page))
        }
    }
}

/// A track's splits, where a composer asks who may see them.
async fn theirs(app: &App, frame: &Frame, track: &str) -> Result<Splits, Problem> {
    match &frame.caller.0 {
        Principal::Guest => Err(sign_in_required()),
        Principal::Person(person) if person.role == Role::Composer => {
            Ok(show::splits(app, Hand::Asker(&frame.caller.0), track).await?)
        }
        _ => Err(Problem::new(
            "scope_required",
            "this page is a composer's: the operator has `clearcue split propose`",
        )),
    }
}

async fn propose(app: &App, frame: &Frame, filled: &Filled) -> Result<propose::Proposed, Problem> {
    let mut shares = Vec::new();
    for row in written(filled) {
        let text = filled.value(&name("percent", row)).to_owned();
        let ppm = parts(&text).ok_or_else(|| {
            let detail = "write a part like 33.3333, in per cent with at most four decimals, or \
                          like 333333 ppm";
            Problem::new("bad_split_sheet", detail).at(format!("shares.{}.ppm", shares.len()))
        })?;
        shares.push(Share {
            payee: filled.value(&name("payee", row)).to_owned(),
            email: filled.optional(&name("email", row)).map(str::to_owned),
            ppm,
        });
    }
    let wish = Wish {
        track: filled.value("track").to_owned(),
        kind: filled.optional("kind").map(str::to_owned),
        shares,
        agreed_on_paper: None,
    };
    let hand = Hand::Asker(&frame.caller.0);
    Ok(propose::propose(app, &mut app.call(), hand, &wish).await?)
}

/// The rows in which something stands.
fn written(filled: &Filled) -> impl Iterator<Item = usize> {
    let says = |row: &usize| {
        let said = |what| !filled.value(&name(what, *row)).is_empty();
        said("payee") || said("percent") || said("email")
    };
    (0..rows(filled)).filter(says)
}

/// The fields of refusals, which count the parts, and those of the form, which count its rows.
fn names(filled: &Filled) -> Vec<(String, String)> {
    let of_row = |(part, row): (usize, usize)| {
        [("payee", "payee"), ("email", "email"), ("ppm", "percent")]
            .map(|(field, what)| (format!("shares.{part}.{field}"), name(what, row)))
    };
    written(filled).enumerate().flat_map(of_row).collect()
}

fn name(what: &str, row: usize) -> String {
    format!("{what}-{row}")
}

/// How many rows were sent: a script may have added some.
fn rows(filled: &Filled) -> usize {
    let sent = filled.value("rows").parse().unwrap_or(ROWS_MIN);
    sent.clamp(1, MAX_PAYEES)
}

/// A part as it is typed, in parts per million.
fn parts(text: &str) -> Option<u32> {
    match text.strip_suffix("ppm") {
        Some(ppm) => ppm.trim().parse().ok().filter(|ppm| *ppm <= WHOLE_PPM),
        None => from_percent(&text.replace(',', ".")),
    }
}

/// The split as it stands, as if it had been typed, with a row for somebody more.
fn present(splits: &Splits, kind: &str) -> Filled {
    let kind: Option<AssetKind> = kind.parse().ok();
    let in_force = || splits.versions.iter().filter(|version| version.in_force);
    let own = in_force().find(|version| version.kind == kind);
    let found = own.or_else(|| in_force().find(|version| version.kind.is_none()));
    let parts = found.map(|version| version.parts.as_slice());
    let mut fields = vec![(
        "kind".to_owned(),
        kind.map_or("", AssetKind::code).to_owned(),
    )];
    let mut count = 0;
    for part in parts.unwrap_or_default() {
        fields.push((name("payee", count), part.name.clone()));
        fields.push((name("percent", count), percent(part.ppm)));
        count += 1;
    }
    fields.push((
        "rows".to_owned(),
        (count + 1).clamp(ROWS_MIN, MAX_PAYEES).to_string(),
    ));
    fields.into()
}

/// What was sent, with one row more or less where that was asked for.
fn rearranged(filled: &Filled) -> Filled {
    let gone = filled.optional("remove").and_then(|row| row.parse().ok());
    let mut fields = vec![("kind".to_owned(), filled.value("kind").to_owned())];
    let mut count = 0;
    for row in (0..rows(filled)).filter(|row| Some(*row) != gone) {
        for what in ["payee", "percent", "email"] {
            let typed = filled.value(&name(what, row)).to_owned();
            fields.push((name(what, count), typed));
        }
        count += 1;
    }
    let more = usize::from(filled.value("do") == "row");
    fields.push(("rows".to_owned(), (count + more).to_string()));
    fields.into()
}

fn page(frame: Frame, splits: &Splits, filled: &Filled) -> Result<Response, Problem> {
    let all = std::iter::once(("", "The track, whatever is sold of it"));
    let kinds = all.chain(AssetKind::ALL.map(|kind| (kind.code(), kind.label())));
    let row = |row| {
        let field = |what| filled.field(&name(what, row), "");
        SplitFormRow {
            number: row,
            payee: field("payee"),
            percent: field("percent"),
            email: field("email"),
        }
    };
    let count = rows(filled);
    let mut shell = frame.unlisted("Propose a split");
    shell.path = "/splits".into();
    super::html(&SplitFormPage {
        shell,
        title: splits.title.clone(),
        href: format!("/tracks/{}", splits.slug),
        track: splits.slug.clone(),
        problem: filled.alert(),
        kinds: filled.choices("kind", "", kinds),
        rows: (0..count).map(row).collect(),
        sum: sum(filled),
        full: count >= MAX_PAYEES,
        most: MAX_PAYEES,
    })
}

/// What the parts come to, and what is missing or too much. A part that can't be read counts for
/// nothing: its own row says so when it is proposed.
fn sum(filled: &Filled) -> SplitSum {
    let part = |row| parts(filled.value(&name("percent", row))).unwrap_or(0);
    let sum: u32 = (0..rows(filled)).map(part).sum();
    let words = match sum.cmp(&WHOLE_PPM) {
        std::cmp::Ordering::Equal => "Together 100 %: it adds up.".to_owned(),
        std::cmp::Ordering::Less => format!(
            "Together {} %: {} % is missing.",
            percent(sum),
            percent(WHOLE_PPM - sum)
        ),
        std::cmp::Ordering::Greater => format!(
            "Together {} %: {} % too much.",
            percent(sum),
            percent(sum - WHOLE_PPM)
        ),
    };
    SplitSum {
        words,
        adds_up: sum == WHOLE_PPM,
    }
}

/// The links of who was invited: they can't be shown again.
fn invited(
    app: &App,
    frame: Frame,
    splits: &Splits,
    invitations: &[Invitation],
) -> Result<Response, Problem> {
    let row = |one: &Invitation| InvitedRow {
        name: one.name.clone(),
        email: one.email.clone(),
        url: one
            .secret
            .as_ref()
            .map(|secret| format!("{}/invitations/{secret}", app.settings.public_url)),
    };
    let mut shell = frame.unlisted("Split proposed");
    shell.path = "/splits".into();
    super::html(&SplitInvitedPage {
        shell,
        title: splits.title.clone(),
        invited: invitations.iter().map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Filled {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(own).collect::<Vec<_>>().into()
    }

    #[test]
    fn a_part_is_read_in_per_cent_or_parts_per_million() {
        for (text, wanted) in [
            ("50", Some(500_000)),
            ("33,3333", Some(333_333)),
            ("12.5 %", Some(125_000)),
            ("333334 ppm", Some(333_334)),
            ("100.1", None),
            ("1000001 ppm", None),
            ("a third", None),
            ("", None),
        ] {
            assert_eq!(parts(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_sum_says_what_is_missing_and_what_is_too_much() {
        let of = |a, b| sum(&sent(&[("rows", "2"), ("percent-0", a), ("percent-1", b)]));
        assert_eq!(of("60", "30").words, "Together 90 %: 10 % is missing.");
        assert_eq!(of("60", "50").words, "Together 110 %: 10 % too much.");
        assert!(of("66.6667", "33.3333").adds_up);
        assert!(!of("60", "forty").adds_up);
    }

    #[test]
    fn a_row_goes_and_another_comes_and_nothing_that_was_typed_is_lost() {
        let typed = sent(&[
            ("rows", "3"),
            ("payee-0", "Ada"),
            ("percent-0", "a lot"),
            ("payee-2", "Cleo"),
            ("remove", "1"),
        ]);
        let less = rearranged(&typed);
        assert_eq!(rows(&less), 2);
        assert_eq!(less.value("percent-0"), "a lot");
        assert_eq!(less.value("payee-1"), "Cleo");
        let more = rearranged(&sent(&[("rows", "1"), ("payee-0", "Ada"), ("do", "row")]));
        assert_eq!((rows(&more), more.value("payee-0")), (2, "Ada"));
    }

    #[test]
    fn refusals_count_the_parts_and_the_form_its_rows() {
        let filled = sent(&[("rows", "3"), ("payee-0", "Ada"), ("payee-2", "Cleo")]);
        let names = names(&filled);
        assert!(names.contains(&("shares.1.payee".into(), "payee-2".into())));
    }
}
