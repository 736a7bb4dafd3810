//! Split sheets: how a track is shared, what is proposed, and who accepts it.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::offers::Hand;
use app::splits::propose::{self, Share, Wish};
use app::splits::{self as kept, accept, decline, show};
use axum::Json;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::{AssetKind, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// How a track is shared.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Splits)]
pub(crate) struct Splits {
    /// The track's id.
    track: String,
    /// Its title.
    title: String,
    /// Every version, the newest first.
    versions: Vec<Version>,
    /// Every proposal, the newest first.
    proposals: Vec<Proposal>,
}

/// A version of a split sheet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitVersion)]
struct Version {
    /// The sheet's id.
    sheet: String,
    /// Its number, counted for the track.
    version: i64,
    /// The kind of asset it is for; null for the track.
    #[schema(value_type = Option<String>, example = "stem")]
    kind: Option<AssetKind>,
    /// From when on it counts.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Whether events are shared by it now.
    in_force: bool,
    /// Its parts, the largest first.
    parts: Vec<Part>,
}

/// Somebody's part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitPart)]
struct Part {
    /// The payee's id.
    payee: String,
    /// Their name.
    name: String,
    /// Parts per million.
    #[schema(example = 500_000)]
    ppm: u32,
    /// Whether they are registered; until then they earn into escrow.
    registered: bool,
}

/// A proposed version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitProposal)]
pub(crate) struct Proposal {
    /// Its id.
    id: String,
    /// The track's id.
    track: String,
    /// The kind of asset it is for; null for the track.
    #[schema(value_type = Option<String>, example = "stem")]
    kind: Option<AssetKind>,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    proposed_at: Timestamp,
    /// `open`, `agreed`, `declined`, `withdrawn` or `replaced`.
    #[schema(example = "open")]
    status: &'static str,
    /// What was signed elsewhere instead, as the operator says.
    agreed_on_paper: Option<String>,
    /// Its parts, the largest first.
    parts: Vec<Part>,
    /// Those without whose acceptance it doesn't take effect, by name.
    waiting_for: Vec<String>,
}

/// A split to be proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposedSplit)]
pub(crate) struct Wanted {
    /// One kind of asset alone; left out for the track.
    #[serde(default)]
    #[schema(example = "stem")]
    kind: Option<String>,
    /// Who gets what: 1 to 32 parts that sum to 1000000.
    shares: Vec<WantedShare>,
    /// What all have signed elsewhere: it takes effect at once. The operator's word alone.
    #[serde(default)]
    agreed_on_paper: Option<String>,
}

/// Somebody's part to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposedShare)]
struct WantedShare {
    /// A payee's id or name, or the name of somebody new.
    #[schema(example = "Ada Byron")]
    payee: String,
    /// The e-mail of somebody new.
    #[serde(default)]
    email: Option<String>,
    /// Parts per million.
    #[schema(example = 500_000)]
    ppm: u32,
}

/// What came of a proposal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitProposed)]
pub(crate) struct Done {
    /// The proposal.
    proposal: Proposal,
    /// Whether it is in force.
    agreed: bool,
    /// Who isn't registered and is invited.
    invitations: Vec<Invitation>,
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitInvitation)]
struct Invitation {
    /// Who is invited.
    name: String,
    /// Their e-mail, where it was given.
    email: Option<String>,
    /// The page to send them, shown once; null where the operator has to make it.
    url: Option<String>,
}

/// Shows how a track is shared, and what is proposed: to who stands on it, and the operator.
#[utoipa::path(get, path = "/v1/tracks/{track}/splits", operation_id = "show_splits", tag = "Splits", params(
    ("track" = String, Path, description = "Its id or its slug"),
), responses(
    (status = 200, description = "The splits", body = Splits),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's track", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such track", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(track): Path<String>,
    caller: Caller,
) -> Result<Json<Splits>, Problem> {
    let splits = show::splits(&app, known(&caller)?, &track).await?;
    Ok(Json(Splits {
        track: splits.track.to_string(),
        title: splits.title,
        versions: splits.versions.iter().map(version).collect(),
        proposals: splits.proposals.iter().map(proposal).collect(),
    }))
}

/// Proposes another split. It counts from the next event once everybody it concerns has accepted.
#[utoipa::path(post, path = "/v1/tracks/{track}/split-proposals", operation_id = "propose_split", tag = "Splits", request_body = Wanted, params(
    ("track" = String, Path, description = "Its id or its slug"),
), responses(
    (status = 200, description = "The proposal", body = Done),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's track", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such track or payee", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "Another proposal was accepted by somebody, or nothing would change", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "The shares make no split sheet", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn propose(
    State(app): State<Arc<App>>,
    Path(track): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let hand = known(&caller)?;
    let Body(wanted) = Body::<Wanted>::from_request(request, &()).await?;
    let share = |share: WantedShare| Share {
        payee: share.payee,
        email: share.email,
        ppm: share.ppm,
    };
    let wish = Wish {
        track,
        kind: wanted.kind,
        shares: wanted.shares.into_iter().map(share).collect(),
        agreed_on_paper: wanted.agreed_on_paper,
    };
    let done = propose::propose(&app, &mut app.call(), hand, &wish).await?;
    let found = show::proposal(&app, hand, &done.proposal.to_string()).await?;
    let invitation = |one: propose::Invitation| Invitation {
        name: one.name,
        email: one.email,
        url: one.secret.map(|secret| format!("/invitations/{secret}")),
    };
    let done = Done {
        proposal: proposal(&found),
        agreed: done.agreed,
        invitations: done.invitations.into_iter().map(invitation).collect(),
    };
    Ok(Json(done).into_response())
}

