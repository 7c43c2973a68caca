//! Settings of author types: read with a fault that names the key, and told to the host.

use crate::{Fault, FaultCode};
use angora_plugin_api::settings::{SettingSpec, SettingsSpec};
use serde::de::value::Error as Stop;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::Value;
use std::marker::PhantomData;

/// Settings from a value; nothing and an empty table are the defaults.
///
/// # Errors
/// A key or value that `C` does not take; the fault is on the key.
pub fn from_value<C: DeserializeOwned + Default>(value: &Value) -> Result<C, Fault> {
    if value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(C::default());
    }
    if !value.is_object() {
        let message = format!("settings are a table of keys and values, not {value}");
        return Err(Fault::new(FaultCode::Config, message));
    }
    C::deserialize(value).map_err(|error| {
        let key = culprit::<C>(value).unwrap_or_default();
        Fault::new(FaultCode::Config, error.to_string()).on(key)
    })
}

/// The key without which the settings could be read.
fn culprit<C: DeserializeOwned>(value: &Value) -> Option<String> {
    let all = value.as_object()?;
    let readable_without = |key: &&String| {
        let mut rest = all.clone();
        rest.remove(*key);
        C::deserialize(Value::Object(rest)).is_ok()
    };
    all.keys().find(readable_without).cloned()
}

/// The settings that `C` takes, with their defaults where those can be written.
#[cfg_attr(
    target_family = "wasm",
    allow(dead_code, reason = "modules do not tell their settings")
)]
pub(crate) fn describe<C: DeserializeOwned>(defaults: Option<Value>) -> SettingsSpec {
    let mut fields: &'static [&'static str] = &[];
    let _ = C::deserialize(Fields(&mut fields));
    let default = |key: &str| defaults.as_ref().and_then(|all| all.get(key)).cloned();
    SettingsSpec {
        settings: fields
            .iter()
            .map(|key| SettingSpec {
                key: (*key).to_owned(),
                default: default(key),
            })
            .collect(),
    }
}

/// Notes which fields a struct asks for, and stops there.
#[cfg_attr(
    target_family = "wasm",
    allow(dead_code, reason = "modules do not tell their settings")
)]
struct Fields<'f>(&'f mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Stop;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Stop> {
        *self.0 = fields;
        Err(Stop::custom("only the fields were asked for"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Stop> {
        Err(Stop::custom("these settings are no struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Finds out at compile time whether settings can be written: of the two traits below the first
/// that applies is called.
#[derive(Debug)]
pub struct Probe<C>(PhantomData<C>);

impl<C> Default for Probe<C> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// Settings that can be written.
pub trait Written {
    /// Their defaults.
    fn defaults(&self) -> Option<Value>;
}

impl<C: Serialize + Default> Written for Probe<C> {
    fn defaults(&self) -> Option<Value> {
        serde_json::to_value(C::default()).ok()
    }
}

/// Settings that cannot.
pub trait Unwritten {
    /// None.
    fn defaults(&self) -> Option<Value>;
}

impl<C> Unwritten for &Probe<C> {
    fn defaults(&self) -> Option<Value> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        radius: f64,
        #[serde(rename = "steps")]
        count: Option<u64>,
    }

    impl Default for Config {
        fn default() -> Self {
            Self {
                radius: 0.5,
                count: None,
            }
        }
    }

    #[derive(Default, Deserialize)]
    struct Unwritable {
        #[allow(dead_code, reason = "only its name is asked for")]
        hidden: u8,
    }

    #[test]
    fn settings_are_described_with_their_defaults() {
        let spec = describe::<Config>(Probe::<Config>::default().defaults());
        let said = serde_json::to_value(&spec).expect("writes");
        let expected = json!({ "settings": [{ "key": "radius", "default": 0.5 }, { "key": "steps" , "default": null }] });
        assert_eq!(said, expected);
        let spec = describe::<Unwritable>((&Probe::<Unwritable>::default()).defaults());
        assert_eq!(
            (&*spec.settings[0].key, &spec.settings[0].default),
            ("hidden", &None)
        );
    }

    #[test]
    fn a_fault_is_on_the_key_that_is_wrong() {
        let key = |value: Value| from_value::<Config>(&value).expect_err("wrong").field;
        assert_eq!(key(json!({ "radius": "wide" })), "radius");
        assert_eq!(key(json!({ "radius": 1.0, "raduis": 2.0 })), "raduis");
        assert_eq!(key(json!("wide")), "");
        // A struct of two numbers could be read from these.
        assert_eq!(key(json!([1.0, 2])), "");
        assert_eq!(from_value(&json!({})), Ok(Config::default()));
        assert_eq!(from_value(&Value::Null), Ok(Config::default()));
    }
}
