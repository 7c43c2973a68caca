//! From the brain's action to actuator inputs.

use super::PhysicsError;
use crate::compose::{name_of, names_of};
use angora_plugin_api::{ActionSpec, ControlMode};
use mujoco_rs::wrappers::{MjModel, MjtJoint, MjtObjBase, MjtTrn, MjtWrap};
use std::sync::Arc;

/// Drives the actuators of one model according to a control mode. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Drive {
    mode: ControlMode,
    /// Number of actuators.
    actuators: usize,
    /// The actuators that an action drives, in its order.
    driven: Arc<[usize]>,
    /// Control range of each driven actuator.
    ranges: Arc<[(f64, f64)]>,
    /// For [`ControlMode::Relative`]: where each driven actuator's present position comes from.
    origins: Arc<[Origin]>,
}

/// The length of an actuator as a sum over position coordinates.
#[derive(Debug, Clone)]
struct Origin {
    /// Address in `qpos`, and the factor.
    terms: Vec<(usize, f64)>,
}

impl Drive {
    /// For the actuators of a compiled model, except those that the task drives by itself.
    ///
    /// # Errors
    /// [`PhysicsError::Actuator`] for the name of an undriven actuator that the model lacks;
    /// [`PhysicsError::Actuator`] for one without a control range or with several inputs; in
    /// [`ControlMode::Relative`] also for one that is not a position actuator on a hinge, a
    /// slide or a fixed tendon.
    pub fn new(
        mode: ControlMode,
        model: &MjModel,
        undriven: &[String],
    ) -> Result<Self, PhysicsError> {
        let fault = |id: usize, message: &str| PhysicsError::Actuator {
            name: name_of(model, MjtObjBase::mjOBJ_ACTUATOR, id),
            message: message.into(),
        };
        let count = model.actuator_ctrlrange().len();
        let actuators = model.actuator_trntype().len();
        if count != actuators || model.actuator_gear().len() != actuators {
            let several = |n: &&i32| **n != 1;
            let id = model.actuator_ctrlnum().iter().position(|n| several(&n));
            return Err(fault(
                id.unwrap_or(0),
                "actuators with several inputs are not supported",
            ));
        }
        let left_out = undriven
            .iter()
            .map(|name| actuator(model, name, "undriven"))
            .collect::<Result<Vec<_>, _>>()?;
        let mut ranges = Vec::with_capacity(count);
        let mut driven = Vec::with_capacity(count);
        let mut origins = Vec::new();
        for (id, range) in model.actuator_ctrlrange().iter().enumerate() {
            if left_out.contains(&id) {
                continue;
            }
            if !model.actuator_ctrllimited()[id] {
                return Err(fault(
                    id,
                    "it has no control range; give it a ctrlrange in the MJCF",
                ));
            }
            driven.push(id);
            ranges.push((range[0], range[1]));
            if mode == ControlMode::Relative {
                let origin = Origin::of(model, id).map_err(|message| fault(id, message))?;
                origins.push(origin);
            }
        }
        Ok(Self {
            mode,
            actuators: count,
            driven: driven.into(),
            ranges: ranges.into(),
            origins: origins.into(),
        })
    }

