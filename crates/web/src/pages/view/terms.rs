//! A rights envelope in plain words.

/// What a licence allows, forbids and asks for; each entry one short sentence that reads
/// on from its heading ("You may …").
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// After "You may".
    pub may: Vec<String>,
    /// After "You may not".
    pub may_not: Vec<String>,
    /// After "You must"; empty where nothing is asked.
    pub must: Vec<String>,
}
