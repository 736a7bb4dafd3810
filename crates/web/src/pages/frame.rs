//! What every page carries: its address, the colour scheme and who is signed in.

use app::access::{Person, Role};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

use super::view::{Session, Shell, Theme};
use crate::assets;
use crate::principal::{Caller, cookie};
use crate::problem::Problem;
use crate::state::Web;

/// The cookie of the colour scheme.
pub(crate) const THEME: &str = "clearcue_theme";

/// The frame of the page that is asked for, as an extractor.
#[derive(Clone)]
pub(crate) struct Frame {
    shell: Shell,
    /// Who asks.
    pub(crate) caller: Caller,
}

impl FromRequestParts<Web> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, web).await?;
        let mut shell = bare(&parts.headers, &parts.uri);
        shell.session = caller.person().map(session);
        Ok(Self { shell, caller })
    }
}

impl Frame {
    /// The frame of a page of this title; a sentence describes it to search engines.
    pub(crate) fn shell(self, title: impl Into<String>, description: impl Into<String>) -> Shell {
        Shell {
            title: title.into(),
            description: description.into(),
            ..self.shell
        }
    }

    /// The frame of a page that robots leave alone: private ones, forms, results.
    pub(crate) fn unlisted(self, title: impl Into<String>) -> Shell {
        Shell {
            unlisted: true,
            ..self.shell(title, "")
        }
    }
}

/// A frame without knowing who asks.
pub(crate) fn bare(headers: &HeaderMap, uri: &Uri) -> Shell {
    Shell {
        title: String::new(),
        description: String::new(),
        path: uri.path().to_owned(),
        query: String::new(),
        theme: Theme::from_word(cookie(headers, THEME).unwrap_or_default()),
        session: None,
        assets: assets::fingerprint(),
        unlisted: false,
    }
}

fn session(person: &Person) -> Session {
    let links: &[_] = match person.role {
        Role::Composer => &[
            ("/report", "Report"),
            ("/report/uses", "Uses"),
            ("/splits", "Splits"),
            ("/payouts", "Payouts"),
            ("/statements", "Statements"),
            ("/prices", "Prices"),
        ],
        Role::Operator => &[
            ("/operator", "The store"),
            ("/report/uses", "Uses"),
            ("/operator/reporters", "Reporters"),
            ("/operator/payments", "Payments"),
            ("/operator/payouts", "Payouts"),
            ("/operator/deals/promos", "Terms of sale"),
            ("/statements", "Statements and tax"),
            ("/prices", "Prices"),
        ],
        Role::Buyer => &[
            ("/licences", "Licences"),
            ("/report/uses", "My uses"),
            ("/wallet", "Wallet and clip time"),
        ],
    };
    Session {
        name: person.name.clone(),
        links: links.to_vec(),
    }
}
