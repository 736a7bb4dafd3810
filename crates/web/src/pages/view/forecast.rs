//! The forecast on a composer's report.

/// What is to be expected in one currency.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// What the table is called, for instance `USD`.
    pub currency: String,
    /// The months ahead; none where there is too little history.
    pub months: Vec<OutlookRow>,
    /// Why there are none.
    pub why_not: String,
}

/// One month ahead.
#[derive(Debug, Clone)]
pub struct OutlookRow {
    /// When it ends, for instance `22 Dec 2026`.
    pub until: String,
    /// What is to be expected.
    pub expected: String,
    /// What of that comes by subscriptions.
    pub subscriptions: String,
    /// The least and the most.
    pub low: String,
    /// See `low`.
    pub high: String,
    /// Where the bar's range begins and how long it is, in hundredths of the longest.
    pub bar: (i64, i64),
    /// Where what is to be expected stands on it.
    pub mark: i64,
}
