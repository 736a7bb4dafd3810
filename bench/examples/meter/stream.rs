//! One connection that is kept: a request out, an answer in.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Outcome;

pub(crate) struct Stream {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Stream {
    pub(crate) async fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(1 << 18),
        })
    }

    /// Sends a request and reads the whole of its answer's body; it must be a success.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err("the program hung up".into());
            }
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.read[..end])?;
                if !head.starts_with("HTTP/1.1 200") {
                    return Err(String::from_utf8_lossy(&self.read).into_owned().into());
                }
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| value.parse::<usize>())
                });
                break (end + 4, length.ok_or("an answer without a length")??);
            }
        };
        while self.read.len() < head + length {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err("the program hung up".into());
            }
        }
        Ok(&self.read[head..head + length])
    }
}

pub(crate) fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}
