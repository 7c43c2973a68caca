//! What a field of a run holds.

use serde::Serialize;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value<'r> {
    /// The run has none.
    None,
    /// A number.
    Number(f64),
    /// A text.
    Text(Cow<'r, str>),
    /// Several texts: tags, plugins.
    Texts(Vec<Cow<'r, str>>),
}

impl<'r> Value<'r> {
    /// Of a setting: numbers stay numbers, everything else is a text.
    #[must_use]
    pub fn of_json(value: &'r serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::None,
            serde_json::Value::Number(number) => number.as_f64().map_or(Self::None, Self::Number),
            serde_json::Value::String(text) => Self::Text(text.as_str().into()),
            serde_json::Value::Array(items) => {
                let texts = items.iter().map(|item| match item {
                    serde_json::Value::String(text) => Cow::from(text.as_str()),
                    other => Cow::from(other.to_string()),
                });
                Self::Texts(texts.collect())
            }
            other => Self::Text(other.to_string().into()),
        }
    }

    /// A number, where there is one and it is finite.
    #[must_use]
    pub fn of_number(number: Option<f64>) -> Self {
        number
            .filter(|n| n.is_finite())
            .map_or(Self::None, Self::Number)
    }

    /// A text, where there is one.
    #[must_use]
    pub fn of_text(text: Option<&'r str>) -> Self {
        text.map_or(Self::None, |text| Self::Text(text.into()))
    }

    /// In words; `None` where there is none.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.to_string()),
            Self::Texts(texts) => Some(texts.join(", ")),
        }
    }

    /// Numbers before texts; texts as a person sorts them, whatever their case.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Number(_), _) => Ordering::Less,
            (_, Self::Number(_)) => Ordering::Greater,
            (a, b) => {
                let (a, b) = (a.words().unwrap_or_default(), b.words().unwrap_or_default());
                a.to_lowercase().cmp(&b.to_lowercase()).then(a.cmp(&b))
            }
        }
    }
}
