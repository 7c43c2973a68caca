//! Declared distributions: the four built-in ones as expressions against their own kernels, and
//! what is refused.

use super::distributions::{box_action, distribution};
use angora_brain::distribution::declared::probe;
use angora_brain::tensor::{device, log_prob_entropy_tensor, read, rows};
use angora_brain::{Distribution, DistributionKind};
use angora_core::{Purpose, Stream};
use angora_plugin_api::ActionSpec;
use angora_plugin_api::distribution::{DistributionSpec, Support};

const GAUSSIAN: &str = include_str!("../declared/gaussian.json");
const BETA: &str = include_str!("../declared/beta.json");
const CATEGORICAL: &str = include_str!("../declared/categorical.json");

fn spec(text: &str) -> DistributionSpec {
    serde_json::from_str(text).expect("a declaration")
}

fn declared(spec: DistributionSpec, action: &ActionSpec) -> Distribution {
    Distribution::declared("declared", spec, action).expect("is valid")
}

/// Each built-in distribution with the declaration that says the same.
fn pairs() -> Vec<(Distribution, Distribution)> {
    let mut pairs = Vec::new();
    for n in [1, 3, 20, 70] {
        for (kind, text) in [
            (DistributionKind::Gaussian, GAUSSIAN),
            (DistributionKind::Beta, BETA),
        ] {
            let action = box_action(n);
            pairs.push((distribution(kind, &action), declared(spec(text), &action)));
        }
    }
    let one = ActionSpec::Discrete { n: 5 };
    let several = ActionSpec::MultiDiscrete {
        n: vec![3, 1, 7, 3],
    };
    let bins = DistributionSpec {
        support: Support::Bins { count: 11 },
        ..spec(CATEGORICAL)
    };
    let binned = box_action(2);
    pairs.push((
        distribution(DistributionKind::Categorical, &one),
        declared(spec(CATEGORICAL), &one),
    ));
    for (action, spec) in [(several, spec(CATEGORICAL)), (binned, bins)] {
        let built_in = distribution(DistributionKind::MultiCategorical, &action);
        pairs.push((built_in, declared(spec, &action)));
    }
    pairs
}

fn raw_rows(distribution: &Distribution, n: usize, stream: &mut Stream) -> Vec<f32> {
    let len = n * distribution.raw_len();
    (0..len).map(|_| 1.5 * stream.normal() as f32).collect()
}

/// Within 1e-6 of the size of what is summed over the degrees of freedom.
#[track_caller]
fn near(what: &str, found: &[f32], expected: &[f32], scale: f32) {
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        let most = 1e-6 * (scale + expected.abs());
        assert!(error <= most, "{what}[{i}]: {found} for {expected}");
    }
}

