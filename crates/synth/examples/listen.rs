//! Renders pieces to WAV files and prints what can be measured of them.
//!
//! `cargo run --release -p synth --example listen -- FOLDER [SLUG] [--stems] [--seed=N] [--only-render]`

use std::io::Write as _;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let seed = args
        .iter()
        .find_map(|a| a.strip_prefix("--seed=")?.parse().ok())
        .unwrap_or(1);
    let with_stems = args.iter().any(|a| a == "--stems");
    let only_render = args.iter().any(|a| a == "--only-render");
    let words: Vec<&String> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let folder = words.first().map_or("listen", |word| word.as_str());
    std::fs::create_dir_all(folder)?;
    let started = std::time::Instant::now();
    for piece in synth::catalogue(seed) {
        if words.get(1).is_some_and(|slug| **slug != piece.slug) {
            continue;
        }
        let began = std::time::Instant::now();
        let rendered = synth::render(&piece);
        let took = began.elapsed().as_secs_f64();
        println!(
            "{:22} {:5.1} bpm {:9} {took:.2} s",
            piece.slug,
            piece.bpm,
            piece.key_name()
        );
        if only_render {
            continue;
        }
        write_wav(
            &Path::new(folder).join(format!("{}.wav", piece.slug)),
            &rendered.mix,
        )?;
        println!("    {:11} {}", "mix", facts(&rendered.mix));
        for stem in &rendered.stems {
            println!("    {:11} {}", stem.name, facts(&stem.samples));
            if with_stems {
                let name = format!("{} - {}.wav", piece.slug, stem.name);
                write_wav(&Path::new(folder).join(name), &stem.samples)?;
            }
        }
    }
    println!("all in {:.2} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Loudness, peak, crest, brightness, width, offset and the greatest jump, in one line.
fn facts(samples: &[i16]) -> String {
    let mut meter = ebur128::EbuR128::new(
        2,
        synth::SAMPLE_RATE,
        ebur128::Mode::I | ebur128::Mode::TRUE_PEAK,
    )
    .expect("two channels at 44.1 kHz are valid");
    meter
        .add_frames_i16(samples)
        .expect("the samples are whole frames");
    let lufs = meter.loudness_global().expect("the mode was asked for");
    let true_peak = (0..2)
        .filter_map(|c| meter.true_peak(c).ok())
        .fold(0.0, f64::max);
    let (left, right): (Vec<f64>, Vec<f64>) = samples
        .chunks_exact(2)
        .map(|f| (f64::from(f[0]), f64::from(f[1])))
        .unzip();
    let power = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>();
    let frames = left.len() as f64;
    let rms = (power(&left, &left) / frames / 2.0 + power(&right, &right) / frames / 2.0).sqrt();
    let width = power(&left, &right) / (power(&left, &left) * power(&right, &right)).sqrt();
    let offset = left.iter().sum::<f64>() / frames / 32_768.0;
    let jump = left
        .windows(2)
        .map(|w| (w[1] - w[0]).abs())
        .fold(0.0, f64::max)
        / 32_768.0;
    // The mean frequency by power: the power of the difference over that of the signal gives it.
    let steps: f64 = left.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
    let ratio = (steps / power(&left, &left).max(1.0)).sqrt() / 2.0;
    let bright = ratio.min(1.0).asin() / std::f64::consts::PI * f64::from(synth::SAMPLE_RATE);
    format!(
        "{lufs:6.1} LUFS  {:5.1} dBTP  crest {:4.1} dB  bright {bright:5.0} Hz  corr {width:5.2}  \
         dc {offset:8.5}  jump {jump:.2}",
        20.0 * true_peak.max(1e-9).log10(),
        20.0 * (true_peak * 32_768.0 / rms.max(1e-9)).log10(),
    )
}

fn write_wav(path: &Path, samples: &[i16]) -> std::io::Result<()> {
    let bytes = u32::try_from(samples.len() * 2).expect("a minute of sound is a few megabytes");
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"RIFF")?;
    file.write_all(&(36 + bytes).to_le_bytes())?;
    file.write_all(b"WAVEfmt ")?;
    file.write_all(&16_u32.to_le_bytes())?;
    file.write_all(&[1, 0, 2, 0])?;
    file.write_all(&synth::SAMPLE_RATE.to_le_bytes())?;
    file.write_all(&(synth::SAMPLE_RATE * 4).to_le_bytes())?;
    file.write_all(&[4, 0, 16, 0])?;
    file.write_all(b"data")?;
    file.write_all(&bytes.to_le_bytes())?;
    for sample in samples {
        file.write_all(&sample.to_le_bytes())?;
    }
    file.flush()
}
