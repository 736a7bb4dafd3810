//! `clearcue audit`: every invariant, and whether it holds.

use app::accounts::audit::audit;

use super::Context;
use crate::books;
use crate::exit::Failure;

/// How many breaches of one invariant are spelt out.
const SHOWN: usize = 10;

pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let app = context.app().await?;
    let checks = audit(&app).await?;
    context.say.json(&books::document(&checks));
    for check in &checks {
        let count = check.breaches.len();
        let word = if count == 0 {
            "ok".to_owned()
        } else {
            format!("{count} BREACHES")
        };
        context.say.text(format!(
            "{:<32} {:>8} looked at  {word}",
            check.invariant, check.looked_at
        ));
        if let Some(unchecked) = &check.unchecked {
            context.say.text(format!("    {unchecked}"));
        }
        for breach in check.breaches.iter().take(SHOWN) {
            context
                .say
                .text(format!("    {}: {}", breach.subject, breach.detail));
        }
    }
    let breaches: usize = checks.iter().map(|check| check.breaches.len()).sum();
    if breaches > 0 {
        let what = format!("the audit found {breaches} breaches");
        return Err(Failure::failed(
            what,
            "stop selling and restore the last good backup",
        ));
    }
    context.say.text("all in order");
    Ok(())
}
