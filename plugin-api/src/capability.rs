//! Capabilities: optional parts of the contract, named `angora.<name>/<revision>`.
//!
//! Whether a plugin works without one is for the plugin to say: what it cannot do without stands in
//! `requires` of its spec, and a host that does not know it refuses the plugin with
//! [`Unknown`]'s sentence. Fields of a spec that a host does not know and that no capability
//! stands for are harmless: the host names them in a warning and goes on.

/// Actuators that no action drives (`undriven` of bodies and scenes).
pub const UNDRIVEN: &str = "angora.undriven/1";
/// An action or activations under which a scene settles (`settling`).
pub const SETTLING: &str = "angora.settling/1";
/// Activation, length and velocity of muscles among the views of a scene task.
pub const MUSCLES: &str = "angora.muscles/1";
/// Conditions of an episode, set before `reset`.
pub const CONDITIONS: &str = "angora.conditions/1";
/// Events with times.
pub const EVENTS: &str = "angora.events/1";
/// Loads that the host applies before each physics step (`loads` of scenes).
pub const LOADS: &str = "angora.loads/1";

/// Those that a host of this version knows. Loads are part of the contract, and not applied yet.
pub const KNOWN: &[&str] = &[CONDITIONS, EVENTS, MUSCLES, SETTLING, UNDRIVEN];

/// A required capability that a host does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it requires {0}, which this angora-host does not know; install a newer angora-host")]
pub struct Unknown(pub String);

/// Whether a host that knows `known` may use what requires `required`.
///
/// # Errors
/// The first capability that it does not know.
pub fn check(required: &[String], known: &[&str]) -> Result<(), Unknown> {
    let mut unknown = required
        .iter()
        .filter(|name| !known.contains(&name.as_str()));
    unknown
        .next()
        .map_or(Ok(()), |name| Err(Unknown(name.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_unknown_capability_is_named() {
        assert_eq!(check(&[EVENTS.into(), UNDRIVEN.into()], KNOWN), Ok(()));
        let refusal = check(&[EVENTS.into(), LOADS.into()], KNOWN).expect_err("unknown");
        assert_eq!(
            refusal.to_string(),
            "it requires angora.loads/1, which this angora-host does not know; install a newer angora-host"
        );
    }
}
