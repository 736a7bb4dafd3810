//! From files to a track that could be added: decoded, judged, analysed, previewed. No
//! database and no blob is touched, so a refusal has nothing to undo, and many tracks can be
//! prepared side by side.

use std::io::{Read, Seek, SeekFrom};

use audio::{Bits, DecodeError, Dither, EncodeError, Facts, Limits, Pcm, ShapeMismatch};
use domain::AssetKind;
use thiserror::Error;

use super::Declared;
use crate::{Fault, Refusal, Stop};

/// How many columns a stored waveform has.
const PEAKS: usize = 800;
/// The preview's bit rate in kbit/s.
const PREVIEW_KBIT: u32 = 96;

/// A sound file with the name it is known by.
pub struct Source<R> {
    /// A stem's name, or anything for a mix.
    pub name: String,
    /// Its bytes.
    pub reader: R,
}

/// A track that is ready to be added.
pub struct Prepared {
    /// What was said of it.
    pub declared: Declared,
    /// What was heard in it.
    pub facts: Facts,
    /// The master's bytes, as they came (or as mixed from the stems).
    pub master: Sound,
    /// The stems by name.
    pub stems: Vec<(String, Sound)>,
    /// The preview, an Ogg Opus file.
    pub preview: Vec<u8>,
    /// The waveform, packed.
    pub peaks: Vec<u8>,
    /// The cuts it has: kind and start in milliseconds.
    pub cuts: Vec<(AssetKind, u32)>,
}

/// A sound file in memory.
pub struct Sound {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its ending, which also names its format.
    pub extension: &'static str,
    /// Its length in milliseconds.
    pub duration_ms: u32,
}

/// Why files don't make a track.
#[derive(Debug, Error)]
pub enum PrepareRefusal {
    /// The title is empty.
    #[error("the track has no title: name the file after it or set its title tag")]
    NoTitle,
    /// The artist is empty.
    #[error("the track has no artist: set its artist tag or pass --artist")]
    NoArtist,
    /// Neither a mix nor a stem.
    #[error("there is no sound file here")]
    Nothing,
    /// The mix can't be read.
    #[error("{0}")]
    Mix(DecodeError),
    /// A stem can't be read.
    #[error("stem `{name}`: {error}")]
    Stem {
        /// The stem's name.
        name: String,
        /// Why.
        error: DecodeError,
    },
    /// Nothing is to be heard.
    #[error("the track is silent: its loudest sample is below -70 dBFS")]
    Silent,
    /// Stems that don't lie on one another.
    #[error("stem `{name}` doesn't fit: {mismatch}")]
    StemsDiffer {
        /// The stem's name.
        name: String,
        /// How it differs.
        mismatch: ShapeMismatch,
    },
}

impl Refusal for PrepareRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoTitle => "no_title",
            Self::NoArtist => "no_artist",
            Self::Nothing => "nothing_to_import",
            Self::Mix(error) | Self::Stem { error, .. } => error.code(),
            Self::Silent => "silent",
            Self::StemsDiffer { .. } => "stems_differ",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Stem { name, .. } | Self::StemsDiffer { name, .. } => Some(name.clone()),
            _ => None,
        }
    }
}

/// Reads a track's files, hears them and makes its preview. Takes a few hundredths of the
/// track's length on one core; run it off the async threads.
///
/// # Errors
/// [`PrepareRefusal`] for the first thing that is wrong.
pub fn prepare<R>(
    declared: Declared,
    mix: Option<R>,
    stems: Vec<Source<R>>,
    limits: &Limits,
) -> Result<Prepared, Stop<PrepareRefusal>>
where
    R: Read + Seek + Send + Sync + 'static,
{
    let declared = declared.cleaned();
    check_words(&declared)?;
    let (master, master_pcm, stems) = sounds(mix, stems, limits)?;
    let mut facts = audio::analyse(&master_pcm);
    if facts.silent {
        return Err(Stop::Refused(PrepareRefusal::Silent));
    }
    facts.loopable = declared.loopable.unwrap_or(facts.loopable);
    let preview = audio::opus_preview(&master_pcm, PREVIEW_KBIT).map_err(fault)?;
    Ok(Prepared {
        cuts: cuts(&master_pcm, &facts),
        peaks: audio::peaks::pack(&audio::peaks(&master_pcm, PEAKS)),
        declared,
        facts,
        master,
        stems,
        preview,
    })
}

