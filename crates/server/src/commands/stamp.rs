//! `clearcue stamp`: the licence's code and token into a finished video.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use app::Edge;
use licence_key::media::{self, Marks, MediaError};
use licence_key::{Claims, Standing, TokenError};
use serde_json::json;

use super::Context;
use crate::cli::Stamp;
use crate::exit::Failure;
use crate::keys;
use crate::progress::Progress;
use crate::verify::{self, Subject, Trust};

/// The longest file name, in bytes, that the file systems in use all allow.
const MAX_NAME: usize = 255;

pub(super) fn run(context: &Context, args: &Stamp) -> Result<(), Failure> {
    let mut marks: Vec<Marks> = Vec::new();
    for named in &args.licence {
        let (token, claims) = licence(context, named)?;
        if !marks.iter().any(|known| known.code == claims.code) {
            marks.push(mark(token, &claims));
        }
    }
    let out = match &args.out {
        Some(out) => out.clone(),
        None => beside(&args.video, &marks),
    };
    check_place(&args.video, &out, args.force)?;
    let part = Part::beside(&out);
    copy(&args.video, &part, &marks)?;
    fs::rename(&part.0, &out).map_err(|e| unusable(&out, &e))?;
    let name = out.display().to_string();
    let codes: Vec<String> = marks.iter().map(|marks| marks.code.to_string()).collect();
    context
        .say
        .json(&json!({ "file": name, "code": codes.first(), "codes": codes }));
    context.say.text(format!("wrote {name}"));
    for marks in &marks {
        let line = marks.line();
        context.say.text(format!("paste under the video:  {line}"));
    }
    Ok(())
}

fn mark(token: String, claims: &Claims) -> Marks {
    Marks {
        code: claims.code,
        page_url: format!("{}/l/{}", claims.iss, claims.code),
        token,
        title: None,
        artist: None,
        copyright: None,
    }
}

/// The token that is named, and what it states. Whether its issuer is trusted is not asked: the
/// stamp helps whoever checks, and proves nothing by being there. A damaged one would help nobody.
fn licence(context: &Context, named: &str) -> Result<(String, Claims), Failure> {
    let fix = "name the .licence.jwt or a sound file as it was delivered";
    let token = match verify::subject(named)? {
        Subject::Token(token) => token,
        Subject::Media(file) => {
            let whole = |(token, _): &(String, _)| licence_key::peek(token).is_ok();
            let token = file.tokens.into_iter().find(whole);
            let (token, _) = token.ok_or_else(|| {
                let what = format!("{} carries no licence token", file.path.display());
                Failure::failed(what, fix)
            })?;
            token
        }
        Subject::Code(code) => {
            let what = format!("the code {code} is no licence token");
            return Err(Failure::misuse(what, fix));
        }
    };
    let claims = licence_key::peek(&token).map_err(|e: TokenError| Failure::failed(e, fix))?;
    let mut trust = Trust::pinned();
    if let Some(folder) = &context.folder {
        trust = trust.and(folder.display().to_string(), keys::public(folder)?);
    }
    let now = Edge::System.call().now;
    let answer = verify::judged(&token, &trust, now);
    match answer.standing {
        Standing::Altered | Standing::Expired | Standing::Revoked | Standing::Suspended => Err(
            Failure::failed(format!("this licence is {}", answer.standing), fix),
        ),
        Standing::Valid | Standing::UnknownIssuer | Standing::None => Ok((token, claims)),
    }
}

/// `video.mp4` becomes `video [7K3M9-QXD4T-0RWPD].mp4`; a long name is cut before the code.
fn beside(video: &Path, marks: &[Marks]) -> PathBuf {
    let stem = video.file_stem().unwrap_or_default().to_string_lossy();
    let ending = video
        .extension()
        .map(|e| format!(".{}", e.to_string_lossy()))
        .unwrap_or_default();
    let code = marks.first().map(|marks| format!(" [{}]", marks.code));
    let ending = code.unwrap_or_default() + &ending;
    let room = MAX_NAME.saturating_sub(ending.len());
    let stem = &stem[..stem.floor_char_boundary(room)];
    video.with_file_name(format!("{stem}{ending}"))
}

