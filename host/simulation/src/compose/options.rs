//! Physics options: who says what counts, and what the words mean.

use crate::physics::PhysicsError;
use angora_core::suggest;
use angora_plugin_api::PhysicsOptions;
use mujoco_rs::wrappers::{
    MjModel, MjtCone, MjtDisableBit, MjtEnableBit, MjtIntegrator, MjtSolver, mj_editing::MjSpec,
};

const INTEGRATORS: [(&str, i32); 4] = [
    ("Euler", MjtIntegrator::mjINT_EULER as i32),
    ("RK4", MjtIntegrator::mjINT_RK4 as i32),
    ("implicit", MjtIntegrator::mjINT_IMPLICIT as i32),
    ("implicitfast", MjtIntegrator::mjINT_IMPLICITFAST as i32),
];
const SOLVERS: [(&str, i32); 3] = [
    ("PGS", MjtSolver::mjSOL_PGS as i32),
    ("CG", MjtSolver::mjSOL_CG as i32),
    ("Newton", MjtSolver::mjSOL_NEWTON as i32),
];
const CONES: [(&str, i32); 2] = [
    ("pyramidal", MjtCone::mjCONE_PYRAMIDAL as i32),
    ("elliptic", MjtCone::mjCONE_ELLIPTIC as i32),
];

/// Position of each option's bit in MuJoCo's record of what an MJCF file says.
mod authored {
    pub(super) const TIMESTEP: u32 = 0;
    pub(super) const INTEGRATOR: u32 = 16;
    pub(super) const CONE: u32 = 17;
    pub(super) const SOLVER: u32 = 19;
    pub(super) const ITERATIONS: u32 = 20;
}

/// The options that an MJCF file gives itself.
pub(super) fn of(spec: &MjSpec) -> PhysicsOptions {
    let option = spec.option();
    let given = |bit: u32| spec.authored().option & (1 << bit) != 0;
    let word = |bit: u32, words: &[(&str, i32)], value: i32| {
        let found = words.iter().find(|(_, known)| *known == value);
        found
            .filter(|_| given(bit))
            .map(|(name, _)| (*name).to_owned())
    };
    PhysicsOptions {
        timestep: given(authored::TIMESTEP).then_some(option.timestep),
        integrator: word(authored::INTEGRATOR, &INTEGRATORS, option.integrator),
        solver: word(authored::SOLVER, &SOLVERS, option.solver),
        cone: word(authored::CONE, &CONES, option.cone),
        iterations: given(authored::ITERATIONS)
            .then_some(option.iterations)
            .and_then(|n| u32::try_from(n).ok()),
    }
}

/// Writes the first choice of each option into the world; what nobody chose is taken from the
/// body's MJCF if that says it. The body is given the same, so that the two do not differ.
pub(super) fn apply(
    choices: &[&PhysicsOptions],
    world: &mut MjSpec,
    body: &mut MjSpec,
) -> Result<(), PhysicsError> {
    let last = of(body);
    let all = || choices.iter().copied().chain(std::iter::once(&last));
    let fault = |option, message| Err(PhysicsError::Option { option, message });
    let option = world.option_mut();

    if let Some(timestep) = all().find_map(|choice| choice.timestep) {
        if !timestep.is_finite() || timestep <= 0.0 {
            return fault("timestep", format!("{timestep} s is no time step"));
        }
        option.timestep = timestep;
    }
    if let Some(iterations) = all().find_map(|choice| choice.iterations) {
        option.iterations = match i32::try_from(iterations) {
            Ok(iterations) if iterations > 0 => iterations,
            _ => return fault("iterations", format!("{iterations} is not 1 or more")),
        };
    }
    if let Some(word) = all().find_map(|choice| choice.integrator.as_deref()) {
        option.integrator = meaning("integrator", word, &INTEGRATORS)?;
    }
    if let Some(word) = all().find_map(|choice| choice.solver.as_deref()) {
        option.solver = meaning("solver", word, &SOLVERS)?;
    }
    if let Some(word) = all().find_map(|choice| choice.cone.as_deref()) {
        option.cone = meaning("cone", word, &CONES)?;
    }

    let chosen = option.clone();
    let option = body.option_mut();
    option.timestep = chosen.timestep;
    option.iterations = chosen.iterations;
    option.integrator = chosen.integrator;
    option.solver = chosen.solver;
    option.cone = chosen.cone;
    Ok(())
}

/// Refuses what simulations cannot save and restore.
pub(super) fn check(model: &MjModel) -> Result<(), PhysicsError> {
    if model.opt().enableflags & MjtEnableBit::mjENBL_SLEEP as i32 != 0 {
        return Err(PhysicsError::Option {
            option: "sleep",
            message: "a scene whose bodies fall asleep cannot be saved exactly; leave it off"
                .into(),
        });
    }
    Ok(())
}

/// Leaves out what costs time and changes no bit. Constraints are solved by islands, groups of
/// kinematic trees that touch; of a single tree there is one at most, and looking for it takes 1 to
/// 11 % of a step of the reference tasks.
pub(super) fn spare(model: &mut MjModel) {
    if model.ffi().ntree == 1 {
        model.opt_mut().disableflags |= MjtDisableBit::mjDSBL_ISLAND as i32;
    }
}

/// MuJoCo's number for a word.
fn meaning(
    option: &'static str,
    word: &str,
    words: &[(&'static str, i32)],
) -> Result<i32, PhysicsError> {
    let found = words.iter().find(|(name, _)| *name == word);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| PhysicsError::Option {
            option,
            message: format!(
                "there is no {option} {word:?}; {}",
                suggest::hint(word, words.iter().map(|(name, _)| *name))
            ),
        })
}
