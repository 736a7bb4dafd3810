//! What is offered for uses that aren't covered: asked after they were refused and kept, beside the
//! counting, and once for all that ask the same.

use std::collections::HashMap;

use domain::envelope::{Placement, Purpose};
use domain::texts::Texts;
use domain::{Country, LicenceId, TrackId, covers};
use store::db::Tx;

use super::engine::uncovered::is_uncovered;
use super::kept::{Uncovered, of_events};
use super::report::Answer;
use crate::access::Principal;
use crate::licensing::Offered;
use crate::licensing::retroactive::{self, Case};
use crate::{App, Call, Fault};

/// How many different uses offers are looked for at once.
pub const DIFFERENT_MAX: usize = 50;

/// What is told beside a refusal for lack of cover.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// What would cover it.
    Offer(Box<Offered>),
    /// Nothing on sale does.
    Nothing,
    /// Too much was asked at once.
    AskAgain,
    /// It isn't kept, since the licence has as many of them as are.
    NotKept,
}

/// Offers that were found for one asker.
#[derive(Default)]
pub(super) struct Offers(HashMap<Question, Option<Box<Offered>>>);

/// What uses have in common that are answered alike. When they were published isn't in it: whether
/// an offer holds for it is asked of each.
#[derive(PartialEq, Eq, Hash)]
struct Question {
    licence: LicenceId,
    track: TrackId,
    placement: Placement,
    purpose: Purpose,
    territory: Option<Country>,
    clip_ms: i64,
    /// The rest of what is wanted, in words.
    audience: String,
    missing_ms: Option<i64>,
}

impl Told {
    /// What it means, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Offer(offered) => offered.sentence(),
            Self::Nothing => "Nothing on sale covers this use: ask the store.".into(),
            Self::AskAgain => {
                "Too many different uses were asked about at once: ask for fewer, or \
                               for this one by GET /v1/uses/{event}."
                    .into()
            }
            Self::NotKept => "This licence has 1,000 uses that aren't covered; this one isn't \
                              kept: ask POST /v1/quotes what covers it."
                .into(),
        }
    }
}

impl Offered {
    /// What it covers and what to do, in a sentence or two.
    #[must_use]
    pub fn sentence(&self) -> String {
        let texts = Texts::english();
        let wanted = &self.wanted;
        let places: Vec<&str> = wanted
            .placements
            .iter()
            .map(|p| texts.placement(p))
            .collect();
        let (label, purpose) = (&self.option.label, texts.purpose(wanted.purpose));
        let long = texts.length(wanted.clip_ms);
        let what = format!(
            "{label} covers it: {long} of music on {}, {purpose}.",
            texts.and(&places)
        );
        let how = match &self.tops_up {
            None => "Buy it, and send the event again with the new licence's code.".to_owned(),
            Some(of) if of.named => format!(
                "Buy it to top up licence {}, and send the event again as it is.",
                of.code
            ),
            Some(of) => format!(
                "Its buyer buys it signed in, beside licence {}; then send the event again as it is.",
                of.code
            ),
        };
        format!("{what} {how}")
    }
}

impl Offers {
    /// What is told of a use that is kept.
    pub(super) async fn of(
        &mut self,
        app: &App,
        tx: &mut Tx,
        call: &Call,
        one: &Uncovered,
    ) -> Result<Told, Fault> {
        let case = Case {
            licence: one.licence,
            track: one.track,
            report: &one.report,
            reasons: &one.reasons,
        };
        self.about(app, tx, call, case).await
    }

    /// What is told of a use; an offer is looked for where none was for its like.
    pub(super) async fn about(
        &mut self,
        app: &App,
        tx: &mut Tx,
        call: &Call,
        case: Case<'_>,
    ) -> Result<Told, Fault> {
        let wanted = case.wanted();
        let question = Question {
            licence: case.licence,
            track: case.track,
            placement: case.report.placement,
            purpose: case.report.purpose,
            territory: case.report.territory,
            clip_ms: case.report.clip_ms,
            audience: format!("{:?}", wanted.channel_audience),
            missing_ms: case.missing_ms(),
        };
        if !self.0.contains_key(&question) {
            if self.0.len() >= DIFFERENT_MAX {
                return Ok(Told::AskAgain);
            }
            let found = retroactive::cheapest(app, tx, call, case).await?;
            let told = found
                .clone()
                .map_or(Told::Nothing, |one| Told::Offer(Box::new(one)));
            self.0.insert(question, found.map(Box::new));
            return Ok(told);
        }
        Ok(match self.0.get(&question) {
            Some(Some(offered)) if covers(&offered.envelope, &wanted).is_ok() => {
                let wanted = wanted.clone();
                Told::Offer(Box::new(Offered {
                    wanted,
                    ..Offered::clone(offered)
                }))
            }
            // Of another time, for which the same licence doesn't hold.
            Some(Some(_)) => Told::AskAgain,
            Some(None) | None => Told::Nothing,
        })
    }
}

/// What is told of one use alone.
pub(super) async fn offer(app: &App, tx: &mut Tx, one: &Uncovered) -> Result<Told, Fault> {
    Offers::default().of(app, tx, &app.call(), one).await
}

/// What is told beside each receipt of a batch, given as ids with their answers: nothing where it isn't refused for lack of cover. Empty
/// where none is, which is the usual case.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn offers<'a>(
    app: &App,
    who: &Principal,
    receipts: impl Iterator<Item = (&'a str, &'a Answer)> + Clone + Send,
) -> Result<Vec<Option<Told>>, Fault> {
    let lacking = receipts.clone().filter(|(_, answer)| lacks_cover(answer));
    let ids: Vec<&str> = lacking.map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (mut tx, call) = (app.db.read().await?, app.call());
    let kept = of_events(&mut tx, &who.name(), &ids).await?;
    let kept = kept.iter().map(|one| (one.report.id.as_str(), one));
    let kept: HashMap<&str, &Uncovered> = kept.collect();
    let mut offers = Offers::default();
    let mut told = Vec::new();
    for (id, answer) in receipts {
        told.push(match kept.get(id) {
            _ if !lacks_cover(answer) => None,
            Some(one) => Some(offers.of(app, &mut tx, &call, one).await?),
            None => Some(Told::NotKept),
        });
    }
    Ok(told)
}

fn lacks_cover(answer: &Answer) -> bool {
    match answer {
        Answer::Refused(reasons) => reasons.iter().all(is_uncovered),
        Answer::Accepted(_) | Answer::Duplicate(_) | Answer::Conflict => false,
    }
}
