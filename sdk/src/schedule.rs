//! Settings that change over a training.

use crate::{Fault, FaultCode};
use serde::{Deserialize, Serialize};

/// A number, or a curve over the part of the training that is done (0..1). A lab writes
/// `bonus = 5.0`, or
///
/// ```toml
/// bonus = { schedule = "linear", from = 1.0, to = 5.0 }
/// bonus = { schedule = "exponential", from = 1.0, to = 0.01, begin = 0.2, end = 0.8 }
/// bonus = { schedule = "piecewise", points = [[0.0, 1.0], [0.5, 5.0], [1.0, 4.0]] }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Value", into = "serde_json::Value")]
pub enum Schedule {
    /// The same throughout.
    Constant(f64),
    /// A curve.
    Curve(Curve),
}

/// A curve over the part of the training that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schedule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Curve {
    /// On a straight line between two values.
    Linear {
        /// Value up to `begin`.
        from: f64,
        /// Value from `end` on.
        to: f64,
        /// Where it begins to change, 0..1.
        #[serde(default)]
        begin: f64,
        /// Where it has arrived, 0..1.
        #[serde(default = "one")]
        end: f64,
    },
    /// By the same factor in equal times, between two values of one sign.
    Exponential {
        /// Value up to `begin`, not 0.
        from: f64,
        /// Value from `end` on, not 0.
        to: f64,
        /// Where it begins to change, 0..1.
        #[serde(default)]
        begin: f64,
        /// Where it has arrived, 0..1.
        #[serde(default = "one")]
        end: f64,
    },
    /// On straight lines between points.
    Piecewise {
        /// Part of the training and value, in order.
        points: Vec<[f64; 2]>,
    },
}

fn one() -> f64 {
    1.0
}

impl Schedule {
    /// The value where `progress` (0..1) of the training is done. Allocates nothing.
    #[must_use]
    pub fn at(&self, progress: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Curve(Curve::Linear {
                from,
                to,
                begin,
                end,
            }) => from + (to - from) * part(progress, *begin, *end),
            Self::Curve(Curve::Exponential {
                from,
                to,
                begin,
                end,
            }) => from * (to / from).powf(part(progress, *begin, *end)),
            Self::Curve(Curve::Piecewise { points }) => piecewise(points, progress),
        }
    }

    /// Every value that it starts from, passes or arrives at; in between it is never beyond them.
    pub fn corners(&self) -> impl Iterator<Item = f64> + '_ {
        let (ends, points) = match self {
            Self::Constant(value) => ([Some(*value), None], &[][..]),
            Self::Curve(Curve::Linear { from, to, .. } | Curve::Exponential { from, to, .. }) => {
                ([Some(*from), Some(*to)], &[][..])
            }
            Self::Curve(Curve::Piecewise { points }) => ([None, None], points.as_slice()),
        };
        let points = points.iter().map(|[_, value]| *value);
        ends.into_iter().flatten().chain(points)
    }

    /// The same schedule, if all its values are what `accept` wants.
    ///
    /// # Errors
    /// A fault on `field` that says what was expected.
    pub fn checked(
        &self,
        field: &str,
        expected: &str,
        accept: fn(f64) -> bool,
    ) -> crate::Result<&Self> {
        match self.corners().find(|value| !accept(*value)) {
            None => Ok(self),
            Some(value) => {
                let message = format!("{value} is not {expected}");
                Err(Fault::new(FaultCode::Config, message).on(field))
            }
        }
    }
}

impl From<f64> for Schedule {
    fn from(value: f64) -> Self {
        Self::Constant(value)
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Constant(0.0)
    }
}

impl TryFrom<serde_json::Value> for Schedule {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Self, String> {
        if let Some(number) = value.as_f64() {
            return Ok(Self::Constant(number));
        }
        if !value.is_object() {
            return Err(format!(
                "{value} is neither a number nor a schedule such as {{ schedule = \"linear\", from = 1.0, to = 0.0 }}"
            ));
        }
        let curve: Curve = serde_json::from_value(value).map_err(|e| format!("schedule: {e}"))?;
        check(&curve)?;
        Ok(Self::Curve(curve))
    }
}

impl From<Schedule> for serde_json::Value {
    fn from(schedule: Schedule) -> Self {
        match schedule {
            Schedule::Constant(value) => value.into(),
            // A curve is plain data, which always serialises.
            Schedule::Curve(curve) => serde_json::to_value(curve).unwrap_or_default(),
        }
    }
}

