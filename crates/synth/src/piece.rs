//! What a piece is on paper: its metadata, its form and its shares. No sound here.

/// Frames (stereo sample pairs) in a second of every rendered piece.
pub const SAMPLE_RATE: u32 = 44_100;

/// The closed list that a piece's moods come from.
pub const MOODS: [&str; 16] = [
    "calm",
    "cosy",
    "dark",
    "dreamy",
    "driving",
    "energetic",
    "epic",
    "happy",
    "hopeful",
    "laid-back",
    "melancholic",
    "nostalgic",
    "playful",
    "romantic",
    "tense",
    "uplifting",
];

/// A musical key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Pitch class of the tonic: 0 is C, 1 is C sharp, … 11 is B.
    pub tonic: u8,
    /// True for minor, false for major.
    pub minor: bool,
}

impl Key {
    /// The key's usual English name, such as "A minor" or "Eb major".
    #[must_use]
    pub fn name(self) -> String {
        const MAJOR: [&str; 12] = [
            "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B",
        ];
        const MINOR: [&str; 12] = [
            "C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B",
        ];
        let (names, mode) = if self.minor {
            (MINOR, "minor")
        } else {
            (MAJOR, "major")
        };
        format!("{} {mode}", names[usize::from(self.tonic % 12)])
    }
}

/// A stretch of a piece with one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// One of `intro`, `verse`, `build`, `hook`, `break`, `outro`.
    pub name: &'static str,
    /// Where it starts, in milliseconds from the beginning (rounded).
    pub start_ms: u32,
    /// Where it ends, in milliseconds from the beginning (rounded); the next one starts there.
    pub end_ms: u32,
}

/// One track of the catalogue: everything that is true of it before a sample is rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The title in lower case with hyphens, unique within a catalogue: a folder or file name.
    pub slug: String,
    /// The title as shown.
    pub title: String,
    /// One sentence about sound and use, good to search in.
    pub description: String,
    /// Who wrote it; also among the payees.
    pub composer: String,
    /// One of the twelve genres, such as "lo-fi hip hop".
    pub genre: &'static str,
    /// Two or three entries of [`MOODS`].
    pub moods: Vec<&'static str>,
    /// What is heard, in plain words, such as "electric piano".
    pub instruments: Vec<&'static str>,
    /// True tempo in beats per minute, constant throughout; four beats to the bar, the first
    /// beat at time zero.
    pub bpm: f64,
    /// True key.
    pub key: Key,
    /// Exact length in frames at [`SAMPLE_RATE`].
    pub frames: u32,
    /// The length in milliseconds: [`Piece::frames`] rounded.
    pub duration_ms: u32,
    /// The form, without gaps from zero to [`Piece::duration_ms`].
    pub sections: Vec<Section>,
    /// Where the first hook starts, in milliseconds: the place to start a preview.
    pub hook_ms: u32,
    /// True if the end runs into the beginning without a seam; it then is a whole number of bars.
    pub loopable: bool,
    /// Whether anyone sings; the synthesiser has no voice, so always false.
    pub vocal: bool,
    /// From 1 (still) to 10 (relentless).
    pub energy: u8,
    /// Payees and their shares in parts per million; the shares sum to exactly 1,000,000.
    pub splits: Vec<(String, u32)>,
    /// Names of the stems, in the order in which they are rendered.
    pub stems: Vec<&'static str>,
    /// The piece's own seed: with the rest of the fields it fixes every sample.
    pub seed: u64,
    /// How it is made.
    pub(crate) plan: Plan,
}

impl Piece {
    /// The name of the key, such as "A minor".
    #[must_use]
    pub fn key_name(&self) -> String {
        self.key.name()
    }
}

/// What the renderer must know beyond the metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The recipe book to compose from.
    pub(crate) style: Style,
    /// Which of the style's sets of instruments: 0, 1 or 2.
    pub(crate) palette: u8,
    /// The form in bars.
    pub(crate) form: Vec<(Kind, u8)>,
}

/// The genres that can be composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Lofi,
    House,
    Synthwave,
    Ambient,
    DrumAndBass,
    Trap,
    Funk,
    Folk,
    Cinematic,
    Chiptune,
    Bossa,
    Dub,
}

impl Style {
    /// The genre's name as shown and searched.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lofi => "lo-fi hip hop",
            Self::House => "house",
            Self::Synthwave => "synthwave",
            Self::Ambient => "ambient",
            Self::DrumAndBass => "drum & bass",
            Self::Trap => "trap",
            Self::Funk => "funk",
            Self::Folk => "indie folk",
            Self::Cinematic => "cinematic",
            Self::Chiptune => "chiptune",
            Self::Bossa => "bossa nova",
            Self::Dub => "dub reggae",
        }
    }
}

/// The purposes a section can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Intro,
    Verse,
    Build,
    Hook,
    Break,
    Outro,
}

impl Kind {
    /// The section's name as published.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Intro => "intro",
            Self::Verse => "verse",
            Self::Build => "build",
            Self::Hook => "hook",
            Self::Break => "break",
            Self::Outro => "outro",
        }
    }

    /// The letter by which recipes say where a part plays.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Intro => 'i',
            Self::Verse => 'v',
            Self::Build => 'u',
            Self::Hook => 'h',
            Self::Break => 'b',
            Self::Outro => 'o',
        }
    }
}
