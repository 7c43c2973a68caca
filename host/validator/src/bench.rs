//! What a check works with: one contribution of a plugin, and what it needs around it.

use crate::finding::{Stop, skip};
use crate::play::{Actions, Player};
use angora_loader::{Catalogue, Discovery, FoundPlugin, LoadError};
use angora_plugin_api::{Manifest, PluginKind};
use angora_simulation::{Blueprint, SimulationError, TaskChoice};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// What is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub enum Subject {
    /// The plugin itself.
    Plugin,
    /// One thing that it contributes.
    Contribution {
        /// What it is.
        kind: PluginKind,
        /// Its id.
        id: String,
    },
}

impl Subject {
    /// What a plugin offers to be checked: itself, then what it contributes.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Vec<Self> {
        let contributions = manifest.contributions.iter();
        let contributions = contributions.map(|contribution| Self::Contribution {
            kind: contribution.kind,
            id: contribution.id.clone(),
        });
        std::iter::once(Self::Plugin).chain(contributions).collect()
    }

    /// The kind of a contribution.
    #[must_use]
    pub fn kind(&self) -> Option<PluginKind> {
        match self {
            Self::Plugin => None,
            Self::Contribution { kind, .. } => Some(*kind),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plugin => f.write_str("plugin"),
            Self::Contribution { kind, id } => write!(f, "{kind} {id}"),
        }
    }
}

/// A task, body or reward that may stand around what is checked, and the file that has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Companion {
    kind: PluginKind,
    id: String,
    file: PathBuf,
}

/// What there is beside the plugin: tasks for rewards, bodies and rewards for scene tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    companions: Vec<Companion>,
    /// The task in which a reward is tried; the first that it takes where absent.
    pub task: Option<String>,
    /// The body with which a scene task is tried; the task's own where absent.
    pub body: Option<String>,
    /// Why there is no task in which a reward could be tried, once that is known.
    #[serde(default)]
    no_task: Option<String>,
}

impl Surroundings {
    /// Of what was found. Those of the plugin itself come first, then tasks that step themselves,
    /// which are the quickest to try.
    #[must_use]
    pub fn new(plugin: &FoundPlugin, discovery: &Discovery) -> Self {
        let mut companions: Vec<Companion> = Vec::new();
        for found in std::iter::once(plugin).chain(discovery.plugins()) {
            for contribution in &found.manifest.contributions {
                let companion = Companion {
                    kind: contribution.kind,
                    id: contribution.id.clone(),
                    file: found.path.clone(),
                };
                let wanted = !matches!(
                    companion.kind,
                    PluginKind::Preprocessor | PluginKind::Brain | PluginKind::Distribution
                );
                if wanted && !companions.contains(&companion) {
                    companions.push(companion);
                }
            }
        }
        companions.sort_by_key(|companion| (companion.file != plugin.path, companion.kind));
        Self {
            companions,
            task: None,
            body: None,
            no_task: None,
        }
    }

    /// The same where it is known in which task a reward is tried, or why in none: so that not
    /// each of its checks has to find that out.
    #[must_use]
    pub(crate) fn with_reward_task(&self, found: Result<String, String>) -> Self {
        let mut around = self.clone();
        match found {
            Ok(task) => around.task = Some(task),
            Err(reason) => around.no_task = Some(reason),
        }
        around
    }

    fn find(&self, kind: PluginKind, id: &str) -> Option<&Companion> {
        let fits = |c: &&Companion| c.kind == kind && c.id == id;
        self.companions.iter().find(fits)
    }
}

/// One check of one contribution, as it is handed to a process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Id of the check.
    pub check: String,
    /// The file of the plugin.
    pub plugin: PathBuf,
    /// What is checked.
    pub of: Subject,
    /// What there is beside it.
    pub around: Surroundings,
}

/// The plugin, opened, and the contribution.
pub struct Bench {
    /// What can be made.
    pub catalogue: Catalogue,
    /// What the plugin says of itself.
    pub found: FoundPlugin,
    /// What is checked.
    pub kind: PluginKind,
    /// Its id; empty of the plugin itself.
    pub id: String,
    around: Surroundings,
}

/// The task in which a reward is tried.
pub struct RewardTask<'c> {
    catalogue: &'c Catalogue,
    choice: TaskChoice,
}

impl RewardTask<'_> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.choice.task
    }

    /// Makes the reward there with one of its configurations.
    ///
    /// # Errors
    /// It is refused.
    pub fn configure(&self, name: &str) -> Result<(), SimulationError> {
        let choice = TaskChoice {
            reward_configuration: Some(name.to_owned()),
            ..self.choice.clone()
        };
        Blueprint::new(self.catalogue, choice).map(drop)
    }
}

/// A control step of a task as a reward sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Whether an episode begins with it, before any action.
    pub begins: bool,
    /// What the task measures.
    pub signals: Vec<f64>,
    /// What the brain did.
    pub action: Vec<f32>,
}

impl Bench {
    /// Reads the plugin of a job; nothing of it runs yet.
    ///
    /// # Errors
    /// A plugin that cannot be loaded.
    pub fn new(job: &Job) -> Result<Self, Box<LoadError>> {
        let (kind, id) = match &job.of {
            Subject::Plugin => (PluginKind::Task, String::new()),
            Subject::Contribution { kind, id } => (*kind, id.clone()),
        };
        let mut bench = Self {
            found: angora_loader::discover::inspect(&job.plugin)?,
            catalogue: Catalogue::new(Discovery::default()),
            kind,
            id,
            around: job.around.clone(),
        };
        bench.catalogue = bench.catalogue_with(&[])?;
        Ok(bench)
    }

