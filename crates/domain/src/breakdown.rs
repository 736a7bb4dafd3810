//! Uses and money by track, asset, placement, territory, day or month, and what of it may be shown.
//!
//! Whoever earns by uses sees what they earned, exactly. What their licensees do is the licensees'
//! own: where a breakdown goes by asset, placement or territory, groups of fewer than
//! [`LICENSEES_MIN`] licensees are merged, and more with them until what is shown gives nothing away
//! by subtraction from a total that is shown too.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::time::{DAY_MS, Timestamp};

/// A group of fewer licensees is merged with others.
pub const LICENSEES_MIN: usize = 10;

/// What uses are summed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// The track.
    Track,
    /// What was licensed of it.
    Asset,
    /// Where the video is.
    Placement,
    /// The country that was said.
    Territory,
    /// The day they were counted on, UTC: the day of the ledger's own lines.
    Day,
    /// The month they were counted in, UTC: that of the statement.
    Month,
}

codes! {
    "grouping" By {
        Track = "track",
        Asset = "asset",
        Placement = "placement",
        Territory = "territory",
        Day = "day",
        Month = "month",
    }
}

impl By {
    /// Every one, in the order in which pages offer them.
    pub const ALL: [By; 6] = [
        By::Track,
        By::Asset,
        By::Placement,
        By::Territory,
        By::Day,
        By::Month,
    ];

    /// Does it tell what licensees do, as opposed to what was earned?
    #[must_use]
    pub fn is_about_licensees(self) -> bool {
        matches!(self, By::Asset | By::Placement | By::Territory)
    }

    /// Do its groups follow each other in time?
    #[must_use]
    pub fn is_time(self) -> bool {
        matches!(self, By::Day | By::Month)
    }
}

/// The month of a day, such as `2026-01`, the day counted from 1970-01-01.
#[must_use]
pub fn month_of(day: i64) -> String {
    let day = Timestamp(day.saturating_mul(DAY_MS)).day();
    day.rsplit_once('-')
        .map_or(day.clone(), |(month, _)| month.to_owned())
}

/// Sums of uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many.
    pub uses: i64,
    /// Music in them, in ms.
    pub clip_ms: i64,
    /// Clip time billed for them, in ms.
    pub billed_ms: i64,
    /// Money, in micro-units.
    pub micros: i64,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        let sum = |one: &mut i64, other: i64| *one = one.saturating_add(other);
        sum(&mut self.uses, other.uses);
        sum(&mut self.clip_ms, other.clip_ms);
        sum(&mut self.billed_ms, other.billed_ms);
        sum(&mut self.micros, other.micros);
    }
}

impl std::iter::Sum for Figures {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

/// Licensees by whatever number the caller gives each.
pub type Licensees = BTreeSet<u32>;

/// Which groups of one line are merged, by place: those of fewer than `least` licensees, and the
/// smallest of the others with them until the merged ones are of `least` licensees together. Where
/// even all of them aren't, all are merged: what is shown then is the total alone.
#[must_use]
pub fn merged(groups: &[Licensees], least: usize) -> Vec<bool> {
    let lines = [groups.to_vec()];
    merged_in(&lines, &[], least).swap_remove(0)
}

/// The same of a table whose lines and columns both have totals that are shown: which cells of it
/// are merged with others of their line. Columns of `columns` are merged in every line.
///
/// What is merged of a line, and of a column, is of `least` licensees together, or all of it. Sums
/// over several lines and columns at once are not looked at.
///
/// A cell without licensees is no group: it is neither shown nor merged.
#[must_use]
pub fn merged_in(lines: &[Vec<Licensees>], columns: &[usize], least: usize) -> Vec<Vec<bool>> {
    let shown = |place: usize, cell: &Licensees| !columns.contains(&place) && cell.len() >= least;
    let mut merged: Vec<Vec<bool>> = lines
        .iter()
        .map(|line| {
            let cells = line.iter().enumerate();
            cells
                .map(|(at, cell)| !cell.is_empty() && !shown(at, cell))
                .collect()
        })
        .collect();
    let width = lines.first().map_or(0, Vec::len);
    let several = lines.len() > 1;
    let of_line = |line: usize| (0..width).map(move |at| (line, at)).collect::<Vec<_>>();
    let of_column = |at: usize| {
        (0..lines.len())
            .map(move |line| (line, at))
            .collect::<Vec<_>>()
    };
    let mut all: Vec<Vec<(usize, usize)>> = (0..lines.len()).map(of_line).collect();
    if several {
        // In a merged column no cell is shown, and its own total isn't either.
        all.extend((0..width).filter(|at| !columns.contains(at)).map(of_column));
    }
    while let Some((line, at)) = all
        .iter()
        .find_map(|places| more(lines, &merged, places, least))
    {
        merged[line][at] = true;
    }
    merged
}

/// The smallest cell still shown of a line or column whose merged cells could be told by subtraction.
fn more(
    lines: &[Vec<Licensees>],
    merged: &[Vec<bool>],
    places: &[(usize, usize)],
    least: usize,
) -> Option<(usize, usize)> {
    let (mut hidden, mut any) = (Licensees::new(), false);
    for (line, at) in places.iter().filter(|(line, at)| merged[*line][*at]) {
        any = true;
        hidden.extend(&lines[*line][*at]);
    }
    if !any || hidden.len() >= least {
        return None;
    }
    let shown = places
        .iter()
        .filter(|(line, at)| !merged[*line][*at] && !lines[*line][*at].is_empty());
    shown
        .min_by_key(|(line, at)| lines[*line][*at].len())
        .copied()
}
