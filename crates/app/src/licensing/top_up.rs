//! Which bundles a new one is drawn on together with.
//!
//! Those of a person's account, or those of the licence that it tops up. A program buys for many
//! people, and a guest is nobody: theirs stand alone, unless they say otherwise and show the word
//! of that licence's private link.

use domain::LicenceId;
use licence_key::Code;
use store::db::Tx;
use thiserror::Error;

use super::Claim;
use crate::access::Principal;
use crate::{App, Refusal, Stop};

/// Why a bundle doesn't top another up. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TopUpRefusal {
    /// What is bought is no clip time.
    #[error("only clip time tops up clip time")]
    NotClipTime,
    /// There is none of this name, or the word is another's: a code can be guessed.
    #[error("this grant opens no clip time of this name: copy both from its private link")]
    WrongGrant,
}

impl Refusal for TopUpRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotClipTime => "not_clip_time",
            Self::WrongGrant => "wrong_grant",
        }
    }

    fn field(&self) -> Option<String> {
        Some("top_up".into())
    }
}

/// The family of a bundle that is bought under this licence.
pub(super) async fn family(
    app: &App,
    tx: &mut Tx,
    who: &Principal,
    (claim, is_bundle): (Option<&Claim>, bool),
    licence: LicenceId,
) -> Result<[u8; 16], Stop<TopUpRefusal>> {
    let Some(claim) = claim else {
        return Ok(match who {
            Principal::Person(person) => *person.id.bytes(),
            Principal::Program(_) | Principal::Guest => *licence.bytes(),
        });
    };
    if !is_bundle {
        return Err(Stop::Refused(TopUpRefusal::NotClipTime));
    }
    let named = match (
        claim.licence.parse::<LicenceId>(),
        claim.licence.parse::<Code>(),
    ) {
        (Ok(id), _) => tx.optional(BY_ID, &[id.bytes().into()]).await?,
        (_, Ok(code)) => tx.optional(BY_CODE, &[code.plain().into()]).await?,
        _ => None,
    };
    let Some(row) = named else {
        return Err(Stop::Refused(TopUpRefusal::WrongGrant));
    };
    let old = LicenceId::from_bytes(row.id("id")?);
    if !app.issuer.grants(old, &claim.grant) {
        return Err(Stop::Refused(TopUpRefusal::WrongGrant));
    }
    Ok(row.id("family")?)
}

const BY_ID: &str = "
    select l.id, b.family from licences l join bundles b on b.licence_id = l.id where l.id = $1";

const BY_CODE: &str = "
    select l.id, b.family from licences l join bundles b on b.licence_id = l.id
     where l.code = $1";
