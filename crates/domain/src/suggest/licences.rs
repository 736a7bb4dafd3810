//! What it costs to license so many videos of one habit, track by track.
//!
//! A licence serves as many videos of its track as it allows. The videos are spread evenly over
//! the tracks, so some tracks have one video more than the others. For every number of videos the
//! cheapest purchase is found by dynamic programming: first within a track, then over the tracks.

use super::{Habit, Unserved, serves};
use crate::envelope::Videos;

/// More than any real sum: ten million micro-priced licences for each of 300 videos stay below.
pub(super) const NEVER: i64 = i64::MAX / 4;

/// The cheapest licences for 0, 1, … all videos of a habit.
#[derive(Debug)]
pub(super) struct Licences {
    /// By the number of videos: what their licences cost; [`NEVER`] where none serve.
    pub(super) cost: Vec<i64>,
    /// By the number of videos of one track: what they cost, and the licence to begin with.
    track: Vec<(i64, usize)>,
    /// By track and number of videos on the tracks so far: the videos of this track.
    taken: Vec<Vec<usize>>,
    /// By choice: the videos of one track that a licence serves; 0 where it serves none.
    reach: Vec<usize>,
}

impl Licences {
    pub(super) fn of(habit: (usize, &Habit), unserved: &mut Vec<Unserved>) -> Licences {
        let (_, asked) = habit;
        let videos = asked.videos as usize;
        let reach: Vec<usize> = asked
            .licences
            .iter()
            .map(|choice| match choice.envelope.videos {
                _ if !serves(&choice.envelope, habit, &choice.name, unserved) => 0,
                Videos::Unlimited => videos,
                Videos::Count(count) => videos.min(count as usize),
            })
            .collect();
        let tracks = asked.tracks as usize;
        let largest = videos.div_ceil(tracks.max(1));
        let track = one_track(asked, &reach, largest);
        let (cost, taken) = all_tracks(&track, videos, tracks);
        Licences {
            cost,
            track,
            taken,
            reach,
        }
    }

    /// The choices to buy for `videos` of the habit, and how many of each.
    pub(super) fn bought(&self, videos: u32) -> Vec<(usize, u32)> {
        let mut counts = vec![0_u32; self.reach.len()];
        let mut left = videos as usize;
        for taken in self.taken.iter().rev() {
            let mut here = taken[left];
            left -= here;
            while here > 0 {
                let choice = self.track[here].1;
                counts[choice] += 1;
                here = here.saturating_sub(self.reach[choice].max(1));
            }
        }
        let bought = counts.into_iter().enumerate();
        bought.filter(|(_, count)| *count > 0).collect()
    }

    /// Does any licence serve this habit?
    pub(super) fn serve(&self) -> bool {
        self.reach.iter().any(|videos| *videos > 0)
    }
}

/// The cheapest licences for 0 to `largest` videos of one track.
fn one_track(habit: &Habit, reach: &[usize], largest: usize) -> Vec<(i64, usize)> {
    let mut best = vec![(0, 0)];
    for videos in 1..=largest {
        let choices = habit.licences.iter().zip(reach).enumerate();
        let costs =
            choices
                .filter(|(_, (_, reach))| **reach > 0)
                .map(|(place, (choice, reach))| {
                    let rest = best[videos.saturating_sub(*reach)].0;
                    (choice.price_micros + rest, place)
                });
        best.push(costs.min().unwrap_or((NEVER, 0)));
    }
    best
}

/// The cheapest licences for any number of videos, spread over tracks as evenly as they are made.
fn all_tracks(track: &[(i64, usize)], videos: usize, tracks: usize) -> (Vec<i64>, Vec<Vec<usize>>) {
    let mut cost = vec![0];
    let mut taken = Vec::new();
    for nth in 0..tracks {
        let here = videos / tracks + usize::from(nth < videos % tracks);
        let reached = cost.len() - 1 + here;
        let best = (0..=reached).map(|sum| {
            let least = sum.saturating_sub(cost.len() - 1);
            let splits = (least..=here.min(sum)).map(|mine| {
                let both = track[mine].0.saturating_add(cost[sum - mine]);
                (both.min(NEVER), mine)
            });
            splits.min().unwrap_or((NEVER, 0))
        });
        let (next, mine): (Vec<i64>, Vec<usize>) = best.unzip();
        cost = next;
        taken.push(mine);
    }
    (cost, taken)
}