#[test]
fn built_in_distributions_as_expressions_agree_with_their_kernels() {
    const N: usize = 100;
    let mut stream = Stream::new(1, 0, 0, Purpose::Action);
    for (kernel, program) in pairs() {
        let (p, a) = (kernel.raw_len(), kernel.action_len());
        let what = format!("{} of {a}", kernel.kind());
        assert_eq!((program.raw_len(), program.action_len()), (p, a), "{what}");
        assert_eq!(program.free(), kernel.free(), "{what}");
        let raw = raw_rows(&kernel, N, &mut stream);
        let mut actions = vec![0.0; N * a];
        for (raw, action) in raw.chunks(p).zip(actions.chunks_mut(a)) {
            kernel.sample(raw, &mut stream, action);
        }
        let of = |distribution: &Distribution| {
            let mut out = [N * p, N * p, N, N].map(|len| vec![0.0; len]);
            let [d_log, d_entropy, log_prob, entropy] = &mut out;
            distribution.log_prob_entropy_gradient_rows(
                &raw,
                &actions,
                [d_log, d_entropy],
                [log_prob, entropy],
                &mut distribution.workspace(),
            );
            out
        };
        let (found, expected) = (of(&program), of(&kernel));
        near(&format!("{what}: d log_prob"), &found[0], &expected[0], 1.0);
        near(&format!("{what}: d entropy"), &found[1], &expected[1], 1.0);
        near(
            &format!("{what}: log_prob"),
            &found[2],
            &expected[2],
            a as f32,
        );
        near(
            &format!("{what}: entropy"),
            &found[3],
            &expected[3],
            a as f32,
        );
        let (mut found, mut expected) = (vec![0.0; a], vec![0.0; a]);
        let (mut by_row_log, mut by_row_entropy) = (vec![0.0; p], vec![0.0; p]);
        let whole = of(&program);
        for (row, (raw, action)) in raw.chunks(p).zip(actions.chunks(a)).enumerate() {
            program.mode(raw, &mut found);
            kernel.mode(raw, &mut expected);
            near(&format!("{what}: mode"), &found, &expected, 1.0);
            // A row alone is bitwise what it is among others.
            let (log_prob, entropy) = program.log_prob_entropy_gradient(
                raw,
                action,
                &mut by_row_log,
                &mut by_row_entropy,
            );
            assert_eq!((log_prob, entropy), (whole[2][row], whole[3][row]));
            assert_eq!(by_row_log, whole[0][row * p..(row + 1) * p]);
            assert_eq!(by_row_entropy, whole[1][row * p..(row + 1) * p]);
            assert_eq!(program.log_prob(raw, action), log_prob);
            assert_eq!(program.entropy(raw), entropy);
            program.motor_command(action, &mut found);
            kernel.motor_command(action, &mut expected);
            near(&format!("{what}: motor command"), &found, &expected, 1.0);
        }
    }
}

/// A Beta takes as many draws as it needs, the declaration always as many as it says: they are
/// compared where the first attempt of both is taken.
#[test]
fn samples_of_the_same_draws_agree() {
    let mut stream = Stream::new(2, 0, 0, Purpose::Action);
    for (kernel, program) in pairs() {
        let beta = kernel.kind() == DistributionKind::Beta;
        if beta && kernel.action_len() > 1 {
            continue;
        }
        let (mut found, mut expected) = (
            vec![0.0; kernel.action_len()],
            vec![0.0; kernel.action_len()],
        );
        let mut compared = 0;
        for episode in 0..200 {
            let raw = raw_rows(&kernel, 1, &mut stream);
            let mut one = Stream::new(3, 0, episode, Purpose::Action);
            let mut other = one.clone();
            let start = one.position();
            let log_prob = kernel.sample(&raw, &mut one, &mut expected);
            // Two gammas, each of a normal, which is two uniforms, and a uniform of two words.
            if beta && one.position() - start > 2 * 3 * 2 {
                continue;
            }
            let of_program = program.sample(&raw, &mut other, &mut found);
            let what = format!("{} of {}", kernel.kind(), kernel.action_len());
            near(&what, &found, &expected, 1.0);
            if found == expected {
                near(&what, &[of_program], &[log_prob], found.len() as f32);
            }
            compared += 1;
        }
        assert!(compared > 150, "{compared}");
    }
}

#[test]
fn the_numbers_of_a_declaration_are_checked() {
    for (_, program) in pairs() {
        if program.action_len() > 4 {
            continue;
        }
        let declared = program.declaration().expect("is declared");
        assert_eq!(probe::all(declared), Ok(()));
        let worst = probe::gradient(declared).expect("is smooth");
        assert!(worst < 1e-6, "{worst}");
    }
}

