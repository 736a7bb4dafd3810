//! Hands that reach past the use cases: what an operator's console, a broken disk or somebody
//! with the database's password could do. The rules must notice, or refuse.

use std::fs;
use std::path::PathBuf;

use app::accounts::audit::audit;
use app::licensing::Licence;
use domain::PayeeId;
use store::db::Value;

use super::{Engine, Track, World};

/// Names of invariants with their subjects, in the order of the audit.
pub type Breaches = Vec<(&'static str, String)>;

impl World {
    /// Sets the price of every offer of a track, in micro-units.
    pub async fn reprices(&self, track: &Track, micros: i64) {
        let values = [micros.into(), track.id.bytes().into()];
        self.must(
            "update offers set price_micros = $1 where track_id = $2",
            &values,
        )
        .await;
    }

    /// Closes every offer of a track.
    pub async fn closes_offers(&self, track: &Track) {
        let values = [self.now().0.into(), track.id.bytes().into()];
        self.must(
            "update offers set closed_ms = $1 where track_id = $2",
            &values,
        )
        .await;
    }

    /// Draws a number of an invoice that is never made.
    pub async fn draws_an_invoice_number(&self) {
        let sql = "update counters set next_no = next_no + 1 where name like 'invoice:%'";
        self.must(sql, &[]).await;
    }

    /// Changes what stands on a payee's account without a posting.
    pub async fn adds_to_balance(&self, payee: PayeeId, micros: i64) {
        let account = domain::Account::Payee(payee).id();
        let values = [micros.into(), account.as_str().into()];
        let sql = "update balances set amount_micros = amount_micros + $1 where account = $2";
        self.must(sql, &values).await;
    }

    /// Changes what stands on any account without a posting.
    pub async fn adds_to_account(&self, account: &str, micros: i64) {
        let sql = "update balances set amount_micros = amount_micros + $1 where account = $2";
        self.must(sql, &[micros.into(), account.into()]).await;
    }

    /// Writes a version of a track's split sheet behind the rules' back.
    pub async fn slips_in_a_version(&self, track: &Track, payee: PayeeId, from_ms: i64, ppm: u32) {
        let id = [3_u8; 16];
        let values = [(&id).into(), track.id.bytes().into(), from_ms.into()];
        self.must(SLIP_IN_SHEET, &values).await;
        let values = [(&id).into(), payee.bytes().into(), ppm.into()];
        let sql = "insert into split_shares (sheet_id, payee_id, share_ppm) values ($1, $2, $3)";
        self.must(sql, &values).await;
    }

    /// Registers a payee without moving their escrow.
    pub async fn marks_as_registered(&self, payee: PayeeId) {
        let sql = "update payees set registered_ms = 1 where id = $1";
        self.must(sql, &[payee.bytes().into()]).await;
    }

    /// Changes what a payee has earned since their advances.
    pub async fn adds_to_earned_since(&self, payee: PayeeId, micros: i64) {
        let sql = "update advances set earned_micros = earned_micros + $1 where payee_id = $2";
        self.must(sql, &[micros.into(), payee.bytes().into()]).await;
    }

    /// Writes another token into a licence's row.
    pub async fn rewrites_token(&self, licence: &Licence, token: &str) {
        let values = [token.into(), licence.id.bytes().into()];
        self.must("update licences set token = $1 where id = $2", &values)
            .await;
    }

    /// Slips another line into a journal that stands.
    pub async fn slips_in_a_posting(&self, account: &str, micros: i64) {
        let values = [account.into(), micros.into()];
        self.must(SLIP_IN, &values).await;
    }

    /// Sets how much of a bundle is used.
    pub async fn sets_consumed(&self, licence: &Licence, ms: i64) {
        let values = [ms.into(), licence.id.bytes().into()];
        self.must(
            "update bundles set consumed_ms = $1 where licence_id = $2",
            &values,
        )
        .await;
    }

    /// Seals what was posted, as the upkeep does.
    ///
    /// # Panics
    /// On a fault.
    pub async fn seals_journals(&self) -> usize {
        let sealed = app::accounts::seals::due(self.app(), &self.call()).await;
        sealed.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Does what its database forbids: a statement on a table whose rows stay.
    ///
    /// # Panics
    /// When nothing was changed.
    pub async fn overrides(&self, table: &str, sql: &str) {
        for verb in ["update", "delete"] {
            let drop = match self.app().db.engine() {
                Engine::Sqlite => format!("drop trigger if exists {table}_keep_{verb}"),
                Engine::Postgres => {
                    format!("drop trigger if exists {table}_keep on {table}")
                }
            };
            self.tries(&drop, &[])
                .await
                .expect("a trigger can be dropped");
        }
        self.must(sql, &[]).await;
    }

    /// The first journal of a kind, as an audit names it.
    ///
    /// # Panics
    /// When there is none.
    pub async fn journal_named(&self, kind: &str) -> String {
        let sql = "select id from journals where kind = $1 order by id limit 1";
        let rows = self.rows(sql, &[kind.into()]).await;
        let id = rows.first().and_then(|row| row.bytes("id").ok());
        data_encoding::HEXLOWER.encode(&id.expect("there is such a journal"))
    }

    /// Adds to the price of every bundle.
    pub async fn adds_to_bundle_prices(&self, micros: i64) {
        let sql = "update bundles set price_micros = price_micros + $1";
        self.must(sql, &[micros.into()]).await;
    }

    /// Adds to what every upgrade was credited with.
    pub async fn adds_to_credits(&self, micros: i64) {
        let sql = format!("update upgrades set credit_micros = credit_micros + {micros}");
        self.overrides("upgrades", &sql).await;
    }

    /// Adds to what every use of a promotion code took off.
    pub async fn adds_to_what_codes_took_off(&self, micros: i64) {
        let sql = format!("update promo_uses set off_micros = off_micros + {micros}");
        self.overrides("promo_uses", &sql).await;
    }

    /// Adds to the price of a licence.
    pub async fn adds_to_price(&self, licence: &Licence, micros: i64) {
        let sql = "update licences set price_micros = price_micros + $1 where id = $2";
        let values = [micros.into(), licence.id.bytes().into()];
        self.must(sql, &values).await;
    }

    /// Counts a use in every cycle that wasn't there.
    pub async fn touches_a_cycles_uses(&self) {
        self.must("update cycle_uses set uses = uses + 1", &[])
            .await;
    }

    /// Adds to what was contributed to every cycle, without a payment.
    pub async fn adds_to_a_cycle(&self, micros: i64) {
        let sql = "update cycles set contribution_micros = contribution_micros + $1";
        self.must(sql, &[micros.into()]).await;
    }

    /// A track's master, which no buyer ever gets as it is.
    ///
    /// # Panics
    /// When there is no such file.
    pub async fn master_of(&self, track: &Track) -> Vec<u8> {
        fs::read(self.master(track).await.1).expect("a master lies in the blob folder")
    }

    /// Flips one bit of a track's master on disk.
    ///
    /// # Panics
    /// When there is no such file.
    pub async fn flips_a_bit_of_the_master(&self, track: &Track) -> String {
        let (name, path) = self.master(track).await;
        let mut bytes = fs::read(&path).expect("a master lies in the blob folder");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).expect("the blob folder can be written");
        name
    }

    /// Removes a track's master from the disk.
    ///
    /// # Panics
    /// When there is no such file.
    pub async fn loses_the_master(&self, track: &Track) -> String {
        let (name, path) = self.master(track).await;
        fs::remove_file(path).expect("a master lies in the blob folder");
        name
    }

    /// A master's hash and where it lies: the layout of the blob folder is part of the format.
    async fn master(&self, track: &Track) -> (String, PathBuf) {
        let sql = "select master_sha256 from tracks where id = $1";
        let rows = self.rows(sql, &[track.id.bytes().into()]).await;
        let hash = rows.first().and_then(|row| row.bytes("master_sha256").ok());
        let name = data_encoding::HEXLOWER.encode(&hash.expect("a track has a master"));
        let path = self.app().blobs.root().join(&name[..2]).join(&name);
        (name, path)
    }

    /// Runs a statement that the database must refuse, and says what it said.
    ///
    /// # Panics
    /// When it was carried out.
    pub async fn is_kept_from(&self, sql: &str) -> String {
        match self.tries(sql, &[]).await {
            Err(error) => error,
            Ok(rows) => panic!("`{sql}` changed {rows} rows"),
        }
    }

    /// What the audit finds now.
    ///
    /// # Panics
    /// On a fault.
    pub async fn breaches(&self) -> Breaches {
        let checks = audit(self.app())
            .await
            .unwrap_or_else(|fault| panic!("{}", fault.chain()));
        let breaches = checks.into_iter().flat_map(|check| check.breaches);
        breaches
            .map(|breach| (breach.invariant, breach.subject))
            .collect()
    }

    /// Announces that this scenario breaks invariants: the audit at its end must find exactly
    /// these broken.
    ///
    /// # Panics
    /// Never but after another panic.
    pub fn has_broken(&self, invariants: &[&str]) {
        let mut broken = self
            .0
            .broken
            .lock()
            .expect("no scenario panics while it announces");
        broken.extend(invariants.iter().map(|name| (*name).to_owned()));
    }

    /// Makes of a store what an earlier version left: its uses stand in rows alone.
    pub async fn has_counted_without_blobs(&self) {
        self.must("update meter_mark set dropped_no = settled_no", &[])
            .await;
        self.must("delete from use_blobs", &[]).await;
        // Nothing was told of them either.
        let sql = "update event_mark set since_no = (select settled_no from meter_mark)";
        self.must(sql, &[]).await;
        self.must("update uses set first_no = 0, last_no = 0", &[])
            .await;
        let sql = "update meter_mark
                      set settled_no = 0, dropped_no = 0, old_ms = (select max(received_ms) from uses)";
        self.must(sql, &[]).await;
    }

    /// Lets blobs of uses be deleted that no policy has dropped.
    pub async fn unguards_blobs(&self) {
        let table = match self.app().db.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " on use_blobs",
        };
        self.alters(&format!("drop trigger use_blobs_keep_delete{table}"))
            .await;
    }

    /// Changes the schema.
    ///
    /// # Panics
    /// When it can't be changed so.
    pub async fn alters(&self, sql: &str) {
        if let Err(error) = self.tries(sql, &[]).await {
            panic!("`{sql}`: {error}");
        }
    }

    /// Runs a statement that must change something.
    ///
    /// # Panics
    /// When it doesn't.
    pub async fn must(&self, sql: &str, values: &[Value]) {
        match self.tries(sql, values).await {
            Ok(rows) => assert!(rows > 0, "`{sql}` found nothing to change"),
            Err(error) => panic!("`{sql}`: {error}"),
        }
    }

    /// Gives licences other numbers than those that blobs call them by, which a database refuses.
    ///
    /// # Panics
    /// When it doesn't, or they can't be changed by force.
    pub async fn renumbers_licences(&self, by: i64) {
        let (off, on) = match self.app().db.engine() {
            Engine::Sqlite => (
                "drop trigger licences_keep_names",
                "create trigger licences_keep_names before update of status_index, code on licences
                 begin select raise(abort, 'a licence keeps its number and its code'); end",
            ),
            Engine::Postgres => (
                "alter table licences disable trigger licences_keep_names",
                "alter table licences enable trigger licences_keep_names",
            ),
        };
        let sql = "update licences set status_index = status_index + $1";
        let refused = self.tries(sql, &[by.into()]).await;
        assert!(refused.is_err(), "a licence keeps its number");
        self.alters(off).await;
        self.must(sql, &[by.into()]).await;
        self.alters(on).await;
    }

    async fn tries(&self, sql: &str, values: &[Value]) -> Result<u64, String> {
        let mut tx = self.app().db.write().await.map_err(|e| format!("{e:?}"))?;
        let rows = tx.run(sql, values).await.map_err(|e| format!("{e:?}"))?;
        tx.commit().await.map_err(|e| format!("{e:?}"))?;
        Ok(rows)
    }
}

const SLIP_IN: &str = "
    insert into postings (journal_id, line, account, currency, amount_micros)
    select id, 99, $1, 'USD', $2 from journals order by id limit 1";

const SLIP_IN_SHEET: &str = "
    insert into split_sheets (id, track_id, version, created_ms, from_ms)
    values ($1, $2, 99, 0, $3)";
