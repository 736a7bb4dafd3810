//! A track's waveform as SVG path data.
//!
//! The server draws it, so that it is there before any script and costs a few hundred
//! bytes. It knows nothing of audio files: peaks come in, a path goes out.

use std::fmt::Write as _;
use std::ops::Range;

/// How far apart two bars stand, in units of the view box.
pub const BAR_PITCH: u32 = 4;

/// The view box of a waveform in a list of tracks: 90 bars.
pub const CARD: (u32, u32) = (360, 56);

/// The view box of the large waveform on a track's own page: 180 bars.
pub const HERO: (u32, u32) = (720, 160);

/// The view box of one stem's lane below the large waveform: 120 bars.
pub const LANE: (u32, u32) = (480, 40);

/// A stretch of the track that is marked on the waveform.
#[derive(Debug, Clone)]
pub struct Mark {
    /// What it is, for instance `Hook` or `Verse`.
    pub label: String,
    /// Where it starts, worded, for instance `0:12`.
    pub at: String,
    /// Where it starts, in milliseconds.
    pub start_ms: u32,
    /// Left edge, in units of the view box.
    pub x: u32,
    /// Width, in units of the view box; at least 1.
    pub width: u32,
}

/// Everything that is needed to draw a waveform, to mark its hook and to play it.
#[derive(Debug, Clone)]
pub struct Wave {
    /// SVG path data: one vertical stroke for each bar.
    pub path: String,
    /// Width of the view box.
    pub width: u32,
    /// Height of the view box.
    pub height: u32,
    /// Length of the track in milliseconds.
    pub duration_ms: u32,
    /// The most telling stretch, where the preview starts.
    pub hook: Option<Mark>,
    /// The track's sections in order; empty on cards.
    pub sections: Vec<Mark>,
}

impl Wave {
    /// Draws `peaks` (lowest and highest sample of each equal slice, full scale ±127) into a
    /// view box of `size` (one of [`CARD`], [`HERO`], [`LANE`]).
    #[must_use]
    pub fn new(peaks: &[(i8, i8)], size: (u32, u32), duration_ms: u32) -> Self {
        Self {
            path: path(peaks, size.0, size.1),
            width: size.0,
            height: size.1,
            duration_ms,
            hook: None,
            sections: Vec::new(),
        }
    }

    /// Marks the hook, given in milliseconds.
    #[must_use]
    pub fn with_hook(mut self, hook_ms: &Range<u32>) -> Self {
        self.hook = Some(self.mark("Hook", hook_ms));
        self
    }

    /// Marks a section, given in milliseconds; call it in the order of the track.
    #[must_use]
    pub fn with_section(mut self, label: &str, span_ms: &Range<u32>) -> Self {
        let mark = self.mark(label, span_ms);
        self.sections.push(mark);
        self
    }

    /// Where playing starts, in milliseconds: the hook, or the start.
    #[must_use]
    pub fn hook_ms(&self) -> u32 {
        self.hook.as_ref().map_or(0, |hook| hook.start_ms)
    }

    fn mark(&self, label: &str, span_ms: &Range<u32>) -> Mark {
        let x = self.x_of(span_ms.start);
        Mark {
            label: label.to_owned(),
            at: clock(span_ms.start),
            start_ms: span_ms.start,
            x,
            width: self.x_of(span_ms.end).saturating_sub(x).max(1),
        }
    }

    fn x_of(&self, at_ms: u32) -> u32 {
        if self.duration_ms == 0 {
            return 0;
        }
        let at = u64::from(at_ms.min(self.duration_ms));
        let x = at * u64::from(self.width) / u64::from(self.duration_ms);
        u32::try_from(x).unwrap_or(self.width)
    }
}

