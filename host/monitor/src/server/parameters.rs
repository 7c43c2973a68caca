//! The part of an address after the question mark.

use super::error::ApiError;
use angora_core::suggest;
use axum::http::Uri;

/// Names with values; a name may come several times.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads those of an address, which must be `known`.
    ///
    /// # Errors
    /// One that is not.
    pub fn read(uri: &Uri, known: &[&str]) -> Result<Self, ApiError> {
        let query = uri.query().unwrap_or_default().as_bytes();
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query).into_owned().collect();
        for (name, _) in &pairs {
            if !known.contains(&name.as_str()) {
                let hint = suggest::hint(name, known.iter().copied());
                return Err(ApiError::bad_request(format!(
                    "there is no parameter {name:?}; {hint}"
                )));
            }
        }
        Ok(Self(pairs))
    }

    /// The first value; an empty one is none.
    pub fn one(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// All values that are not empty.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let all = self.0.iter().filter(|(n, v)| n == name && !v.is_empty());
        all.map(|(_, v)| v.as_str()).collect()
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// It is none, or beyond them.
    pub fn whole(
        &self,
        name: &str,
        default: usize,
        low: usize,
        high: usize,
    ) -> Result<usize, ApiError> {
        let Some(text) = self.one(name) else {
            return Ok(default);
        };
        let number = text.parse().ok().filter(|n| (low..=high).contains(n));
        number.ok_or_else(|| {
            ApiError::bad_request(format!(
                "{name}={text}: expected a whole number from {low} to {high}"
            ))
        })
    }

    /// A finite number.
    ///
    /// # Errors
    /// It is none.
    pub fn number(&self, name: &str) -> Result<Option<f64>, ApiError> {
        let Some(text) = self.one(name) else {
            return Ok(None);
        };
        let number = text.parse().ok().filter(|n: &f64| n.is_finite());
        number
            .map(Some)
            .ok_or_else(|| ApiError::bad_request(format!("{name}={text}: expected a number")))
    }

    /// One of several words; the first where absent.
    ///
    /// # Errors
    /// Another word.
    pub fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<T, ApiError> {
        let word = self.one(name).unwrap_or(choices[0].0);
        let found = choices.iter().find(|(choice, _)| *choice == word);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let hint = suggest::hint(word, choices.iter().map(|(choice, _)| *choice));
            ApiError::bad_request(format!("{name}={word}: there is none; {hint}"))
        })
    }
}
