//! Curators: who sends buyers by a link and gets a part of the commission of what they buy.
//!
//! A curator is a payee with a word. The composers' share doesn't change with where a buyer came
//! from: what a curator gets, the store does without.

use domain::{PayeeId, Timestamp};
use store::db::{Row, Tx};

use super::{DealRefusal, TermsRefusal, Via, bad, is_word, operator};
use crate::offers::Hand;
use crate::{App, Call, Fault, Stop};

/// A curator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curator {
    /// The word in their links: `?via=WORD`.
    pub slug: String,
    /// Who is paid.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// Their share of the net, in basis points, out of the commission.
    pub share_bp: u32,
    /// Since when.
    pub since: Timestamp,
    /// When it ended.
    pub closed: Option<Timestamp>,
}

/// Makes a payee, by name or id, a curator.
///
/// # Errors
/// [`DealRefusal`]: not the operator, no word, a share of nothing or above the commission, an
/// unknown payee, a word that is taken.
pub async fn add(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    (slug, payee): (&str, &str),
    share_bp: u32,
) -> Result<Curator, Stop<DealRefusal>> {
    operator(hand)?;
    let slug = slug.trim().to_ascii_lowercase();
    if !is_word(&slug) {
        return bad(
            "slug",
            "a curator's word is 2 to 32 letters, digits and hyphens",
        );
    }
    let most = app.settings.rates.commission_bp;
    if !(1..=most).contains(&share_bp) {
        let why = format!(
            "a curator's share is 1 to {most} basis points: it is paid out of the commission"
        );
        return bad("share", why);
    }
    let mut tx = app.db.write().await?;
    let row = match payee.parse::<PayeeId>() {
        Ok(id) => tx.optional(PAYEE_BY_ID, &[id.bytes().into()]).await?,
        Err(_) => tx.optional(PAYEE_BY_NAME, &[payee.into()]).await?,
    };
    let Some(row) = row else {
        return bad(
            "payee",
            format!(
                "there is no payee `{}`: a curator is somebody who is paid here already",
                payee.chars().take(80).collect::<String>()
            ),
        );
    };
    let made = Curator {
        slug,
        payee: PayeeId::from_bytes(row.id("id")?),
        name: row.text("name")?,
        share_bp,
        since: call.now,
        closed: None,
    };
    let values = [
        made.slug.as_str().into(),
        made.payee.bytes().into(),
        share_bp.into(),
        hand.name().into(),
        call.now.0.into(),
    ];
    if tx.optional(INSERT, &values).await?.is_none() {
        return Err(Stop::Refused(DealRefusal::Taken(made.slug)));
    }
    tx.commit().await?;
    Ok(made)
}

/// Ends a curator's share. Quotes given before still credit them.
///
/// # Errors
/// [`DealRefusal`]: not the operator, no such curator.
pub async fn close(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    slug: &str,
) -> Result<(), Stop<DealRefusal>> {
    operator(hand)?;
    let slug = slug.trim().to_ascii_lowercase();
    let mut tx = app.db.write().await?;
    let values = [slug.as_str().into(), call.now.0.into()];
    if tx.optional(CLOSE, &values).await?.is_none() {
        return Err(Stop::Refused(DealRefusal::Unknown(
            slug.chars().take(40).collect(),
        )));
    }
    Ok(tx.commit().await?)
}

/// Every curator.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<Curator>, Fault> {
    let mut tx = app.db.read().await?;
    let sql = tx.spelt(&format!("{SELECT} order by c.slug {{bytewise}}"));
    let rows = tx.all(&sql, &[]).await?;
    rows.iter().map(read).collect()
}

/// Who a buyer came by; nobody where that curator was closed.
pub(super) async fn via(tx: &mut Tx, word: &str) -> Result<Option<Via>, Stop<TermsRefusal>> {
    let slug = word.trim().to_ascii_lowercase();
    let row = tx
        .optional(&format!("{SELECT} where c.slug = $1"), &[slug.into()])
        .await?;
    let Some(row) = row else {
        let word = word.chars().take(40).collect();
        return Err(Stop::Refused(TermsRefusal::UnknownCurator(word)));
    };
    let found = read(&row)?;
    Ok(found.closed.is_none().then_some(Via {
        slug: found.slug,
        payee: found.payee,
        share_bp: found.share_bp,
    }))
}

fn read(row: &Row) -> Result<Curator, Fault> {
    Ok(Curator {
        slug: row.text("slug")?,
        payee: PayeeId::from_bytes(row.id("payee_id")?),
        name: row.text("name")?,
        share_bp: u32::try_from(row.int("share_bp")?)
            .map_err(Fault::while_("reading a curator's share"))?,
        since: Timestamp(row.int("made_ms")?),
        closed: row.opt_int("closed_ms")?.map(Timestamp),
    })
}

const PAYEE_BY_ID: &str = "select id, name from payees where id = $1";

const PAYEE_BY_NAME: &str = "select id, name from payees where name = $1";

const INSERT: &str = "
    insert into curators (slug, payee_id, share_bp, made_by, made_ms) values ($1, $2, $3, $4, $5)
    on conflict do nothing
 returning slug";

const CLOSE: &str =
    "update curators set closed_ms = $2 where slug = $1 and closed_ms is null returning slug";

const SELECT: &str = "
    select c.slug, c.payee_id, p.name, c.share_bp, c.made_ms, c.closed_ms
      from curators c join payees p on p.id = c.payee_id";
