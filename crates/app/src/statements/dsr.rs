//! The report of a period to a licensor, as DDEX's Digital Sales Report.
//!
//! Uses are those that were accepted in the period. Money is every line of a payee in it that a
//! split sheet of the recording shared: the report agrees with the statements of all payees, to
//! the micro-unit. What no sheet shared (payouts, advances, curators) is nothing of a recording.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::credits::{Credits, Publisher, Role, Writer};
use domain::ddex::dsr::{Context, Figures, File, Message, Model, Recording, write};
use domain::statement::Period;
use domain::{LineKind, SplitSheetId, TrackId};
use store::db::{Row, Tx, Value};
use thiserror::Error;

use crate::accounts::sheets::{self, Shares};
use crate::{App, Call, Fault, Refusal, Stop};

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DsrRefusal {
    /// The operator hasn't said who reports to whom.
    #[error(
        "reports to the trade are off: set ddex_sender_party_id, ddex_sender_name, \
         ddex_recipient_party_id and ddex_recipient_name in clearcue.toml (DDEX gives out party ids)"
    )]
    NoParties,
    /// What is sent can't be taken back, so it isn't made of half a period.
    #[error("{0} is not over yet: a report is made of a whole period, from an hour after its end")]
    NotOver(Period),
}

impl Refusal for DsrRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoParties => "ddex_not_set",
            Self::NotOver(_) => "period_not_over",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::NoParties => None,
            Self::NotOver(_) => Some("period".into()),
        }
    }
}

/// The report of a period. Each call makes a message of its own: nothing is kept of it.
///
/// # Errors
/// [`DsrRefusal`].
pub async fn dsr(app: &App, call: &mut Call, period: &Period) -> Result<File, Stop<DsrRefusal>> {
    let set = app.settings.ddex.as_ref();
    let set = set.ok_or(Stop::Refused(DsrRefusal::NoParties))?;
    if !period.is_over(call.now) {
        return Err(Stop::Refused(DsrRefusal::NotOver(period.clone())));
    }
    let recordings = recordings(&mut app.read().await?, period).await?;
    let message = Message {
        version: set.version.clone(),
        id: HEXLOWER.encode(&call.id()),
        created: call.now,
        period: period.clone(),
        parties: set.parties.clone(),
        service: service(&app.settings.name),
        currency: app.settings.currency.code().to_owned(),
        recordings,
    };
    Ok(write(&message).map_err(Fault::while_("writing a sales report"))?)
}

/// The store's name as the standard takes a service's: without blanks and underscores.
fn service(name: &str) -> String {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if plain.is_empty() {
        "Store".into()
    } else {
        plain
    }
}

type Recordings = BTreeMap<[u8; 16], Recording>;

/// Everything that was used, or whose payees got or gave something, in the order of the catalogue.
async fn recordings(tx: &mut Tx, period: &Period) -> Result<Vec<Recording>, Fault> {
    let bounds: [Value; 2] = [period.from().0.into(), period.until().0.into()];
    let mut all = Recordings::new();
    for row in tx.all(TRACKS, &bounds).await? {
        let id = row.id("id")?;
        all.insert(id, track(&row, id)?);
    }
    for row in tx.all(WRITERS, &bounds).await? {
        of(&mut all, &row)?.credits.writers.push(writer(&row)?);
    }
    for row in tx.all(PUBLISHERS, &bounds).await? {
        of(&mut all, &row)?.credits.publishers.push(Publisher {
            name: row.text("name")?,
            ipi: row.opt_text("ipi")?,
            share_ppm: None,
        });
    }
    for row in tx.all(USES, &bounds).await? {
        let usages = u64::try_from(row.int("uses")?);
        let usages = usages.map_err(Fault::while_("counting uses"))?;
        let context = context(&row, LineKind::Use.code())?;
        of(&mut all, &row)?
            .figures
            .entry(context)
            .or_default()
            .usages = usages;
    }
    for row in tx.all(MONEY, &bounds).await? {
        let micros = row.int("micros")?;
        let context = context(&row, &row.text("kind")?)?;
        of(&mut all, &row)?
            .figures
            .entry(context)
            .or_default()
            .micros = micros;
    }
    earned(tx, &bounds, &mut all).await?;
    Ok(all.into_values().collect())
}

/// What payees got by uses: of lines that were settled together each what it grew their sheet by.
async fn earned(tx: &mut Tx, bounds: &[Value], all: &mut Recordings) -> Result<(), Fault> {
    let mut read = Shares::new();
    for row in tx.all(EARNED, bounds).await? {
        let micros = match row.opt_int("shared_after_micros")? {
            Some(after) => {
                let sheet = SplitSheetId::from_bytes(row.id("sheet_id")?);
                let amount = (row.int("earned_micros")?, after);
                let shared = sheets::shared_then(tx, &mut read, sheet, amount).await?;
                shared.parts.iter().map(|(_, micros)| micros).sum()
            }
            None => row.int("booked")?,
        };
        let context = context(&row, LineKind::Use.code())?;
        let figures = of(all, &row)?.figures.entry(context).or_default();
        figures.micros += micros;
    }
    Ok(())
}

