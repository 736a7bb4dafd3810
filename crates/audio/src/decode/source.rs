//! A reader of known length, as the demuxers want it, and small reads at given places.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// A seekable reader together with its length in bytes.
pub(super) struct Source<R> {
    inner: R,
    length: u64,
}

impl<R> Source<R> {
    pub(super) fn new(inner: R, length: u64) -> Self {
        Self { inner, length }
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: Seek> Seek for Source<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl<R: Read + Seek + Send + Sync> MediaSource for Source<R> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}

/// `N` bytes from position `at` on. Seeks within the buffer where it can, so that a walk reads the file once.
pub(super) fn read_at<R: Read + Seek, const N: usize>(
    source: &mut BufReader<R>,
    at: u64,
) -> io::Result<[u8; N]> {
    let here = source.stream_position()?;
    match i64::try_from(i128::from(at) - i128::from(here)) {
        Ok(offset) => source.seek_relative(offset)?,
        Err(_) => _ = source.seek(SeekFrom::Start(at))?,
    }
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}
