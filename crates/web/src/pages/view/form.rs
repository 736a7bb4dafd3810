//! The small parts that forms and receipts are made of.

/// A field that a form sends without showing it: an idempotency key, a quote's id.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// The field's name.
    pub name: String,
    /// The field's value.
    pub value: String,
}

/// One value of a select list or of a row of radio buttons.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent, for instance `youtube_shorts`.
    pub value: String,
    /// What is read, for instance `YouTube Shorts`.
    pub label: String,
    /// Whether it is the one chosen now.
    pub chosen: bool,
}

/// A text field with what was typed and what was wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// What was typed, or the prefilled value.
    pub value: String,
    /// What is wrong with it, as one sentence that says what to do.
    pub error: Option<String>,
}

/// Why a form was refused, for the head of its page.
#[derive(Debug, Clone)]
pub struct Alert {
    /// One sentence that says what to do.
    pub words: String,
    /// The name of the field at fault, where the page shows it: it is linked to.
    pub field: Option<String>,
}

/// A button that posts: where to, what with, and what it says.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The path the form posts to.
    pub action: String,
    /// The fields it carries.
    pub hidden: Vec<Hidden>,
    /// The words on the button, for instance `Continue — $5.00`.
    pub label: String,
}

/// One line of a price or of a receipt.
#[derive(Debug, Clone)]
pub struct PriceLine {
    /// What is paid for, for instance `15-second cut, Creator tier`.
    pub label: String,
    /// How much, worded in the currency; a reduction carries its minus sign.
    pub amount: String,
    /// Whether this is the sum at the foot.
    pub total: bool,
}
