//! Which licences hold a channel: those whose list has it, or had it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::safelist::{Change, Listing, listings};
use domain::{Channel, LicenceId, TrackId};
use licence_key::Code;
use store::db::{Row, Tx, Value};

use super::list::change;
use crate::{Fault, many};

/// A licence with its list.
#[derive(Debug, Clone)]
pub(crate) struct Holding {
    pub(crate) code: Code,
    /// Its track; none where it holds for many.
    pub(crate) track: Option<TrackId>,
    /// Which of several goes first: what was paid for at the sale, then subscriptions, then clip
    /// time; of equals the one that was issued first, and then by the id.
    pub(crate) rank: (u8, i64, LicenceId),
    /// What it lists and listed, and when.
    pub(crate) listings: Arc<[Listing]>,
}

/// Every licence that lists or listed one of these channels, or a site around it, in the order in
/// which they are tried.
///
/// # Errors
/// [`Fault`] of the database.
pub(crate) async fn holding<'a>(
    tx: &mut Tx,
    channels: impl Iterator<Item = &'a Channel>,
) -> Result<Vec<Holding>, Fault> {
    let holders = channels.flat_map(Channel::holders);
    let addresses: BTreeSet<String> = holders.map(|one| one.address()).collect();
    let addresses: Vec<Value> = addresses.iter().map(|one| one.as_str().into()).collect();
    let mut found = BTreeMap::new();
    for row in many::all(tx, (HOLDING, ""), &addresses, None).await? {
        found.insert(LicenceId::from_bytes(row.id("id")?), read(&row)?);
    }
    let ids: Vec<Value> = found.keys().map(|id| id.bytes().into()).collect();
    let mut histories: BTreeMap<LicenceId, Vec<Change>> = BTreeMap::new();
    for row in many::all(tx, (HISTORIES, IN_ORDER), &ids, None).await? {
        let licence = LicenceId::from_bytes(row.id("licence_id")?);
        histories.entry(licence).or_default().push(change(&row)?);
    }
    for (licence, history) in histories {
        if let Some(holding) = found.get_mut(&licence) {
            holding.listings = listings(&history).into();
        }
    }
    let mut all: Vec<Holding> = found.into_values().collect();
    all.sort_by_key(|one| one.rank);
    Ok(all)
}

fn read(row: &Row) -> Result<Holding, Fault> {
    let track = match row.opt_bytes("track_id")? {
        Some(_) => Some(TrackId::from_bytes(row.id("track_id")?)),
        None => None,
    };
    let subscription = row.opt_bytes("subscription_id")?;
    let kind = match (track, subscription) {
        (Some(_), _) => 0,
        (None, Some(_)) => 1,
        (None, None) => 2,
    };
    let code = row.text("code")?.parse();
    Ok(Holding {
        code: code.map_err(Fault::while_("reading a licence's code"))?,
        track,
        rank: (
            kind,
            row.int("issued_ms")?,
            LicenceId::from_bytes(row.id("id")?),
        ),
        listings: Arc::new([]),
    })
}

const HOLDING: &str = "
    select distinct l.id, l.code, l.track_id, l.issued_ms, s.id as subscription_id
      from channel_licences c
      join licences l on l.id = c.licence_id
      left join subscriptions s on s.licence_id = l.id
     where c.address in ";

const HISTORIES: &str = "
    select licence_id, line, at_ms, by_whom, channel_id, before, after
      from channel_history where licence_id in ";

const IN_ORDER: &str = " order by licence_id, line";
