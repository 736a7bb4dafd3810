//! One row of an answer, read by column name, the same on both engines.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::DbError;

/// A row of either engine. Columns are asked for by name and type; a column that is not what
/// was asked for is a fault that names it.
pub struct Row(pub(super) Inner);

pub(super) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $ty:ty, $wanted:literal) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// [`DbError::Column`] when there is no such column or it holds something else.
        pub fn $name(&self, column: &str) -> Result<$ty, DbError> {
            match &self.0 {
                Inner::Sqlite(row) => row.try_get(column),
                Inner::Postgres(row) => row.try_get(column),
            }
            .map_err(|_| DbError::Column { column: column.to_owned(), wanted: $wanted })
        }
    };
}

impl Row {
    getter!(
        /// A whole number.
        int, i64, "a whole number"
    );
    getter!(
        /// A whole number or null.
        opt_int, Option<i64>, "a whole number or null"
    );
    getter!(
        /// Text.
        text, String, "text"
    );
    getter!(
        /// Text or null.
        opt_text, Option<String>, "text or null"
    );
    getter!(
        /// Bytes.
        bytes, Vec<u8>, "bytes"
    );
    getter!(
        /// Bytes or null.
        opt_bytes, Option<Vec<u8>>, "bytes or null"
    );

    /// A truth value, stored as 0 or 1.
    ///
    /// # Errors
    /// [`DbError::Column`] when the column is no number.
    pub fn flag(&self, column: &str) -> Result<bool, DbError> {
        Ok(self.int(column)? != 0)
    }

    /// Sixteen bytes: an id.
    ///
    /// # Errors
    /// [`DbError::Column`] when the column holds no bytes or another number of them.
    pub fn id(&self, column: &str) -> Result<[u8; 16], DbError> {
        self.bytes(column)?.try_into().map_err(|_| DbError::Column {
            column: column.to_owned(),
            wanted: "16 bytes",
        })
    }
}
