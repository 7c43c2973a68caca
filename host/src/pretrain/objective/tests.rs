//! Targets and scores, worked out by hand.

use super::*;
use angora_optimisation::Examples;

/// Labels `[n, 2]`, of which the second never varies; pictures of 2 x 3 pixels of one channel.
fn states() -> States {
    let pixels = vec![
        0, 255, 51, 0, 255, 51, // state 0
        255, 255, 51, 0, 0, 51, // state 1
        102, 102, 51, 102, 102, 51, // state 2
        0, 0, 0, 0, 0, 0, // state 3, held out
    ];
    let labels = vec![1.0, 5.0, 2.0, 5.0, 6.0, 5.0, 4.0, 5.0];
    let others = vec![0.1, 0.2, 0.3, 0.4];
    States::of(pixels, others, labels, 4)
}

fn label(at: usize, name: &str, states: &States) -> Option<Label> {
    let values: Vec<f64> = (0..3).map(|state| states.labels(state)[at]).collect();
    let mean = values.iter().sum::<f64>() / 3.0;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 3.0;
    (variance > 0.0).then(|| Label {
        at,
        name: name.into(),
        unit: "m",
        mean,
        sd: variance.sqrt(),
    })
}

fn objective(form: Form) -> Objective {
    Objective {
        form,
        left_out: Vec::new(),
    }
}

fn target(objective: &Objective, states: &States, state: usize) -> Vec<f32> {
    let mut sensation = vec![0.0; 7];
    let mut target = vec![f32::NAN; objective.loss().target_len(objective.outputs())];
    Lesson { objective, states }.write(state, &mut sensation, &mut target);
    let pixels = states.pixels(state).iter().map(|byte| f32::from(*byte));
    assert!(sensation[..6].iter().copied().eq(pixels));
    assert_eq!(sensation[6], 0.1 * (state + 1) as f32);
    target
}

/// Of 1, 2, 6 the mean is 3 and the variance (4 + 1 + 9) / 3.
#[test]
fn a_pose_is_told_in_standard_deviations_and_scored_in_units() {
    let states = states();
    let labels = vec![label(0, "x", &states).expect("varies")];
    assert!(label(1, "constant", &states).is_none());
    let pose = objective(Form::Pose(Pose::new(labels)));
    let sd = (14.0_f64 / 3.0).sqrt();
    assert_eq!(pose.outputs(), 1);
    assert_eq!(target(&pose, &states, 2), [(3.0 / sd) as f32]);
    // 4 is told as 3.5; the mean would have said 3.
    let score = pose.score(&states, 3..4, &[(0.5 / sd) as f32]);
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    near(score.parts[0].error, 0.5);
    near(score.parts[0].baseline, 1.0);
    near(score.error, 0.25 / (sd * sd));
    near(score.baseline, 1.0 / (sd * sd));
}

/// Two intervals of 1, 2, 6: the border is the second of them, so 1 is below and 2, 6 above.
#[test]
fn intervals_are_equally_full_and_wrong_answers_counted() {
    let states = states();
    let labels = vec![label(0, "x", &states).expect("varies")];
    let bins = objective(Form::Bins(Bins::new(labels, 2, &states, 3)));
    assert_eq!(bins.outputs(), 2);
    let targets: Vec<f32> = (0..4).map(|i| target(&bins, &states, i)[0]).collect();
    assert_eq!(targets, [0.0, 1.0, 1.0, 1.0]);
    // Most are above.
    let score = bins.score(&states, 0..4, &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0, -1.0, 0.0]);
    assert_eq!((score.error, score.baseline), (0.5, 0.25));
}

/// Blocks of two by two, the last column alone: 0, 255, 0, 255 are a half on average.
#[test]
fn a_picture_is_averaged_over_blocks() {
    let states = states();
    let picture = Picture::new([2, 3, 1], 2, &states, 3);
    let objective = objective(Form::Picture(picture));
    assert_eq!(objective.describe(), "pictures of 1 x 2 x 1");
    // Averages: (0.5, 0.2), (0.5, 0.2), (0.4, 0.2). The mean picture is (0.4667, 0.2), and the
    // mean squared difference to it (0.00111 + 0.00111 + 0.00444) / 6.
    let scale = (0.02_f64 / 3.0 / 6.0).sqrt();
    let told = target(&objective, &states, 2);
    assert!(
        (f64::from(told[0]) + 0.2 / 3.0 / scale).abs() < 1e-4,
        "{told:?}"
    );
    assert!(told[1].abs() < 1e-4, "{told:?}");
    // A black picture against the mean picture, and against half of it.
    let mean = [1.4 / 3.0, 0.2];
    let rms = |x: [f64; 2]| ((x[0] * x[0] + x[1] * x[1]) / 2.0).sqrt();
    let half = mean.map(|x| (-x / 2.0 / scale) as f32);
    let score = objective.score(&states, 3..4, &half);
    assert!((score.baseline - rms(mean)).abs() < 1e-6, "{score:?}");
    assert!((score.error - rms(mean) / 2.0).abs() < 1e-6, "{score:?}");
}
