//! What is written reads back.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use export::{Cell, Column, GROUP, Kind, WriteError, write};
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::record::{Field, RowAccessor};
use proptest::prelude::*;

const COLUMNS: [Column; 3] = [
    Column {
        name: "track",
        kind: Kind::Text,
    },
    Column {
        name: "micros",
        kind: Kind::Number,
    },
    Column {
        name: "day",
        kind: Kind::Day,
    },
];

fn written(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut out = Vec::new();
    write(&COLUMNS, rows.iter().cloned(), &mut out).unwrap();
    out
}

fn read(file: &[u8]) -> Vec<Vec<Cell>> {
    fn rows<R: ChunkReader + 'static>(reader: &SerializedFileReader<R>) -> Vec<Vec<Cell>> {
        let cell = |(_, field): (&String, &Field)| match field {
            Field::Str(text) => Cell::Text(text.clone()),
            Field::Long(number) => Cell::Number(*number),
            Field::Date(day) => Cell::Day(*day),
            Field::Null => Cell::Nothing,
            other => panic!("nothing else was written: {other:?}"),
        };
        let rows = reader.get_row_iter(None).unwrap();
        rows.map(|row| row.unwrap().get_column_iter().map(cell).collect())
            .collect()
    }
    rows(&SerializedFileReader::new(bytes(file)).unwrap())
}

fn bytes(file: &[u8]) -> impl ChunkReader + 'static {
    use std::io::{Seek, Write};
    let mut out = tempfile::tempfile().unwrap();
    out.write_all(file).unwrap();
    out.rewind().unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_table_reads_back(rows in prop::collection::vec(
        (".{0,12}", any::<i64>(), -1_000_000..1_000_000_i32, 0..8_u8), 0..40
    )) {
        let cell = |there: bool, cell| if there { cell } else { Cell::Nothing };
        let rows: Vec<_> = rows.into_iter().map(|(text, number, day, gaps)| vec![
            cell(gaps & 1 == 0, Cell::Text(text)),
            cell(gaps & 2 == 0, Cell::Number(number)),
            cell(gaps & 4 == 0, Cell::Day(day)),
        ]).collect();
        prop_assert_eq!(read(&written(&rows)), rows);
    }
}

#[test]
fn many_rows_are_several_groups() {
    let count = GROUP * 2 + 1;
    let row = |n| vec![Cell::Text("a".into()), Cell::Number(n), Cell::Day(0)];
    let rows: Vec<_> = (0..).map(row).take(count).collect();
    let file = written(&rows);
    let reader = SerializedFileReader::new(bytes(&file)).unwrap();
    assert_eq!(reader.num_row_groups(), 3);
    let last = reader.get_row_iter(None).unwrap().last().unwrap().unwrap();
    assert_eq!(last.get_long(1).unwrap(), i64::try_from(count).unwrap() - 1);
}

#[test]
fn the_types_are_the_formats_own() {
    let reader = SerializedFileReader::new(bytes(&written(&[]))).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let types: Vec<_> = schema
        .columns()
        .iter()
        .map(|column| {
            (
                column.physical_type().to_string(),
                format!("{:?}", column.logical_type_ref()),
            )
        })
        .collect();
    let wanted = [
        ("BYTE_ARRAY", "Some(String)"),
        ("INT64", "None"),
        ("INT32", "Some(Date)"),
    ];
    assert_eq!(types, wanted.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn a_row_that_fits_no_column_is_told() {
    for row in [
        vec![Cell::Number(1), Cell::Number(1), Cell::Day(1)],
        vec![Cell::Nothing],
    ] {
        let rows = [vec![Cell::Nothing, Cell::Nothing, Cell::Nothing], row];
        let told = write(&COLUMNS, rows, Vec::new()).unwrap_err();
        assert!(matches!(told, WriteError::Row(1)), "{told}");
    }
}
