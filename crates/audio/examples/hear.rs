//! Listens to files and prints what was heard and how fast: `listen [--previews FOLDER] FILE…`.
//! With a folder it also leaves the Opus previews there.
//!
//! For trying the crate on real music, and for the speeds in the documentation.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

fn main() {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let previews = (paths.first().is_some_and(|first| first == "--previews") && paths.len() > 1)
        .then(|| PathBuf::from(paths.drain(..2).next_back().unwrap_or_default()));
    for path in paths {
        match listen(&path, previews.as_deref()) {
            Ok(line) => println!("{line}  {path}"),
            Err(error) => println!("refused  {path}: {error}"),
        }
    }
}

fn listen(path: &str, previews: Option<&Path>) -> Result<String, Box<dyn std::error::Error>> {
    let start = Instant::now();
    let pcm = audio::decode(File::open(path)?, &audio::Limits::default())
        .map_err(|e| format!("{}: {e}", e.code()))?;
    let decoded = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let facts = audio::analyse(&pcm);
    let analysed = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let preview = audio::opus_preview(&pcm, 96)?;
    let encoded = start.elapsed().as_secs_f64();
    if let Some(folder) = previews {
        let name = Path::new(path).file_stem().unwrap_or_default();
        std::fs::write(folder.join(name).with_extension("opus"), &preview)?;
    }
    let seconds = f64::from(facts.duration_ms) / 1000.0;
    let tempo = facts.tempo.as_ref();
    Ok(format!(
        "{seconds:7.1} s  {:5.1} LUFS {:5.1} dBTP  {:6.2} bpm ({:.2}) from {:4} ms  {:<9} energy {:3}  \
         hook {:6} ms  loop {:5}  decode {:4.0}x analyse {:4.0}x opus {:4.0}x {:.0} kbit/s",
        facts.loudness_lufs,
        facts.true_peak_dbtp,
        tempo.map_or(0.0, |t| t.bpm),
        tempo.map_or(0.0, |t| t.confidence),
        tempo.map_or(0, |t| t.first_beat_ms),
        facts.key.map_or(String::from("no key"), |k| k.to_string()),
        facts.energy,
        facts.hook_ms,
        facts.loopable,
        seconds / decoded,
        seconds / analysed,
        seconds / encoded,
        preview.len() as f64 * 0.008 / seconds,
    ))
}
