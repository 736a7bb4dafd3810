//! `clearcue stamp`: the licence's code and token into a finished video.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
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

pub(super) fn run(context: &Context, args: &Stamp) -> Result<(), Failure> {
    let (token, claims) = licence(context, &args.licence)?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| beside(&args.video, &claims));
    check_place(&args.video, &out)?;
    let marks = Marks {
        code: claims.code,
        page_url: format!("{}/l/{}", claims.iss, claims.code),
        token,
        title: None,
        artist: None,
        copyright: None,
    };
    let part = hidden_beside(&out);
    let done = copy(&args.video, &part, &marks)
        .and_then(|()| fs::rename(&part, &out).map_err(|e| unusable(&out, &e)));
    if let Err(failure) = done {
        let _ = fs::remove_file(&part);
        return Err(failure);
    }
    let name = out.display().to_string();
    context
        .say
        .json(&json!({ "file": name, "code": claims.code.to_string() }));
    context.say.text(format!("wrote {name}"));
    context
        .say
        .text(format!("paste under the video:  {}", marks.line()));
    Ok(())
}

/// The token that is named, and what it states. Whether its issuer is trusted is not asked: the
/// stamp helps whoever checks, and proves nothing by being there. A damaged one would help nobody.
fn licence(context: &Context, named: &str) -> Result<(String, Claims), Failure> {
    let fix = "name the .licence.jwt or a sound file as it was delivered";
    let token = match verify::subject(named)? {
        Subject::Token(token) => token,
        Subject::Media(file) => file.tokens.into_iter().next().ok_or_else(|| {
            Failure::failed(
                format!("{} carries no licence token", file.path.display()),
                fix,
            )
        })?,
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

/// `video.mp4` becomes `video [7K3M9-QXD4T-0RWPD].mp4`.
fn beside(video: &Path, claims: &Claims) -> PathBuf {
    let stem = video.file_stem().unwrap_or_default().to_string_lossy();
    let ending = video
        .extension()
        .map(|e| format!(".{}", e.to_string_lossy()))
        .unwrap_or_default();
    video.with_file_name(format!("{stem} [{}]{ending}", claims.code))
}

fn hidden_beside(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}.part"))
}

fn check_place(video: &Path, out: &Path) -> Result<(), Failure> {
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
    if out.exists() {
        let what = format!("{} is there already", out.display());
        return Err(Failure::failed(
            what,
            "move it away, or choose another name with --out",
        ));
    }
    Ok(())
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(
        format!("{} can't be used: {error}", path.display()),
        "check the path and its mode",
    )
}

fn copy(video: &Path, part: &Path, marks: &Marks) -> Result<(), Failure> {
    let mut input = File::open(video).map_err(|e| unusable(video, &e))?;
    let length = input.metadata().map_err(|e| unusable(video, &e))?.len();
    let output = File::create(part).map_err(|e| unusable(part, &e))?;
    let mut output = Watched {
        to: BufWriter::with_capacity(1 << 20, output),
        progress: Progress::bytes("stamping", length),
    };
    media::stamp(&mut input, &mut output, marks).map_err(|e| match e {
        MediaError::Io(e) => unusable(part, &e),
        MediaError::UnknownFormat | MediaError::NotStampable(_) => {
            let what = format!("{} can't be stamped", video.display());
            Failure::failed(
                what,
                "only MP4, M4A and MOV files can; a sound file is delivered with its key",
            )
        }
        other => Failure::failed(video.display(), other),
    })?;
    output.to.flush().map_err(|e| unusable(part, &e))?;
    output
        .to
        .get_ref()
        .sync_all()
        .map_err(|e| unusable(part, &e))
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