fn check_words(declared: &Declared) -> Result<(), Stop<PrepareRefusal>> {
    if declared.title.is_empty() {
        return Err(Stop::Refused(PrepareRefusal::NoTitle));
    }
    if declared.artist.is_empty() {
        return Err(Stop::Refused(PrepareRefusal::NoArtist));
    }
    Ok(())
}

type Sounds = (Sound, Pcm, Vec<(String, Sound)>);

fn sounds<R>(
    mix: Option<R>,
    stems: Vec<Source<R>>,
    limits: &Limits,
) -> Result<Sounds, Stop<PrepareRefusal>>
where
    R: Read + Seek + Send + Sync + 'static,
{
    let mut names = Vec::new();
    let mut pcms = Vec::new();
    let mut kept = Vec::new();
    if let Some(reader) = mix {
        let (sound, pcm) = hear(reader, limits).map_err(|e| refuse(PrepareRefusal::Mix(e)))?;
        names.push("mix".to_owned());
        pcms.push(pcm);
        kept.push(sound);
    }
    let has_mix = !kept.is_empty();
    for Source { name, reader } in stems {
        let (sound, pcm) = hear(reader, limits).map_err(|error| {
            refuse(PrepareRefusal::Stem {
                name: name.clone(),
                error,
            })
        })?;
        names.push(name);
        pcms.push(pcm);
        kept.push(sound);
    }
    audio::same_shape(&pcms).map_err(|mismatch| {
        let (ShapeMismatch::Rate { index, .. } | ShapeMismatch::Length { index, .. }) = mismatch;
        let name = names.get(index).cloned().unwrap_or_default();
        refuse(PrepareRefusal::StemsDiffer { name, mismatch })
    })?;
    let mut sounds: Vec<_> = names.into_iter().zip(kept).collect();
    if has_mix {
        let (_, master) = sounds.remove(0);
        return Ok((master, pcms.swap_remove(0), sounds));
    }
    if sounds.is_empty() {
        return Err(refuse(PrepareRefusal::Nothing));
    }
    let pcm = audio::mix(&pcms);
    let bytes = audio::wav(&pcm, Bits::TwentyFour, Dither::None).map_err(fault)?;
    Ok((
        Sound {
            bytes,
            extension: "wav",
            duration_ms: pcm.duration_ms(),
        },
        pcm,
        sounds,
    ))
}

fn refuse(refusal: PrepareRefusal) -> Stop<PrepareRefusal> {
    Stop::Refused(refusal)
}

fn fault(error: EncodeError) -> Fault {
    Fault::while_("encoding a preview")(error)
}

fn hear<R>(mut reader: R, limits: &Limits) -> Result<(Sound, Pcm), DecodeError>
where
    R: Read + Seek + Send + Sync + 'static,
{
    let format = audio::Format::of(&mut reader)??;
    let length = reader.seek(SeekFrom::End(0))?;
    if length > limits.max_bytes {
        return Err(DecodeError::TooLarge {
            max_bytes: limits.max_bytes,
            max_samples: limits.max_samples,
        });
    }
    reader.rewind()?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    drop(reader);
    let bytes = std::sync::Arc::new(bytes);
    let pcm = audio::decode(std::io::Cursor::new(SharedBytes(bytes.clone())), limits)?;
    let bytes = std::sync::Arc::try_unwrap(bytes).unwrap_or_else(|shared| (*shared).clone());
    Ok((
        Sound {
            bytes,
            extension: format.extension(),
            duration_ms: pcm.duration_ms(),
        },
        pcm,
    ))
}

/// Lets the decoder read the bytes that are kept, without a second copy of them.
struct SharedBytes(std::sync::Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn cuts(pcm: &Pcm, facts: &Facts) -> Vec<(AssetKind, u32)> {
    [AssetKind::Cut15, AssetKind::Cut30, AssetKind::Cut60]
        .into_iter()
        .filter_map(|kind| {
            let cut = audio::cut(pcm, facts, kind.cut_ms()?).ok()?;
            Some((kind, cut.start_ms))
        })
        .collect()
}