/// Shows a proposal.
#[utoipa::path(get, path = "/v1/split-proposals/{proposal}", operation_id = "show_split_proposal", tag = "Splits", params(
    ("proposal" = String, Path, description = "Its id"),
), responses(
    (status = 200, description = "The proposal", body = Proposal),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It concerns others", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such proposal", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show_proposal(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<Proposal>, Problem> {
    let found = show::proposal(&app, known(&caller)?, &name).await?;
    Ok(Json(proposal(&found)))
}

/// Accepts a proposal, as the composer who is signed in. Accepting twice is refused and changes
/// nothing, so it needs no idempotency key.
#[utoipa::path(post, path = "/v1/split-proposals/{proposal}/accept", operation_id = "accept_split", tag = "Splits", params(
    ("proposal" = String, Path, description = "Its id"),
), responses(
    (status = 200, description = "The proposal afterwards", body = Proposal),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It concerns others", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such proposal", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is closed, or they have accepted", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn accept(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<Proposal>, Problem> {
    let hand = known(&caller)?;
    accept::accept(&app, &mut app.call(), hand, &name).await?;
    Ok(Json(proposal(&show::proposal(&app, hand, &name).await?)))
}

/// Declines a proposal as a party, or takes it back as who proposed it or the operator.
#[utoipa::path(post, path = "/v1/split-proposals/{proposal}/decline", operation_id = "decline_split", tag = "Splits", params(
    ("proposal" = String, Path, description = "Its id"),
), responses(
    (status = 200, description = "The proposal afterwards", body = Proposal),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It concerns others", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such proposal", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is closed", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn decline(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<Proposal>, Problem> {
    let hand = known(&caller)?;
    decline::decline(&app, &app.call(), hand, &name).await?;
    Ok(Json(proposal(&show::proposal(&app, hand, &name).await?)))
}

/// Refuses guests before anything is looked up.
fn known(caller: &Caller) -> Result<Hand<'_>, Problem> {
    match &caller.0 {
        Principal::Guest => Err(sign_in_required()),
        who => Ok(Hand::Asker(who)),
    }
}

fn version(version: &kept::Version) -> Version {
    Version {
        sheet: version.sheet.to_string(),
        version: version.version,
        kind: version.kind,
        from: version.from,
        in_force: version.in_force,
        parts: version.parts.iter().map(part).collect(),
    }
}

fn proposal(one: &kept::Proposal) -> Proposal {
    Proposal {
        id: one.id.to_string(),
        track: one.track.to_string(),
        kind: one.kind,
        proposed_by: one.by.clone(),
        proposed_at: one.at,
        status: one.status.word(),
        agreed_on_paper: one.on_paper.clone(),
        parts: one.parts.iter().map(part).collect(),
        waiting_for: one.waiting_for().map(str::to_owned).collect(),
    }
}

fn part(part: &kept::Part) -> Part {
    Part {
        payee: part.payee.to_string(),
        name: part.name.clone(),
        ppm: part.ppm,
        registered: part.registered,
    }
}

#[cfg(test)]
mod tests {
    use app::Refusal;
    use app::splits::invitation::InvitationRefusal;
    use app::splits::propose::ProposeRefusal;
    use app::splits::{Status, WordRefusal};
    use axum::http::StatusCode;

    use crate::problem::status_of;

    #[test]
    fn every_refusal_of_splits_has_its_status() {
        let codes = [
            InvitationRefusal::Spent.code(),
            WordRefusal::Unknown("x".into()).code(),
            WordRefusal::NotAParty.code(),
            WordRefusal::Closed(Status::Agreed).code(),
            WordRefusal::Already.code(),
            ProposeRefusal::Kind(domain::asset::UnknownAssetKind).code(),
            ProposeRefusal::BadPaper.code(),
            ProposeRefusal::Count(0).code(),
            ProposeRefusal::BadName(0).code(),
            ProposeRefusal::BadEmail(0, "x".into()).code(),
            ProposeRefusal::Unknown(0, "x".into()).code(),
            ProposeRefusal::Unchanged.code(),
            ProposeRefusal::Open(domain::ProposalId::from_bytes([0; 16])).code(),
        ];
        for code in codes {
            assert_ne!(status_of(code), StatusCode::BAD_REQUEST, "{code}");
        }
    }
}
