//! The standard deviation of the noise is the declared one: constant, and with the signal.

use angora_sdk::{
    ActionSpec, MotorContext, Preprocessor, PreprocessorContext, Random, Sense, sensation,
};
use preprocessor_noise::{MotorNoise, MotorSettings, SensoryNoise, SensorySettings};

const DRAWS: usize = 20_000;

/// Mean and standard deviation of what `draw` gives.
fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
    let values: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    let mean = values.iter().sum::<f64>() / DRAWS as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / DRAWS as f64;
    (mean, variance.sqrt())
}

/// Within five standard errors of a mean and of a standard deviation.
fn assert_moments(found: (f64, f64), mean: f64, deviation: f64) {
    let root = (DRAWS as f64).sqrt();
    let (of_mean, of_deviation) = (deviation / root, deviation / (2.0_f64.sqrt() * root));
    assert!(
        (found.0 - mean).abs() < 5.0 * of_mean + 1e-6,
        "{found:?}, mean {mean}"
    );
    assert!(
        (found.1 - deviation).abs() < 5.0 * of_deviation + 1e-6,
        "{found:?}, standard deviation {deviation}"
    );
}

fn context() -> PreprocessorContext {
    PreprocessorContext {
        sensations: vec![
            sensation(Sense::Touch, 1),
            sensation(Sense::Proprioception, 2),
        ],
        discount: 0.99,
    }
}

fn motor(settings: MotorSettings) -> MotorNoise {
    let mut noise = MotorNoise::new("motor-noise", settings, context()).expect("is made");
    let action = ActionSpec::Box {
        low: vec![-2.0, 0.0],
        high: vec![2.0, 1.0],
    };
    noise
        .attach(&MotorContext {
            action,
            control_timestep: Some(0.02),
        })
        .expect("a continuous action");
    noise.begin_episode(Random::new(3));
    noise
}

#[test]
fn motor_noise_is_constant_plus_proportional_to_the_command() {
    let (constant, proportional) = (0.02, 0.1);
    let mut noise = motor(MotorSettings {
        constant,
        proportional,
    });
    for command in [0.0_f32, 0.5, -1.5] {
        let found = moments(|| {
            let mut action = [command, 0.25];
            noise.action(&mut action, true).expect("acts");
            f64::from(action[0])
        });
        // The half range is 2.
        let share = f64::from(command) / 2.0;
        let deviation = 2.0 * (constant + proportional * share.abs());
        assert_moments(found, f64::from(command), deviation);
    }
    let found = moments(|| {
        let mut action = [0.0, 0.25];
        noise.action(&mut action, true).expect("acts");
        f64::from(action[1])
    });
    // The half range is 0.5, and the muscle rests at 0.
    assert_moments(found, 0.25, 0.5 * (constant + proportional * 0.5));
}

#[test]
fn sensory_noise_is_that_of_the_chosen_senses() {
    let settings = SensorySettings {
        constant: 0.05,
        proportional: 0.2,
        senses: vec![Sense::Proprioception],
    };
    let mut noise = SensoryNoise::new("sensory-noise", settings, context()).expect("is made");
    noise.begin_episode(Random::new(3));
    for value in [0.0_f32, 3.0] {
        let found = moments(|| {
            let mut sensation = [1.0, -1.0, value];
            noise.sensation(&mut sensation, false).expect("senses");
            assert_eq!(sensation[0], 1.0, "touch is left alone");
            f64::from(sensation[2])
        });
        assert_moments(found, f64::from(value), 0.05 + 0.2 * f64::from(value));
    }
}

#[test]
fn an_episode_goes_on_where_it_was_saved() {
    let mut one = motor(MotorSettings::default());
    one.action(&mut [0.5, 0.5], true).expect("acts");
    let mut two = motor(MotorSettings::default());
    two.begin_episode(Random::new(99));
    two.restore(&one.save().expect("saves")).expect("restores");
    let (mut first, mut second) = ([0.5, 0.5], [0.5, 0.5]);
    one.action(&mut first, true).expect("acts");
    two.action(&mut second, true).expect("acts");
    assert_eq!(first, second);
    assert_ne!(first, [0.5, 0.5]);
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let settings = MotorSettings {
        constant: -1.0,
        proportional: 0.0,
    };
    let fault = MotorNoise::new("motor-noise", settings, context()).expect_err("refused");
    assert_eq!(fault.field, "constant");
    let mut noise =
        MotorNoise::new("motor-noise", MotorSettings::default(), context()).expect("is made");
    let choices = MotorContext {
        action: ActionSpec::Discrete { n: 2 },
        control_timestep: None,
    };
    let fault = noise.attach(&choices).expect_err("refused");
    assert!(fault.message.contains("continuous"), "{fault:?}");
}
