//! `clearcue payment`: what was paid, giving it back, and disputes at the sandbox.

use app::access::Principal;
use app::payments::dispute::{self, Act as Happens};
use app::payments::list::{self, Payment, PaymentId, Whole};
use app::payments::refund::{self, Wanted};
use app::{App, Money};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{PaymentVerb, Refund};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &PaymentVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    match verb {
        PaymentVerb::List { limit } => all(context, &app, usize::from(*limit)).await,
        PaymentVerb::Show { payment } => one(context, &app, id(payment)?).await,
        PaymentVerb::Refund(args) => give_back(context, &app, args).await,
        PaymentVerb::Dispute { payment, act } => {
            let happens = match (act.open, act.won) {
                (true, _) => Happens::Open(None),
                (_, true) => Happens::Won,
                _ => Happens::Lost,
            };
            let id = id(payment)?;
            dispute::dispute(&app, &mut app.call(), id, happens).await?;
            one(context, &app, id).await
        }
    }
}

fn id(text: &str) -> Result<PaymentId, Failure> {
    let id = text.parse();
    id.map_err(|e| Failure::misuse(e, "`clearcue payment list` shows the ids"))
}

async fn all(context: &Context, app: &App, limit: usize) -> Result<(), Failure> {
    let found = list::payments(app, 0, limit).await?;
    let documents: Vec<Value> = found.iter().map(document).collect();
    context.say.json(&json!({ "payments": documents }));
    if found.is_empty() {
        context.say.text("nothing has been paid yet");
    }
    for payment in &found {
        context.say.text(line(payment));
    }
    Ok(())
}

async fn one(context: &Context, app: &App, id: PaymentId) -> Result<(), Failure> {
    let Whole { payment, events } = list::payment(app, id).await?;
    let event = |event: &list::Event| json!({ "id": event.id, "at": event.at.to_string(), "facts": event.facts });
    let mut whole = document(&payment);
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("facts".into(), json!(payment.facts));
        fields.insert("events".into(), events.iter().map(event).collect());
    }
    context.say.json(&whole);
    context.say.text(line(&payment));
    context.say.text(format!(
        "  paid {}, back {}, left {}",
        payment.money.price_display(),
        payment.returned().price_display(),
        payment.left.price_display()
    ));
    for event in &events {
        let facts = json!(event.facts);
        context
            .say
            .text(format!("  {}  {}  {facts}", event.at, event.id));
    }
    Ok(())
}

async fn give_back(context: &Context, app: &App, args: &Refund) -> Result<(), Failure> {
    let payment = id(&args.payment)?;
    let found = list::payment(app, payment).await?.payment;
    let currency = found.money.currency();
    let amount = match &args.amount {
        None => None,
        Some(typed) => {
            let money: Result<Money, _> = format!("{typed} {}", currency.code()).parse();
            let money = money.map_err(|e| Failure::misuse(e, "write it like --amount 0.29"))?;
            Some((money.micros(), currency.code().to_owned()))
        }
    };
    let mut call = app.call();
    let key = match &args.key {
        Some(key) => format!("console:{key}"),
        None => format!("console:{}", PaymentId::from_bytes(call.id())),
    };
    let wanted = Wanted {
        payment,
        amount,
        reason: args.reason.clone(),
    };
    // Whoever sits at the console is the operator.
    let given = refund::refund(app, &mut call, &Principal::Guest, &key, &wanted).await?;
    if given.repeated {
        context
            .say
            .text("nothing to do: this was given back before");
    } else {
        let money = given.money.price_display();
        context.say.text(format!("given back: {money}"));
    }
    one(context, app, payment).await
}

fn line(payment: &Payment) -> String {
    format!(
        "{}  {}  {:>12}  {:<15}  {}  {}",
        payment.id,
        payment.captured_at,
        payment.money.price_display(),
        payment.state(),
        payment.licence.as_ref().map_or("-", |(_, code)| code),
        payment.label
    )
}

fn document(payment: &Payment) -> Value {
    json!({
        "id": payment.id.to_string(),
        "provider": payment.provider,
        "reference": payment.reference,
        "state": payment.state(),
        "currency": payment.money.currency().code(),
        "micros": payment.money.micros(),
        "returned_micros": payment.returned().micros(),
        "left_micros": payment.left.micros(),
        "captured_at": payment.captured_at.to_string(),
        "licence": payment.licence.as_ref().map(|(id, _)| id.to_string()),
        "code": payment.licence.as_ref().map(|(_, code)| code),
        "label": payment.label,
    })
}