/// The file that is written before it gets its name. Whatever happens, it doesn't stay.
struct Part(PathBuf);

impl Part {
    /// In the folder of the result, so that renaming it is all or nothing.
    fn beside(out: &Path) -> Self {
        Self(out.with_file_name(format!(".clearcue-stamp-{}.part", std::process::id())))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After the renaming there is none.
        let _ = fs::remove_file(&self.0);
    }
}

fn check_place(video: &Path, out: &Path, force: bool) -> Result<(), Failure> {
    let same = match (fs::canonicalize(video), fs::canonicalize(out)) {
        (Ok(a), Ok(b)) => a == b,
        _ => video == out,
    };
    if same {
        return Err(Failure::misuse(
            "--out is the video itself",
            "choose another name",
        ));
    }
    if out.is_dir() {
        let what = format!("--out {} is a folder", out.display());
        return Err(Failure::misuse(what, "name a file in it"));
    }
    if !force && fs::symlink_metadata(out).is_ok() {
        let what = format!("{} is there already", out.display());
        return Err(Failure::failed(
            what,
            "replace it with --force, or choose another name with --out",
        ));
    }
    Ok(())
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    let fix = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room, or choose another place with --out"
        }
        ErrorKind::FileTooLarge => {
            "its file system can't hold files of this size: choose another place with --out"
        }
        ErrorKind::NotFound => "check the path",
        _ => "check the path and its mode",
    };
    Failure::failed(format!("{} can't be used: {error}", path.display()), fix)
}

fn copy(video: &Path, part: &Part, marks: &[Marks]) -> Result<(), Failure> {
    let mut input = File::open(video).map_err(|e| unusable(video, &e))?;
    let facts = input.metadata().map_err(|e| unusable(video, &e))?;
    if !facts.is_file() {
        let what = format!("{} is no file", video.display());
        return Err(Failure::misuse(what, "name a file in it"));
    }
    let place = &part.0;
    let output = File::create(place).map_err(|e| unusable(place, &e))?;
    let mut output = Watched {
        to: BufWriter::with_capacity(1 << 20, output),
        progress: Progress::bytes("stamping", facts.len()),
    };
    media::stamp_all(&mut input, &mut output, marks).map_err(|e| match e {
        MediaError::Io(e) if e.kind() == ErrorKind::UnexpectedEof => {
            Failure::failed(video.display(), "it became shorter while it was read")
        }
        MediaError::Io(e) => unusable(place, &e),
        MediaError::UnknownFormat | MediaError::NotStampable(_) => {
            let what = format!("{} can't be stamped", video.display());
            Failure::failed(
                what,
                "only MP4, M4A and MOV files can; a sound file is delivered with its key",
            )
        }
        other => Failure::failed(
            format!("{} can't be stamped", video.display()),
            format!(
                "{other}; its key can stay beside it as {}",
                sidecar_name(video)
            ),
        ),
    })?;
    output.to.flush().map_err(|e| unusable(place, &e))?;
    let output = output.to.get_ref();
    output.sync_all().map_err(|e| unusable(place, &e))
}

fn sidecar_name(video: &Path) -> String {
    let path = verify::sidecar(video);
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// A file whose growth is shown.
struct Watched {
    to: BufWriter<File>,
    progress: Progress,
}

impl io::Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.progress.advance(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_to_be_full() {
        let said = unusable(Path::new("film.mp4"), &ErrorKind::StorageFull.into());
        assert!(said.to_string().contains("make room"), "{said}");
    }

    #[test]
    fn a_long_name_is_cut_before_its_code() {
        let marks = Marks {
            code: licence_key::Code::from_random(|| [7; 9]),
            page_url: String::new(),
            token: String::new(),
            title: None,
            artist: None,
            copyright: None,
        };
        let video = PathBuf::from(format!("{}.mp4", "ü".repeat(125)));
        let out = beside(&video, &[marks]);
        let name = out.to_string_lossy();
        assert!(name.len() <= MAX_NAME && name.ends_with("].mp4"), "{name}");
    }
}