    /// The actuators that no action drives, in MuJoCo's order.
    pub fn undriven(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.actuators).filter(|id| self.driven.binary_search(id).is_err())
    }

    /// Control range of each driven actuator, in its unit: one for each element of an action.
    #[must_use]
    pub fn ranges(&self) -> &[(f64, f64)] {
        &self.ranges
    }

    /// The action that the mode offers.
    #[must_use]
    pub fn action(&self) -> ActionSpec {
        match self.mode {
            ControlMode::Direct => ActionSpec::Box {
                low: self.ranges.iter().map(|range| range.0).collect(),
                high: self.ranges.iter().map(|range| range.1).collect(),
            },
            ControlMode::Absolute | ControlMode::Relative => ActionSpec::Box {
                low: vec![-1.0; self.ranges.len()],
                high: vec![1.0; self.ranges.len()],
            },
        }
    }

    /// Writes the actuator inputs for an action.
    ///
    /// Direct: the action, widened, unclipped; MuJoCo clips a copy when it computes forces.
    /// Absolute: `centre + a * half range`. Relative: `present position + a * half range`, once
    /// per control step; the present position is that of the actuated joint or fixed tendon,
    /// times gear. The last two are clipped to the control range. Inputs of actuators that are not
    /// driven stay as they are.
    ///
    /// # Panics
    /// For slices whose lengths are not the numbers of driven and of all actuators.
    pub fn apply(&self, action: &[f32], qpos: &[f64], ctrl: &mut [f64]) {
        assert_eq!(action.len(), self.ranges.len(), "length of the action");
        assert_eq!(ctrl.len(), self.actuators, "number of actuator inputs");
        let inputs = self.driven.iter().zip(action);
        match self.mode {
            ControlMode::Direct => {
                for (&id, &a) in inputs {
                    ctrl[id] = f64::from(a);
                }
            }
            ControlMode::Absolute => {
                for ((&id, &a), &(low, high)) in inputs.zip(self.ranges.iter()) {
                    let target = (low + high) / 2.0 + f64::from(a) * ((high - low) / 2.0);
                    ctrl[id] = target.clamp(low, high);
                }
            }
            ControlMode::Relative => {
                let parts = self.ranges.iter().zip(self.origins.iter());
                for ((&id, &a), (&(low, high), origin)) in inputs.zip(parts) {
                    let target = origin.position(qpos) + f64::from(a) * ((high - low) / 2.0);
                    ctrl[id] = target.clamp(low, high);
                }
            }
        }
    }
}

impl Origin {
    /// Where the present position of an actuator comes from, or why there is none.
    fn of(model: &MjModel, id: usize) -> Result<Self, &'static str> {
        const HELP: &str =
            "relative control needs position actuators on hinges, slides or fixed tendons";
        if model.actuator_biasprm()[id][1] == 0.0 {
            return Err(HELP);
        }
        let gear = model.actuator_gear()[id][0];
        let target = index(model.actuator_trnid()[id][0]).ok_or(HELP)?;
        let joint = |joint: usize, factor: f64| match model.jnt_type()[joint] {
            MjtJoint::mjJNT_HINGE | MjtJoint::mjJNT_SLIDE => {
                let address = index(model.jnt_qposadr()[joint]).ok_or(HELP)?;
                Ok((address, factor))
            }
            _ => Err(HELP),
        };
        let terms = match model.actuator_trntype()[id] {
            MjtTrn::mjTRN_JOINT | MjtTrn::mjTRN_JOINTINPARENT => vec![joint(target, gear)?],
            MjtTrn::mjTRN_TENDON => {
                let first = index(model.tendon_adr()[target]).ok_or(HELP)?;
                let count = index(model.tendon_num()[target]).ok_or(HELP)?;
                let term = |wrap: usize| match model.wrap_type()[wrap] {
                    MjtWrap::mjWRAP_JOINT => {
                        let id = index(model.wrap_objid()[wrap]).ok_or(HELP)?;
                        joint(id, gear * model.wrap_prm()[wrap])
                    }
                    _ => Err(HELP),
                };
                (first..first + count).map(term).collect::<Result<_, _>>()?
            }
            _ => return Err(HELP),
        };
        Ok(Self { terms })
    }

    /// Present position, in the unit of the actuator's input.
    fn position(&self, qpos: &[f64]) -> f64 {
        self.terms
            .iter()
            .map(|&(address, factor)| qpos[address] * factor)
            .sum()
    }
}

/// Index of the actuator of a name that stands in the field `field` of a spec.
pub(crate) fn actuator(model: &MjModel, name: &str, field: &str) -> Result<usize, PhysicsError> {
    let known = names_of(model, MjtObjBase::mjOBJ_ACTUATOR);
    let known: Vec<(&str, usize)> = known.collect();
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|(_, id)| *id).ok_or_else(|| {
        let hint = angora_core::suggest::hint(name, known.iter().map(|(name, _)| *name));
        PhysicsError::Actuator {
            name: name.into(),
            message: format!("{field} names it, but there is no such actuator; {hint}"),
        }
    })
}

/// An index of MuJoCo's; negative ones mean none.
fn index(id: i32) -> Option<usize> {
    usize::try_from(id).ok()
}
