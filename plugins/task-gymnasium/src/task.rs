//! The task.

use crate::config::{Config, OnDeath};
use crate::worker;
use angora_bridge::{BridgeError, Client, Greeting};
use angora_sdk::{Action, Ending, Fault, Observation, Random, Result, Step, Task, TaskSpec};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Seeds are below this: a package may keep them in 32 bits with a sign.
const SEEDS: usize = 1 << 31;
/// Deaths in a row after which a new worker is no remedy.
const MOST_DEATHS: u32 = 3;

/// What workers have said, by their settings: the next one need not be waited for. A short list.
static GREETINGS: Mutex<Vec<(Config, Greeting)>> = Mutex::new(Vec::new());

/// An environment in a worker.
#[derive(Debug)]
pub struct Gymnasium {
    config: Config,
    spec: TaskSpec,
    worker: Client,
    /// Whether the worker has said that it is what it should be.
    ready: bool,
    /// Control steps since a worker has died.
    deaths: u32,
    /// The last sensation and signals, for an episode that its worker does not survive.
    last: (Vec<f32>, Vec<f64>),
    terms: [f64; 1],
}

impl Gymnasium {
    /// Waits for a worker's greeting, once.
    fn prepare(&mut self) -> Result<()> {
        if self.ready {
            return Ok(());
        }
        let greeting = greeting(&self.config, &mut self.worker)?;
        if greeting.spec != self.spec {
            let message = format!("{:?} has other spaces than before", self.config.id);
            return Err(Fault::failed(message));
        }
        self.ready = true;
        Ok(())
    }

    /// A new worker in place of a dead one, where that is wanted.
    fn revive(&mut self, error: BridgeError) -> Result<()> {
        let died = matches!(error, BridgeError::Died { .. });
        if !died || self.config.on_worker_death == OnDeath::End {
            return Err(self.fault(&error));
        }
        self.deaths += 1;
        if self.deaths >= MOST_DEATHS {
            let message = format!("{MOST_DEATHS} workers in a row have died; the last: {error}");
            return Err(Fault::failed(message));
        }
        self.worker = worker::start(&self.config)?;
        self.ready = false;
        self.prepare()
    }

    fn fault(&self, error: &BridgeError) -> Fault {
        let id = &self.config.id;
        let hint = match error {
            BridgeError::Died { .. } => {
                "; task_config.on_worker_death = \"restart\" goes on with a new worker"
            }
            _ => "",
        };
        Fault::failed(format!("{id:?} in Python: {error}{hint}"))
    }

    /// Hands on what a step or reset has led to.
    fn show(&self, out: &mut Observation<'_>) -> Result<()> {
        let (sensation, signals) = &self.last;
        let mut at = 0;
        for spec in &self.spec.sensations {
            out.sense(spec.sense, &sensation[at..at + spec.len()])?;
            at += spec.len();
        }
        for (spec, value) in self.spec.signals.iter().zip(signals) {
            out.signal(&spec.name, &[*value])?;
        }
        Ok(())
    }
}

/// What a worker says of itself; kept for those after it.
fn greeting(config: &Config, worker: &mut Client) -> Result<Greeting> {
    let greeting = worker.greeting().map_err(|e| worker::unready(config, &e))?;
    let mut greetings = GREETINGS.lock().unwrap_or_else(PoisonError::into_inner);
    if !greetings.iter().any(|(known, _)| known == config) {
        greetings.push((config.clone(), greeting.clone()));
    }
    Ok(greeting.clone())
}

fn known_spec(config: &Config) -> Option<TaskSpec> {
    let greetings = GREETINGS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = greetings.iter().find(|(known, _)| known == config);
    known.map(|(_, greeting)| greeting.spec.clone())
}

impl Task for Gymnasium {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        let mut worker = worker::start(&config)?;
        let known = known_spec(&config);
        let ready = known.is_none();
        let spec = match known {
            Some(spec) => spec,
            None => greeting(&config, &mut worker)?.spec,
        };
        Ok(Self {
            last: (
                vec![0.0; spec.sensation_len()],
                vec![0.0; spec.signal_len()],
            ),
            config,
            spec,
            worker,
            ready,
            deaths: 0,
            terms: [0.0],
        })
    }

    fn spec(&self) -> TaskSpec {
        self.spec.clone()
    }

    /// Python, numpy, gymnasium, and the package of the environment.
    fn provenance() -> BTreeMap<String, String> {
        let greetings = GREETINGS.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = greetings.iter().flat_map(|(_, greeting)| &greeting.facts);
        facts.map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        let seed = random.index(SEEDS) as u64;
        self.prepare()?;
        loop {
            let (sensation, signals) = &mut self.last;
            match self.worker.reset(seed, sensation, signals) {
                Ok(()) => return self.show(out),
                Err(error) => self.revive(error)?,
            }
        }
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let action = action.values();
        if action.len() != self.spec.action.len() {
            let (expected, found) = (self.spec.action.len(), action.len());
            let message = format!("expected {expected} numbers, not {found}");
            return Err(Fault::new(angora_sdk::FaultCode::Length, message).on("action"));
        }
        let (sensation, signals) = &mut self.last;
        let stepped = self
            .worker
            .step(action, sensation, signals, &mut self.terms);
        let ending = match stepped {
            Ok(ending) => {
                self.deaths = 0;
                ending
            }
            Err(error) => {
                self.revive(error)?;
                self.terms = [0.0];
                Ending::Truncated
            }
        };
        out.reward_term("reward", self.terms[0])?;
        self.show(out.observation())?;
        Ok(ending)
    }
}