#[test]
fn tensors_agree_with_programs() {
    const N: usize = 7;
    let mut stream = Stream::new(4, 0, 0, Purpose::Action);
    let device = device("flex").expect("there is one").autodiff();
    for (_, program) in pairs() {
        let (p, a) = (program.raw_len(), program.action_len());
        let raw = raw_rows(&program, N, &mut stream);
        let mut actions = vec![0.0; N * a];
        for (raw, action) in raw.chunks(p).zip(actions.chunks_mut(a)) {
            program.sample(raw, &mut stream, action);
        }
        let (mut d_log, mut d_entropy) = (vec![0.0; N * p], vec![0.0; N * p]);
        let (mut log_prob, mut entropy) = (vec![0.0; N], vec![0.0; N]);
        program.log_prob_entropy_gradient_rows(
            &raw,
            &actions,
            [&mut d_log, &mut d_entropy],
            [&mut log_prob, &mut entropy],
            &mut program.workspace(),
        );
        for (of_entropy, expected, derivatives) in
            [(false, &log_prob, &d_log), (true, &entropy, &d_entropy)]
        {
            let leaf = rows(&raw, p, &device).require_grad();
            let action = rows(&actions, a, &device);
            let (l, e) = log_prob_entropy_tensor(&program, leaf.clone(), action);
            let value = if of_entropy { e } else { l };
            let scale = 20.0 * a as f32;
            near("tensor", &read(value.clone().inner()), expected, scale);
            let gradients = value.sum().backward();
            let gradient = leaf.grad(&gradients).expect("depends on it");
            let gradient = read(gradient.reshape([N * p]));
            near("gradient", &gradient, derivatives, 20.0);
        }
    }
}

/// What is wrong with a Gaussian in which something is changed.
fn refusal(change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut value: serde_json::Value = serde_json::from_str(GAUSSIAN).expect("JSON");
    change(&mut value);
    let spec: DistributionSpec = serde_json::from_value(value).expect("typed");
    let error = Distribution::declared("declared", spec, &box_action(2));
    error.expect_err("is wrong").to_string()
}

#[test]
fn a_wrong_declaration_is_refused_by_the_path_of_the_field() {
    use serde_json::json;
    let cases: [(&str, serde_json::Value, &str); 17] = [
        (
            "/nodes/2/op",
            json!("subtract"),
            "nodes[2].op: there is no operation \"subtract\"; ",
        ),
        ("/nodes/2/op", json!("sqr"), "did you mean sqrt"),
        (
            "/nodes/2/inputs/1",
            json!("men"),
            "nodes[2].inputs[1]: there is no \"men\"; did you mean mean?",
        ),
        (
            "/nodes/2/inputs/1",
            json!("sample"),
            "nodes[2].inputs[1]: \"sample\" is defined later",
        ),
        (
            "/nodes/2/inputs",
            json!(["mean"]),
            "nodes[2].inputs: sub reads 2 values, 1 are given",
        ),
        (
            "/nodes/2/name",
            json!("mean"),
            "nodes[2].name: the name \"mean\" is taken by parameters[0].name",
        ),
        (
            "/nodes/2/name",
            json!("a b"),
            "nodes[2].name: \"a b\" is not a name",
        ),
        (
            "/nodes/2/values",
            json!([1.0]),
            "nodes[2].values: only a table has them, not sub",
        ),
        (
            "/nodes/9/inputs",
            json!([-0.5, 1.0]),
            "nodes[9].inputs: exp reads 1 values, 2 are given",
        ),
        ("/parameters", json!([]), "parameters: there is none"),
        (
            "/parameters/0/components",
            json!(3),
            "log_prob: it has 3 components, a single number is needed",
        ),
        (
            "/parameters/0/components",
            json!(0),
            "parameters[0].components: it is 0",
        ),
        (
            "/parameters/0/low",
            json!(2.0),
            "parameters[0].low: it is 2, which is not below high, 1",
        ),
        (
            "/parameters/0/state_dependent",
            json!(false),
            "parameters: none depends on the state",
        ),
        (
            "/support",
            json!({"type": "choices"}),
            "support: it is choices, but this action is continuous",
        ),
        (
            "/entropy",
            json!("action"),
            "entropy: it depends on the action",
        ),
        (
            "/mode",
            json!("sample"),
            "mode: it depends on the draw \"noise\"",
        ),
    ];
    for (pointer, value, expected) in cases {
        let message = refusal(|spec| {
            let (parent, key) = pointer.rsplit_once('/').expect("a path");
            let parent = spec.pointer_mut(parent).expect("is there");
            match parent {
                serde_json::Value::Array(list) => {
                    list[key.parse::<usize>().expect("an index")] = value;
                }
                other => other[key] = value,
            }
            if pointer.ends_with("low") {
                spec["parameters"][0]["high"] = json!(1.0);
            }
        });
        assert!(message.contains(expected), "{pointer}: {message}");
        assert!(message.starts_with("distribution: declared: "), "{message}");
    }
}

