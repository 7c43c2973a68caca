//! Files of a run as they are: videos, recordings, logs.

use super::super::parameters::Parameters;
use super::super::{State, error::ApiError};
use super::{files_of, find, json, off_thread};
use crate::reading::listing::is_shown;
use crate::reading::root::{RunFiles, read_at};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE,
};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json as object};
use std::fs::File;
use std::io;

const CHUNK: u64 = 512 << 10;
const MOST_TEXT: usize = 4 << 20;

/// `GET api/runs/KEY/files/PATH`.
pub(super) async fn file(
    shared: State,
    Path((key, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let run = find(&shared, &key)?;
    let files = files_of(&shared, &run)?;
    let name = path.clone();
    let (file, size) = off_thread(move || open(&files, &name)).await??;
    let wanted = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let range = wanted.map_or(Wanted::All, |range| wanted_of(range, size));
    let (status, start, end) = match range {
        Wanted::All => (StatusCode::OK, 0, size),
        Wanted::Part(start, end) => (StatusCode::PARTIAL_CONTENT, start, end),
        Wanted::Beyond => {
            let whole = [(CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
        }
    };
    let kind = kind(&path);
    let mut headers = vec![
        (
            CONTENT_TYPE,
            kind.unwrap_or("application/octet-stream").to_owned(),
        ),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CONTENT_LENGTH, (end - start).to_string()),
    ];
    if kind.is_none() {
        headers.push((CONTENT_DISPOSITION, "attachment".to_owned()));
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {start}-{}/{size}", end - 1);
        headers.push((CONTENT_RANGE, range));
    }
    let mut response = (status, body(file, start, end)).into_response();
    for (name, value) in headers {
        let value = value.parse().map_err(ApiError::failed)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn open(files: &RunFiles, path: &str) -> Result<(File, u64), ApiError> {
    let missing = || ApiError::not_found(format!("there is no file {path:?} to be shown"));
    if !is_shown(path) {
        return Err(missing());
    }
    let file = files.open(path).map_err(|_| missing())?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

/// The bytes from `start` to before `end`, read as they are sent.
fn body(file: File, start: u64, end: u64) -> Body {
    let chunks = stream::try_unfold((file, start), move |(mut file, at)| async move {
        if at >= end {
            return Ok::<_, io::Error>(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let length = usize::try_from((end - at).min(CHUNK)).unwrap_or(0);
            let mut bytes = vec![0; length];
            let n = read_at(&mut file, at, &mut bytes)?;
            if n == 0 {
                // It has become shorter: a part must not look like the whole.
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            bytes.truncate(n);
            Ok((file, bytes))
        });
        let (file, bytes) = read.await.map_err(io::Error::other)??;
        let next = at + bytes.len() as u64;
        Ok(Some((Bytes::from(bytes), (file, next))))
    });
    Body::from_stream(chunks)
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    /// From, and before.
    Part(u64, u64),
    Beyond,
}

/// One range of bytes (RFC 9110, 14.2); what is not understood is the whole.
fn wanted_of(range: &str, size: u64) -> Wanted {
    let parts = range.strip_prefix("bytes=").and_then(|r| r.split_once('-'));
    let Some((first, last)) = parts else {
        return Wanted::All;
    };
    let (start, end) = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) if last.trim().is_empty() => (first, size),
        (Err(_), Ok(last)) if first.trim().is_empty() => (size.saturating_sub(last), size),
        _ => return Wanted::All,
    };
    if start >= size || start >= end {
        return Wanted::Beyond;
    }
    Wanted::Part(start, end)
}

/// The part of a file that a range asks for, for the fuzz targets.
pub(in crate::server) fn range(text: &str, size: u64) -> Option<(u64, u64)> {
    match wanted_of(text, size) {
        Wanted::Part(start, end) => Some((start, end)),
        Wanted::All | Wanted::Beyond => None,
    }
}

/// Types that a browser may show; everything else is only to be saved.
fn kind(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "gif" => "image/gif",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "jsonl" | "toml" | "lock" | "log" | "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// `GET api/runs/KEY/log`: whole lines of a log.
pub(super) async fn log(
    shared: State,
    Path(key): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let parameters = Parameters::read(&uri, &["file", "offset", "bytes"])?;
    let name = parameters.one("file");
    let name = name.ok_or_else(|| ApiError::bad_request("expected file=logs/NAME"))?;
    let name = name.to_owned();
    let offset = parameters.number("offset")?.unwrap_or(-65_536.0);
    let most = parameters.whole("bytes", 65_536, 1, MOST_TEXT)?;
    let run = find(&shared, &key)?;
    let files = files_of(&shared, &run)?;
    off_thread(move || {
        let (mut file, size) = open(&files, &name)?;
        let start = if offset < 0.0 {
            size.saturating_sub(-offset as u64)
        } else {
            (offset as u64).min(size)
        };
        let mut bytes = vec![0; most];
        let n = read_at(&mut file, start, &mut bytes)?;
        bytes.truncate(n);
        // From the end, the first line may be half of one; at the end, the last is being written.
        let skip = match memchr::memchr(b'\n', &bytes) {
            Some(at) if offset < 0.0 && start > 0 => at + 1,
            _ => 0,
        };
        let end = match memchr::memrchr(b'\n', &bytes) {
            Some(at) => at + 1,
            None => n,
        };
        let text = String::from_utf8_lossy(&bytes[skip.min(end)..end]);
        json(object!({
            "text": text,
            "offset": start + skip as u64,
            "next": start + end as u64,
            "size": size,
        }))
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_standard() {
        assert_eq!(wanted_of("bytes=0-9", 100), Wanted::Part(0, 10));
        assert_eq!(wanted_of("bytes=90-", 100), Wanted::Part(90, 100));
        assert_eq!(wanted_of("bytes=90-900", 100), Wanted::Part(90, 100));
        assert_eq!(wanted_of("bytes=-10", 100), Wanted::Part(90, 100));
        assert_eq!(wanted_of("bytes=-1000", 100), Wanted::Part(0, 100));
        assert_eq!(wanted_of("bytes=100-", 100), Wanted::Beyond);
        assert_eq!(wanted_of("bytes=-0", 100), Wanted::Beyond);
        assert_eq!(wanted_of("bytes=0-1,5-6", 100), Wanted::All);
        assert_eq!(wanted_of("bytes=9-1", 100), Wanted::All);
        assert_eq!(wanted_of("lines=0-1", 100), Wanted::All);
        assert_eq!(wanted_of("bytes=0-", 0), Wanted::Beyond);
    }
}
