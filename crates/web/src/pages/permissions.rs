//! The programs that may spend from a wallet, on its owner's page: allowed, ended, undone.

use app::App;
use app::access::Person;
use app::wallets::grant;
use app::wallets::show::{Permission, Spendable};
use domain::{ApiKeyId, Timestamp, WalletGrantId, WalletId};
use ledger::Money;

use super::filled::Filled;
use super::view::{Hidden, PermissionRow, PermitForm, Submit};
use crate::api::params;
use crate::problem::Problem;
use crate::words;

const ACTION: &str = "/wallet/permissions";

/// Lets a program spend; answers where to go then.
pub(super) async fn grant(app: &App, person: &Person, filled: &Filled) -> Result<String, Problem> {
    let wallet: WalletId = params::id("wallet", filled.optional("wallet"))?;
    let key = filled.value("key").parse::<ApiKeyId>().map_err(|_| {
        let detail = "say the program's key by its id, key_…, which is no secret: whoever makes \
                      the program knows it";
        Problem::new("bad_id", detail).at("key")
    })?;
    let cap = words::amount(filled.value("cap"), app.settings.currency).unwrap_or(0);
    let until = until(filled.value("until")).ok_or_else(|| {
        let detail = "say the last day as 2027-01-31, within the next 400 days";
        Problem::new("bad_expiry", detail).at("expires_at")
    })?;
    let call = &mut app.call();
    grant::grant(app, call, person, (wallet, key), cap, until).await?;
    Ok("/wallet?done=permitted#permissions".into())
}

/// The moment that a typed day, or a moment that an undo carries along, stands for: a permission
/// lasts to the end of its day.
fn until(text: &str) -> Option<Timestamp> {
    let end = |day: Timestamp| day.plus_ms(domain::time::DAY_MS - 1);
    words::day(text).map(end).or_else(|| text.parse().ok())
}

/// Ends a permission; answers where to go then.
pub(super) async fn end(app: &App, person: &Person, id: &str) -> Result<String, Problem> {
    let id: WalletGrantId = params::id("permission", Some(id))?;
    grant::end(app, &app.call(), person, id).await?;
    Ok(format!("/wallet?done=ended&ended={id}#permissions"))
}

/// A permission in the list; one that still stands can be ended.
pub(super) fn row(one: &Permission, now: Timestamp) -> PermissionRow {
    let stands = one.ended.is_none() && one.until > now;
    PermissionRow {
        name: one.name.clone(),
        key: one.key.to_string(),
        spent: format!("{} of {}", words::price(one.spent), words::price(one.cap)),
        until: match one.ended {
            Some(at) => format!("ended on {}", words::date(at)),
            None => words::date(one.until),
        },
        end: stands.then(|| Submit {
            action: ACTION.into(),
            hidden: vec![hidden("end", one.id.to_string())],
            label: "End".into(),
        }),
    }
}

/// What allows again what was just ended: the same program, what it had left, to the same end.
pub(super) fn undo(
    all: &[Permission],
    ended: Option<&str>,
    now: Timestamp,
) -> Option<(String, Submit)> {
    let ended = ended?;
    let one = all.iter().find(|one| one.id.to_string() == ended)?;
    let stands = |other: &Permission| other.key == one.key && other.ended.is_none();
    let left = Money::new(
        one.cap.micros().saturating_sub(one.spent.micros()),
        one.cap.currency(),
    );
    if one.ended.is_none() || one.until <= now || left.micros() <= 0 || all.iter().any(stands) {
        return None;
    }
    let words = format!("{} may spend no more.", one.name);
    let hidden = vec![
        hidden("wallet", one.wallet.to_string()),
        hidden("key", one.key.to_string()),
        hidden("cap", typed(left)),
        hidden("until", one.until.to_string()),
    ];
    let label = format!("Let it spend {} again", words::price(left));
    let action = ACTION.into();
    Some((
        words,
        Submit {
            action,
            hidden,
            label,
        },
    ))
}

/// The form that allows a program to spend from a wallet.
pub(super) fn form(wallet: &Spendable, filled: &Filled) -> PermitForm {
    PermitForm {
        submit: Submit {
            action: ACTION.into(),
            hidden: vec![hidden("wallet", wallet.wallet.to_string())],
            label: "Let it spend".into(),
        },
        key: filled.field("key", ""),
        cap: filled.field("cap", ""),
        until: filled.field("until", ""),
    }
}

/// An amount as it stands in a field.
fn typed(money: Money) -> String {
    let display = money.price_display();
    display.split(' ').next().unwrap_or_default().to_owned()
}

fn hidden(name: &str, value: String) -> Hidden {
    Hidden {
        name: name.into(),
        value,
    }
}
