use super::*;
use crate::config::{Layers, Source, resolve};
use angora_plugin_api::ActionSpec;

fn experiment(text: &str) -> Experiment {
    let mut layers = Layers::default();
    let text = format!("task = \"T\"\nenvironments = 2\nhorizon = 1024\ncycles = 488\n{text}");
    layers.text(&text, Source::Default).expect("known keys");
    resolve(&layers, &ActionSpec::Discrete { n: 2 }, false).expect("valid")
}

fn spec(limit: Option<u64>) -> TaskSpec {
    TaskSpec {
        sensations: Vec::new(),
        action: ActionSpec::Discrete { n: 2 },
        signals: Vec::new(),
        reward_terms: Vec::new(),
        max_episode_steps: limit,
        reward_threshold: None,
        control_timestep: None,
        saves_state: true,
        ..TaskSpec::default()
    }
}

/// The cycles after which evaluations take place whose episodes have the length that `length` says.
fn evaluated(plan: Plan, cycles: u64, length: impl Fn(u64) -> u64) -> (Vec<u64>, u64) {
    let mut selection = Selection::default();
    let mut when = Vec::new();
    for cycle in 1..=cycles {
        let moment = Moment {
            cycle,
            cycles,
            steps_per_cycle: 2048,
            mean_length: Some(length(cycle) as f64),
        };
        if plan.is_due(&selection, moment) {
            let mut tally = Tally::default();
            for _ in 0..plan.episodes {
                tally.add(cycle as f64, length(cycle), None);
            }
            assert!(selection.evaluated(&tally, 1, cycle));
            when.push(cycle);
        }
    }
    (when, selection.steps)
}

#[test]
fn a_share_of_the_steps_bounds_evaluations_and_the_last_parameters_get_one() {
    let plan = Plan::new(&experiment(""), &spec(Some(1000))).expect("on");
    let budget = |cycles: u64| cycles * 2048 / 20;
    // Episodes of 1000 steps throughout: 5000 steps an evaluation, 49,971 in all.
    let (when, steps) = evaluated(plan, 488, |_| 1000);
    assert_eq!((when.len(), steps), (9, 45_000));
    assert_eq!(when.last(), Some(&488));
    assert!(steps <= budget(488));
    // Longer from cycle to cycle, as of a body that learns not to fall.
    let (when, steps) = evaluated(plan, 488, |cycle| (10 + 3 * cycle).min(1000));
    assert!(when.len() > 9 && steps <= budget(488), "{when:?} {steps}");
    assert_eq!(when.last(), Some(&488));
    // Short ones: not after each cycle, as each is a chance to choose by luck.
    let (when, _) = evaluated(plan, 488, |_| 10);
    assert_eq!(when.len(), 49);
    assert!(
        when.windows(2)
            .all(|pair| pair[1] - pair[0] >= 8 || pair[1] == 488)
    );
    // Too short a run has none.
    assert!(evaluated(plan, 40, |_| 1000).0.is_empty());
}

#[test]
fn settings_decide_on_evaluations() {
    let plan = |text: &str| Plan::new(&experiment(text), &spec(Some(1000)));
    for off in ["every_cycles = 0", "share = 0.0"] {
        assert_eq!(plan(&format!("[evaluation]\n{off}")), None);
    }
    assert_eq!(Plan::new(&experiment(""), &spec(None)), None);
    let fixed = plan("[evaluation]\nevery_cycles = 100\nepisodes = 7").expect("on");
    assert_eq!(fixed.episodes, 7);
    assert_eq!(evaluated(fixed, 350, |_| 1000).0, [100, 200, 300, 350]);
    assert_eq!(fixed.words(), "7 episodes every 100 cycles");
    let usual = plan("").expect("on");
    assert_eq!(
        usual.words(),
        "5 episodes at a time, in at most 5 % of the control steps"
    );
}

/// Where a run that was interrupted goes on, the next evaluation is due when it would have been.
#[test]
fn an_evaluation_is_due_once() {
    let plan = Plan::new(
        &experiment("[evaluation]\nevery_cycles = 10"),
        &spec(Some(1000)),
    );
    let plan = plan.expect("on");
    let moment = |cycle| Moment {
        cycle,
        cycles: 20,
        steps_per_cycle: 2048,
        mean_length: None,
    };
    let mut selection = Selection::default();
    assert!(!plan.is_due(&selection, moment(0)));
    assert!(plan.is_due(&selection, moment(10)));
    let mut tally = Tally::default();
    tally.add(1.0, 5, None);
    selection.evaluated(&tally, 1, 10);
    assert!(!plan.is_due(&selection, moment(10)));
    assert!(!plan.is_due(&selection, moment(11)));
    assert!(plan.is_due(&selection, moment(20)));
}
