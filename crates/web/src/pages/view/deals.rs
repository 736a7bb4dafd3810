//! The operator's terms of sale: a list, and the form that adds to it.

use super::form::{Alert, Choice, Field, Submit};
use super::shell::Shell;

/// Something that can't be undone, asked once more.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What it means.
    pub words: String,
    /// The button that does it.
    pub yes: Submit,
    /// Where nothing happens.
    pub no_href: String,
}

/// A row of the list.
#[derive(Debug, Clone)]
pub struct DealRow {
    /// What it is called: a code, a country.
    pub name: String,
    /// What is said of it, in the order of the head.
    pub cells: Vec<String>,
    /// Whether it counts no more.
    pub over: bool,
    /// A link to be copied.
    pub link: Option<String>,
    /// What can be done about it.
    pub step: Option<Submit>,
}

/// A field of the form; one to choose in where it has choices.
#[derive(Debug, Clone)]
pub struct DealInput {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub label: String,
    /// What helps to fill it in; may be empty.
    pub hint: String,
    /// What stands in it.
    pub field: Field,
    /// What may be chosen.
    pub choices: Vec<Choice>,
    /// The element's own attributes.
    pub attributes: &'static str,
}

/// The form that adds to the list.
#[derive(Debug, Clone)]
pub struct DealForm {
    /// Its heading.
    pub heading: String,
    /// Its button.
    pub submit: Submit,
    /// Its fields.
    pub inputs: Vec<DealInput>,
}

/// `GET /operator/deals/{noun}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "deals.html", whitespace = "minimize")]
pub struct DealsPage {
    /// The frame.
    pub shell: Shell,
    /// The lists there are: label, address, and whether it is this one.
    pub tabs: Vec<(String, String, bool)>,
    /// What the list is of.
    pub title: String,
    /// What it means for sales.
    pub about: String,
    /// What has just been done.
    pub done: Option<String>,
    /// The button that undoes it.
    pub undo: Option<Submit>,
    /// Why it wasn't.
    pub problem: Option<Alert>,
    /// What is asked before it is done.
    pub confirm: Option<Confirm>,
    /// The head of the list.
    pub head: Vec<String>,
    /// The list.
    pub rows: Vec<DealRow>,
    /// What is said where it is empty.
    pub empty: String,
    /// The form.
    pub form: DealForm,
}
