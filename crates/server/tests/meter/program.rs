//! The program, serving; and one request to it, over a connection of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::Place;

/// How long an answer may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program, which is killed when its test is over.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Program {
    pub(crate) fn start(place: &Place) -> Self {
        Self::of(place.command(&SERVE))
    }

    /// The program as some command starts it that ends in [`SERVE`].
    pub(crate) fn of(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.as_mut().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        assert!(!address.is_empty(), "it doesn't start");
        Self { child, address }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What starts it.
pub(crate) const SERVE: [&str; 5] = ["serve", "--store", "store", "--listen", "127.0.0.1:0"];

impl Drop for Program {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer: its status and its body.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: serde_json::Value,
}

impl Answer {
    /// The code of a problem.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// Posts a body of uses; nothing where no whole answer came.
pub(crate) fn post(address: &str, key: &str, media: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let length = format!("Content-Length: {}\r\n", body.len());
    let head = head(address, key, media, &length);
    stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    answer(&mut stream)
}

/// The head of a request that reports uses, with more lines.
pub(crate) fn head(address: &str, key: &str, media: &str, more: &str) -> String {
    format!(
        "POST /v1/uses HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: {media}\r\nConnection: close\r\n{more}\r\n"
    )
}

/// Gets a page or a document: its status and its text.
pub(crate) fn get(address: &str, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    read(&mut stream)
}

/// The answer that comes, as far as it is whole.
pub(crate) fn answer(stream: &mut TcpStream) -> Option<Answer> {
    let (status, text) = read(stream)?;
    let body = serde_json::from_str(&text).ok()?;
    Some(Answer { status, body })
}

fn read(stream: &mut TcpStream) -> Option<(u16, String)> {
    let mut bytes = Vec::new();
    // A connection that was reset may have brought all of its answer before.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let chunked = head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked");
    let body = if chunked {
        unchunked(body)?
    } else {
        body.to_owned()
    };
    Some((status, body))
}

/// The text of a chunked body; nothing where its last chunk is missing.
fn unchunked(mut body: &str) -> Option<String> {
    let mut text = String::new();
    loop {
        let (size, rest) = body.split_once("\r\n")?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(text);
        }
        text.push_str(rest.get(..size)?);
        body = rest.get(size..)?.strip_prefix("\r\n")?;
    }
}
