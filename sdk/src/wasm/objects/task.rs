//! Self-stepped tasks.

use super::{Place, Result, text, with};
use crate::output::Layout;
use crate::wasm::bindings::{
    task_module::exports::angora::plugin::task::{Guest, Observation, Outcome},
    types,
};
use crate::wasm::{Contributions, Maker, Module, make};
use crate::{Action, Random, Step, json};
use angora_plugin_api::PluginKind;
use std::cell::RefCell;

/// Makes a task of an id and settings.
pub type MakeTask = fn(&str, &[u8]) -> Result<Box<dyn Object>>;

/// A task, whatever its type.
pub trait Object {
    fn spec(&self) -> Result<Vec<u8>>;
    fn reset(&mut self, seed: u64) -> Result<Observation>;
    fn step(&mut self, action: &[f32]) -> Result<Outcome>;
    fn set_progress(&mut self, progress: f64) -> Result<()>;
    fn save(&self) -> Result<Vec<u8>>;
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}

struct Task<T> {
    task: T,
    /// Of the spec; made when it is first needed, so that a panic in `spec` is one of that call.
    sizes: Option<Sizes>,
}

struct Sizes {
    layout: Layout,
    sensation: usize,
    signals: usize,
    reward_terms: usize,
}

impl Sizes {
    /// What stays unwritten is found by the host's check for finite values.
    fn observation(&self) -> Observation {
        Observation {
            sensation: vec![f32::NAN; self.sensation],
            signals: vec![f64::NAN; self.signals],
        }
    }
}

impl<T: crate::Task> Task<T> {
    fn split(&mut self) -> (&mut T, &Sizes) {
        let sizes = self.sizes.get_or_insert_with(|| {
            let spec = self.task.spec();
            Sizes {
                layout: Layout::new(&spec),
                sensation: spec.sensation_len(),
                signals: spec.signal_len(),
                reward_terms: spec.reward_terms.len(),
            }
        });
        (&mut self.task, sizes)
    }
}

impl<T: crate::Task> Object for Task<T> {
    fn spec(&self) -> Result<Vec<u8>> {
        json::write("spec", &self.task.spec())
    }

    fn reset(&mut self, seed: u64) -> Result<Observation> {
        let (task, sizes) = self.split();
        let mut written = sizes.observation();
        let (sensation, signals) = (&mut written.sensation, &mut written.signals);
        let mut out = crate::Observation::new(&sizes.layout, sensation, signals);
        task.reset(&mut Random::new(seed), &mut out)?;
        Ok(written)
    }

    fn step(&mut self, action: &[f32]) -> Result<Outcome> {
        let (task, sizes) = self.split();
        let mut written = sizes.observation();
        let (sensation, signals) = (&mut written.sensation, &mut written.signals);
        let observation = crate::Observation::new(&sizes.layout, sensation, signals);
        let mut reward_terms = vec![f64::NAN; sizes.reward_terms];
        let mut out = Step::new(observation, &mut reward_terms);
        let ending = task.step(Action::new(action), &mut out)? as u32;
        Ok(Outcome {
            ending,
            sensation: written.sensation,
            signals: written.signals,
            reward_terms,
        })
    }

    fn set_progress(&mut self, progress: f64) -> Result<()> {
        self.task.set_progress(progress)
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.task.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.task.restore(state)
    }
}

pub fn task<T: crate::Task>(id: &str, config: &[u8]) -> Result<Box<dyn Object>> {
    let task = T::new(id, json::config(config)?)?;
    Ok(Box::new(Task { task, sizes: None }))
}

thread_local! {
    static OBJECT: Place<Box<dyn Object>> = const { RefCell::new(None) };
}

fn call<R>(call: impl FnOnce(&mut Box<dyn Object>) -> Result<R>) -> Result<R, types::Fault> {
    OBJECT.with(|place| with(place, call))
}

impl<C: Contributions> Guest for Module<C> {
    fn create(id: String, config: String) -> Result<(), types::Fault> {
        let object = make::<C, _>(PluginKind::Task, &id, |maker| match maker {
            Maker::Task(create) => Some(create(&id, config.as_bytes())),
            _ => None,
        })?;
        OBJECT.set(Some(object));
        Ok(())
    }

    fn spec() -> Result<String, types::Fault> {
        call(|task| text(task.spec()?))
    }

    fn reset(seed: u64) -> Result<Observation, types::Fault> {
        call(|task| task.reset(seed))
    }

    fn step(action: Vec<f32>) -> Result<Outcome, types::Fault> {
        call(|task| task.step(&action))
    }

    fn set_progress(progress: f64) -> Result<(), types::Fault> {
        call(|task| task.set_progress(progress))
    }

    fn save() -> Result<Vec<u8>, types::Fault> {
        call(|task| task.save())
    }

    fn restore(state: Vec<u8>) -> Result<(), types::Fault> {
        call(|task| task.restore(&state))
    }
}
