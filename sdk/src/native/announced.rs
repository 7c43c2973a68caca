//! What the host has said of itself, and what that means for specs.

use crate::json::write;
use angora_plugin_api::{BodySpec, Fault, FaultCode, SceneSpec, capability};
use serde::Serialize;
use std::sync::OnceLock;

/// The capabilities that the host knows; a host that has not said knows none.
static KNOWN: OnceLock<Vec<String>> = OnceLock::new();

/// Takes over what the host says.
pub fn announce(json: &[u8]) -> Result<(), Fault> {
    let known = crate::json::read("capabilities", json)?;
    let _ = KNOWN.set(known);
    Ok(())
}

/// A spec for the host, which has to know what the spec requires.
pub fn written<T: Serialize>(what: &str, spec: &T) -> Result<Vec<u8>, Fault> {
    let known: Vec<&str> = KNOWN
        .get()
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    answered(what, spec, &known)
}

fn answered<T: Serialize>(what: &str, spec: &T, known: &[&str]) -> Result<Vec<u8>, Fault> {
    #[derive(serde::Deserialize)]
    struct Requiring {
        #[serde(default)]
        requires: Vec<String>,
    }
    let json = write(what, spec)?;
    let Requiring { requires } = crate::json::read(what, &json)?;
    capability::check(&requires, known).map_err(|unknown| {
        Fault::new(FaultCode::Unsupported, unknown.to_string()).on("requires")
    })?;
    Ok(json)
}

/// A spec whose fields may stand for capabilities.
pub trait Requires: Sized {
    /// The capabilities that its fields need, and its list of them.
    fn needs(&mut self) -> (Vec<&'static str>, &mut Vec<String>);
}

/// The same spec with the capabilities that its fields need among those that it requires.
pub fn requiring<T: Requires>(mut spec: T) -> T {
    let (needs, requires) = spec.needs();
    for need in needs {
        if !requires.iter().any(|name| name == need) {
            requires.push(need.to_owned());
        }
    }
    spec
}

fn needed(parts: &[(bool, &'static str)]) -> Vec<&'static str> {
    let used = parts.iter().filter(|(used, _)| *used);
    used.map(|(_, name)| *name).collect()
}

impl Requires for BodySpec {
    fn needs(&mut self) -> (Vec<&'static str>, &mut Vec<String>) {
        let needs = needed(&[
            (!self.undriven.is_empty(), capability::UNDRIVEN),
            (self.settling.is_some(), capability::SETTLING),
        ]);
        (needs, &mut self.requires)
    }
}

impl Requires for SceneSpec {
    fn needs(&mut self) -> (Vec<&'static str>, &mut Vec<String>) {
        let needs = needed(&[
            (!self.undriven.is_empty(), capability::UNDRIVEN),
            (self.settling.is_some(), capability::SETTLING),
            (!self.loads.is_empty(), capability::LOADS),
        ]);
        (needs, &mut self.requires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LoadFrame, LoadKind, LoadSpec};

    #[test]
    fn a_host_that_says_nothing_is_refused_what_it_would_leave_out() {
        let plain = requiring(BodySpec::default());
        assert!(answered("body", &plain, &[]).is_ok());
        let body = requiring(BodySpec {
            undriven: vec!["pusher".into()],
            ..BodySpec::default()
        });
        let refused = answered("body", &body, &[]).expect_err("an older host");
        assert!(
            refused.to_string().contains("requires angora.undriven/1"),
            "{refused}"
        );
        assert!(answered("body", &body, &[capability::UNDRIVEN]).is_ok());
    }

    #[test]
    fn loads_are_refused_by_a_host_that_does_not_apply_them() {
        let scene = requiring(SceneSpec {
            loads: vec![LoadSpec {
                name: "curl".into(),
                site: "hand".into(),
                kind: LoadKind::Viscous,
                frame: LoadFrame::World,
            }],
            ..SceneSpec::default()
        });
        let refused = answered("scene", &scene, capability::KNOWN).expect_err("not applied");
        assert!(refused.to_string().contains("angora.loads/1"), "{refused}");
    }
}
