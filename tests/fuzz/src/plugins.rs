//! What plugins are and what they answer.

use crate::{head, text};
use angora_brain::{Brain, Distribution, DistributionKind, DistributionSettings};
use angora_core::SensationLayout;
use angora_loader::{PluginFault, fuzzing, manifest};
use angora_plugin_api::{
    ActionSpec, BodySpec, BrainSpec, DistributionSpec, Manifest, RewardConfiguration, SceneSpec,
    SensationSpec, Sense, SettingsSpec, v1, v2,
};
use angora_simulation::compose;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

/// What a plugin answers, in JSON. The first line says what it is.
pub fn plugin_answer(data: &[u8]) {
    let (what, json) = head(data);
    match what {
        b"body" => read::<BodySpec>(json),
        b"brain" => read::<BrainSpec>(json),
        b"configurations" => read::<BTreeMap<String, RewardConfiguration>>(json),
        b"distribution" => read::<DistributionSpec>(json),
        b"manifest" => read::<Manifest>(json),
        b"preprocessor" => keeps(fuzzing::preprocessor(json)),
        b"preprocessor/2" => read::<v2::PreprocessorSpec>(json),
        b"reward" => keeps(fuzzing::reward(json)),
        b"scene" => read::<SceneSpec>(json),
        b"scene/1" => read::<v1::payload::scene::SceneSpec>(json),
        b"settings" => read::<SettingsSpec>(json),
        b"task" => keeps(fuzzing::task(json)),
        b"task/1" => read::<v1::payload::spec::TaskSpec>(json),
        _ => {}
    }
}

fn read<T: DeserializeOwned + Serialize + Debug>(json: &[u8]) {
    keeps(fuzzing::answer::<T>(json));
}

/// What is accepted means the same when it is written and read.
fn keeps<T: DeserializeOwned + Serialize + Debug>(answer: Result<T, PluginFault>) {
    let Ok(answer) = answer else { return };
    let text = serde_json::to_string(&answer).expect("an answer that was read");
    let again: T = serde_json::from_str(&text).expect("an answer that was written");
    assert_eq!(format!("{again:?}"), format!("{answer:?}"));
}

/// The graph of a brain.
pub fn brain(data: &[u8]) {
    let Ok(spec) = fuzzing::answer::<BrainSpec>(data) else {
        return;
    };
    let sense = |sense, shape: &[usize]| SensationSpec {
        sense,
        shape: shape.to_vec(),
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    };
    let layout = SensationLayout::new(&[
        sense(Sense::Vision, &[8, 8, 3]),
        sense(Sense::Proprioception, &[4]),
        sense(Sense::Touch, &[3]),
        sense(Sense::Goal, &[2]),
        sense(Sense::Asymmetric, &[2]),
    ]);
    let settings = DistributionSettings::new(DistributionKind::Categorical);
    let action = ActionSpec::Discrete { n: 3 };
    let Ok(brain) = Brain::build(&spec, &layout, &action, &settings) else {
        return;
    };
    let values: usize = brain.node_shapes().values().map(|shape| size(shape)).sum();
    if brain.parameters().len() > 10_000 || values > 100_000 {
        return;
    }
    let parameters = brain.initialise(1);
    assert_eq!(parameters.len(), brain.parameters().len());
    let mut states = vec![0.0; brain.state_len()];
    let mut memory = brain.acting(1);
    let sensation = vec![0.5; brain.sensation_len()];
    brain.act(&parameters, &sensation, &mut states, 1, &mut memory);
    assert_eq!(memory.policy().len(), brain.distribution().raw_len());
}

fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// A distribution as expressions. The first line says for which action it is.
pub fn distribution(data: &[u8]) {
    let (action, json) = head(data);
    let action = match action {
        b"discrete" => ActionSpec::Discrete { n: 3 },
        b"multi" => ActionSpec::MultiDiscrete { n: vec![2, 3] },
        _ => ActionSpec::Box {
            low: vec![-1.0, 0.0],
            high: vec![1.0, 2.0],
        },
    };
    let Ok(spec) = fuzzing::answer::<DistributionSpec>(json) else {
        return;
    };
    if let Ok(distribution) = Distribution::declared("fuzz", spec, &action) {
        let _ = distribution.try_numbers();
    }
}

/// The MJCF of a world and a body, as the host looks at it before MuJoCo does.
pub fn mjcf(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (world, rest) = text.split_once("\n----\n").unwrap_or((text, "<mujoco/>"));
    let (body, asset) = rest.split_once("\n----\n").unwrap_or((rest, ""));
    let assets = [("a.xml".to_owned(), asset.as_bytes().to_vec())];
    let _ = compose::check_limits(world, body, &assets);
}

/// A native library: its manifest is read without running it.
pub fn plugin_library(data: &[u8]) {
    if let Ok((manifest, _)) = manifest::describe(Path::new("libplugin.so"), data) {
        let _ = manifest::check_contract(Path::new("libplugin.so"), &manifest);
    }
}

/// A module (WASM), before it is compiled.
pub fn plugin_module(data: &[u8]) {
    let _ = manifest::describe(Path::new("plugin.wasm"), data);
    if fuzzing::module_size(data).is_ok() {
        let _ = fuzzing::component(data);
    }
}
