//! One line of `metrics.jsonl`, of which only what is wanted is kept.

use crate::jsonl::{CHECK, Soundness, soundness};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// Takes the metrics of a line that it wants.
pub trait Sink {
    /// Where the value of a metric goes; `None` skips it, which is quicker than reading it.
    fn slot(&mut self, name: &str) -> Option<usize>;
    /// A value; those that are not finite are not handed over. A line that turns out damaged has
    /// handed over values too.
    fn put(&mut self, slot: usize, value: f64);
}

/// What every line has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// From 1.
    pub cycle: u64,
    /// How often the run was resumed.
    pub segment: u64,
}

/// Reads a line; `None` if it is not one of ours, or is not as it was written.
pub fn read(line: &[u8], sink: &mut impl Sink) -> Option<Head> {
    if soundness(line) == Soundness::Damaged {
        return None;
    }
    let mut json = serde_json::Deserializer::from_slice(line);
    let head = json.deserialize_map(Line(sink)).ok()?;
    json.end().ok()?;
    head
}

struct Line<'s, S>(&'s mut S);

impl<'de, S: Sink> Visitor<'de> for Line<'_, S> {
    type Value = Option<Head>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut cycle, mut segment) = (None, 0);
        while let Some(key) = map.next_key_seed(KeySeed(self.0))? {
            match key {
                Key::Skip => {
                    map.next_value::<IgnoredAny>()?;
                }
                Key::Cycle => cycle = map.next_value::<Number>()?.0,
                Key::Segment => segment = map.next_value::<Number>()?.0.map_or(0, |s| s as u64),
                Key::Slot(slot) => {
                    if let Some(value) = map.next_value::<Number>()?.0 {
                        self.0.put(slot, value);
                    }
                }
            }
        }
        let cycle = cycle.filter(|c| *c >= 1.0).map(|c| c as u64);
        Ok(cycle.map(|cycle| Head { cycle, segment }))
    }
}

enum Key {
    Cycle,
    Segment,
    Slot(usize),
    Skip,
}

struct KeySeed<'s, S>(&'s mut S);

impl<'de, S: Sink> DeserializeSeed<'de> for KeySeed<'_, S> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<S: Sink> Visitor<'_> for KeySeed<'_, S> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(match name {
            "cycle" => Key::Cycle,
            "segment" => Key::Segment,
            CHECK => Key::Skip,
            name => self.0.slot(name).map_or(Key::Skip, Key::Slot),
        })
    }
}

/// A finite number, or whatever else stands in its place.
struct Number(Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
        Ok(Number(Some(value).filter(|v| v.is_finite())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
        Ok(Number(Some(value as f64)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
        Ok(Number(Some(value as f64)))
    }

    fn visit_unit<E>(self) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Number, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Number(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Number, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Number(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct One(Vec<f64>);

    impl Sink for One {
        fn slot(&mut self, name: &str) -> Option<usize> {
            (name == "a/b").then_some(0)
        }
        fn put(&mut self, _: usize, value: f64) {
            self.0.push(value);
        }
    }

    #[test]
    fn only_what_is_wanted_is_read() {
        let mut one = One::default();
        let line = br#"{"cycle":3,"segment":1,"c":{"a/b":9},"a/b":0.25,"d":[1,"x"],"e":null}"#;
        let head = read(line, &mut one).expect("one of ours");
        assert_eq!((head.cycle, head.segment), (3, 1));
        assert_eq!(one.0, [0.25]);
    }

    #[test]
    fn what_is_not_ours_is_no_line() {
        let lines: [&[u8]; 7] = [
            b"",
            b"[1]",
            b"{\"cycle\":0}",
            b"{\"segment\":1}",
            b"{\"cycle\":1",
            b"{\"cycle\":1}{\"cycle\":2}",
            b"\xff\xfe",
        ];
        for line in lines {
            assert_eq!(read(line, &mut One::default()), None, "{line:?}");
        }
    }

    #[test]
    fn values_that_are_no_numbers_are_missing() {
        for value in ["null", "\"x\"", "true", "[1]", "{\"a/b\":1}"] {
            let mut one = One::default();
            // Lines end with a number, or with their check.
            let line = format!("{{\"a/b\":{value},\"cycle\":1}}");
            assert!(read(line.as_bytes(), &mut one).is_some(), "{value}");
            assert!(one.0.is_empty(), "{value}");
        }
    }
}
