//! Blobs in the database, and the last ones in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::Timestamp;
use foldhash::fast::RandomState;
use licence_key::Code;
use meter::pack::{Blob, Stored};
use store::db::{Row, Tx, Value};

use crate::{Fault, many};

/// How many bytes of blobs are kept in memory.
const KEPT_BYTES: usize = 4 << 20;
/// How many blobs are read at once.
const PAGE: i64 = 16;

/// A blob with its number.
pub(super) type Numbered = (u64, Arc<Vec<u8>>);

/// The last blobs: who asks again does it soon.
#[derive(Default)]
pub(super) struct Kept {
    blobs: BTreeMap<u64, Arc<Vec<u8>>>,
    bytes: usize,
    /// Is everything kept, since nothing else holds it?
    all: bool,
}

impl Kept {
    /// Keeps everything from now on.
    pub(super) fn keep_all(&mut self) {
        self.all = true;
    }

    pub(super) fn put(&mut self, no: u64, blob: Arc<Vec<u8>>) {
        self.bytes += blob.len();
        if let Some(old) = self.blobs.insert(no, blob) {
            self.bytes -= old.len();
        }
        while !self.all && self.bytes > KEPT_BYTES && self.blobs.len() > 1 {
            if let Some((_, old)) = self.blobs.pop_first() {
                self.bytes -= old.len();
            }
        }
    }

    /// Lets go of every blob up to this one.
    pub(super) fn forget_through(&mut self, no: u64) {
        while let Some(first) = self.blobs.first_entry().filter(|first| *first.key() <= no) {
            self.bytes -= first.remove().len();
        }
    }

    pub(super) fn get(&self, no: u64) -> Option<&Arc<Vec<u8>>> {
        self.blobs.get(&no)
    }
}

/// The codes of licences, by the numbers that blobs call them by. Whose a number is never changes.
#[derive(Default)]
pub(super) struct Codes(HashMap<u32, Code, RandomState>);

impl Codes {
    /// Notes a licence that was read.
    pub(super) fn put(&mut self, number: u32, code: Code) {
        self.0.insert(number, code);
    }

    /// The same blob with the licences named that are known.
    pub(super) fn name<'a>(&self, blob: Blob<'a>) -> Blob<'a> {
        blob.name(|number| self.0.get(&number).copied())
    }

    /// Reads a blob's frame, and the codes of those of its licences that aren't known yet.
    pub(super) async fn open<'a>(
        &mut self,
        tx: &mut Tx,
        bytes: &'a [u8],
    ) -> Result<Blob<'a>, Fault> {
        self.learn(tx, frame(bytes)?).await
    }

    /// Names the licences of a blob; those that aren't known yet are read.
    pub(super) async fn learn<'a>(
        &mut self,
        tx: &mut Tx,
        blob: Blob<'a>,
    ) -> Result<Blob<'a>, Fault> {
        let unknown = blob.numbers().filter(|number| !self.0.contains_key(number));
        let unknown: Vec<Value> = unknown.map(Value::from).collect();
        for row in many::all(tx, (CODES, ""), &unknown, None).await? {
            let doing = "reading what a blob calls a licence";
            let number = u32::try_from(row.int("status_index")?);
            let code = row.text("code")?.parse().map_err(Fault::while_(doing))?;
            self.put(number.map_err(Fault::while_(doing))?, code);
        }
        Ok(self.name(blob))
    }
}

/// The frame of a blob; a fault where it isn't as it was written.
pub(super) fn frame(bytes: &[u8]) -> Result<Blob<'_>, Fault> {
    Blob::read(bytes).map_err(Fault::while_("reading a blob of uses"))
}

/// One event of a blob, if it has it.
pub(super) async fn event<'a>(
    tx: &mut Tx,
    blob: Blob<'a>,
    index: u32,
) -> Result<Option<Stored<'a>>, Fault> {
    let doing = "reading a use again";
    let mut blob = blob;
    if let Some(number) = blob.number(index).map_err(Fault::while_(doing))? {
        let row = tx
            .optional(&format!("{CODES}($1)"), &[number.into()])
            .await?;
        let code = row.map(|row| row.text("code")).transpose()?;
        let code: Option<Code> = code.and_then(|text| text.parse().ok());
        blob = blob.name(|one| code.filter(|_| one == number));
    }
    blob.event(index).map_err(Fault::while_(doing))
}

/// Blobs after a commit and up to another, in order: at most a page of them.
pub(super) async fn after(tx: &mut Tx, no: u64, through: u64) -> Result<Vec<Numbered>, Fault> {
    let values = [int(no)?.into(), int(through)?.into(), PAGE.into()];
    let rows = tx.all(AFTER, &values).await?;
    rows.iter().map(of).collect()
}

/// All blobs after a commit and through another, as the log has them.
pub(super) async fn all_after(
    tx: &mut Tx,
    mut at: u64,
    through: u64,
) -> Result<Vec<Numbered>, Fault> {
    let mut all = Vec::new();
    while at < through {
        let page = after(tx, at, through).await?;
        let Some((last, _)) = page.last() else {
            let what = format!("blob {} of uses is missing", at + 1);
            return Err(Fault::because("reading blobs of uses", what));
        };
        at = *last;
        all.extend(page);
    }
    Ok(all)
}

/// One blob, where there is such a one.
pub(super) async fn one(tx: &mut Tx, no: u64) -> Result<Option<Arc<Vec<u8>>>, Fault> {
    let row = tx.optional(ONE, &[int(no)?.into()]).await?;
    row.map(|row| Ok(Arc::new(row.bytes("blob")?))).transpose()
}

/// The last commit from before a moment; 0 where there was none.
pub(super) async fn before(tx: &mut Tx, at: Timestamp) -> Result<u64, Fault> {
    number(&tx.one(BEFORE, &[at.0.into()]).await?, "commit_no")
}

/// Writes a blob.
pub(super) async fn insert(
    tx: &mut Tx,
    no: u64,
    (at, events): (Timestamp, u32),
    blob: &[u8],
) -> Result<(), Fault> {
    let values = [int(no)?.into(), at.0.into(), events.into(), blob.into()];
    tx.run(INSERT, &values).await?;
    Ok(())
}

fn of(row: &Row) -> Result<Numbered, Fault> {
    Ok((number(row, "commit_no")?, Arc::new(row.bytes("blob")?)))
}

/// The number of a commit in a column.
pub(super) fn number(row: &Row, column: &str) -> Result<u64, Fault> {
    u64::try_from(row.int(column)?).map_err(Fault::while_("reading a commit's number"))
}

/// The number of a commit as it is stored.
pub(super) fn int(no: u64) -> Result<i64, Fault> {
    i64::try_from(no).map_err(Fault::while_("numbering a commit"))
}

const AFTER: &str = "
    select commit_no, blob from use_blobs
     where commit_no > $1 and commit_no <= $2 order by commit_no limit $3";

const ONE: &str = "select blob from use_blobs where commit_no = $1";

const BEFORE: &str = "
    select coalesce((select commit_no from use_blobs where accepted_ms < $1
                      order by commit_no desc limit 1), 0) as commit_no";

const CODES: &str = "select status_index, code from licences where status_index in ";

const INSERT: &str = "
    insert into use_blobs (commit_no, accepted_ms, events, blob) values ($1, $2, $3, $4)";
