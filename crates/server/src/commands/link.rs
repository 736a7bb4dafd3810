//! `clearcue link`: a way in for somebody.

use app::App;
use app::access::{Role, link, person};
use serde_json::json;

use super::Context;
use crate::cli::{Link, RoleWord};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, args: &Link) -> Result<(), Failure> {
    let app = context.app().await?;
    let role = match args.role {
        RoleWord::Buyer => Role::Buyer,
        RoleWord::Composer => Role::Composer,
        RoleWord::Operator => Role::Operator,
    };
    let (address, is_payee) = sign_in(&app, role, &args.name).await?;
    context
        .say
        .json(&json!({ "role": role.word(), "name": args.name, "link": address }));
    context.say.text(&address);
    context.say.text(format!(
        "signs {} in as {}, once, within a day",
        args.name,
        role.word()
    ));
    if role == Role::Composer && !is_payee {
        context
            .say
            .text("note: no payee has this name yet, so there is no report to see");
    }
    Ok(())
}

/// A sign-in link for the person of a role and name, who is made if new; and whether they are a
/// payee.
pub(crate) async fn sign_in(app: &App, role: Role, name: &str) -> Result<(String, bool), Failure> {
    let mut call = app.call();
    let person = person::person(app, &mut call, role, name).await?;
    let secret = link::make(app, &mut call, person.id).await?;
    let address = format!("{}/sign-in/{secret}", app.settings.public_url);
    Ok((address, person.payee.is_some()))
}
