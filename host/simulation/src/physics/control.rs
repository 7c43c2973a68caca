//! From the brain's action to actuator inputs.

use super::PhysicsError;
use crate::compose::name_of;
use angora_plugin_api::{ActionSpec, ControlMode};
use mujoco_rs::wrappers::{MjModel, MjtJoint, MjtObjBase, MjtTrn, MjtWrap};
use std::sync::Arc;

/// Drives the actuators of one model according to a control mode. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Drive {
    mode: ControlMode,
    /// Control range of each actuator.
    ranges: Arc<[(f64, f64)]>,
    /// For [`ControlMode::Relative`]: where each actuator's present position comes from.
    origins: Arc<[Origin]>,
}

/// The length of an actuator as a sum over position coordinates.
#[derive(Debug, Clone)]
struct Origin {
    /// Address in `qpos`, and the factor.
    terms: Vec<(usize, f64)>,
}

impl Drive {
    /// For the actuators of a compiled model.
    ///
    /// # Errors
    /// [`PhysicsError::Actuator`] for one without a control range or with several inputs; in
    /// [`ControlMode::Relative`] also for one that is not a position actuator on a hinge, a
    /// slide or a fixed tendon.
    pub fn new(mode: ControlMode, model: &MjModel) -> Result<Self, PhysicsError> {
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
        let mut ranges = Vec::with_capacity(count);
        let mut origins = Vec::new();
        for (id, range) in model.actuator_ctrlrange().iter().enumerate() {
            if !model.actuator_ctrllimited()[id] {
                return Err(fault(
                    id,
                    "it has no control range; give it a ctrlrange in the MJCF",
                ));
            }
            ranges.push((range[0], range[1]));
            if mode == ControlMode::Relative {
                let origin = Origin::of(model, id).map_err(|message| fault(id, message))?;
                origins.push(origin);
            }
        }
        Ok(Self {
            mode,
            ranges: ranges.into(),
            origins: origins.into(),
        })
    }

    /// Control range of each actuator, in its unit.
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
    /// times gear. The last two are clipped to the control range.
    ///
    /// # Panics
    /// For slices whose length is not the number of actuators.
    pub fn apply(&self, action: &[f32], qpos: &[f64], ctrl: &mut [f64]) {
        assert_eq!(action.len(), self.ranges.len(), "length of the action");
        assert_eq!(ctrl.len(), self.ranges.len(), "number of actuator inputs");
        let inputs = ctrl.iter_mut().zip(action);
        match self.mode {
            ControlMode::Direct => {
                for (ctrl, &a) in inputs {
                    *ctrl = f64::from(a);
                }
            }
            ControlMode::Absolute => {
                for ((ctrl, &a), &(low, high)) in inputs.zip(self.ranges.iter()) {
                    let target = (low + high) / 2.0 + f64::from(a) * ((high - low) / 2.0);
                    *ctrl = target.clamp(low, high);
                }
            }
            ControlMode::Relative => {
                let parts = self.ranges.iter().zip(self.origins.iter());
                for ((ctrl, &a), (&(low, high), origin)) in inputs.zip(parts) {
                    let target = origin.position(qpos) + f64::from(a) * ((high - low) / 2.0);
                    *ctrl = target.clamp(low, high);
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

/// An index of MuJoCo's; negative ones mean none.
fn index(id: i32) -> Option<usize> {
    usize::try_from(id).ok()
}
