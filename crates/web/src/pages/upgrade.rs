//! Upgrading a licence: what is wider, for the difference.

use std::sync::Arc;

use app::App;
use app::licensing::quote::{self, Ask};
use app::licensing::{Claim, QuotedOption, show};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::frame::Frame;
use super::quote::covering;
use super::standing;
use super::view::{Hidden, UpgradePage};
use crate::api::licences::{opened, private_path};
use crate::problem::Problem;

/// `GET /licences/{id}/upgrade?grant=`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    let licence = show::licence(&app, id).await?;
    let of = Claim {
        licence: id.to_string(),
        grant: licence.grant.clone(),
    };
    let ask = Ask::Upgrade { of, wanted: None };
    let given = quote::look(&app, &mut app.call(), &ask).await?;
    let option = |option: &QuotedOption| {
        let field = |name: &str, value: &str| Hidden {
            name: name.into(),
            value: value.into(),
        };
        let hidden = vec![
            field("licence", &id.to_string()),
            field("grant", &licence.grant),
            field("offer", &option.offer),
        ];
        covering(hidden, option)
    };
    let options = given.options.iter().map(option);
    super::html(&UpgradePage {
        shell: frame.unlisted(format!("Upgrade {}", licence.title)),
        subject: standing::subject(&licence),
        item: standing::item(&licence.label),
        back_href: private_path(&licence),
        options: options.collect::<Result<_, _>>()?,
    })
}
