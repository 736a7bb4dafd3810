//! The credits of a track: who wrote and published its work.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::catalogue::credits::{self, By};
use app::catalogue::show;
use axum::Json;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::response::IntoResponse as _;
use axum::response::Response;
use domain::credits::{self as kept, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// What is known of a recording and its work. Every member may be left out.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Credits)]
pub(crate) struct Credits {
    /// The recording's ISRC.
    #[schema(example = "GB-ABC-26-00001")]
    isrc: Option<String>,
    /// The version of the title, such as `Instrumental`.
    version: Option<String>,
    /// The work's title, where it isn't the track's.
    work_title: Option<String>,
    /// The work's ISWC.
    #[schema(example = "T-034.524.680-1")]
    iswc: Option<String>,
    /// The line of the recording's rights.
    #[schema(example = "℗ 2026 Night Market Music")]
    label_line: Option<String>,
    /// Who wrote the work, at most 32.
    writers: Vec<Writer>,
    /// Who publishes it, at most 32.
    publishers: Vec<Publisher>,
}

/// Somebody who wrote a work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Writer)]
pub(crate) struct Writer {
    /// Their name.
    name: String,
    /// `CA` composer and author, `C` composer, `A` author, `AR` arranger.
    #[schema(value_type = String, example = "CA")]
    role: Role,
    /// Their IPI name number.
    #[serde(default)]
    #[schema(example = "00045620792")]
    ipi: Option<String>,
    /// Their share in parts per million: all writers' are given and sum to 1000000, or none is.
    /// Shown only to those who may change it.
    #[serde(default)]
    share_ppm: Option<u32>,
}

/// Somebody who publishes a work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Publisher)]
pub(crate) struct Publisher {
    /// Their name.
    name: String,
    /// Their IPI name number.
    #[serde(default)]
    ipi: Option<String>,
    /// Their share of the publishers' side in parts per million, as for writers.
    #[serde(default)]
    share_ppm: Option<u32>,
}

/// Shows the credits of a track; empty where nobody has given any.
#[utoipa::path(get, path = "/v1/tracks/{track}/credits", operation_id = "show_credits", tag = "Catalogue", params(
    ("track" = String, Path, description = "Its id or its slug"),
), responses(
    (status = 200, description = "The credits", body = Credits),
    (status = 404, description = "There is no such track", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<Credits>, Problem> {
    let track = show::track(&app, &name).await?;
    let mut credits = credits::credits(&app, &name).await?;
    if !credits::may_change(&app, By::Asker(&caller.0), track.id).await? {
        let writers = credits.writers.iter_mut().map(|w| &mut w.share_ppm);
        let publishers = credits.publishers.iter_mut().map(|p| &mut p.share_ppm);
        for share in writers.chain(publishers) {
            *share = None;
        }
    }
    Ok(Json(credits.into()))
}

/// Gives a track new credits in the place of those it has: as the operator, or as a composer who
/// stands on its split sheet.
#[utoipa::path(put, path = "/v1/tracks/{track}/credits", operation_id = "set_credits", tag = "Catalogue", request_body = Credits, params(
    ("track" = String, Path, description = "Its id or its slug"),
), responses(
    (status = 200, description = "The credits as they are kept", body = Credits),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's track", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such track", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    if matches!(caller.0, Principal::Guest) {
        return Err(sign_in_required());
    }
    // The body is read only for whoever says who they are.
    let Body(wanted) = Body::<Credits>::from_request(request, &()).await?;
    let by = By::Asker(&caller.0);
    let kept = credits::set(&app, &app.call(), by, &name, wanted.into()).await?;
    Ok(Json(Credits::from(kept)).into_response())
}

impl From<kept::Credits> for Credits {
    fn from(kept: kept::Credits) -> Self {
        let writer = |w: kept::Writer| Writer {
            name: w.name,
            role: w.role,
            ipi: w.ipi,
            share_ppm: w.share_ppm,
        };
        let publisher = |p: kept::Publisher| Publisher {
            name: p.name,
            ipi: p.ipi,
            share_ppm: p.share_ppm,
        };
        Self {
            isrc: kept.isrc,
            version: kept.version,
            work_title: kept.work_title,
            iswc: kept.iswc,
            label_line: kept.label_line,
            writers: kept.writers.into_iter().map(writer).collect(),
            publishers: kept.publishers.into_iter().map(publisher).collect(),
        }
    }
}

impl From<Credits> for kept::Credits {
    fn from(said: Credits) -> Self {
        let writer = |w: Writer| kept::Writer {
            name: w.name,
            role: w.role,
            ipi: w.ipi,
            share_ppm: w.share_ppm,
        };
        let publisher = |p: Publisher| kept::Publisher {
            name: p.name,
            ipi: p.ipi,
            share_ppm: p.share_ppm,
        };
        Self {
            isrc: said.isrc,
            version: said.version,
            work_title: said.work_title,
            iswc: said.iswc,
            label_line: said.label_line,
            writers: said.writers.into_iter().map(writer).collect(),
            publishers: said.publishers.into_iter().map(publisher).collect(),
        }
    }
}
