//! Tables read piece by piece, so that a file of any size takes the memory of its longest row.
//!
//! RFC 4180, and what is met besides: a byte order mark, lines that end with LF or CR alone,
//! semicolons or tabs for commas. Knows nothing of what the columns mean.

/// The longest row, in bytes. A quotation mark that is never closed would otherwise take the rest
/// of the file for one cell.
pub const ROW_BYTES_MAX: usize = 16 << 10;

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of the line it begins on, counted from 1.
    pub line: u64,
    /// Its cells, or why it has none.
    pub cells: Result<Vec<String>, RowFault>,
}

/// Why a row can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// It is longer than [`ROW_BYTES_MAX`]. What follows is read from the next line on.
    TooLong,
    /// It isn't UTF-8.
    NotUtf8,
    /// The file ends within quotation marks.
    NotClosed,
}

impl RowFault {
    /// What is wrong, for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::TooLong => {
                "the row is longer than 16 KiB: is a quotation mark left open in it? What follows was read from the next line on"
            }
            Self::NotUtf8 => "the row isn't UTF-8: save the file as UTF-8",
            Self::NotClosed => "the file ends within quotation marks",
        }
    }
}

/// Reads rows from bytes as they come.
#[derive(Clone, Debug)]
pub struct Reader {
    delimiter: u8,
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    bytes: usize,
    at: At,
    /// Of a byte order mark at the beginning, how many bytes have come; 3 once it is past.
    mark: usize,
    after_cr: bool,
    line: u64,
    began: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Nothing of the cell has come.
    Start,
    Plain,
    Quoted,
    /// After a quotation mark within a quoted cell: the end of it, or the first of two.
    Quote,
    /// In a row that is too long, up to the end of its line.
    TooLong,
}

const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

