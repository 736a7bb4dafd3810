//! Verifying online: what anybody may know of a licence by its code. No personal data.

use domain::Timestamp;
use licence_key::{Code, CodeError};
use thiserror::Error;

use super::Licence;
use super::show::{self, LicenceRefusal};
use crate::subscriptions::cleared;
use crate::{App, Fault, Refusal, Stop};

/// Why a code isn't answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyRefusal {
    /// It is no code.
    #[error("{0}")]
    NotACode(CodeError),
    /// No licence has it.
    #[error(transparent)]
    Licence(LicenceRefusal),
}

impl Refusal for VerifyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotACode(_) => "bad_code",
            Self::Licence(refusal) => refusal.code(),
        }
    }

    fn field(&self) -> Option<String> {
        Some("code".into())
    }
}

/// The licence of a code as people type it, without who holds it.
///
/// # Errors
/// [`VerifyRefusal`].
pub async fn verify(app: &App, code: &str) -> Result<Licence, Stop<VerifyRefusal>> {
    let code: Code = code
        .parse()
        .map_err(|e| Stop::Refused(VerifyRefusal::NotACode(e)))?;
    let mut licence = show::by_code(app, code).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(VerifyRefusal::Licence(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    // What the public may not see leaves here already, so that no page can show it by mistake.
    licence.licensee.clear();
    licence.email = None;
    licence.standing_reason = None;
    licence.grant.clear();
    licence.files.clear();
    licence.lines.clear();
    Ok(licence)
}

/// Whether the subscription of a licence runs; none where it is of something else. The uses that
/// were counted under it stay cleared either way: `check` answers for one of them.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn subscription_runs(
    app: &App,
    now: Timestamp,
    licence: &Licence,
) -> Result<Option<bool>, Fault> {
    cleared::runs_now(app, now, licence.id).await
}
