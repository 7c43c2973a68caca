//! Who plays: the brain of a run, or one that has not learned anything.

use crate::args::{ObserveArguments, SettingsArguments};
use crate::commands::choose::{Choice, settings};
use crate::commands::trained::Trained;
use crate::config::Experiment;
use crate::error::HostError;
use crate::packages::{PluginBuild, builds};
use crate::run::{build_actor, build_brain, task_choice};
use angora_brain::Brain;
use angora_gathering::{Actor, Manner};
use angora_plugin_api::TaskSpec;
use angora_simulation::Blueprint;
use std::path::PathBuf;

/// A brain and its task.
pub(super) enum Cast {
    /// Of a run.
    Trained(Box<Trained>),
    /// As a run would begin.
    Untrained(Box<Choice>),
}

impl Cast {
    /// The one that is asked for.
    ///
    /// # Errors
    /// There is no such run or checkpoint, a setting that cannot be used, a plugin that does not
    /// load.
    pub fn find(arguments: &ObserveArguments) -> Result<Self, HostError> {
        if arguments.task.is_none() {
            let run = arguments.run.as_deref().unwrap_or("latest");
            let checkpoint = arguments.checkpoint.as_deref();
            let admission = arguments.lock.admission(&arguments.plugin);
            let trained = Trained::find(&arguments.runs, run, checkpoint, &admission)?;
            return Ok(Self::Trained(Box::new(trained)));
        }
        let settings = settings(&SettingsArguments {
            task: arguments.task.clone(),
            body: arguments.body.clone(),
            brain: arguments.brain.clone(),
            plugin: arguments.plugin.clone(),
            set: arguments.set.clone(),
            ..SettingsArguments::default()
        })?;
        Ok(Self::Untrained(Box::new(Choice::new(
            settings,
            arguments.lock.trust_plugins,
        )?)))
    }

    pub fn experiment(&self) -> &Experiment {
        match self {
            Self::Trained(trained) => &trained.experiment,
            Self::Untrained(choice) => &choice.experiment,
        }
    }

    /// Id of the run.
    pub fn run(&self) -> Option<String> {
        match self {
            Self::Trained(trained) => Some(trained.folder.id()),
            Self::Untrained(_) => None,
        }
    }

    /// The builds of plugins that play, once the actor is there.
    pub fn builds(&self) -> Vec<PluginBuild> {
        match self {
            Self::Trained(trained) => trained.builds(),
            Self::Untrained(choice) => builds(&choice.catalogue.lock()),
        }
    }

    /// The checkpoint's name.
    pub fn checkpoint(&self) -> Option<String> {
        match self {
            Self::Trained(trained) => {
                let name = trained.path.file_name().unwrap_or_default();
                Some(name.to_string_lossy().into_owned())
            }
            Self::Untrained(_) => None,
        }
    }

    /// Where films go if nobody says.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Trained(trained) => trained.folder.path().join("videos"),
            Self::Untrained(_) => PathBuf::from("videos"),
        }
    }

    /// Tells apart what shows other episodes.
    pub fn name(&self, arguments: &ObserveArguments) -> String {
        let player = self
            .checkpoint()
            .unwrap_or_else(|| format!("{}-untrained", self.experiment().task));
        let sampled = if arguments.sampled { "-sampled" } else { "" };
        format!("{player}-seed-{}{sampled}", arguments.seed)
    }

    /// The task.
    ///
    /// # Errors
    /// A task that cannot be built.
    pub fn blueprint(&self) -> Result<Blueprint<'_>, HostError> {
        match self {
            Self::Trained(trained) => trained.blueprint(),
            Self::Untrained(choice) => {
                let task = task_choice(&choice.experiment);
                Ok(Blueprint::new(&choice.catalogue, task)?)
            }
        }
    }

    /// The brain and its parameters.
    ///
    /// # Errors
    /// A brain that cannot be built, or parameters of another one.
    pub fn brain(&self, spec: &TaskSpec) -> Result<(Brain, Vec<f32>), HostError> {
        match self {
            Self::Trained(trained) => trained.brain(spec),
            Self::Untrained(choice) => {
                let experiment = &choice.experiment;
                let brain =
                    build_brain(&choice.catalogue, experiment, spec).map_err(choice.origins())?;
                let parameters = brain.initialise(experiment.seed);
                Ok((brain, parameters))
            }
        }
    }

    /// Who acts.
    ///
    /// # Errors
    /// A plugin that refuses.
    pub fn actor(&self, blueprint: &Blueprint<'_>, seed: u64) -> Result<Actor, HostError> {
        match self {
            Self::Trained(trained) => {
                let mut actors = trained.actors(blueprint, seed, 1)?;
                Ok(actors.remove(0))
            }
            Self::Untrained(choice) => {
                build_actor(&choice.catalogue, &choice.experiment, blueprint, seed, 0)
            }
        }
    }

    /// How it plays.
    pub fn manner(&self, deterministic: bool) -> Manner {
        match self {
            Self::Trained(trained) => trained.manner(deterministic),
            Self::Untrained(_) => Manner {
                deterministic,
                forget_every: None,
            },
        }
    }
}