fn of<'a>(all: &'a mut Recordings, row: &Row) -> Result<&'a mut Recording, Fault> {
    let id = row.id("track_id")?;
    let lost = || {
        Fault::because(
            "writing a sales report",
            "a recording isn't in the catalogue",
        )
    };
    all.get_mut(&id).ok_or_else(lost)
}

fn track(row: &Row, id: [u8; 16]) -> Result<Recording, Fault> {
    Ok(Recording {
        id: TrackId::from_bytes(id).to_string(),
        title: row.text("title")?,
        artist: row.text("artist")?,
        duration_ms: row.int("duration_ms")?,
        credits: Credits {
            isrc: row.opt_text("isrc")?,
            version: row.opt_text("version")?,
            iswc: row.opt_text("iswc")?,
            ..Credits::default()
        },
        figures: BTreeMap::<Context, Figures>::new(),
    })
}

fn writer(row: &Row) -> Result<Writer, Fault> {
    let word = row.text("role")?;
    let role = Role::from_word(&word);
    Ok(Writer {
        name: row.text("name")?,
        role: role.ok_or_else(|| Fault::because("reading a writer's role", format!("`{word}`")))?,
        ipi: row.opt_text("ipi")?,
        share_ppm: None,
    })
}

fn context(row: &Row, kind: &str) -> Result<Context, Fault> {
    let pooled = row.text("pooled")? == "yes";
    let model = match kind.parse() {
        Ok(LineKind::Use) if pooled => Model::Subscription,
        Ok(LineKind::Close) => Model::Subscription,
        Ok(LineKind::Use | LineKind::Sale | LineKind::Expiry) => Model::PayAsYouGo,
        // Reserves, refunds, idle money and settlements come from either.
        _ => Model::AsPerContract,
    };
    Ok(Context {
        model,
        territory: row.opt_text("territory")?,
        currency: row.text("currency")?,
        category: kind.to_owned(),
    })
}

const TRACKS: &str = "
    select t.id, t.title, t.duration_ms, a.name as artist, c.isrc, c.version, c.iswc
      from tracks t
      join artists a on a.id = t.artist_id
      left join track_credits c on c.track_id = t.id
     where t.id in (select u.track_id from uses u
                     where u.received_ms >= $1 and u.received_ms < $2)
        or t.id in (select s.track_id from payee_lines e join split_sheets s on s.id = e.sheet_id
                     where e.at_ms >= $1 and e.at_ms < $2)";

const WRITERS: &str = "
    select w.track_id, w.name, w.role, w.ipi
      from track_writers w
     where w.track_id in (select u.track_id from uses u
                           where u.received_ms >= $1 and u.received_ms < $2)
        or w.track_id in (select s.track_id
                            from payee_lines e join split_sheets s on s.id = e.sheet_id
                           where e.at_ms >= $1 and e.at_ms < $2)
     order by w.track_id, w.position";

const PUBLISHERS: &str = "
    select p.track_id, p.name, p.ipi
      from track_publishers p
     where p.track_id in (select u.track_id from uses u
                           where u.received_ms >= $1 and u.received_ms < $2)
        or p.track_id in (select s.track_id
                            from payee_lines e join split_sheets s on s.id = e.sheet_id
                           where e.at_ms >= $1 and e.at_ms < $2)
     order by p.track_id, p.position";

const USES: &str = "
    select u.track_id, u.currency, u.territory,
           case when p.use_id is null then 'no' else 'yes' end as pooled,
           cast(sum(u.uses) as bigint) as uses
      from uses u left join pool_uses p on p.use_id = u.id
     where u.received_ms >= $1 and u.received_ms < $2
     group by u.track_id, u.currency, u.territory,
              case when p.use_id is null then 'no' else 'yes' end";

/// A line without a sheet finds none to join.
const MONEY: &str = "
    select s.track_id, e.kind, e.currency, null as territory, 'no' as pooled,
           cast(sum(e.micros) as bigint) as micros
      from payee_lines e
      join split_sheets s on s.id = e.sheet_id
     where e.at_ms >= $1 and e.at_ms < $2 and e.kind <> 'use'
     group by s.track_id, e.kind, e.currency";

/// Of uses each line by itself; what was booked counts where a sheet kept no count yet.
const EARNED: &str = "
    select s.track_id, u.sheet_id, u.shared_after_micros, u.earned_micros, u.currency, u.territory,
           case when p.use_id is null then 'no' else 'yes' end as pooled,
           (select cast(coalesce(sum(e.micros), 0) as bigint) from payee_lines e
             where e.kind = 'use' and e.source_id = u.settlement_id and e.sheet_id = u.sheet_id)
             as booked
      from uses u
      join split_sheets s on s.id = u.sheet_id
      left join pool_uses p on p.use_id = u.id
     where u.settlement_id in (select e.source_id from payee_lines e
                                where e.kind = 'use' and e.at_ms >= $1 and e.at_ms < $2)";

#[cfg(test)]
mod tests {
    use super::service;

    #[test]
    fn a_service_has_neither_blanks_nor_underscores() {
        assert_eq!(service("Night_Market Music!"), "NightMarketMusic");
        assert_eq!(service("音楽"), "Store");
    }
}
