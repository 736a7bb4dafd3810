//! Blobs of raw reports, rewritten by somebody who may do what the store doesn't.

use std::collections::HashMap;

use licence_key::Code;
use meter::event::Event;
use meter::pack::{Blob, Outcome, Packer, Under};
use store::db::Row;

use super::{Engine, World};

impl World {
    /// Rewrites an event of a blob, soundly as far as a blob by itself can tell.
    ///
    /// # Panics
    /// When there is no such event, or it can't be packed.
    pub async fn rewrites_raw(
        &self,
        (commit, index): (u64, u32),
        change: impl FnOnce(&mut Event<'static>, &mut Outcome),
    ) {
        let bytes = self.raw(commit).await;
        let codes = self.numbered().await;
        let blob = Blob::read(&bytes).expect("a blob is sound");
        let blob = blob.name(|number| codes.get(&number).copied());
        let (mut packer, mut change) = (Packer::new(), Some(change));
        for (at, stored) in (0_u32..).zip(blob.events()) {
            let stored = stored.expect("a blob is sound");
            let mut event = Event::from(stored.event().to_report());
            let mut outcome = stored.outcome.clone();
            if at == index
                && let Some(change) = change.take()
            {
                change(&mut event, &mut outcome);
            }
            let code = stored.code.code().expect("a use that counts has a licence");
            let under = Under { code, number: None };
            let added = packer.add_under(stored.reporter, &event, under, &outcome);
            added.expect("an event can be packed");
        }
        assert!(change.is_none(), "there is such an event");
        let sealed = packer.seal(commit, blob.accepted_at());
        self.puts_raw(commit, sealed).await;
    }

    /// The codes of licences by their numbers.
    async fn numbered(&self) -> HashMap<u32, Code> {
        let rows = self
            .rows("select status_index, code from licences", &[])
            .await;
        let of = |row: &Row| {
            let number = u32::try_from(row.int("status_index").expect("a number"));
            let code = row.text("code").expect("a code").parse();
            (number.expect("a number"), code.expect("a code"))
        };
        rows.iter().map(of).collect()
    }

    /// The bytes of a commit's blob.
    ///
    /// # Panics
    /// When there is no such blob.
    pub async fn raw(&self, commit: u64) -> Vec<u8> {
        let no = i64::try_from(commit).expect("a commit's number");
        let sql = "select blob from use_blobs where commit_no = $1";
        let rows = self.rows(sql, &[no.into()]).await;
        let bytes = rows.first().expect("there is such a blob").bytes("blob");
        bytes.expect("a blob has bytes")
    }

    /// Puts other bytes in the place of a commit's blob.
    ///
    /// # Panics
    /// When there is no such blob.
    pub async fn puts_raw(&self, commit: u64, bytes: Vec<u8>) {
        let (off, on) = match self.app().db.engine() {
            Engine::Sqlite => (
                "drop trigger use_blobs_keep_update",
                "create trigger use_blobs_keep_update before update on use_blobs
                 begin select raise(abort, 'use_blobs are append-only'); end",
            ),
            Engine::Postgres => (
                "alter table use_blobs disable trigger user",
                "alter table use_blobs enable trigger user",
            ),
        };
        self.alters(off).await;
        let no = i64::try_from(commit).expect("a commit's number");
        let sql = "update use_blobs set blob = $1 where commit_no = $2";
        self.must(sql, &[bytes.into(), no.into()]).await;
        self.alters(on).await;
    }
}
