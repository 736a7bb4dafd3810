//! Importing a table of uses by a form: first what would count, then a button that counts the very
//! file that was looked at.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use app::metering::import::{Sums, Wording};
use axum::extract::multipart::Field as Part;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use ledger::{Currency, Money};

use super::filled::Filled;
use super::frame::Frame;
use super::operator::needs_operator;
use super::problem::sentence;
use super::uses_import_rows::{cover, number, row, rows};
use super::view::{ImportPage, ImportStepPage, Tally};
use crate::problem::Problem;
use crate::state::Web;
use crate::uploads::{Outcome, SHOWN, Sent, Stage, Upload, Uploads};
use crate::words;

/// How long an answer waits for the work: most files are done by then.
const WAIT: Duration = Duration::from_secs(2);
/// After how many seconds a page that tells of work asks again.
const AGAIN: HeaderValue = HeaderValue::from_static("2");
/// The longest text of a field beside the file, in bytes.
const TEXT_MAX: usize = 16 << 10;
/// What a refusal calls the form's fields, and what the form calls them.
const SHOWN_AT: [(&str, &str); 5] = [
    ("file", "file"),
    ("header", "file"),
    ("reporter", "reporter"),
    ("map", "map"),
    ("set", "set"),
];

/// `GET /uses/import`.
pub(crate) async fn show(frame: Frame) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    form(frame, &Filled::default())
}

/// `POST /uses/import`: takes a file and looks at it.
pub(crate) async fn send(
    State(web): State<Web>,
    frame: Frame,
    request: Request,
) -> Result<Response, Problem> {
    // Nobody else's file is read.
    needs_operator(&frame.caller)?;
    let mut fields = Vec::new();
    let sent = read(request, &mut fields).await;
    let filled = Filled::from(fields);
    match begin(&web, &frame, &filled, sent).await {
        Ok(token) => Ok(to(&token)),
        Err(problem) => {
            let again = filled.refuse(problem, &SHOWN_AT)?;
            Ok(again.answer(form(frame, &again)?))
        }
    }
}

/// `GET /uses/import/{token}`: how far it is, and what became of it.
pub(crate) async fn look(
    State(web): State<Web>,
    Path(token): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    match find(&web, &frame, &token) {
        Some(upload) => step(frame, &upload, &token, &upload.stage(Duration::ZERO).await),
        None => gone(frame),
    }
}

/// `POST /uses/import/{token}`: counts it.
pub(crate) async fn count(
    State(web): State<Web>,
    Path(token): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let Some(upload) = find(&web, &frame, &token) else {
        return gone(frame);
    };
    web.uploads.go_on(&web.app, &upload);
    upload.stage(WAIT).await;
    Ok(to(&token))
}

fn find(web: &Web, frame: &Frame, token: &str) -> Option<Arc<Upload>> {
    let uploads: &Uploads = &web.uploads;
    uploads.find(web.app.call().now, &frame.caller.0.name(), token)
}

fn to(token: &str) -> Response {
    Redirect::to(&format!("/uses/import/{token}")).into_response()
}

/// The form, where a file isn't kept any more.
fn gone(frame: Frame) -> Result<Response, Problem> {
    let detail = "that file isn't kept here any more: choose it again; what was counted of it \
                  already isn't counted again";
    let again = Filled::default().refuse(Problem::new("not_found", detail), &SHOWN_AT)?;
    let page = form(frame, &again)?;
    Ok((StatusCode::NOT_FOUND, page).into_response())
}

/// Looks at the file, as far as that is quick: a header that can't be used is told with the form.
async fn begin(
    web: &Web,
    frame: &Frame,
    filled: &Filled,
    sent: Result<Option<(std::fs::File, u64, String)>, Problem>,
) -> Result<String, Problem> {
    let (file, bytes, name) = sent?.ok_or_else(|| {
        Problem::new(
            "bad_value",
            "choose a file: a table with a header, saved as CSV",
        )
        .at("file")
    })?;
    let wording = Wording {
        delimiter: None,
        columns: pairs(filled, "map", |line| line.rsplit_once('='))?,
        always: pairs(filled, "set", |line| line.split_once('='))?,
        utc: filled.optional("utc").is_some(),
    };
    let sent = Sent {
        file,
        bytes,
        name,
        reporter: filled.value("reporter").to_owned(),
        wording,
    };
    let owner = frame.caller.0.name();
    let token = web.uploads.keep(&web.app, &owner, sent)?;
    if let Some(upload) = find(web, frame, &token)
        && let Stage::Broken { problem, .. } = upload.stage(WAIT).await
    {
        return Err(problem);
    }
    Ok(token)
}

type Pair = (String, String);

/// The lines of a field, each a pair.
fn pairs(
    filled: &Filled,
    name: &str,
    cut: fn(&str) -> Option<(&str, &str)>,
) -> Result<Vec<Pair>, Problem> {
    let wanted = if name == "map" {
        "COLUMN=FIELD"
    } else {
        "FIELD=VALUE"
    };
    let lines = filled.value(name).lines().map(str::trim);
    let pair = |line: &str| {
        let (one, other) = cut(line).ok_or_else(|| {
            let detail = format!("“{line}” isn't {wanted}: write one a line");
            Problem::new("bad_value", detail).at(name)
        })?;
        Ok((one.trim().to_owned(), other.trim().to_owned()))
    };
    lines.filter(|line| !line.is_empty()).map(pair).collect()
}

