//! Numbers of parameters against those that AngoraPy's models of the same names have.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::brain::Sizes;
use angora_sdk::{ActionSpec, Brain, BrainRequest, SensationSpec, Sense, sensation};
use brain_feedforward::Feedforward;
use serde_json::{Value, json};

/// A task: its senses, and what its action distribution has.
struct Task {
    senses: Vec<SensationSpec>,
    action: ActionSpec,
    /// Raw parameters of the distribution, which the policy head puts out.
    raw: usize,
    /// Parameters that no sense changes.
    free: usize,
}

fn continuous(n: usize) -> ActionSpec {
    ActionSpec::Box {
        low: vec![-1.0; n],
        high: vec![1.0; n],
    }
}

/// Four numbers, two choices.
fn cart_pole() -> Task {
    Task {
        senses: vec![sensation(Sense::Proprioception, 4)],
        action: ActionSpec::Discrete { n: 2 },
        raw: 2,
        free: 0,
    }
}

/// Three numbers, one torque.
fn pendulum(raw: usize, free: usize) -> Task {
    Task {
        senses: vec![sensation(Sense::Proprioception, 3)],
        action: continuous(1),
        raw,
        free,
    }
}

/// Pose of the cube, touch, joints, wanted orientation, and what only the value may know; 20
/// joints with 11 choices each.
fn manipulate_asymmetric() -> Task {
    Task {
        senses: vec![
            sensation(Sense::Vision, 7),
            sensation(Sense::Touch, 92),
            sensation(Sense::Proprioception, 48),
            sensation(Sense::Goal, 4),
            sensation(Sense::Asymmetric, 25),
        ],
        action: ActionSpec::MultiDiscrete { n: vec![11; 20] },
        raw: 20 * 11,
        free: 0,
    }
}

/// Fingertips, touch, joints, wanted fingertips; 20 joints with two parameters each.
fn reach_beta() -> Task {
    Task {
        senses: vec![
            sensation(Sense::Vision, 15),
            sensation(Sense::Touch, 92),
            sensation(Sense::Proprioception, 48),
            sensation(Sense::Goal, 15),
        ],
        action: continuous(20),
        raw: 2 * 20,
        free: 0,
    }
}

/// Parameters of the policy, of the value and of both, heads included.
fn counts(id: &str, task: &Task, config: Value) -> [usize; 3] {
    let request = BrainRequest {
        sensations: task.senses.clone(),
        action: task.action.clone(),
        config,
    };
    let spec = Feedforward::design(id, &request).unwrap();
    let sizes = Sizes::new(&spec, &task.senses).unwrap();
    let head = |name: &str, outputs: usize| (sizes.shape(name).unwrap()[0] + 1) * outputs;
    let policy = head(&spec.policy, task.raw) + task.free;
    let value = head(&spec.value, 1);
    [
        sizes.parameters_of(&spec.policy) + policy,
        sizes.parameters_of(&spec.value) + value,
        sizes.parameters() + policy + value,
    ]
}

fn cell(name: &str) -> Value {
    json!({ "cell": name })
}

#[test]
fn cart_pole_has_the_counts_of_angorapy() {
    let task = cart_pole();
    let count = |id, name| counts(id, &task, cell(name));
    assert_eq!(count("simple", "ffn"), [4_610, 4_545, 9_155]);
    assert_eq!(count("simple", "rnn"), [8_706, 8_641, 17_347]);
    assert_eq!(count("simple", "gru"), [25_410, 25_345, 50_755]);
    assert_eq!(count("simple", "lstm"), [33_474, 33_409, 66_883]);
    assert_eq!(count("deeper", "ffn"), [10_786, 10_753, 21_539]);
    assert_eq!(count("deeper", "gru"), [17_122, 17_089, 34_211]);
    assert_eq!(count("deeper", "lstm"), [19_106, 19_073, 38_179]);
    assert_eq!(count("wider", "ffn"), [530_946, 530_433, 1_061_379]);
    assert_eq!(count("wider", "lstm"), [3_153_922, 3_153_409, 6_307_331]);
    let shared = counts("simple", &task, json!({"shared": true}));
    assert_eq!(shared, [4_610, 4_545, 4_675]);
}

#[test]
fn pendulum_has_the_counts_of_angorapy() {
    let count = |raw, free| counts("simple", &pendulum(raw, free), Value::Null);
    // Gaussian: a mean, and a spread of its own. Beta: two parameters.
    assert_eq!(count(1, 1), [4_482, 4_481, 8_963]);
    assert_eq!(count(2, 0), [4_546, 4_481, 9_027]);
}

#[test]
fn asymmetric_manipulation_has_the_counts_of_angorapy() {
    let task = manipulate_asymmetric();
    let count = |id, name| counts(id, &task, cell(name));
    assert_eq!(count("simple", "ffn"), [28_188, 15_553, 43_741]);
    assert_eq!(count("simple", "lstm"), [57_052, 44_417, 101_469]);
    assert_eq!(count("wider", "ffn"), [793_308, 706_561, 1_499_869]);
    assert_eq!(count("wider", "rnn"), [1_055_452, 968_705, 2_024_157]);
    assert_eq!(count("wider", "gru"), [2_630_876, 2_544_129, 5_175_005]);
    assert_eq!(count("wider", "lstm"), [3_416_284, 3_329_537, 6_745_821]);
}

#[test]
fn reach_has_the_counts_of_angorapy() {
    let task = reach_beta();
    let ffn = counts("simple", &task, Value::Null);
    assert_eq!(ffn, [17_704, 15_169, 32_873]);
    let lstm = counts("simple", &task, cell("lstm"));
    assert_eq!(lstm, [46_568, 44_033, 90_601]);
}