#[test]
fn what_cannot_be_learned_or_is_not_read_is_refused() {
    use serde_json::json;
    let node = |spec: &mut serde_json::Value, name: &str, op: &str, inputs: serde_json::Value| {
        let nodes = spec["nodes"].as_array_mut().expect("a list");
        nodes.push(json!({"name": name, "op": op, "inputs": inputs}));
    };
    let message = refusal(|spec| node(spec, "idle", "neg", json!(["mean"])));
    assert!(
        message.contains("nodes[12].name: nothing reads \"idle\""),
        "{message}"
    );
    let message = refusal(|spec| {
        spec["parameters"][1]["initial"] = json!(0.5);
        spec["nodes"][2]["inputs"][1] = json!(0.0);
    });
    assert!(
        message.contains("parameters[0]: the derivative of log_prob by \"mean\" is 0"),
        "{message}"
    );
    let message = refusal(|spec| {
        node(spec, "step", "less", json!(["mean", 0.0]));
        node(spec, "list", "table", json!([]));
        spec["nodes"][13]["values"] = json!([1.0, 2.0]);
        node(spec, "both", "mul", json!(["list", "mean"]));
        node(spec, "first", "arg_max", json!(["both"]));
        node(spec, "with", "add", json!(["log_prob", "first"]));
        node(spec, "all", "add", json!(["with", "step"]));
        spec["log_prob"] = json!("all");
    });
    assert!(
        message.contains("nodes[15].op: arg_max has no derivative, and log_prob depends on it"),
        "{message}"
    );
    let message = refusal(|spec| {
        spec["nodes"][3]["inputs"] = json!([1.0, 0.0]);
        spec["nodes"][3]["op"] = json!("div");
    });
    assert!(
        message.contains("nodes[3]: div of constants gives inf"),
        "{message}"
    );
    let message = refusal(|spec| spec["parameters"][0]["initial"] = json!(0.5));
    assert!(
        message.contains("parameters[0].initial: it is 0.5"),
        "{message}"
    );
    let message = refusal(|spec| {
        spec["parameters"][1]["name"] = json!("bias");
        let text = spec.to_string().replace("\"log_std\"", "\"bias\"");
        *spec = serde_json::from_str(&text).expect("JSON");
    });
    assert!(
        message.contains("parameters[1].name: \"bias\""),
        "{message}"
    );
}

#[test]
fn numbers_that_are_wrong_are_found() {
    let problem = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value: serde_json::Value = serde_json::from_str(GAUSSIAN).expect("JSON");
        change(&mut value);
        let spec: DistributionSpec = serde_json::from_value(value).expect("typed");
        let distribution = declared(spec, &box_action(1));
        distribution
            .try_numbers()
            .expect_err("is wrong")
            .to_string()
    };
    use serde_json::json;
    let message = problem(&|spec| spec["nodes"][7]["inputs"][1] = json!(0.5));
    assert!(
        message.contains("log_prob: the density integrates to 1.5"),
        "{message}"
    );
    let message = problem(&|spec| spec["nodes"][8]["inputs"][1] = json!(1.9));
    assert!(
        message.contains("entropy: it is 1.9000, expected 1.4189"),
        "{message}"
    );
    let message = problem(&|spec| spec["nodes"][9]["inputs"][0] = json!("minus_log_std"));
    assert!(
        message.contains("sample: 2000 samples do not follow the density"),
        "{message}"
    );
    let message = problem(&|spec| spec["mode"] = json!("entropy"));
    assert!(message.contains("mode: log_prob is"), "{message}");
    let message =
        problem(&|spec| spec["support"] = json!({"type": "interval", "low": -1, "high": 1}));
    assert!(
        message.contains("log_prob: the density integrates to 0.6827"),
        "{message}"
    );
}