/// Reads a form in parts: texts into memory, the file onto the disk.
async fn read(
    request: Request,
    fields: &mut Vec<Pair>,
) -> Result<Option<(std::fs::File, u64, String)>, Problem> {
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|refusal| Problem::of_status(refusal.status()))?;
    let mut file = None;
    while let Some(mut part) = parts.next_field().await.map_err(|e| broken(e.status()))? {
        let Some(name) = part.name().map(str::to_owned) else {
            continue;
        };
        if name == "file" {
            file = keep(&mut part).await?;
            continue;
        }
        let mut text = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(|e| broken(e.status()))? {
            text.extend_from_slice(&piece);
            if text.len() > TEXT_MAX {
                let detail = "this is too much for one field: use `clearcue uses import`";
                return Err(Problem::new("bad_value", detail).at(name));
            }
        }
        fields.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    Ok(file)
}

/// The file of a part, without a name on the disk; nothing where none was chosen.
async fn keep(part: &mut Part<'_>) -> Result<Option<(std::fs::File, u64, String)>, Problem> {
    let name = part.file_name().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    let mut file = tempfile::tempfile().map_err(unkept)?;
    let mut bytes = 0;
    while let Some(piece) = part.chunk().await.map_err(|e| broken(e.status()))? {
        bytes += piece.len() as u64;
        let writing = move || file.write_all(&piece).map(|()| file);
        let written = tokio::task::spawn_blocking(writing).await;
        file = written.map_err(unkept)?.map_err(unkept)?;
    }
    Ok((bytes > 0).then_some((file, bytes, name)))
}

fn unkept(error: impl std::error::Error + Send + Sync + 'static) -> app::Fault {
    app::Fault::while_("keeping a table")(error)
}

fn broken(status: StatusCode) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = "a table may hold 64 MiB: send it in parts, each with the header, or use \
                      `clearcue uses import`";
        return Problem::new("body_too_large", detail).at("file");
    }
    Problem::new("bad_request", "the file broke off: send it again").at("file")
}

fn form(frame: Frame, filled: &Filled) -> Result<Response, Problem> {
    super::html(&ImportPage {
        shell: frame.unlisted("Import uses"),
        problem: filled.alert(),
        file: filled.field("file", ""),
        reporter: filled.field("reporter", "import"),
        utc: filled.optional("utc").is_some(),
        map: filled.field("map", ""),
        set: filled.field("set", ""),
    })
}

fn step(frame: Frame, upload: &Upload, token: &str, stage: &Stage) -> Result<Response, Problem> {
    let mut page = ImportStepPage {
        shell: frame.unlisted("Import uses"),
        action: format!("/uses/import/{token}"),
        name: upload.name.clone(),
        reporter: upload.reporter.clone(),
        heading: String::new(),
        percent: None,
        problem: None,
        tallies: Vec::new(),
        rows: Vec::new(),
        cover: None,
        more: String::new(),
        passed_over: String::new(),
        utc: upload.is_utc(),
        button: None,
        counted: false,
    };
    match stage {
        Stage::Working { counting, bytes } => {
            page.heading = heading(*counting, "Counting its rows", "Looking at its rows");
            page.percent = Some(upload.percent(*bytes));
            let mut response = super::html(&page)?;
            response.headers_mut().insert(header::REFRESH, AGAIN);
            return Ok(response);
        }
        Stage::Broken { counting, problem } => {
            page.heading = heading(
                *counting,
                "Not counted to its end",
                "Not looked at to its end",
            );
            page.problem = Some(sentence(&problem.detail));
            page.button = Some("Try again".to_owned());
        }
        Stage::Done { counted, outcome } => tell(&mut page, *counted, outcome)?,
    }
    super::html(&page)
}

fn heading(counting: bool, one: &str, other: &str) -> String {
    if counting { one } else { other }.to_owned()
}

fn tell(page: &mut ImportStepPage, counted: bool, outcome: &Outcome) -> Result<(), Problem> {
    let Outcome {
        sums,
        not_counted,
        to_cover,
    } = outcome;
    page.counted = counted;
    page.heading = heading(counted, "Counted", "Nothing is counted yet");
    page.tallies = tallies(sums, counted)?;
    page.rows = not_counted.iter().map(row).collect::<Result<_, _>>()?;
    page.cover = cover(to_cover)?;
    let more = (sums.refused + sums.conflict).saturating_sub(SHOWN as u64);
    if more > 0 {
        page.more = format!(
            "And {} more: `clearcue uses import --report FILE` lists all.",
            rows(more)
        );
    }
    page.passed_over = sums.passed_over.join(", ");
    let count = format!("Count these {}", rows(sums.accepted));
    page.button = (!counted && sums.accepted > 0).then_some(count);
    Ok(())
}

fn tallies(sums: &Sums, counted: bool) -> Result<Vec<Tally>, Problem> {
    let tally = |label: &str, value: String| Tally {
        label: label.into(),
        value,
    };
    let mut all = vec![
        tally("Rows", number(sums.rows)),
        tally(
            if counted { "Count now" } else { "Would count" },
            number(sums.accepted),
        ),
        tally("Counted before", number(sums.duplicate)),
        tally("In conflict", number(sums.conflict)),
        tally("Refused", number(sums.refused)),
    ];
    for (code, micros) in &sums.earned_micros {
        let currency = Currency::from_code(code);
        let currency = currency.map_err(app::Fault::while_("summing an import"))?;
        let label = if counted { "Earned" } else { "Would earn" };
        all.push(tally(label, words::exact(Money::new(*micros, currency))));
    }
    Ok(all)
}