impl Reader {
    /// A reader of a table whose cells lie between these.
    #[must_use]
    pub fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            cells: Vec::new(),
            cell: Vec::new(),
            bytes: 0,
            at: At::Start,
            mark: 0,
            after_cr: false,
            line: 1,
            began: 1,
        }
    }

    /// Reads on: the rows that end in these bytes. Empty rows are left out.
    pub fn feed(&mut self, bytes: &[u8], rows: &mut Vec<Row>) {
        for byte in bytes {
            if self.mark < MARK.len() {
                if *byte == MARK[self.mark] {
                    self.mark += 1;
                    continue;
                }
                let begun = std::mem::replace(&mut self.mark, MARK.len());
                for byte in &MARK[..begun] {
                    self.byte(*byte, rows);
                }
            }
            self.byte(*byte, rows);
        }
    }

    /// The end of the table: its last row, where no line end closed it.
    pub fn finish(&mut self, rows: &mut Vec<Row>) {
        match self.at {
            At::Quoted => {
                self.push(Err(RowFault::NotClosed), rows);
                self.clear();
            }
            At::TooLong => self.clear(),
            At::Start if self.cells.is_empty() => {}
            At::Start | At::Plain | At::Quote => self.end(rows),
        }
    }

    fn byte(&mut self, byte: u8, rows: &mut Vec<Row>) {
        let second = std::mem::take(&mut self.after_cr) && byte == b'\n';
        if second && self.at != At::Quoted {
            return;
        }
        self.after_cr = byte == b'\r';
        let ends_line = byte == b'\r' || (byte == b'\n' && !second);
        self.line += u64::from(ends_line);
        if self.at == At::TooLong {
            if ends_line {
                self.clear();
            }
            return;
        }
        self.bytes += 1;
        match (self.at, byte) {
            (At::Quoted, b'"') => self.at = At::Quote,
            (At::Quoted, _) => self.cell.push(byte),
            (At::Quote, b'"') => {
                self.cell.push(b'"');
                self.at = At::Quoted;
            }
            (_, b'\r' | b'\n') => self.end(rows),
            (_, byte) if byte == self.delimiter => {
                self.cells.push(std::mem::take(&mut self.cell));
                self.at = At::Start;
            }
            (At::Start, b'"') => self.at = At::Quoted,
            (_, byte) => {
                self.cell.push(byte);
                self.at = At::Plain;
            }
        }
        if self.bytes > ROW_BYTES_MAX {
            self.push(Err(RowFault::TooLong), rows);
            let at_its_end = ends_line;
            self.clear();
            if !at_its_end {
                self.at = At::TooLong;
            }
        }
    }

    fn end(&mut self, rows: &mut Vec<Row>) {
        self.cells.push(std::mem::take(&mut self.cell));
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().any(|cell| !cell.trim_ascii().is_empty()) {
            let cells = cells.into_iter().map(String::from_utf8);
            let cells = cells.collect::<Result<_, _>>();
            self.push(cells.map_err(|_| RowFault::NotUtf8), rows);
        }
        self.clear();
    }

    fn push(&self, cells: Result<Vec<String>, RowFault>, rows: &mut Vec<Row>) {
        let line = self.began;
        rows.push(Row { line, cells });
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.cell.clear();
        self.bytes = 0;
        self.at = At::Start;
        self.began = self.line;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], piece: usize) -> Vec<Row> {
        let (mut reader, mut rows) = (Reader::new(b','), Vec::new());
        for piece in text.chunks(piece.max(1)) {
            reader.feed(piece, &mut rows);
        }
        reader.finish(&mut rows);
        rows
    }

    fn cells(text: &str) -> Vec<(u64, Vec<String>)> {
        let rows = read(text.as_bytes(), 4096);
        rows.into_iter()
            .map(|row| (row.line, row.cells.unwrap()))
            .collect()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn lines_end_in_any_way_and_empty_ones_are_left_out_but_counted() {
        let wanted = [row(1, &["a", "b"]), row(3, &["c", ""]), row(4, &["", "d"])];
        for end in ["\r\n", "\n", "\r"] {
            let text = format!("a,b{end}{end}c,{end},d");
            assert_eq!(cells(&text), wanted, "{end:?}");
            assert_eq!(cells(&format!("{text}{end}")), wanted, "{end:?}");
        }
    }

    #[test]
    fn a_quoted_cell_holds_delimiters_line_ends_and_quotation_marks() {
        let found = cells("\"a,\r\n\"\"b\"\"\",c\r\nd,e\"f\r\n");
        let wanted = [row(1, &["a,\r\n\"b\"", "c"]), row(3, &["d", "e\"f"])];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_byte_order_mark_goes_and_half_of_one_is_kept() {
        assert_eq!(cells("\u{feff}a,b"), [row(1, &["a", "b"])]);
        assert_eq!(read(b"\xef\xbbx", 1)[0].cells, Err(RowFault::NotUtf8));
    }

    #[test]
    fn a_row_that_cant_be_read_is_told_and_the_next_one_is_read() {
        let long = format!("\"{}\nb,c\n", "x".repeat(ROW_BYTES_MAX + 1));
        let rows = read(long.as_bytes(), 1000);
        assert_eq!(rows[0].cells, Err(RowFault::TooLong));
        assert_eq!(
            (rows[1].line, rows[1].cells.as_ref().unwrap().len()),
            (2, 2)
        );
        let rows = read(b"a,\xff\nb,c\nd,\"e\n", 4);
        let faults: Vec<_> = rows.iter().map(|row| row.cells.is_ok()).collect();
        assert_eq!(faults, [false, true, false]);
        assert_eq!(
            (rows[2].line, &rows[2].cells),
            (3, &Err(RowFault::NotClosed))
        );
    }

    #[test]
    fn how_a_file_is_cut_changes_nothing() {
        let text = "\u{feff}a,\"b\r\n\"\"\",ü\r\n\r\nc;d,e\nlast,\"row\"".as_bytes();
        let whole = read(text, text.len());
        assert_eq!(whole.len(), 3);
        for piece in 1..text.len() {
            assert_eq!(read(text, piece), whole, "{piece}");
        }
    }
}
