//! What the rewards read: signals by name, found once.

use angora_sdk::{Fault, FaultCode, Result, RewardConfiguration, RewardContext, Schedule};
use std::collections::BTreeMap;
use std::ops::Range;

/// Where a signal of one value lies.
pub fn single(context: &RewardContext, name: &str) -> Result<usize> {
    let range = several(context, name)?;
    if range.len() == 1 {
        return Ok(range.start);
    }
    let message = format!("the signal has {} values, expected 1", range.len());
    Err(Fault::new(FaultCode::Invalid, message).on(name))
}

/// Where a signal lies.
pub fn several(context: &RewardContext, name: &str) -> Result<Range<usize>> {
    context.signal(name).ok_or_else(|| {
        let known: Vec<&str> = context.signals.iter().map(|s| s.name.as_str()).collect();
        let message = format!(
            "the reward needs this signal and the task has none; it has {}",
            known.join(", ")
        );
        Fault::new(FaultCode::Invalid, message).on(name)
    })
}

/// Where a signal lies that costs need: only if the cost may ever be charged.
pub fn charged(
    context: &RewardContext,
    name: &str,
    coefficient: &Schedule,
) -> Result<Option<Range<usize>>> {
    if coefficient.corners().all(|value| value == 0.0) {
        return Ok(None);
    }
    several(context, name).map(Some)
}

/// Sum of squares of a signal, 0 where it is not charged.
pub fn squares(signals: &[f64], range: Option<&Range<usize>>) -> f64 {
    range.map_or(0.0, |range| {
        signals[range.clone()].iter().map(|x| x * x).sum()
    })
}

/// Refuses a coefficient below 0.
pub fn not_negative(coefficients: &[(&str, &Schedule)]) -> Result<()> {
    for (name, schedule) in coefficients {
        schedule.checked(name, "a weight: 0 or more", |value| value >= 0.0)?;
    }
    Ok(())
}

/// A configuration as it is listed: name, what it inherits (empty for nothing), what it is for, and
/// the settings that differ.
type Listed<'l> = (&'l str, &'l str, &'l str, &'l [(&'l str, f64)]);

/// Configurations by name.
pub fn configurations(list: &[Listed<'_>]) -> BTreeMap<String, RewardConfiguration> {
    let entry = |(name, inherits, description, settings): &Listed<'_>| {
        let configuration = RewardConfiguration {
            description: (*description).to_owned(),
            inherits: (!inherits.is_empty()).then(|| (*inherits).to_owned()),
            settings: settings
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).into()))
                .collect(),
        };
        ((*name).to_owned(), configuration)
    };
    list.iter().map(entry).collect()
}
