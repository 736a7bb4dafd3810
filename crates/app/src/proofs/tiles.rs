//! The files of the log as C2SP `tlog-tiles` names them, in the database. A tile is kept at its
//! present width: a narrower one that was handed out before is its beginning.

use std::collections::{BTreeMap, HashMap};

use store::db::Tx;
use tlog::merkle::Range;
use tlog::{HASH_BYTES, TILE_WIDTH, Tile, TilePath, tiles_for};

use crate::{App, Fault};

/// A file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// The newest signed head: it changes with every leaf.
    Checkpoint(String),
    /// A tile or bundle, which never changes.
    Tile(Vec<u8>),
}

/// The file of the log under a path such as `tile/0/000.p/17`; nothing where there is none.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn resource(app: &App, path: &str) -> Result<Option<Resource>, Fault> {
    match TilePath::parse(path) {
        None => Ok(None),
        Some(TilePath::Checkpoint) => Ok(checkpoint(app).await?.map(Resource::Checkpoint)),
        Some(path) => {
            let mut tx = app.db.read().await?;
            Ok(read(&mut tx, path).await?.map(Resource::Tile))
        }
    }
}

/// The newest signed head; nothing where none was signed yet.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn checkpoint(app: &App) -> Result<Option<String>, Fault> {
    let mut tx = app.db.read().await?;
    let row = tx.optional(NEWEST, &[]).await?;
    Ok(row.map(|row| row.text("note")).transpose()?)
}

/// The path under which a tile is kept, and the width that is asked for.
fn kept(path: TilePath) -> (String, u16) {
    match path {
        TilePath::Checkpoint => ("checkpoint".to_owned(), 0),
        TilePath::Hashes(tile) => {
            let full = TilePath::Hashes(Tile {
                width: TILE_WIDTH,
                ..tile
            });
            (full.to_string(), tile.width)
        }
        TilePath::Entries { index, width } => {
            let full = TilePath::Entries {
                index,
                width: TILE_WIDTH,
            };
            (full.to_string(), width)
        }
    }
}

/// One file, at the width that its path asks for; nothing where it isn't so wide yet.
pub(super) async fn read(tx: &mut Tx, path: TilePath) -> Result<Option<Vec<u8>>, Fault> {
    let (name, width) = kept(path);
    let row = tx.optional(ONE, &[name.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(narrowed(path, row.bytes("bytes")?, width))
}

/// The first hashes or entries of a tile.
fn narrowed(path: TilePath, mut bytes: Vec<u8>, width: u16) -> Option<Vec<u8>> {
    let width = usize::from(width);
    let length = match path {
        TilePath::Checkpoint => bytes.len(),
        TilePath::Hashes(_) => width * HASH_BYTES,
        TilePath::Entries { .. } => {
            let mut length = 0;
            for _ in 0..width {
                let (entry, _) = bytes.get(length..)?.split_first_chunk::<2>()?;
                length += 2 + usize::from(u16::from_be_bytes(*entry));
            }
            length
        }
    };
    if length > bytes.len() {
        return None;
    }
    bytes.truncate(length);
    Some(bytes)
}

/// Keeps a file, unless one as wide is kept already.
pub(super) async fn write(tx: &mut Tx, resource: &tlog::Resource) -> Result<(), Fault> {
    let (name, width) = kept(resource.path);
    let values = [
        name.into(),
        i64::from(width).into(),
        resource.bytes.as_slice().into(),
    ];
    tx.run(KEEP, &values).await?;
    Ok(())
}

/// The files at the right edge of a tree of `size` leaves: what it takes to let it grow.
pub(super) fn edge(size: u64) -> Vec<TilePath> {
    let mut paths: Vec<_> = tiles_for(
        &[Range {
            start: 0,
            end: size,
        }],
        size,
    )
    .into_iter()
    .map(TilePath::Hashes)
    .collect();
    let ends = (0..8_u8).filter_map(|level| Tile::in_tree(level, size >> (8 * level) >> 8, size));
    paths.extend(ends.map(TilePath::Hashes));
    if let Some(Tile { index, width, .. }) = Tile::in_tree(0, size >> 8, size) {
        paths.push(TilePath::Entries { index, width });
    }
    paths
}

/// These files by path, for who reads without waiting.
pub(super) async fn gather(
    tx: &mut Tx,
    paths: impl IntoIterator<Item = TilePath>,
) -> Result<HashMap<String, Vec<u8>>, Fault> {
    let mut found = HashMap::new();
    for path in paths {
        let name = path.to_string();
        if !found.contains_key(&name)
            && let Some(bytes) = read(tx, path).await?
        {
            found.insert(name, bytes);
        }
    }
    Ok(found)
}

/// All that is kept, for the audit: how many, and a reader of them by path.
pub(crate) async fn all(
    tx: &mut Tx,
) -> Result<(usize, impl Fn(&str) -> Option<Vec<u8>> + use<>), Fault> {
    let mut kept_all = BTreeMap::new();
    for row in tx.all(ALL, &[]).await? {
        kept_all.insert(row.text("path")?, row.bytes("bytes")?);
    }
    let count = kept_all.len();
    let read = move |name: &str| {
        let path = TilePath::parse(name)?;
        let (name, width) = kept(path);
        let bytes = kept_all.get(&name)?;
        // What is damaged is handed out as it is, so that it is named, and not called missing.
        narrowed(path, bytes.clone(), width).or_else(|| Some(bytes.clone()))
    };
    Ok((count, read))
}

const NEWEST: &str = "select note from log_checkpoints order by size desc limit 1";

const ONE: &str = "select bytes from log_tiles where path = $1";

const ALL: &str = "select path, bytes from log_tiles";

const KEEP: &str = "
    insert into log_tiles (path, width, bytes) values ($1, $2, $3)
    on conflict (path) do update set width = excluded.width, bytes = excluded.bytes
     where log_tiles.width < excluded.width";
