//! Sending a file, whole or in part: single byte ranges and validators (RFC 9110, sections 13
//! and 14).

use std::fs::File;
use std::io::SeekFrom;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::cache;
use crate::problem::Problem;

/// How much of a file is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// What is sent.
pub(crate) struct Content {
    /// Where its bytes are.
    pub(crate) source: Source,
    /// Its length in bytes.
    pub(crate) length: u64,
    /// A word that changes when its bytes do.
    pub(crate) tag: String,
    /// Its media type.
    pub(crate) mime: &'static str,
}

/// Where bytes are.
pub(crate) enum Source {
    /// In an open file.
    File(File),
    /// In memory.
    Bytes(Bytes),
}

/// What of a file a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// From the first to the last byte, both included.
    From(u64, u64),
    /// A part that isn't there.
    Beyond,
}

/// Answers a GET or HEAD for a file.
pub(crate) async fn send(
    method: &Method,
    headers: &HeaderMap,
    content: Content,
) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", content.tag);
    if cache::is_known(headers, &tag) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    let length = content.length;
    let part = if method == Method::GET {
        wanted(headers, &tag, length)
    } else {
        Part::Whole
    };
    let (status, first, count) = match part {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::From(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Beyond => return Err(beyond(length)),
    };
    let mime = content.mime;
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        body(content.source, first, count).await?
    };
    let mut response = with_tag((status, body).into_response(), &tag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CONTENT_LENGTH, count.into());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{length}", first + count - 1);
        headers.insert(header::CONTENT_RANGE, value(&range));
    }
    Ok(response)
}

/// The answer to a request that gets no bytes, from what is known before they are made: whoever
/// has them already, and HEAD, which then says no length.
pub(crate) fn unread(
    method: &Method,
    headers: &HeaderMap,
    tag: &str,
    mime: &'static str,
) -> Option<Response> {
    let tag = format!("\"{tag}\"");
    if cache::is_known(headers, &tag) {
        return Some(with_tag(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    if method != Method::HEAD {
        return None;
    }
    // A body of unknown length: an empty one would be told as a file of 0 bytes.
    let nothing = stream::empty::<Result<Bytes, std::io::Error>>();
    let mut response = with_tag(Body::from_stream(nothing).into_response(), &tag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Some(response)
}

fn with_tag(mut response: Response, tag: &str) -> Response {
    response.headers_mut().insert(header::ETAG, value(tag));
    response
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn beyond(length: u64) -> Problem {
    let detail = format!("this file has {length} bytes: ask for a part of those");
    Problem::new("range_not_satisfiable", detail)
        .at("Range")
        .with_header(header::CONTENT_RANGE, value(&format!("bytes */{length}")))
}

/// The part a request wants. `If-Range` with another tag wants the whole of what is there now.
fn wanted(headers: &HeaderMap, tag: &str, length: u64) -> Part {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    match (text(header::RANGE), text(header::IF_RANGE)) {
        (Some(_), Some(known)) if known != tag => Part::Whole,
        (Some(range), _) => parse(range, length),
        (None, _) => Part::Whole,
    }
}

/// Reads a `Range`. What can't be read, and several ranges at once, are answered whole, as a
/// server may.
fn parse(range: &str, length: u64) -> Part {
    let spec = range
        .split_once('=')
        .filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"));
    let ends = spec.and_then(|(_, spec)| spec.trim().split_once('-'));
    let Some((first, last)) = ends else {
        return Part::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // A number too large for us is past the end of any file.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (None, Some(count)) if first.is_empty() => match count.min(length) {
            0 => Part::Beyond,
            count => Part::From(length - count, length - 1),
        },
        (Some(from), None) if last.is_empty() => match from < length {
            true => Part::From(from, length - 1),
            false => Part::Beyond,
        },
        (Some(from), Some(to)) if from <= to => match from < length {
            true => Part::From(from, to.min(length - 1)),
            false => Part::Beyond,
        },
        _ => Part::Whole,
    }
}

async fn body(source: Source, first: u64, count: u64) -> Result<Body, Problem> {
    let file = match source {
        Source::Bytes(bytes) => {
            let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
            return Ok(Body::from(bytes.slice(at(first)..at(first + count))));
        }
        Source::File(file) => file,
    };
    let mut file = tokio::fs::File::from_std(file);
    file.seek(SeekFrom::Start(first))
        .await
        .map_err(app::Fault::while_("reading a file that is sent"))?;
    Ok(Body::from_stream(stream::try_unfold(
        (file, count),
        |(mut file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let mut chunk = vec![0; CHUNK.min(usize::try_from(left).unwrap_or(CHUNK))];
            let read = file.read(&mut chunk).await?;
            if read == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
            }
            chunk.truncate(read);
            let left = left - u64::try_from(read).unwrap_or(left);
            Ok(Some((Bytes::from(chunk), (file, left))))
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_ranges_are_read_as_the_standard_says() {
        for (range, wanted) in [
            ("bytes=0-0", Part::From(0, 0)),
            ("bytes=0-99", Part::From(0, 99)),
            ("bytes=10-", Part::From(10, 99)),
            ("bytes=90-1000", Part::From(90, 99)),
            ("bytes=-1", Part::From(99, 99)),
            ("bytes=-1000", Part::From(0, 99)),
            ("Bytes = 5-6", Part::From(5, 6)),
            ("bytes=100-", Part::Beyond),
            ("bytes=100-200", Part::Beyond),
            ("bytes=99999999999999999999999-", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=9-8", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=-", Part::Whole),
            ("items=0-1", Part::Whole),
            ("bytes=+1-2", Part::Whole),
        ] {
            assert_eq!(parse(range, 100), wanted, "{range}");
        }
    }

    #[test]
    fn nothing_can_be_asked_of_an_empty_file() {
        for range in ["bytes=0-0", "bytes=0-", "bytes=-1"] {
            assert_eq!(parse(range, 0), Part::Beyond, "{range}");
        }
    }

    #[tokio::test]
    async fn a_part_is_sent_with_its_place_and_a_known_tag_sends_nothing() {
        let content = || Content {
            source: Source::Bytes(Bytes::from_static(b"0123456789")),
            length: 10,
            tag: "t".into(),
            mime: "audio/ogg",
        };
        let ask = |name: header::HeaderName, text: &'static str| {
            HeaderMap::from_iter([(name, HeaderValue::from_static(text))])
        };
        let range = ask(header::RANGE, "bytes=2-4");
        let answer = send(&Method::GET, &range, content()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(answer.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
        let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        assert_eq!(&body[..], b"234");
        let head = send(&Method::HEAD, &range, content()).await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(head.headers()[header::CONTENT_LENGTH], "10");
        let known = ask(header::IF_NONE_MATCH, "\"x\", W/\"t\"");
        let answer = send(&Method::GET, &known, content()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
        let mut other = ask(header::RANGE, "bytes=2-4");
        other.insert(header::IF_RANGE, HeaderValue::from_static("\"old\""));
        let answer = send(&Method::GET, &other, content()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
}
