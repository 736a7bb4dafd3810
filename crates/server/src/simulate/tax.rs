//! Taxes of countries in a scenario: the table as it begins, its changes, and where a buyer is taxed.

use app::deals::{Circumstances, taxes};
use app::offers::Hand;
use app::subscriptions::change::{Wish, change};
use app::{App, Country, LicenceId};

use super::play::{Outcome, outcome};
use super::scenario::{Scenario, Step, Wrong};
use super::set;
use super::stage::Stage;
use crate::exit::Failure;

/// A country by its two letters.
///
/// # Errors
/// When it is none.
pub(super) fn country(place: &str, code: &str) -> Result<Country, Wrong> {
    let country = code.parse();
    country.map_err(|_| Wrong::at(place, "a country is its two letters, such as DE"))
}

/// The table as the scenario's store begins with it.
pub(super) async fn table(app: &App, scenario: &Scenario) -> Result<(), Failure> {
    for (code, said) in &scenario.store.taxes {
        let place = format!("store.taxes.{code}");
        let country = country(&place, code)?;
        let tax = Some(set::tax(&format!("{place}.rate"), said)?);
        taxes::set(app, &app.call(), Hand::Console, country, tax, None).await?;
    }
    Ok(())
}

/// Sets a country's tax from now on; without one the country leaves the table.
pub(super) async fn changed(stage: &Stage, place: &str, step: &Step) -> Result<Outcome, Failure> {
    let country = country(place, step.country.as_deref().unwrap_or_default())?;
    let tax = step.tax.as_ref().map(|said| set::tax(place, said));
    let (app, tax) = (&stage.app, tax.transpose()?);
    let done = taxes::set(app, &app.call(), Hand::Console, country, tax, None).await;
    outcome(done, |_| "from now on".to_owned())
}

/// What a buyer says beside what they want.
pub(super) fn circumstances(step: &Step) -> Result<Circumstances, Wrong> {
    let country = step.country.as_deref().map(|code| country("country", code));
    Ok(Circumstances {
        country: country.transpose()?,
        ..Circumstances::default()
    })
}

/// Taxes a subscription in another country from its next charge on.
pub(super) async fn moved(
    stage: &Stage,
    key: &str,
    (licence, code): (LicenceId, &str),
) -> Result<Outcome, Failure> {
    let wish = Wish::Country(Some(country("country", code)?));
    let (mut call, who) = (stage.app.call(), &stage.operator);
    let done = change(&stage.app, &mut call, who, key, (licence, &wish)).await;
    outcome(done, |_| format!("taxed in {code} from the next charge on"))
}
