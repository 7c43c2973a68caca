//! Under what a scene settles at the beginning of an episode.

use crate::physics::{Drive, PhysicsError, actuator};
use angora_plugin_api::scene::Settling;
use mujoco_rs::wrappers::MjModel;
use std::sync::Arc;

/// Inputs of actuators while an episode settles; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum Rest {
    /// An action of the body's control mode.
    Action(Arc<[f32]>),
    /// Inputs of all actuators, and activations by their address.
    Inputs(Arc<[f64]>, Arc<[(usize, f64)]>),
}

/// What the scene says, else the body, else the action 0.
pub(super) fn of(
    scene: Option<&Settling>,
    body: Option<&Settling>,
    model: &MjModel,
    drive: &Drive,
) -> Result<Rest, PhysicsError> {
    let len = drive.ranges().len();
    let refuse = |message: String| PhysicsError::Option {
        option: "settling",
        message,
    };
    match scene.or(body) {
        None => Ok(Rest::Action(vec![0.0; len].into())),
        Some(Settling::Action(action)) if action.len() != len => Err(refuse(format!(
            "its action has {} values, the body takes {len}",
            action.len()
        ))),
        Some(Settling::Action(action)) => match action.iter().find(|a| !a.is_finite()) {
            Some(value) => Err(refuse(format!(
                "its action holds {value}; use a finite number"
            ))),
            None => Ok(Rest::Action(action.as_slice().into())),
        },
        Some(Settling::Activation(named)) => {
            let mut ctrl = vec![0.0; model.actuator_ctrlrange().len()];
            let mut act = Vec::new();
            for (name, &value) in named {
                let id = actuator(model, name, "settling")?;
                let [low, high] = model.actuator_ctrlrange()[id];
                let limited = model.actuator_ctrllimited()[id];
                if !value.is_finite() || limited && !(low..=high).contains(&value) {
                    return Err(refuse(format!(
                        "the input {value} of {name:?} is outside of its control range, {low} to {high}"
                    )));
                }
                ctrl[id] = value;
                if let Ok(address) = usize::try_from(model.actuator_actadr()[id]) {
                    act.push((address, value));
                }
            }
            Ok(Rest::Inputs(ctrl.into(), act.into()))
        }
    }
}
