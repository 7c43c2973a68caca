//! The pages themselves, built in.

use super::{Shared, State};
use axum::extract::{OriginalUri, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::path::Path;

#[derive(rust_embed::RustEmbed)]
#[folder = "page/"]
struct Page;

/// Answers with a file of the pages.
pub(super) async fn asset(
    shared: State,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path();
    let below = path.strip_prefix(shared.base_path.as_str()).unwrap_or(path);
    if below.is_empty() {
        // Addresses within the pages are relative to a folder.
        let last = path.rsplit('/').next().unwrap_or_default();
        let location = HeaderValue::from_str(&format!("{last}/"));
        return match location {
            Ok(location) => {
                (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response()
            }
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let name = match below.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    };
    let (Some(kind), Some(content)) = (kind(name), content(&shared, name)) else {
        return (StatusCode::NOT_FOUND, "there is no such page\n").into_response();
    };
    let etag = format!("\"{}\"", &hex(&Sha256::digest(&content))[..32]);
    let known = request.headers().get(IF_NONE_MATCH);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            ETAG,
            HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\"")),
        ),
    ];
    if known.is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, content.into_owned()).into_response()
}

fn content(shared: &Shared, name: &str) -> Option<Cow<'static, [u8]>> {
    match &shared.page {
        None => Page::get(name).map(|file| file.data),
        Some(folder) => {
            let folder = Dir::open_ambient_dir(folder, ambient_authority()).ok()?;
            folder.read(Path::new(name)).ok().map(Cow::Owned)
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The type of a file of ours; others are not shown.
fn kind(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => return None,
    })
}