    /// The plugin and, beside it, those that have its companions.
    fn catalogue_with(&self, companions: &[&Companion]) -> Result<Catalogue, Box<LoadError>> {
        let mut discovery = Discovery::default();
        discovery.name(&self.found.path.display().to_string())?;
        for companion in companions {
            discovery.name(&companion.file.display().to_string())?;
        }
        Ok(Catalogue::new(discovery))
    }

    /// The choice of the task that is checked.
    fn task_choice(&self) -> TaskChoice {
        TaskChoice {
            task: self.id.clone(),
            body: match self.kind {
                PluginKind::SceneTask => self.around.body.clone(),
                _ => None,
            },
            ..TaskChoice::default()
        }
    }

    /// The plugins that the task needs: its own and those of its body and reward.
    fn task_catalogue(&self, task: &str, kind: PluginKind) -> Result<Catalogue, Stop> {
        let mut needed: Vec<&Companion> = Vec::new();
        needed.extend(self.around.find(kind, task));
        let alone = self.catalogue_with(&needed)?;
        if kind != PluginKind::SceneTask {
            return Ok(alone);
        }
        let scene = alone.scene_task(task, &Value::Null)?;
        let own = || scene.scene().default_body.clone();
        let body = self.around.body.clone().unwrap_or_else(own);
        let mut parts = vec![(PluginKind::Body, body)];
        let reward = scene.scene().default_reward.clone();
        parts.extend(reward.map(|reward| (PluginKind::Reward, reward)));
        for (kind, id) in parts {
            match self.around.find(kind, &id) {
                Some(companion) => needed.push(companion),
                None => {
                    let message = format!("no plugin on the search path has its {kind} {id:?}");
                    return Err(skip(message));
                }
            }
        }
        Ok(self.catalogue_with(&needed)?)
    }

    /// Lends a blueprint of the task that is checked.
    ///
    /// # Errors
    /// It cannot be built, or what `work` says.
    pub fn with_task<T>(
        &self,
        work: impl FnOnce(&Blueprint<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let catalogue = self.task_catalogue(&self.id, self.kind)?;
        let blueprint = Blueprint::new(&catalogue, self.task_choice())?;
        work(&blueprint)
    }

    /// Whether the reward is the one that a scene task asks for.
    fn is_reward_of(&self, task: &Companion) -> bool {
        if task.kind != PluginKind::SceneTask {
            return false;
        }
        let catalogue = self.catalogue_with(&[task]);
        let scene = catalogue.map(|catalogue| catalogue.scene_task(&task.id, &Value::Null));
        scene.is_ok_and(|scene| {
            scene.is_ok_and(|scene| scene.scene().default_reward.as_ref() == Some(&self.id))
        })
    }

    /// Lends a blueprint of the first task whose signals the reward takes, of those that ask for it
    /// first.
    ///
    /// # Errors
    /// There is no such task, or what `work` says.
    pub fn with_reward_task<T>(
        &self,
        work: impl FnOnce(&Blueprint<'_>, &RewardTask<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let kinds = [PluginKind::Task, PluginKind::SceneTask];
        if let Some(reason) = &self.around.no_task {
            return Err(skip(reason.clone()));
        }
        let mut refusal = None;
        let named = self.around.task.as_ref();
        let tasks = self.around.companions.iter();
        let tasks = tasks.filter(|task| kinds.contains(&task.kind));
        let mut tasks: Vec<&Companion> = tasks
            .filter(|task| named.is_none_or(|named| *named == task.id))
            .collect();
        if named.is_none() {
            // A task that asks for it is what it was made for.
            tasks.sort_by_key(|task| !self.is_reward_of(task));
        }
        for task in tasks {
            let Ok(catalogue) = self.task_catalogue(&task.id, task.kind) else {
                continue;
            };
            let choice = TaskChoice {
                task: task.id.clone(),
                reward: Some(self.id.clone()),
                ..TaskChoice::default()
            };
            match Blueprint::new(&catalogue, choice.clone()) {
                Ok(blueprint) => {
                    let catalogue = &catalogue;
                    return work(&blueprint, &RewardTask { catalogue, choice });
                }
                Err(error) => refusal = refusal.or(Some(format!("{}: {error}", task.id))),
            }
        }
        Err(skip(match (named, refusal) {
            (_, Some(refusal)) => format!("no task suits it; {refusal}"),
            (Some(named), None) => format!("there is no task {named:?} on the search path"),
            (None, None) => "there is no task on the search path to try it in".into(),
        }))
    }
}

/// What a reward sees in a task under random behaviour of so many steps.
pub fn seen(blueprint: &Blueprint<'_>, steps: usize) -> Result<Vec<Seen>, Stop> {
    let mut player = Player::new(blueprint.build(1, 0)?);
    let mut actions = Actions::new(&blueprint.spec().action, 1);
    let mut all = Vec::with_capacity(steps);
    let mut begins = true;
    let mut action = vec![0.0; blueprint.spec().action.len()];
    while all.len() < steps {
        let ending = if begins {
            player.reset(all.len() as u64)?;
            None
        } else {
            action.copy_from_slice(actions.draw());
            Some(player.step(&action)?.1)
        };
        all.push(Seen {
            begins,
            signals: player.environment.signals().to_vec(),
            action: action.clone(),
        });
        begins = ending.is_some_and(|ending| ending.is_end());
    }
    Ok(all)
}
