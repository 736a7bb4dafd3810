//! What the steps stand beside: the least that could do a part of their work.

use store::db::{Database, DbError};

/// Makes the table the bare commits write to. It stands outside the store's own migrations.
pub(crate) async fn prepare(db: &Database) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    tx.run(
        "create table bare (n integer primary key, body blob not null) strict",
        &[],
    )
    .await?;
    tx.commit().await
}

/// One durable transaction that writes one row of 200 bytes: no answer that is durable can be
/// faster on this engine, disk and driver.
pub(crate) async fn bare_commit(db: &Database) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    tx.run(
        "insert into bare (body) values ($1)",
        &[vec![7_u8; 200].into()],
    )
    .await?;
    tx.commit().await
}

/// One read transaction that reads one row.
pub(crate) async fn bare_read(db: &Database) -> Result<(), DbError> {
    let mut tx = db.read().await?;
    tx.one("select count(*) as n from schema_version", &[])
        .await?
        .int("n")?;
    Ok(())
}
