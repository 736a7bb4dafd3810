//! From a score to balanced stems: instruments, places, rooms, echoes.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "signal processing: counts of frames and samples within their types by construction"
)]

use std::collections::BTreeMap;

use crate::dsp::drums::Kit;
use crate::dsp::filter::Svf;
use crate::dsp::osc::sine;
use crate::dsp::{Frame, RATE, Voice, fade_out, frames};
use crate::loudness::integrated;
use crate::piece::Piece;
use crate::recipe::{Lane, Part, Recipe};
use crate::rng::derive;
use crate::score::{Hit, Note, Score};
use crate::theory::hertz;

/// Seconds that a loop's last sounds may ring on into its beginning.
const TAIL: f32 = 6.0;

/// Seconds over which a piece with an ending fades.
const FADE: f32 = 1.4;

/// What every part of a piece shares.
struct Desk<'a> {
    piece: &'a Piece,
    recipe: &'a Recipe,
    /// Frames in a beat.
    beat: f64,
    /// The gain by which a kick pushes others down, at full depth; empty without kicks.
    duck: Vec<f32>,
}

/// A stem in the making. Its buffers serve all stems of a piece, one after the other: fresh memory
/// costs as much as the sound in it.
struct Bus {
    dry: Vec<Frame>,
    room: Vec<Frame>,
    echo: Vec<Frame>,
    /// The part at work.
    part: Vec<Frame>,
    rooms: bool,
    echoes: bool,
}

impl Bus {
    fn new(total: usize) -> Self {
        let silence = || vec![[0.0; 2]; total];
        let (room, echo, part) = (silence(), silence(), silence());
        Self {
            dry: silence(),
            room,
            echo,
            part,
            rooms: false,
            echoes: false,
        }
    }

    /// Makes it ready for the next stem.
    fn clear(&mut self) {
        for buffer in [&mut self.dry, &mut self.room, &mut self.echo] {
            buffer.fill([0.0; 2]);
        }
        (self.rooms, self.echoes) = (false, false);
    }

    /// Adds the part at work with its gains into room and echo.
    fn add(&mut self, room: f32, echo: f32) {
        mix_in(&mut self.dry, &self.part, 1.0);
        if room > 0.0 {
            self.rooms = true;
            mix_in(&mut self.room, &self.part, room);
        }
        if echo > 0.0 {
            self.echoes = true;
            mix_in(&mut self.echo, &self.part, echo);
        }
    }
}

fn mix_in(onto: &mut [Frame], sound: &[Frame], gain: f32) {
    for (sum, frame) in onto.iter_mut().zip(sound) {
        sum[0] += frame[0] * gain;
        sum[1] += frame[1] * gain;
    }
}

/// Renders every stem of a piece, balanced against the others, in the order of its names.
pub(crate) fn stems(piece: &Piece, recipe: &Recipe, score: &Score) -> Vec<Vec<Frame>> {
    let tail = if piece.loopable { frames(TAIL) } else { 0 };
    let beat = f64::from(RATE) * 60.0 / piece.bpm;
    let total = piece.frames as usize + tail;
    let duck = duck(score, beat, total, piece);
    let desk = Desk {
        piece,
        recipe,
        beat,
        duck,
    };
    let mut bus = Bus::new(total);
    piece
        .stems
        .iter()
        .map(|name| desk.stem(name, score, &mut bus))
        .collect()
}

/// Each kick's dip and recovery over a third of a second. Kicks of a loop go on in its tail.
fn duck(score: &Score, beat: f64, total: usize, piece: &Piece) -> Vec<f32> {
    if score.kicks.is_empty() {
        return Vec::new();
    }
    let mut curve = vec![0.0_f32; total];
    let dip = frames(0.3);
    for round in [0, piece.frames as usize] {
        for kick in &score.kicks {
            let start = (kick * beat).round() as usize + round;
            for n in 0..dip.min(total.saturating_sub(start)) {
                let way = n as f32 / dip as f32;
                let onset = (n as f32 / 220.0).min(1.0);
                curve[start + n] = curve[start + n].max((1.0 - way) * (1.0 - way) * onset);
            }
        }
    }
    curve
}

