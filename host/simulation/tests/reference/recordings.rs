//! Recorded files and their numbers.

use serde_json::Value;
use std::{fs, path::PathBuf};

/// A file of the recordings, or `None` where there are none.
pub fn recording(file: &str) -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    let folder = std::env::var_os("ANGORA_REFERENCE").map_or_else(beside, PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: no reference recordings at {}", folder.display());
        return None;
    }
    let text = fs::read_to_string(folder.join(file)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// All numbers below a value, in order; true is 1.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Bool(flag) => vec![f64::from(*flag)],
        _ => vec![value.as_f64().unwrap()],
    }
}

/// The values of an action, which were recorded as numbers that f32 holds exactly.
pub fn action(value: &Value) -> Vec<f32> {
    numbers(value).iter().map(|&a| a as f32).collect()
}

pub fn greatest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().chain(b).all(|x| x.is_finite()));
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}
