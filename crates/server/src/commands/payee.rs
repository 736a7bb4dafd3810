//! `clearcue payee`: who is paid.

use app::Money;
use app::payees::list::{self, Payee};
use app::payees::register;
use serde_json::{Value, json};

use super::Context;
use crate::cli::PayeeVerb;
use crate::exit::Failure;
use crate::say::Say;

pub(super) async fn run(context: &Context, verb: &PayeeVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    let say = &context.say;
    match verb {
        PayeeVerb::List => {
            let payees = list::list(&app).await?;
            if payees.is_empty() {
                say.text("nobody is paid here yet: import music first");
            }
            for payee in &payees {
                tell(say, payee);
            }
            let all: Vec<_> = payees.iter().map(document).collect();
            say.json(&json!({ "payees": all }));
        }
        PayeeVerb::Show { payee } => {
            let payee = list::show(&app, payee).await?;
            tell(say, &payee);
            say.json(&document(&payee));
        }
        PayeeVerb::Register { payee } => {
            let done = register::register(&app, &mut app.call(), payee).await?;
            say.text(match &done.claimed {
                None => format!("{payee} was registered already"),
                Some(claimed) if claimed.is_empty() => format!("{payee} is registered"),
                Some(claimed) => {
                    format!("{payee} is registered; from escrow: {}", amounts(claimed))
                }
            });
            say.json(&json!({
                "payee": done.payee.to_string(),
                "registered_before": done.claimed.is_none(),
                "claimed": money(done.claimed.as_deref().unwrap_or_default()),
            }));
        }
    }
    Ok(())
}

fn tell(say: &Say, payee: &Payee) {
    let mark = match payee.registered {
        Some(at) => format!("registered {}", at.day()),
        None => "not registered: earns into escrow".to_owned(),
    };
    say.text(format!("{}  {}  {mark}", payee.id, payee.name));
    for (word, money) in [
        ("balance", &payee.balances),
        ("escrow", &payee.escrow),
        ("advances", &payee.advances),
    ] {
        if !money.is_empty() {
            say.text(format!("  {word:<9} {}", amounts(money)));
        }
    }
}

fn amounts(money: &[Money]) -> String {
    let texts: Vec<_> = money.iter().map(Money::to_string).collect();
    texts.join(", ")
}

fn document(payee: &Payee) -> Value {
    json!({
        "id": payee.id.to_string(), "name": payee.name,
        "registered": payee.registered.map(|at| at.to_string()),
        "balances": money(&payee.balances), "escrow": money(&payee.escrow),
        "advances": money(&payee.advances),
    })
}

fn money(money: &[Money]) -> Vec<Value> {
    let one = |m: &Money| json!({ "micros": m.micros(), "currency": m.currency().code() });
    money.iter().map(one).collect()
}
