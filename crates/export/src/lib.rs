//! Tables as Parquet, for programs that read many rows: texts, whole numbers and days.
//!
//! This crate knows no use, track or money: what a column holds is its caller's to say. Amounts are
//! whole numbers of whatever unit the caller names them by. Nothing is compressed, so that every
//! reader reads it; columns that repeat themselves are kept by dictionary, as the format has it.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

/// Rows that are written at a time: as many are in memory at once.
pub const GROUP: usize = 10_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text: a UTF-8 `STRING`.
    Text,
    /// A whole number: `INT64`.
    Number,
    /// A day, in days since 1970-01-01: `DATE`.
    Day,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A cell; nothing where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Of a column of [`Kind::Text`].
    Text(String),
    /// Of a column of [`Kind::Number`].
    Number(i64),
    /// Of a column of [`Kind::Day`].
    Day(i32),
    /// Of any column.
    Nothing,
}

/// Why a table can't be written.
#[derive(Debug)]
pub enum WriteError {
    /// The row of this number, from 0, has other cells than the columns want.
    Row(usize),
    /// What is written to doesn't take it.
    Parquet(ParquetError),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Row(number) => write!(f, "row {number} doesn't fit its columns"),
            Self::Parquet(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<ParquetError> for WriteError {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

/// Writes a table, [`GROUP`] rows at a time.
///
/// # Errors
/// [`WriteError`]: a row doesn't fit, or `out` doesn't take it.
pub fn write(
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<Cell>>,
    out: impl Write + Send,
) -> Result<(), WriteError> {
    let properties = WriterProperties::builder()
        .set_created_by("clearcue".to_owned())
        .build();
    let mut file = SerializedFileWriter::new(out, schema(columns)?, Arc::new(properties))?;
    let mut rows = rows.into_iter();
    let mut written = 0;
    loop {
        let some: Vec<Vec<Cell>> = rows.by_ref().take(GROUP).collect();
        if some.is_empty() {
            break;
        }
        if let Some(bad) = some.iter().position(|row| !fits(columns, row)) {
            return Err(WriteError::Row(written + bad));
        }
        let mut group = file.next_row_group()?;
        for place in 0..columns.len() {
            column(&mut group, some.iter().filter_map(|row| row.get(place)))?;
        }
        group.close()?;
        written += some.len();
    }
    file.close()?;
    Ok(())
}

fn fits(columns: &[Column], row: &[Cell]) -> bool {
    let fit = |(column, cell): (&Column, &Cell)| match cell {
        Cell::Text(_) => column.kind == Kind::Text,
        Cell::Number(_) => column.kind == Kind::Number,
        Cell::Day(_) => column.kind == Kind::Day,
        Cell::Nothing => true,
    };
    columns.len() == row.len() && columns.iter().zip(row).all(fit)
}

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Number => (Physical::INT64, None),
            Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
        };
        let field = Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(field))
    };
    let fields: Vec<_> = columns
        .iter()
        .map(field)
        .collect::<Result<_, ParquetError>>()?;
    let schema = Type::group_type_builder("table")
        .with_fields(fields)
        .build()?;
    Ok(Arc::new(schema))
}

/// Writes the next column of a group.
fn column<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<(), ParquetError> {
    let (mut texts, mut numbers, mut days, mut there) = (vec![], vec![], vec![], vec![]);
    for cell in cells {
        there.push(i16::from(*cell != Cell::Nothing));
        match cell {
            Cell::Text(text) => texts.push(ByteArray::from(text.as_str())),
            Cell::Number(number) => numbers.push(*number),
            Cell::Day(day) => days.push(*day),
            Cell::Nothing => {}
        }
    }
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("there is no such column".into()));
    };
    let there = Some(there.as_slice());
    match column.untyped() {
        ColumnWriter::ByteArrayColumnWriter(writer) => writer.write_batch(&texts, there, None)?,
        ColumnWriter::Int64ColumnWriter(writer) => writer.write_batch(&numbers, there, None)?,
        ColumnWriter::Int32ColumnWriter(writer) => writer.write_batch(&days, there, None)?,
        _ => return Err(ParquetError::General("no such kind of column".into())),
    };
    column.close()
}
