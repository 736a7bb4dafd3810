//! The files of a licence: marked copies, and their keys as files of their own.

use std::sync::Arc;

use app::App;
use app::licensing::deliver;
use app::licensing::deliver::Delivery;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::licences::opened;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::range::{self, Content, Source};

/// Downloads a file of a licence, with its key written into it. It is the same at every
/// download. Ranges and validators are answered.
#[utoipa::path(get, path = "/v1/licences/{licence}/files/{file}", operation_id = "download_file", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("file" = i64, Path, description = "The file's place, from 0"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
    ("Range" = Option<String>, Header, description = "A single range of bytes"),
), responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 206, description = "The part asked for", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 304, description = "It hasn't changed"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's, or the licence isn't valid", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such file", body = ProblemBody, content_type = "application/problem+json"),
    (status = 416, description = "There is no such part", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn download(
    State(app): State<Arc<App>>,
    Path((licence, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let delivery = deliver::deliver(&app, id, position(&file)?).await?;
    attach(delivery, &method, &headers).await
}

/// Downloads the full mix of any track under clip time, with the bundle's key written into it.
/// Taking it draws nothing; a use reported under the key draws its seconds.
#[utoipa::path(get, path = "/v1/licences/{licence}/tracks/{track}", operation_id = "download_track", tag = "Licensing", params(
    ("licence" = String, Path, description = "The id of a licence of clip time"),
    ("track" = String, Path, description = "The track's id or slug"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
    ("Range" = Option<String>, Header, description = "A single range of bytes"),
), responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 206, description = "The part asked for", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's, or the licence isn't valid", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such track or licence", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The licence is for the files it lists", body = ProblemBody, content_type = "application/problem+json"),
    (status = 410, description = "The clip time has expired", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn download_track(
    State(app): State<Arc<App>>,
    Path((licence, track)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let delivery = deliver::deliver_any(&app, &app.call(), id, &track).await?;
    attach(delivery, &method, &headers).await
}

/// Sends a marked file to be saved.
async fn attach(
    delivery: Delivery,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let content = Content {
        length: u64::try_from(delivery.bytes.len()).unwrap_or(u64::MAX),
        tag: HEXLOWER.encode(&Sha256::digest(&delivery.bytes)),
        source: Source::Bytes(Bytes::from(delivery.bytes)),
        mime: delivery.mime,
    };
    let response = range::send(method, headers, content).await?;
    Ok(as_attachment(response, &delivery.name))
}

/// Downloads the key that belongs beside a file.
#[utoipa::path(get, path = "/v1/licences/{licence}/files/{file}/licence.jwt", operation_id = "download_key", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("file" = i64, Path, description = "The file's place, from 0"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The signed key", body = String, content_type = "application/licence+jwt"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's, or the licence isn't valid", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such file", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn sidecar(
    State(app): State<Arc<App>>,
    Path((licence, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let position = position(&file)?;
    let licence = deliver::valid(&app, id).await?;
    let file = licence.files.iter().find(|file| file.position == position);
    let file = file.ok_or_else(|| unknown(&position.to_string()))?;
    let name = format!("{}.licence.jwt", file.name);
    let mut response = as_attachment(licence.token.into_response(), &name);
    let mime = HeaderValue::from_static("application/licence+jwt");
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    Ok(response)
}

fn position(file: &str) -> Result<i64, Problem> {
    file.parse().map_err(|_| unknown(file))
}

fn unknown(file: &str) -> Problem {
    let file: String = file.chars().take(40).collect();
    Problem::new("unknown_file", format!("this licence has no file {file}")).at("file")
}

/// The same, to be saved under a name and kept by nobody else.
pub(crate) fn as_attachment(mut response: Response, name: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(disposition) = HeaderValue::from_str(&disposition(name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    response
}

/// The name a file is saved under (RFC 6266): in ASCII for old programs, and in full (RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut full = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_whatever_is_in_it() {
        assert_eq!(
            disposition("Zoë – \"Nova\" [7K3M9].wav"),
            "attachment; filename=\"Zo_ _ _Nova_ [7K3M9].wav\"; \
             filename*=UTF-8''Zo%C3%AB%20%E2%80%93%20%22Nova%22%20%5B7K3M9%5D.wav"
        );
        assert!(HeaderValue::from_str(&disposition("a\r\nb: c")).is_ok());
    }
}
