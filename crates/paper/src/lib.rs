//! Documents for people, as PDF: headings, paragraphs, sheets, tables, QR codes.
//!
//! A document is data: a [`Document`] with its [`Block`]s, in the order in which they are read.
//! [`Document::to_pdf`] sets them on pages and gives the file's bytes. The same document gives
//! the same bytes on every machine: no clock, no chance and no font of the system has a part.
//!
//! The fonts (Libertinus Serif and DejaVu Sans Mono) are carried by the program and embedded as
//! subsets, so that a file shows the same everywhere and its text can be searched and copied.
//! Latin, Greek, Cyrillic and Hebrew are there; lines that run from right to left are set so. A
//! character that neither font has is shown as an empty square and fails nothing.
//!
//! This crate knows nothing of licences, money, files or the network. Its measures are points
//! (1/72 inch), from the upper left corner.
//!
//! ```
//! use paper::{Align, Block, Column, Document, Style, Table};
//!
//! let mut paper = Document::new("Invoice 2026-0007");
//! paper.push(Block::text(Style::Title, "Invoice"));
//! paper.push(Block::Table(Table {
//!     columns: vec![Column::text("Item", 3), Column::number("Amount", 1)],
//!     rows: vec![vec!["A cut of 15 seconds".into(), "5.00 USD".into()]],
//!     totals: vec![vec!["Total".into(), "5.00 USD".into()]],
//! }));
//! assert!(paper.to_pdf().starts_with(b"%PDF-1.7"));
//! ```

mod block;
mod draw;
mod font;
mod layout;
mod look;
mod pages;
mod pdf;
mod piece;
mod qr;
mod seal;
mod table;
mod text;

pub use block::{Align, Block, Column, Document, Frame, Seal, Style, Table};
