//! Small tasks with a known optimum: solved within a budget, or something is broken.

use angora_tests::Host;
use serde_json::Value;

/// Trains; returns the mean return of deterministic episodes with the last parameters.
fn learned(host: &Host, arguments: &[&str]) -> f64 {
    let run = [
        &["run", "--quiet", "--runs", "runs", "--seed", "1"],
        arguments,
    ]
    .concat();
    let outcome = host.call(&run);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let outcome = host.call(&[
        "evaluate",
        "latest",
        "--checkpoint",
        "latest",
        "--json",
        "-n",
        "50",
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let value: Value = serde_json::from_str(&outcome.stdout).unwrap();
    value["mean_return"].as_f64().unwrap()
}

fn tiny(task: &str, more: &[&str]) -> f64 {
    let host = Host::new();
    host.add_plugin("tiny-tasks");
    let common = [
        "--task",
        task,
        "--preset",
        "none",
        "--horizon",
        "64",
        "--cycles",
        "60",
    ];
    learned(
        &host,
        &[&common[..], &["--set", "preprocessors=[]"], more].concat(),
    )
}

/// Steps of an episode of the identity tasks.
const STEPS: f64 = 16.0;

/// A quarter of the answers is right by chance.
#[test]
fn identity_is_learned() {
    let mean = tiny("Identity-v0", &[]);
    assert!(mean >= 0.99 * STEPS, "mean return {mean}");
}

/// The best arm pays 0.9 on average, a random one 0.45.
#[test]
fn bandit_finds_its_best_arm() {
    let mean = tiny("Bandit-v0", &[]);
    assert!(mean > 0.7, "mean return {mean}");
}

/// The reward is minus the squared distance to the target; random targets and no learning give
/// a third or more per step.
#[test]
fn continuous_identity_is_learned_by_gaussian_beta_and_bins() {
    for distribution in ["gaussian", "beta", "multi-categorical"] {
        let mean = tiny("IdentityBox-v0", &["--distribution", distribution]);
        assert!(mean > -0.05 * STEPS, "{distribution}: mean return {mean}");
    }
}

/// A distribution that a plugin declares learns what the built-in one does, about as well.
#[test]
fn a_squashed_gaussian_learns_about_as_well_as_a_gaussian() {
    let squashed = tiny("IdentityBox-v0", &["--distribution", "squashed-gaussian"]);
    assert!(squashed > -0.05 * STEPS, "mean return {squashed}");
    let pendulum = |distribution: &str| {
        let host = Host::new();
        let settings = ["--task", "Pendulum-v1", "--cycles", "60"];
        let more = ["--distribution", distribution];
        learned(&host, &[&settings[..], &more].concat())
    };
    let (squashed, gaussian) = (pendulum("squashed-gaussian"), pendulum("gaussian"));
    // A random policy has about -1200.
    assert!(
        squashed > gaussian - 150.0,
        "squashed {squashed}, gaussian {gaussian}"
    );
}

/// Mean return of DelayedRecall-v1, whose episodes of 7 steps begin and end within chunks of 16.
fn recalled(more: &[&str]) -> f64 {
    let host = Host::new();
    host.add_plugin("tiny-tasks");
    let common = [
        "--task",
        "DelayedRecall-v1",
        "--set",
        "task_config.delay=5",
        "--cycles",
        "30",
    ];
    learned(&host, &[&common[..], more].concat())
}

/// One of two cues is to be remembered over five empty steps: all that a gradient through time
/// has to find. Half of the answers is right by chance.
#[test]
fn memory_is_learned_through_time() {
    for more in [
        &[
            "--set",
            "brain_config.cell=lstm",
            "--set",
            "ppo.chunk_start=stored",
        ][..],
        &[
            "--set",
            "brain_config.cell=gru",
            "--set",
            "ppo.chunk_start=carried",
        ],
        // Its memory is an edge from the step before, and nothing else.
        &["--brain", "delayed-edge"],
    ] {
        let mean = recalled(more);
        assert!(mean > 0.95, "{more:?}: mean return {mean}");
    }
}

/// Neither without memory, nor with a gradient that never reaches from the answer to the cue and
/// nothing kept from chunk to chunk. 50 answers by chance: four standard errors are 0.28.
#[test]
fn nothing_is_remembered_without_memory() {
    let mean = recalled(&[]);
    assert!(mean < 0.8, "no cell: mean return {mean}");
    let short = [
        "--set",
        "brain_config.cell=lstm",
        "--set",
        "ppo.chunk_length=4",
        "--set",
        "ppo.chunk_start=zero",
    ];
    let mean = recalled(&short);
    assert!(mean < 0.8, "zero: mean return {mean}");
}

/// Through bytes and convolutions.
#[test]
fn what_a_picture_shows_is_learned() {
    let mean = tiny("Picture-v0", &["--brain", "visual-small"]);
    assert!(mean >= 0.95 * STEPS, "mean return {mean}");
}

#[test]
fn cart_pole_passes_195() {
    let host = Host::new();
    let mean = learned(&host, &["--task", "CartPole-v1", "--cycles", "25"]);
    assert!(mean >= 195.0, "mean return {mean}");
}

/// Two choices at once, each worth half a point a step.
#[test]
fn several_choices_at_once_are_learned() {
    let mean = tiny("TwoChoices-v0", &[]);
    assert!(mean >= 0.97 * STEPS, "mean return {mean}");
}

/// A metric of the last cycle of a run of Constant-v0 with discount 0.9, rewards as they are.
fn of_constant(truncated: bool, metric: &str) -> f64 {
    let host = Host::new();
    host.add_plugin("tiny-tasks");
    let ending = format!("task_config.truncated={truncated}");
    let outcome = host.call(&[
        "run",
        "--quiet",
        "--task",
        "Constant-v0",
        "--preset",
        "none",
        "--horizon",
        "64",
        "--cycles",
        "150",
        "--set",
        "preprocessors=[]",
        "--set",
        "ppo.discount=0.9",
        "--set",
        "ppo.max_gradient_norm=0",
        "--set",
        "ppo.learning_rate_schedule=linear",
        "--set",
        &ending,
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let metrics = std::fs::read_to_string(host.only_run("runs").join("metrics.jsonl")).unwrap();
    let last: Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
    last[metric].as_f64().unwrap()
}

/// Every step looks the same, so one value fits all targets only if the end of an episode by the
/// limit is bootstrapped: then all are 10. Without, they spread over 1 to 6.5.
#[test]
fn truncated_episodes_bootstrap() {
    let loss = of_constant(true, "train/value_loss");
    assert!(loss < 0.02, "value loss {loss}");
}

/// The brain sees the steps that are left, and the values fall from 6.5 to 1 with them only if the
/// end of an episode by the task is worth nothing. With a bootstrap all would be 10.
#[test]
fn terminated_episodes_do_not_bootstrap() {
    let explained = of_constant(false, "train/explained_variance");
    assert!(explained > 0.99, "explained variance {explained}");
}

/// A reward plugin replaces the task's own: minus the distance of the error from 0.3, so that the
/// best answer is another than the task's.
#[test]
fn a_reward_plugin_replaces_the_tasks_own() {
    let mean = tiny(
        "IdentityBox-v0",
        &[
            "--reward",
            "distance",
            "--set",
            "reward_config.target=[0.3]",
        ],
    );
    assert!(mean > -0.15 * STEPS, "mean return {mean}");
}

/// The Burn backend on the CPU learns as the slices do.
#[test]
fn the_burn_device_learns_too() {
    let mean = tiny("Identity-v0", &["--device", "flex"]);
    assert!(mean >= 0.99 * STEPS, "mean return {mean}");
}

/// A curriculum is no part of what is measured: within 10 m of the goal everybody is, within 0.1 mm
/// nobody.
#[test]
fn an_evaluation_is_at_the_end_of_schedules() {
    let host = Host::new();
    let curriculum = "task.success_distance={ schedule = \"linear\", from = 1e-4, to = 10.0 }";
    let trained = host.call(&[
        "run",
        "--quiet",
        "--task",
        "Reach-v1",
        "--preset",
        "none",
        "--cycles",
        "1",
        "--horizon",
        "128",
        "--set",
        curriculum,
    ]);
    assert_eq!(trained.code, Some(0), "{}", trained.stderr);
    let metrics = host.only_run("runs").join("metrics.jsonl");
    let metrics = std::fs::read_to_string(metrics).unwrap();
    let cycle: serde_json::Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
    assert_eq!(cycle["rollout/success_rate"], 0.0, "of the training");
    let outcome = host.call(&["evaluate", "--json", "-n", "3", "--checkpoint", "latest"]);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["success_rate"], 1.0, "{}", outcome.stderr);
}

/// How many goals are reached spreads widely, so more episodes are taken of it. Here every rotation
/// is near enough, and nearly each step reaches a goal.
#[test]
fn an_evaluation_of_goals_takes_480_episodes() {
    let host = Host::new();
    let trained = host.call(&[
        "run",
        "--quiet",
        "--task",
        "ManipulateBlock-v1",
        "--preset",
        "none",
        "--cycles",
        "1",
        "--horizon",
        "128",
        "--set",
        "task.success_angle=3.141",
    ]);
    assert_eq!(trained.code, Some(0), "{}", trained.stderr);
    let outcome = host.call(&["evaluate", "--json", "--checkpoint", "latest"]);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["episodes"], 480, "{}", outcome.stderr);
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let (goals, length) = (
        number(&report["goals"]["mean"]),
        number(&report["mean_length"]),
    );
    assert!(
        goals > 10.0 && (length - goals).abs() < 0.1,
        "{goals} {length}"
    );
}