impl Desk<'_> {
    fn stem(&self, name: &str, score: &Score, bus: &mut Bus) -> Vec<Frame> {
        bus.clear();
        for (part, notes) in score.parts.iter().filter(|(part, _)| part.stem == name) {
            self.part(part, notes, &mut bus.part);
            bus.add(part.room, part.echo);
        }
        for (lane, hits) in score.lanes.iter().filter(|(lane, _)| lane.stem == name) {
            self.lane(lane, &self.recipe.kit, hits, &mut bus.part);
            bus.add(lane.room, 0.0);
        }
        if bus.echoes {
            bus.rooms = true;
            bus.part.fill([0.0; 2]);
            self.recipe.echo.add(self.beat, &bus.echo, &mut bus.part);
            mix_in(&mut bus.dry, &bus.part, 1.0);
            mix_in(&mut bus.room, &bus.part, 0.25);
        }
        if bus.rooms {
            self.recipe.room.add(&bus.room, &mut bus.dry);
        }
        self.finish(name, &mut bus.dry)
    }

    /// Takes away what is too low, closes the loop or fades the end, and sets the stem's level.
    fn finish(&self, name: &str, dry: &mut [Frame]) -> Vec<Frame> {
        let floor = match name {
            "drums" | "bass" => 28.0,
            "percussion" => 45.0,
            "lead" => 120.0,
            _ => 95.0,
        };
        let mut thin = [Svf::new(floor, 0.3), Svf::new(floor, 0.3)];
        for frame in dry.iter_mut() {
            *frame = [thin[0].high(frame[0]), thin[1].high(frame[1])];
        }
        let (body, tail) = dry.split_at(self.piece.frames as usize);
        let mut sound = body.to_vec();
        mix_in(&mut sound, tail, 1.0);
        if !self.piece.loopable {
            fade_out(&mut sound, frames(FADE));
        }
        let lift = self
            .recipe
            .lift
            .iter()
            .find(|(stem, _)| *stem == name)
            .map_or(0.0, |l| l.1);
        let wanted = balance(name) + lift;
        let gain = 10.0_f64.powf((wanted - integrated(&sound)) / 20.0).min(1e4) as f32;
        for frame in &mut sound {
            frame[0] *= gain;
            frame[1] *= gain;
        }
        sound
    }

    fn part(&self, part: &Part, notes: &[Note], sound: &mut [Frame]) {
        sound.fill([0.0; 2]);
        let gains = gains(part.level, part.pan);
        for (key, starts) in alike(notes, self.beat) {
            let velocity = key.3 as f32 / 32.0;
            let voice = Voice {
                hz: hertz(f32::from(key.0)),
                from_hz: hertz(f32::from(key.1)),
                seconds: key.2 as f32 / 200.0,
                velocity,
                seed: derive(self.piece.seed, "voice") ^ u64::from(key.0),
            };
            let note = part.patch.play(&voice);
            starts
                .into_iter()
                .for_each(|start| lay(&note, start, gains, sound));
        }
        self.tremble(part, sound);
        if part.duck > 0.0 {
            for (frame, dip) in sound.iter_mut().zip(&self.duck) {
                let gain = 1.0 - part.duck * dip;
                frame[0] *= gain;
                frame[1] *= gain;
            }
        }
    }

    fn tremble(&self, part: &Part, sound: &mut [Frame]) {
        let (rate, depth) = part.tremolo;
        if depth > 0.0 {
            for (n, frame) in sound.iter_mut().enumerate() {
                let swing = sine((f64::from(rate) * n as f64 / f64::from(RATE)).fract() as f32);
                frame[0] *= 1.0 - depth * (0.5 + 0.5 * swing);
                frame[1] *= 1.0 - depth * (0.5 - 0.5 * swing);
            }
        }
    }

    fn lane(&self, lane: &Lane, kit: &Kit, hits: &[Hit], sound: &mut [Frame]) {
        sound.fill([0.0; 2]);
        let gains = gains(lane.level, lane.pan);
        let mut strokes: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for hit in hits {
            let start = (hit.at * self.beat).round() as usize;
            strokes
                .entry((hit.velocity * 24.0).round() as u32)
                .or_default()
                .push(start);
        }
        let bar = (4.0 * self.beat / f64::from(RATE)) as f32;
        for (velocity, starts) in strokes {
            let seed = derive(self.piece.seed, "stroke") ^ u64::from(velocity) ^ lane.drum as u64;
            // Velocity to a power: soft strokes are softer than their number.
            let force = (velocity as f32 / 24.0).powf(1.3);
            let stroke = kit.strike(lane.drum, force, bar, seed);
            for start in starts {
                lay(&stroke, start, gains, sound);
            }
        }
    }
}

/// A note's pitch, the pitch it slides from, its length in steps of 5 ms, its velocity in 32nds.
type Alike = (u8, u8, u32, u32);

/// Notes that sound the same, with the frames at which they start: each is rendered only once.
fn alike(notes: &[Note], beat: f64) -> BTreeMap<Alike, Vec<usize>> {
    let mut groups: BTreeMap<Alike, Vec<usize>> = BTreeMap::new();
    for note in notes {
        let length = (note.beats * beat / f64::from(RATE) * 200.0).round() as u32;
        let velocity = (note.velocity * 32.0).round() as u32;
        let start = (note.at * beat).round() as usize;
        groups
            .entry((note.pitch, note.from, length, velocity))
            .or_default()
            .push(start);
    }
    groups
}

/// The two sides' gains for a level in decibels and a place, with equal power across the field.
fn gains(level: f32, pan: f32) -> Frame {
    let gain = 10.0_f32.powf(level / 20.0) * std::f32::consts::SQRT_2;
    let angle = (pan + 1.0) * std::f32::consts::FRAC_PI_4;
    [gain * angle.cos(), gain * angle.sin()]
}

fn lay(sound: &[Frame], start: usize, gains: Frame, onto: &mut [Frame]) {
    for (sum, frame) in onto.iter_mut().skip(start).zip(sound) {
        sum[0] += frame[0] * gains[0];
        sum[1] += frame[1] * gains[1];
    }
}

/// A stem's loudness in LUFS before mastering.
fn balance(name: &str) -> f64 {
    match name {
        "drums" => -20.0,
        "bass" => -22.5,
        "harmony" => -23.0,
        "lead" => -22.0,
        "pads" => -26.0,
        _ => -27.0,
    }
}
