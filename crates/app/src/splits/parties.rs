//! Whom a proposal names: payees found, somebody new made one, and invitations for all who aren't
//! registered.

use std::collections::BTreeSet;

use domain::{Line, PayeeId};
use store::db::Tx;

use super::is_operator;
use super::read::{Stored, as_ruled};
use super::wish::{Invitation, ProposeRefusal, Share};
use crate::access::fresh_secret;
use crate::accounts::escrow;
use crate::offers::Hand;
use crate::{Call, Fault, Stop};

/// A share with its payee.
pub(super) struct Named {
    pub(super) payee: PayeeId,
    name: String,
    email: Option<String>,
    /// Made by this proposal.
    is_new: bool,
    pub(super) ppm: u32,
}

impl Named {
    /// The payees of shares; somebody new is made one.
    pub(super) async fn all(
        tx: &mut Tx,
        call: &mut Call,
        shares: &[Share],
    ) -> Result<Vec<Self>, Stop<ProposeRefusal>> {
        let mut all: Vec<Self> = Vec::with_capacity(shares.len());
        for (at, share) in shares.iter().enumerate() {
            let one = Self::one(tx, call, at, share).await?;
            if all.iter().any(|other| other.payee == one.payee) {
                return Err(Stop::Refused(ProposeRefusal::Twice(at, one.name)));
            }
            all.push(one);
        }
        Ok(all)
    }

    async fn one(
        tx: &mut Tx,
        call: &mut Call,
        at: usize,
        share: &Share,
    ) -> Result<Self, Stop<ProposeRefusal>> {
        let refused = |refusal| Err(Stop::Refused(refusal));
        let name = share.payee.trim();
        let email = share.email.as_deref().map(str::trim);
        let email = email.filter(|email| !email.is_empty());
        if name.parse::<Line>().is_err() || name.chars().count() > 120 {
            return refused(ProposeRefusal::BadName(at));
        }
        if let Some(email) = email.filter(|email| !is_address(email)) {
            let email = email.chars().take(80).collect();
            return refused(ProposeRefusal::BadEmail(at, email));
        }
        let row = match name.parse::<PayeeId>() {
            Ok(id) => tx.optional(BY_ID, &[id.bytes().into()]).await?,
            Err(_) => tx.optional(BY_NAME, &[name.into()]).await?,
        };
        let (payee, name, is_new) = match row {
            Some(row) => (PayeeId::from_bytes(row.id("id")?), row.text("name")?, false),
            None if email.is_none() || name.parse::<PayeeId>().is_ok() => {
                let name = name.chars().take(80).collect();
                return refused(ProposeRefusal::Unknown(at, name));
            }
            None => {
                let id = PayeeId::from_bytes(call.id());
                let values = [id.bytes().into(), name.into(), call.now.0.into()];
                tx.run(INSERT_PAYEE, &values).await?;
                (id, name.to_owned(), true)
            }
        };
        Ok(Self {
            payee,
            name,
            email: email.map(str::to_owned),
            is_new,
            ppm: share.ppm,
        })
    }
}

fn is_address(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.contains(|c: char| c.is_control() || c.is_whitespace());
    let parts = text.split_once('@').filter(|(name, _)| !name.is_empty());
    let host = |host: &str| host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    plain && parts.is_some_and(|(_, at)| host(at) && !at.contains('@'))
}

/// Writes whom it concerns, with an invitation for each who isn't registered.
pub(super) async fn invite(
    tx: &mut Tx,
    call: &mut Call,
    stored: &Stored,
    hand: Hand<'_>,
    named: &[Named],
) -> Result<Vec<Invitation>, Fault> {
    let on_it = stored.sheet.shares().iter().map(|(payee, _)| *payee);
    let ruled = as_ruled(tx, stored, call.now).await?;
    let parties: BTreeSet<_> = on_it.chain(ruled.waiting_for()).collect();
    let registered = escrow::registered(tx, parties.iter().copied()).await?;
    let mut invitations = Vec::new();
    for payee in parties {
        let known = named.iter().find(|one| one.payee == payee);
        let email = known.and_then(|one| one.email.clone());
        let secret = (!registered.contains(&payee)).then(|| fresh_secret(call));
        let values = [
            stored.id.bytes().into(),
            payee.bytes().into(),
            email.clone().into(),
            secret.as_ref().map(|(_, hash)| hash.to_vec()).into(),
        ];
        tx.run(INSERT_PARTY, &values).await?;
        let Some((secret, _)) = secret else { continue };
        let row = tx.one(BY_ID, &[payee.bytes().into()]).await?;
        let theirs = is_operator(hand) || known.is_some_and(|one| one.is_new);
        invitations.push(Invitation {
            name: row.text("name")?,
            email,
            secret: theirs.then_some(secret),
        });
    }
    Ok(invitations)
}

const BY_ID: &str = "select id, name from payees where id = $1";

const BY_NAME: &str = "select id, name from payees where name = $1";

const INSERT_PAYEE: &str = "insert into payees (id, name, created_ms) values ($1, $2, $3)";

const INSERT_PARTY: &str = "
    insert into split_parties (proposal_id, payee_id, email, token_sha256)
    values ($1, $2, $3, $4)";
