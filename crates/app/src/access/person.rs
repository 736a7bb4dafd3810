//! People: made once by name and role, and found again.

use domain::{PayeeId, PersonId};
use store::db::{Row, Tx, Value};

use super::{Person, Role};
use crate::{App, Call, Fault};

/// The person of a role and name, made if there is none yet. A composer named like a payee is
/// paid as that payee.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn person(app: &App, call: &mut Call, role: Role, name: &str) -> Result<Person, Fault> {
    let id = call.id();
    let mut tx = app.db.write().await?;
    let payee = match role {
        Role::Composer => tx.optional(PAYEE, &[name.into()]).await?,
        Role::Buyer | Role::Operator => None,
    };
    let payee = payee.map(|row| row.bytes("id")).transpose()?;
    let values = [
        (&id).into(),
        name.into(),
        role.word().into(),
        payee.clone().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    // Somebody who could sign in before anybody was paid under their name.
    if let Some(payee) = payee {
        tx.run(PAID_AS, &[name.into(), payee.into()]).await?;
    }
    let row = tx.one(FIND, &[role.word().into(), name.into()]).await?;
    let person = read(&row)?;
    tx.commit().await?;
    Ok(person)
}

/// The person of a role and name, if there is one.
pub(crate) async fn known(app: &App, role: Role, name: &str) -> Result<Option<Person>, Fault> {
    let mut tx = app.db.read().await?;
    let row = tx
        .optional(FIND, &[role.word().into(), name.into()])
        .await?;
    row.as_ref().map(read).transpose()
}

/// The person of an id.
pub(super) async fn by_id(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, Fault> {
    let row = tx.optional(BY_ID, &[Value::from(id.bytes())]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Person, Fault> {
    let role = row.text("role")?;
    let role = Role::from_word(&role)
        .ok_or_else(|| Fault::because("reading a person", format!("unknown role {role}")))?;
    let payee = match row.opt_bytes("payee_id")? {
        Some(_) => Some(PayeeId::from_bytes(row.id("payee_id")?)),
        None => None,
    };
    Ok(Person {
        id: PersonId::from_bytes(row.id("id")?),
        name: row.text("name")?,
        role,
        payee,
        signed_in: None,
    })
}

const PAYEE: &str = "select id from payees where name = $1";

const INSERT: &str = "
    insert into people (id, name, role, payee_id, created_ms) values ($1, $2, $3, $4, $5)
    on conflict (role, name) do nothing";

const PAID_AS: &str = "
    update people set payee_id = $2 where role = 'composer' and name = $1 and payee_id is null";

const FIND: &str = "select id, name, role, payee_id from people where role = $1 and name = $2";

const BY_ID: &str = "select id, name, role, payee_id from people where id = $1";
