//! From seconds to physics steps.

use crate::physics::PhysicsError;
use angora_plugin_api::{BodySpec, SceneSpec};

/// Longest time for which an episode may settle, s.
const LONGEST_SETTLING: f64 = 60.0;

/// Physics steps of a control step: as many as make up its seconds where the task gives them, else
/// the number that the task or the body gives, else 1.
pub(super) fn per_control_step(
    scene: &SceneSpec,
    body: &BodySpec,
    timestep: f64,
) -> Result<u32, PhysicsError> {
    let Some(seconds) = scene.control_timestep else {
        let steps = scene.substeps.or(body.substeps).unwrap_or(1);
        return if steps > 0 {
            Ok(steps)
        } else {
            Err(PhysicsError::Option {
                option: "substeps",
                message: "a control step takes at least 1 physics step".into(),
            })
        };
    };
    let steps = (seconds / timestep).round();
    let whole = (steps * timestep - seconds).abs() <= 1e-9 * seconds;
    if steps >= 1.0 && steps <= f64::from(u32::MAX) && whole {
        return Ok(steps as u32);
    }
    let fewer = (seconds / timestep).floor().max(1.0);
    Err(PhysicsError::Option {
        option: "timestep",
        message: format!(
            "the control step of {seconds} s is no whole number of steps of {timestep} s; take {} or {} s",
            rounded(seconds / fewer),
            rounded(seconds / (fewer + 1.0)),
        ),
    })
}

/// Physics steps for which an episode settles before it begins.
pub(super) fn settling(scene: &SceneSpec, timestep: f64) -> Result<u32, PhysicsError> {
    let seconds = scene.settling_time.unwrap_or(0.0);
    if !(0.0..=LONGEST_SETTLING).contains(&seconds) {
        return Err(PhysicsError::Option {
            option: "settling_time",
            message: format!("{seconds} s is not between 0 and {LONGEST_SETTLING}"),
        });
    }
    Ok((seconds / timestep).round() as u32)
}

/// A time step as a person would write it.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(seconds: f64, timestep: f64) -> Result<u32, PhysicsError> {
        let scene = SceneSpec {
            control_timestep: Some(seconds),
            ..SceneSpec::default()
        };
        per_control_step(&scene, &BodySpec::default(), timestep)
    }

    #[test]
    fn a_control_step_keeps_its_length_whatever_the_time_step_is() {
        for (timestep, expected) in [
            (0.002, 40),
            (0.004, 20),
            (0.005, 16),
            (0.008, 10),
            (0.08, 1),
        ] {
            assert_eq!(steps(0.08, timestep).expect("whole"), expected);
        }
        let error = steps(0.08, 0.003).expect_err("26.7 steps").to_string();
        assert!(
            error.contains("take 0.003076923 or 0.002962963 s"),
            "{error}"
        );
        let error = steps(0.02, 0.05).expect_err("less than one").to_string();
        assert!(error.contains("take 0.02 or 0.01 s"), "{error}");
    }

    #[test]
    fn settling_is_short_and_in_seconds() {
        let scene = |seconds| SceneSpec {
            settling_time: Some(seconds),
            ..SceneSpec::default()
        };
        assert_eq!(settling(&SceneSpec::default(), 0.002).expect("none"), 0);
        assert_eq!(settling(&scene(0.08), 0.008).expect("ten"), 10);
        settling(&scene(-1.0), 0.008).expect_err("negative");
        settling(&scene(f64::NAN), 0.008).expect_err("not a number");
        settling(&scene(61.0), 0.008).expect_err("too long");
    }
}
