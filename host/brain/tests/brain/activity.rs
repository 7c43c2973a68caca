//! The activity of regions against the interpreter in f64 and by hand, and that acting is the same
//! when it is looked at.

use crate::gradients::{numbers, spec};
use crate::reference::{Memory, Reference};
use crate::sequences::{built, node, remembering};
use angora_brain::{Brain, DistributionKind, DistributionSettings, Region};
use angora_core::SensationLayout;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use serde_json::json;

const ROWS: usize = 3;
const STEPS: usize = 5;

/// The activity of a node in each of the rows.
fn node_activity(region: &Region, name: &str, activity: &[f32]) -> Vec<Vec<f32>> {
    let node = region.nodes.iter().find(|node| node.name == name);
    let node = node.expect("it is in the region");
    let columns = node.start..node.start + node.shape.iter().product::<usize>();
    let rows = activity.chunks_exact(region.len);
    rows.map(|row| row[columns.clone()].to_vec()).collect()
}

#[test]
fn every_node_is_as_the_interpreter_has_it() {
    for (spec, layout) in remembering() {
        let (brain, parameters) = built(&spec, &layout);
        let wide: Vec<f64> = parameters.iter().map(|&p| f64::from(p)).collect();
        let settings = DistributionSettings::new(DistributionKind::Categorical);
        let reference = Reference::new(&spec, &layout, brain.parameters(), &settings);
        let zeros = || {
            let parts = brain.state_parts().iter();
            parts.map(|(name, columns)| (name.clone(), vec![0.0; columns.len()]))
        };
        let mut memories: Vec<Memory> = (0..ROWS).map(|_| zeros().collect()).collect();
        let mut states = vec![0.0; ROWS * brain.state_len()];
        // More rows in memory than in use.
        let mut memory = brain.acting(ROWS + 2);
        let mut seen = 0;
        for step in 0..STEPS {
            let mut sensations = numbers(ROWS * brain.sensation_len(), 20 + step as u64);
            for row in sensations.chunks_exact_mut(brain.sensation_len()) {
                for x in &mut row[layout.range(Sense::Vision).unwrap_or_default()] {
                    *x = (x.abs() * 100.0).round().min(255.0);
                }
            }
            brain.act(&parameters, &sensations, &mut states, ROWS, &mut memory);
            let rows = sensations.chunks_exact(brain.sensation_len());
            for (row, memory) in rows.zip(&mut memories) {
                reference.step(&wide, row, memory);
            }
            for region in brain.regions() {
                let mut activity = vec![f32::NAN; ROWS * region.len];
                brain.read_activity(&region, &sensations, &memory, &mut activity);
                for node in &region.nodes {
                    let found = node_activity(&region, &node.name, &activity);
                    for (found, memory) in found.iter().zip(&memories) {
                        let expected = &memory[&format!("{}.delayed", node.name)];
                        assert_eq!(found.len(), expected.len(), "{}", node.name);
                        for (found, expected) in found.iter().zip(expected) {
                            let error = (f64::from(*found) - expected).abs();
                            assert!(
                                error < 1e-5 * (1.0 + expected.abs()),
                                "{} at step {step}: {found}, expected {expected}",
                                node.name
                            );
                            seen += 1;
                        }
                    }
                }
            }
        }
        assert!(seen > 0, "there is something to see");
    }
}

/// A motor area of two nodes, one of which is a memory, and an area of its own.
fn two_areas() -> Brain {
    let areas = spec(
        json!([
            node("eye", json!({"type": "slice", "start": 1, "len": 2}), json!(["touch"])),
            node("motor.plan", json!({"type": "dense", "units": 2, "activation": "relu"}),
                json!(["eye"])),
            node("motor.sum", json!({"type": "add"}),
                json!(["motor.plan", {"delayed": "motor.sum"}])),
            node("motor.lost", json!({"type": "dense", "units": 9}), json!(["touch"])),
            {"name": "critic", "region": "judge", "op": {"type": "activation", "kind": "relu"},
                "inputs": ["eye"]},
        ]),
        "motor.sum",
        "critic",
    );
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Touch,
        shape: vec![3],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }]);
    let settings = DistributionSettings::new(DistributionKind::Categorical);
    Brain::build(&areas, &layout, &ActionSpec::Discrete { n: 2 }, &settings).expect("builds")
}

#[test]
fn a_small_brain_is_as_computed_by_hand() {
    let brain = two_areas();
    let mut parameters = vec![0.0; brain.parameters().len()];
    let entry = |name: &str| brain.parameters().get(name).expect("it has one").range();
    // x W + b with W = [[1, -1], [2, 0.5]], b = [0.5, -1].
    parameters[entry("motor.plan.kernel")].copy_from_slice(&[1.0, -1.0, 2.0, 0.5]);
    parameters[entry("motor.plan.bias")].copy_from_slice(&[0.5, -1.0]);

    let regions = brain.regions();
    let names: Vec<&str> = regions.iter().map(|region| region.name.as_str()).collect();
    assert_eq!(
        names,
        ["eye", "motor", "judge"],
        "in the order of the graph"
    );
    assert_eq!((regions[0].len, regions[1].len, regions[2].len), (2, 4, 2));
    let nodes: Vec<&str> = regions[1].nodes.iter().map(|n| n.name.as_str()).collect();
    assert_eq!(nodes, ["motor.plan", "motor.sum"], "lost feeds nothing");
    assert_eq!(regions[1].nodes[1].start, 2);

    let mut memory = brain.acting(1);
    let mut state = vec![0.0; brain.state_len()];
    // x = [1, 2]: [1 + 4 + 0.5, -1 + 1 - 1] = [5.5, -1], after relu [5.5, 0]; the sum of the step
    // before is 0.
    // x = [-3, 4]: [-3 + 8 + 0.5, 3 + 2 - 1] = [5.5, 4]; the sum is [11, 4].
    let steps = [
        (
            [9.0, 1.0, 2.0],
            vec![[1.0, 2.0], [5.5, 0.0], [5.5, 0.0], [1.0, 2.0]],
        ),
        (
            [9.0, -3.0, 4.0],
            vec![[-3.0, 4.0], [5.5, 4.0], [11.0, 4.0], [0.0, 4.0]],
        ),
    ];
    for (sensation, expected) in steps {
        brain.act(&parameters, &sensation, &mut state, 1, &mut memory);
        let mut found = Vec::new();
        for region in &regions {
            let mut activity = vec![0.0; region.len];
            brain.read_activity(region, &sensation, &memory, &mut activity);
            found.extend(activity);
        }
        assert_eq!(found, expected.concat());
    }
}

#[test]
fn acting_is_bitwise_the_same_when_it_is_looked_at() {
    for (spec, layout) in remembering() {
        let (brain, parameters) = built(&spec, &layout);
        let act = |look: bool| {
            let mut memory = brain.acting(1);
            let mut state = vec![0.0; brain.state_len()];
            let mut bits = Vec::new();
            for step in 0..STEPS {
                let sensation = numbers(brain.sensation_len(), step as u64);
                brain.act(&parameters, &sensation, &mut state, 1, &mut memory);
                for region in brain.regions().iter().filter(|_| look) {
                    let mut activity = vec![0.0; region.len];
                    brain.read_activity(region, &sensation, &memory, &mut activity);
                }
                let outputs = [memory.policy(), memory.value(), &state].concat();
                bits.extend(outputs.into_iter().map(f32::to_bits));
            }
            bits
        };
        assert!(act(true) == act(false));
    }
}
