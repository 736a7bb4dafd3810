//! What a document is made of. Only data: how it looks is decided in `layout`.

/// A document on A4 pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its title, shown by viewers in the window's bar.
    pub title: String,
    /// Who it comes from.
    pub author: String,
    /// Its language as BCP 47, such as `en-GB`: screen readers go by it.
    pub language: String,
    /// What runs around each page.
    pub frame: Frame,
    /// What stands at the foot of each page, left of the page's number.
    pub footer: String,
    /// Its content, in reading order.
    pub blocks: Vec<Block>,
}

/// What runs around a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Frame {
    /// Nothing: white margins.
    #[default]
    Plain,
    /// A double border with ornaments in its corners.
    Certificate,
}

/// One part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Text in a style, wrapped. A line feed begins a new line.
    Text(Style, Align, String),
    /// Terms and what they are, one under another.
    Sheet(Vec<(String, String)>),
    /// Points, each with a mark before it.
    List(char, Vec<String>),
    /// A table. Its head is repeated on every page it runs to.
    Table(Table),
    /// A code that stands out, in a plate of its own.
    Plate(String),
    /// A QR code in a seal.
    Seal(Seal),
    /// Two columns side by side, never broken over pages: parts in a hundred of the width go to
    /// the left one.
    Beside(u8, Vec<Block>, Vec<Block>),
    /// A thin line across.
    Rule,
    /// White space, in points.
    Gap(u16),
    /// What follows stands on a new page.
    PageBreak,
}

/// How text looks. A closed list, so that all documents are of one hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The largest: what a certificate is.
    Display,
    /// A document's title, or the name that it is about.
    Title,
    /// The heading of a part.
    Heading,
    /// A word above what it says: small capitals, spaced.
    Label,
    /// A sentence that leads.
    Lead,
    /// Running text.
    Body,
    /// Set in bold.
    Strong,
    /// What matters least.
    Small,
    /// Codes and addresses, in letters of one width.
    Code,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right edge.
    Right,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows: a cell each column. A missing cell is empty, one too many is left out. A cell
    /// of more than thirty lines ends with an ellipsis.
    pub rows: Vec<Vec<String>>,
    /// Rows at its foot that sum it up, in bold.
    pub totals: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub head: String,
    /// Its part of the width, beside the other columns' parts.
    pub parts: u16,
    /// Where its cells stand.
    pub align: Align,
}

/// A QR code in a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// What the code says. An `http` or `https` address can also be clicked.
    pub code: String,
    /// What runs around it.
    pub ring: String,
    /// Its radius in points.
    pub radius: u16,
}

impl Document {
    /// An empty document of a title, in British English.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            author: String::new(),
            language: "en-GB".into(),
            frame: Frame::Plain,
            footer: String::new(),
            blocks: Vec::new(),
        }
    }

    /// Adds a block at the end.
    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }
}

impl Block {
    /// Text at the left edge.
    #[must_use]
    pub fn text(style: Style, text: impl Into<String>) -> Self {
        Self::Text(style, Align::Left, text.into())
    }

    /// Text in the middle.
    #[must_use]
    pub fn centred(style: Style, text: impl Into<String>) -> Self {
        Self::Text(style, Align::Centre, text.into())
    }

    /// Text at the right edge.
    #[must_use]
    pub fn right(style: Style, text: impl Into<String>) -> Self {
        Self::Text(style, Align::Right, text.into())
    }
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn text(head: impl Into<String>, parts: u16) -> Self {
        Self {
            head: head.into(),
            parts,
            align: Align::Left,
        }
    }

    /// A column of numbers, at the right.
    #[must_use]
    pub fn number(head: impl Into<String>, parts: u16) -> Self {
        Self {
            align: Align::Right,
            ..Self::text(head, parts)
        }
    }
}
