//! Statements that write many rows at once.

/// How many rows one statement writes: a close posts thousands of lines at once.
pub(crate) const ROWS: usize = 100;

/// The places of so many rows of so many columns, after `values`.
pub(crate) fn rows(count: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places = (1..=columns).map(|place| format!("${}", row * columns + place));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = (0..count).map(row).collect();
    rows.join(", ")
}
