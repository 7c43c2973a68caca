//! In which order a chain calls, and what with.

use super::*;
use angora_core::Purpose;
use angora_plugin_api::StatisticsForm;
use angora_plugin_api::v2::Abilities;
use std::sync::{Arc, Mutex};

type Result<T> = std::result::Result<T, PluginFault>;

/// Calls, in order.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn note(&self, call: String) {
        self.0.lock().expect("nothing panicked").push(call);
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nothing panicked"))
    }
}

/// Notes what it is called with; doubles actions and adds one.
struct Noting {
    name: &'static str,
    spec: PreprocessorSpec,
    abilities: Abilities,
    calls: Calls,
}

impl LoadedPreprocessor for Noting {
    fn spec(&self) -> &PreprocessorSpec {
        &self.spec
    }
    fn abilities(&self) -> Abilities {
        self.abilities
    }
    fn set_progress(&mut self, progress: Progress) -> Result<()> {
        self.calls.note(format!(
            "{} {}/{}",
            self.name, progress.fraction, progress.steps
        ));
        Ok(())
    }
    fn begin(&mut self, seed: u64) -> Result<()> {
        self.calls.note(seed.to_string());
        Ok(())
    }
    fn sensation(&mut self, _: &mut [f32], _: bool) -> Result<()> {
        self.calls.note(format!("{} senses", self.name));
        Ok(())
    }
    fn action(&mut self, action: &mut [f32], _: bool) -> Result<()> {
        self.calls
            .note(format!("{} acts on {}", self.name, action[0]));
        action[0] = 2.0 * action[0] + 1.0;
        Ok(())
    }
    fn reward(&mut self, reward: f64, _: Ending, _: bool) -> Result<f64> {
        Ok(reward)
    }
    fn take_delta(&mut self, _: &mut [f64]) -> Result<()> {
        Ok(())
    }
    fn merge(&mut self, _: &[f64]) -> Result<()> {
        Ok(())
    }
    fn statistics(&self, _: &mut [f64]) -> Result<()> {
        Ok(())
    }
    fn set_statistics(&mut self, _: &[f64]) -> Result<()> {
        Ok(())
    }
    fn save(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn restore(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

fn chain(of: &[(&'static str, Abilities)]) -> (Chain, Calls) {
    let calls = Calls::default();
    let items = of.iter().map(|(name, abilities)| {
        Box::new(Noting {
            name,
            spec: PreprocessorSpec {
                statistics_len: 0,
                statistics_form: StatisticsForm::Opaque,
                sensations: true,
                rewards: false,
            },
            abilities: *abilities,
            calls: calls.clone(),
        }) as Box<dyn LoadedPreprocessor>
    });
    (Chain::new(items.collect()), calls)
}

const ACTS: Abilities = Abilities {
    actions: true,
    random: false,
    scheduled: true,
};

#[test]
fn the_first_of_a_chain_is_nearest_to_the_body() {
    let (mut chain, calls) = chain(&[
        ("near", ACTS),
        ("plain", Abilities::default()),
        ("far", ACTS),
    ]);
    chain.sensation(&mut [0.0], true).expect("senses");
    assert_eq!(calls.taken(), ["near senses", "plain senses", "far senses"]);
    let mut action = [1.0];
    chain.action(&mut action, true).expect("acts");
    assert_eq!(calls.taken(), ["far acts on 1", "near acts on 3"]);
    assert_eq!(action, [7.0]);
    let progress = Progress {
        fraction: 0.5,
        steps: 128,
    };
    chain.set_progress(progress).expect("hears of it");
    assert_eq!(calls.taken(), ["near 0.5/128", "far 0.5/128"]);
}

#[test]
fn a_chain_without_abilities_is_not_asked_about_actions() {
    let (mut chain, calls) = chain(&[("plain", Abilities::default())]);
    assert!(!chain.acts());
    let mut action = [1.0];
    chain.action(&mut action, true).expect("nothing to do");
    chain
        .set_progress(Progress::default())
        .expect("nothing to do");
    assert_eq!((action, calls.taken()), ([1.0], Vec::new()));
}

#[test]
fn each_of_a_chain_gets_a_seed_of_its_own_in_each_episode() {
    let (mut chain, calls) = chain(&[("one", ACTS), ("two", ACTS), ("three", ACTS)]);
    let mut seeds = Vec::new();
    for (environment, episode) in [(0, 1), (0, 2), (1, 1)] {
        let stream = || Stream::new(5, environment, episode, Purpose::Preprocessor);
        chain.begin(stream()).expect("begins");
        let given = calls.taken();
        chain.begin(stream()).expect("begins");
        assert_eq!(given, calls.taken(), "the same episode has the same seeds");
        seeds.extend(given);
    }
    let count = seeds.len();
    assert_eq!(count, 9);
    seeds.sort();
    seeds.dedup();
    assert_eq!(seeds.len(), count, "all differ");
}
