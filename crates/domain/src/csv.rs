//! Tables as text: RFC 4180, and no cell that a spreadsheet would run.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for
//! a formula, whoever wrote it. Such a cell is given an apostrophe in front, which spreadsheets
//! read as "this is text". Programs that read the file may take one apostrophe away from a cell
//! that begins with it and one of those.

/// One row, with its line end (CR LF).
#[must_use]
pub fn row<T: AsRef<str>>(cells: &[T]) -> String {
    let cells: Vec<_> = cells.iter().map(|text| cell(text.as_ref())).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell of a table that holds numbers too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A text, whoever wrote it: guarded.
    Text(&'a str),
    /// A number of our own making, written as digits, sign and point: never guarded.
    Number(String),
}

/// One row of texts and numbers, with its line end (CR LF).
#[must_use]
pub fn typed_row(cells: &[Cell<'_>]) -> String {
    let cells: Vec<_> = cells
        .iter()
        .map(|one| match one {
            Cell::Text(text) => cell(text),
            Cell::Number(digits) => digits.clone(),
        })
        .collect();
    format!("{}\r\n", cells.join(","))
}

/// One cell: guarded, and in quotes where it must be.
#[must_use]
pub fn cell(text: &str) -> String {
    let guarded = if starts_a_formula(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if guarded.contains([',', '"', '\r', '\n', '\'', '\t']) {
        return format!("\"{}\"", guarded.replace('"', "\"\""));
    }
    guarded
}

/// Blanks and control characters in front don't help: some programs take them away before they
/// look. The wide forms of the signs are read as the signs themselves by some.
fn starts_a_formula(text: &str) -> bool {
    let skipped = |c: char| !matches!(c, '\t' | '\r') && blank(c);
    let first = text.trim_start_matches(skipped);
    first.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

fn blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

/// Takes away the apostrophe that our own files put before what looks like a formula.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

/// The rows of a table (RFC 4180) with the numbers of their first lines; empty lines are left out.
/// Nothing where a quotation mark is never closed.
#[must_use]
pub fn rows(text: &str) -> Option<Vec<(usize, Vec<String>)>> {
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let (mut quoted, mut line, mut began) = (false, 1, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                push(&mut rows, began, std::mem::take(&mut row));
                line += 1;
                began = line;
            }
            letter => {
                line += usize::from(letter == '\n');
                cell.push(letter);
            }
        }
    }
    if quoted {
        return None;
    }
    row.push(cell);
    push(&mut rows, began, row);
    Some(rows)
}

fn push(rows: &mut Vec<(usize, Vec<String>)>, line: usize, row: Vec<String>) {
    if row.iter().any(|cell| !cell.trim().is_empty()) {
        rows.push((line, row));
    }
}