fn check(curve: &Curve) -> Result<(), String> {
    let ordered = |begin: f64, end: f64| {
        if 0.0 <= begin && begin < end && end <= 1.0 {
            return Ok(());
        }
        Err(format!(
            "schedule: begin {begin} and end {end} are not 0 <= begin < end <= 1"
        ))
    };
    match curve {
        Curve::Linear { begin, end, .. } => ordered(*begin, *end),
        Curve::Exponential {
            from,
            to,
            begin,
            end,
        } => {
            if from * to <= 0.0 {
                return Err(format!(
                    "schedule: from {from} and to {to} of an exponential are not of one sign; take a linear one"
                ));
            }
            ordered(*begin, *end)
        }
        Curve::Piecewise { points } => {
            let rising = points.windows(2).all(|pair| pair[0][0] < pair[1][0]);
            let inside = points.iter().all(|[at, _]| (0.0..=1.0).contains(at));
            if points.is_empty() || !rising || !inside {
                return Err(
                    "schedule: points are [part of the training, value], the parts rising from 0 to 1"
                        .into(),
                );
            }
            Ok(())
        }
    }
}

/// How far from `begin` to `end`, 0..1.
fn part(progress: f64, begin: f64, end: f64) -> f64 {
    ((progress - begin) / (end - begin)).clamp(0.0, 1.0)
}

fn piecewise(points: &[[f64; 2]], progress: f64) -> f64 {
    let after = points.partition_point(|[at, _]| *at <= progress);
    match (after.checked_sub(1).map(|i| points[i]), points.get(after)) {
        (Some([start, from]), Some([end, to])) => from + (to - from) * part(progress, start, *end),
        (Some([_, value]), None) | (None, Some(&[_, value])) => value,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: serde_json::Value) -> Result<Schedule, String> {
        serde_json::from_value(value).map_err(|e| e.to_string())
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn curves_hold_still_outside_and_follow_their_law_between() {
        let linear = json!({ "schedule": "linear", "from": 1, "to": 5, "begin": 0.2, "end": 0.6 });
        let linear = read(linear).expect("linear");
        for (at, value) in [(0.0, 1.0), (0.2, 1.0), (0.3, 2.0), (0.6, 5.0), (1.0, 5.0)] {
            near(linear.at(at), value);
        }
        let law = json!({ "schedule": "exponential", "from": 1.0, "to": 0.01 });
        near(read(law).expect("exponential").at(0.5), 0.1);
        let points = json!({ "schedule": "piecewise", "points": [[0.25, 1], [0.5, 5], [1, 4]] });
        let points = read(points).expect("piecewise");
        for (at, value) in [
            (0.0, 1.0),
            (0.375, 3.0),
            (0.5, 5.0),
            (0.75, 4.5),
            (1.0, 4.0),
        ] {
            near(points.at(at), value);
        }
        near(read(json!(7)).expect("a number").at(0.3), 7.0);
    }

    #[test]
    fn what_is_no_schedule_says_what_was_expected() {
        let problem = |value| read(value).expect_err("refused");
        assert!(problem(json!("fast")).contains("neither a number nor a schedule"));
        assert!(problem(json!({ "schedule": "cubic" })).contains("unknown variant `cubic`"));
        let circle = json!({ "schedule": "exponential", "from": 1.0, "to": 0.0 });
        assert!(problem(circle).contains("take a linear one"));
        let late =
            json!({ "schedule": "linear", "from": 1.0, "to": 0.0, "begin": 0.9, "end": 0.1 });
        assert!(problem(late).contains("0 <= begin < end <= 1"));
        let back = json!({ "schedule": "piecewise", "points": [[0.5, 1.0], [0.2, 1.0]] });
        assert!(problem(back).contains("rising"));
    }

    #[test]
    fn a_schedule_is_read_as_it_was_written() {
        for value in [
            json!(2.5),
            json!({ "schedule": "linear", "from": 1.0, "to": 0.0, "begin": 0.0, "end": 1.0 }),
        ] {
            let schedule = read(value.clone()).expect("reads");
            assert_eq!(serde_json::to_value(schedule).expect("writes"), value);
        }
    }

    #[test]
    fn all_values_are_checked() {
        let falling = json!({ "schedule": "linear", "from": 1.0, "to": -1.0 });
        let falling = read(falling).expect("linear");
        let fault = falling.checked("bonus", "0 or more", |v| v >= 0.0);
        let fault = fault.expect_err("ends below 0");
        assert_eq!(
            (fault.field.as_str(), fault.message.as_str()),
            ("bonus", "-1 is not 0 or more")
        );
    }
}
