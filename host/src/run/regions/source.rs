//! Where parameters of regions come from: a run, a checkpoint, a file.

use super::{RegionNames, covers, no_region};
use crate::error::HostError;
use crate::packages::{PluginBuild, builds};
use crate::run::RunFolder;
use crate::run::state::regions_of;
use angora_checkpoint::{
    BEST, LATEST, NamedTensor, Snapshot, Store, TensorFile, digest_of, read_checkpoint,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Parameters that lie somewhere, with what is known of them.
#[derive(Debug, Clone, Default)]
pub struct Tensors {
    /// The folder of the checkpoint, or the file; absolute.
    pub path: PathBuf,
    /// All that are there.
    pub tensors: Vec<NamedTensor>,
    /// What is known of them.
    pub facts: Facts,
}

/// What is known of parameters outside of their run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Id of the brain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brain: Option<String>,
    /// Id of the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Name of the checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// Cycles done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<u64>,
    /// The plugin builds of the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<PluginBuild>,
    /// What they were trained on before any run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pretraining: Option<serde_json::Value>,
    /// The parameters' names by region; empty where that was not recorded.
    pub regions: RegionNames,
}

impl Tensors {
    /// Reads what `source` says: a run (id, beginning of it, folder, `latest`) with its best
    /// checkpoint, or latest where there is none; the folder of a checkpoint; or a file.
    ///
    /// # Errors
    /// There is no such thing ([`HostError::Run`]), or it is damaged.
    pub fn read(runs: &Path, source: &str) -> Result<Self, HostError> {
        let path = Path::new(source);
        if path.extension().is_some_and(|e| e == "safetensors") {
            return Self::of_file(path);
        }
        if Store::is_checkpoint(path) {
            let snapshot = read_checkpoint(path)?;
            return Self::of_checkpoint(path, snapshot);
        }
        if let Some((run, label)) = label_of(path) {
            let (folder, snapshot) = Store::open(run)?.find(label)?;
            return Self::of_checkpoint(&folder, snapshot);
        }
        let run = RunFolder::find(runs, source).map_err(|error| match error {
            HostError::Run(problem) => HostError::Run(format!(
                "{problem}; parameters are taken from a run, the folder of a checkpoint, or a .safetensors file"
            )),
            other => other,
        })?;
        let store = run.checkpoints()?;
        let label = store.pointed(BEST).map_or(LATEST, |_| BEST);
        let (folder, snapshot) = store.find(label)?;
        Self::of_checkpoint(&folder, snapshot)
    }

    fn of_file(path: &Path) -> Result<Self, HostError> {
        if !path.is_file() {
            return Err(HostError::Run(format!(
                "there is no file {}",
                path.display()
            )));
        }
        let TensorFile { tensors, facts } = TensorFile::read(path)?;
        Ok(Self {
            path: absolute(path)?,
            tensors,
            facts: serde_json::from_value(facts).unwrap_or_default(),
        })
    }

    fn of_checkpoint(folder: &Path, snapshot: Snapshot) -> Result<Self, HostError> {
        let path = absolute(folder)?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        // A checkpoint that was copied away from its run is as good.
        let run = path.ancestors().nth(2).and_then(RunFolder::at);
        let experiment = run.as_ref().and_then(|run| run.experiment().ok());
        let (brain, task) = experiment.map(|e| (e.brain, e.task)).unzip();
        let facts = Facts {
            brain,
            task,
            plugins: run
                .as_ref()
                .map_or_else(Vec::new, |run| builds(&run.locked())),
            run: run.map(|run| run.id()),
            checkpoint: name,
            cycle: Some(snapshot.cycle),
            pretraining: None,
            regions: regions_of(&snapshot),
        };
        Ok(Self {
            path,
            tensors: snapshot.brain,
            facts,
        })
    }

    /// Region of a parameter: as recorded, or by the rule for names.
    #[must_use]
    pub fn region_of<'t>(&'t self, name: &'t str) -> &'t str {
        let mut recorded = self.facts.regions.iter();
        match recorded.find(|(_, names)| names.iter().any(|n| n == name)) {
            Some((region, _)) => region,
            None => {
                // `mc.m1.kernel` is of the node `mc.m1`, which is in `mc`; `policy_head.kernel`
                // is of `policy_head`.
                let node = name.rsplit_once('.').map_or(name, |(node, _)| node);
                node.rsplit_once('.').map_or(node, |(region, _)| region)
            }
        }
    }

    /// The parameters of the regions that a name stands for.
    ///
    /// # Errors
    /// There are none; the text says which regions there are.
    pub fn of_region(&self, name: &str) -> Result<Vec<&NamedTensor>, String> {
        let tensors = self.tensors.iter();
        let found: Vec<&NamedTensor> = tensors
            .filter(|tensor| covers(name, self.region_of(&tensor.name)))
            .collect();
        if found.is_empty() {
            let regions = self.tensors.iter().map(|t| self.region_of(&t.name));
            let place = self.path.display().to_string();
            return Err(no_region(name, &place, regions.collect()));
        }
        Ok(found)
    }

    /// The digest of the file that holds them.
    ///
    /// # Errors
    /// It is gone.
    pub fn sha256(&self) -> Result<String, HostError> {
        Ok(digest_of(&self.path)?)
    }
}

/// The run and the label of `RUN/checkpoints/latest`, which is a file with a name.
fn label_of(path: &Path) -> Option<(&Path, &str)> {
    let folder = path.parent()?;
    let label = path.file_name()?.to_str()?;
    let is_label = path.is_file() && [BEST, LATEST].contains(&label);
    (is_label && folder.ends_with("checkpoints")).then_some((folder.parent()?, label))
}

fn absolute(path: &Path) -> Result<PathBuf, HostError> {
    std::path::absolute(path).map_err(HostError::io(path))
}
