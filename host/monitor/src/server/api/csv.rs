//! Curves in full resolution, for other programs.

use super::super::parameters::Parameters;
use super::super::{Shared, State, error::ApiError};
use super::series::{expand, wanted};
use super::{choose, files_of};
use crate::index::Summary;
use crate::series::Columns;
use axum::body::{Body, Bytes};
use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

/// `GET api/series.csv`: a row a run and cycle (RFC 4180).
pub(super) async fn csv(shared: State, uri: Uri) -> Result<Response, ApiError> {
    // The rest of what curves may be asked with does not change the full resolution.
    let known = ["runs", "q", "metrics", "x", "points", "from", "to"];
    let parameters = Parameters::read(&uri, &known)?;
    let wanted = wanted(&parameters)?;
    let (runs, _) = choose(&shared, &parameters, "runs", "q")?;
    let mut names: Vec<String> = Vec::new();
    for run in &runs {
        for name in expand(&wanted, run) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let mut head = String::from("run,cycle,segment,steps,time_secs");
    for name in &names {
        let _ = write!(head, ",{}", quoted(name));
    }
    head.push_str("\r\n");
    let shared = shared.0;
    let parts = stream::try_unfold(
        (Some(head), runs.into_iter(), Arc::new(names)),
        move |(head, mut runs, names)| {
            let shared = shared.clone();
            async move {
                if let Some(head) = head {
                    return Ok(Some((Bytes::from(head), (None, runs, names))));
                }
                let Some(run) = runs.next() else {
                    return Ok::<_, io::Error>(None);
                };
                let wanted = names.clone();
                let text = tokio::task::spawn_blocking(move || rows(&shared, &run, &wanted));
                let text = text.await.map_err(io::Error::other)??;
                Ok(Some((Bytes::from(text), (None, runs, names))))
            }
        },
    );
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"curves.csv\""),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn rows(shared: &Shared, run: &Summary, names: &[String]) -> io::Result<String> {
    let gone = |_| io::Error::from(io::ErrorKind::NotFound);
    let files = files_of(shared, run).map_err(gone)?;
    let show = |columns: &Columns, _| {
        let mut text = String::new();
        let key = quoted(&run.key);
        let values: Vec<Option<&[f64]>> = names.iter().map(|name| columns.metric(name)).collect();
        for row in 0..columns.rows() {
            let (cycle, segment) = (columns.cycles[row], columns.segments[row]);
            let (steps, seconds) = (columns.steps[row], columns.seconds[row]);
            let _ = write!(text, "{key},{cycle},{segment},{steps},{seconds}");
            for column in &values {
                text.push(',');
                if let Some(value) = column.map(|column| column[row]).filter(|v| !v.is_nan()) {
                    let _ = write!(text, "{value}");
                }
            }
            text.push_str("\r\n");
        }
        text
    };
    shared.cache.with(&run.key, &files, names, show)
}

/// A text as a field. What a spreadsheet would take for a formula is made a text.
fn quoted(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_cannot_break_out_of_their_field() {
        assert_eq!(quoted("train/loss"), "train/loss");
        assert_eq!(quoted("a,b\"c"), "\"a,b\"\"c\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}
