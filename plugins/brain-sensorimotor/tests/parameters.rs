//! Numbers of parameters against those of AngoraPy's models of the same names.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::brain::Sizes;
use angora_sdk::{ActionSpec, Brain, BrainRequest, SensationSpec, Sense, sensation};
use brain_sensorimotor::Sensorimotor;
use serde_json::json;

/// 20 joints with 11 choices each.
const POLICY_OUTPUTS: usize = 20 * 11;

/// Touch, joints, wanted orientation and what only the value may know of in-hand manipulation,
/// with this vision: the pose of the cube, or an image.
fn manipulation(vision: &[usize]) -> Vec<SensationSpec> {
    vec![
        SensationSpec {
            shape: vision.to_vec(),
            ..sensation(Sense::Vision, 1)
        },
        sensation(Sense::Touch, 92),
        sensation(Sense::Proprioception, 48),
        sensation(Sense::Goal, 4),
        sensation(Sense::Asymmetric, 25),
    ]
}

/// Parameters of the policy, of the value and of both, heads included. As in AngoraPy the value
/// counts the whole motor cortex, though M1 does not feed it.
fn counts(id: &str, cell: &str, vision: &[usize]) -> [usize; 3] {
    let senses = manipulation(vision);
    let request = BrainRequest {
        sensations: senses.clone(),
        action: ActionSpec::MultiDiscrete { n: vec![11; 20] },
        config: json!({ "cell": cell }),
    };
    let spec = Sensorimotor::design(id, &request).unwrap();
    let sizes = Sizes::new(&spec, &senses).unwrap();
    let head = |name: &str, outputs: usize| (sizes.shape(name).unwrap()[0] + 1) * outputs;
    let policy_head = head(&spec.policy, POLICY_OUTPUTS);
    let joint = sizes.parameters() + policy_head + head(&spec.value, 1);
    let policy = sizes.parameters_of(&spec.policy) + policy_head;
    [policy, joint - policy_head, joint]
}

#[test]
fn shadow_has_the_counts_of_angorapy() {
    let count = |cell| counts("shadow", cell, &[7]);
    assert_eq!(count("rnn"), [1_173_852, 1_852_545, 1_909_085]);
    assert_eq!(count("gru"), [2_224_988, 2_903_681, 2_960_221]);
    assert_eq!(count("lstm"), [2_748_252, 3_426_945, 3_483_485]);
}

#[test]
fn shadowv2_has_the_counts_of_angorapy() {
    let count = |cell| counts("shadowv2", cell, &[7]);
    assert_eq!(count("rnn"), [2_283_860, 3_292_665, 3_314_005]);
    assert_eq!(count("gru"), [2_985_556, 3_994_361, 4_015_701]);
    assert_eq!(count("lstm"), [3_335_252, 4_344_057, 4_365_397]);
}

#[test]
fn with_images_the_counts_are_those_of_angorapy_less_its_wider_margins() {
    // AngoraPy pads by the whole kernel, so that IT ends with 10 x 10 places in place of 7 x 7;
    // the readout of 7 outputs has that many weights fewer here. The convolutions are the same.
    let fewer = (10 * 10 - 7 * 7) * 512 * 7;
    let shadow = counts("shadow", "gru", &[200, 200, 3]);
    assert_eq!(
        shadow.map(|count| count + fewer),
        [4_142_051, 4_820_744, 4_877_284]
    );
    let shadow_v2 = counts("shadowv2", "gru", &[200, 200, 3]);
    assert_eq!(
        shadow_v2.map(|count| count + fewer),
        [4_902_619, 5_911_424, 5_932_764]
    );
}