/// A position in a track as minutes and seconds, rounded down: `83_400` is `1:23`.
#[must_use]
pub fn clock(at_ms: u32) -> String {
    let seconds = at_ms / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// SVG path data for `peaks` in a view box of `width` × `height`: one vertical stroke each
/// [`BAR_PITCH`] units, from the lowest to the highest sample of the slices it stands for.
///
/// The loudest bar fills the height: tracks are listed side by side at the same loudness,
/// so the shape tells more than the level. A silent slice keeps a dot of two units. No
/// peaks make no path.
#[must_use]
pub fn path(peaks: &[(i8, i8)], width: u32, height: u32) -> String {
    let bars = usize::try_from(width / BAR_PITCH).unwrap_or(0);
    let Some(loudest) = peaks.iter().map(reach).max() else {
        return String::new();
    };
    let loudest = loudest.max(1);
    let mut path = String::with_capacity(bars * 11);
    let mut x = BAR_PITCH / 2;
    for bar in 0..bars {
        let (low, high) = extremes(slice(peaks, bar, bars));
        let top = row(-high, loudest, height);
        let foot = row(-low, loudest, height);
        let (top, foot) = at_least_a_dot(top, foot, height);
        // Writing to a string cannot fail; a lost bar would be no reason to stop either.
        let _ = write!(path, "M{x} {top}V{foot}");
        x += BAR_PITCH;
    }
    path
}

/// How far a slice reaches from the middle line.
fn reach(&(low, high): &(i8, i8)) -> i32 {
    i32::from(low).abs().max(i32::from(high).abs())
}

/// The peaks that bar number `bar` of `bars` stands for: never empty while `peaks` isn't.
fn slice(peaks: &[(i8, i8)], bar: usize, bars: usize) -> &[(i8, i8)] {
    let start = (bar * peaks.len() / bars).min(peaks.len() - 1);
    let end = ((bar + 1) * peaks.len() / bars).clamp(start + 1, peaks.len());
    &peaks[start..end]
}

fn extremes(slice: &[(i8, i8)]) -> (i32, i32) {
    slice.iter().fold((0, 0), |(low, high), peak| {
        (low.min(i32::from(peak.0)), high.max(i32::from(peak.1)))
    })
}

/// The row of `sample` (downwards positive) when ±`loudest` spans `height` less a margin of
/// one unit at both edges, where the stroke's round ends go.
fn row(sample: i32, loudest: i32, height: u32) -> u32 {
    let span = i64::from(height.saturating_sub(2));
    let loudest = i64::from(loudest);
    let down = (i64::from(sample) + loudest) * span / (2 * loudest);
    u32::try_from(down + 1).unwrap_or(1)
}

fn at_least_a_dot(top: u32, foot: u32, height: u32) -> (u32, u32) {
    if foot >= top + 2 {
        (top, foot)
    } else {
        let middle = height / 2;
        (middle.saturating_sub(1), middle + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{CARD, Wave, clock, path};

    fn strokes(path: &str) -> Vec<(u32, u32, u32)> {
        path.split('M')
            .skip(1)
            .map(|stroke| {
                let (x, rest) = stroke.split_once(' ').unwrap();
                let (top, foot) = rest.split_once('V').unwrap();
                (
                    x.parse().unwrap(),
                    top.parse().unwrap(),
                    foot.parse().unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn there_is_one_stroke_for_each_bar_and_all_lie_within_the_box() {
        for peaks in [1_usize, 7, 120, 999] {
            let peaks: Vec<_> = (0..peaks)
                .map(|i| i8::try_from(i % 100).unwrap())
                .map(|level| (-level / 2, level))
                .collect();
            let strokes = strokes(&path(&peaks, 480, 56));
            assert_eq!(strokes.len(), 120);
            assert!(
                strokes
                    .iter()
                    .all(|&(x, top, foot)| x < 480 && top < foot && foot < 56)
            );
        }
    }

    #[test]
    fn the_loudest_bar_fills_the_height_whatever_its_level() {
        let quiet = strokes(&path(&[(-10, 10), (-5, 5)], 8, 56));
        assert_eq!(quiet, [(2, 1, 55), (6, 14, 41)]);
        let loud = strokes(&path(&[(-128, 127)], 4, 56));
        assert_eq!(loud[0].2, 55);
    }

    #[test]
    fn a_lone_peak_between_two_bars_is_never_lost() {
        let mut peaks = vec![(0, 0); 1000];
        peaks[503] = (-100, 100);
        let strokes = strokes(&path(&peaks, 480, 56));
        assert_eq!(strokes.iter().filter(|s| s.2 - s.1 == 54).count(), 1);
    }

    #[test]
    fn silence_is_a_line_of_dots_and_no_peaks_are_no_path() {
        let silent = strokes(&path(&[(0, 0)], 40, 56));
        assert!(silent.iter().all(|&(_, top, foot)| (top, foot) == (27, 29)));
        assert_eq!(path(&[], 480, 56), "");
    }

    #[test]
    fn the_hook_is_marked_where_it_sounds_and_never_beyond_the_end() {
        let wave = Wave::new(&[(-1, 1)], CARD, 40_000).with_hook(&(10_000..25_000));
        let hook = wave.hook.unwrap();
        assert_eq!((hook.x, hook.width, hook.at.as_str()), (90, 135, "0:10"));
        let late = Wave::new(&[(-1, 1)], CARD, 40_000).with_hook(&(39_999..90_000));
        let late = late.hook.unwrap();
        assert!(late.x + late.width <= CARD.0);
    }

    #[test]
    fn a_clock_pads_its_seconds() {
        assert_eq!(clock(0), "0:00");
        assert_eq!(clock(83_400), "1:23");
        assert_eq!(clock(605_000), "10:05");
    }
}
