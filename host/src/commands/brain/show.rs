//! `brain show`: the graph of a brain and its parameters, in words, as JSON, as a picture.

use super::text;
use crate::args::ShowArguments;
use crate::commands::choose::{Choice, given, settings};
use crate::commands::output::{check_extension, check_free};
use crate::commands::print_json;
use crate::config::{ConfigError, Experiment, Source};
use crate::error::HostError;
use crate::packages::{Admission, Locked, Terms, plugins_of_run};
use crate::run::{RunFolder, build_brain_of, build_graph, regions, task_choice};
use angora_core::file;
use angora_graph::{Description, Subject};
use angora_loader::Catalogue;
use angora_simulation::Blueprint;

/// Shows the brain of a run, or of the run that these settings would make.
pub fn show(arguments: &ShowArguments) -> Result<(), HostError> {
    if let Some(path) = &arguments.svg {
        check_extension(path, "--svg", "svg")?;
        check_free(path, "--svg", arguments.overwrite)?;
    }
    let description = match &arguments.run {
        Some(id) => {
            let mut given = given(&arguments.settings).into_iter();
            if let Some(flag) = given.find(|flag| *flag != "--plugin") {
                let problem = "a run has its own settings; leave it out, or --run";
                return Err(ConfigError::new(Source::CommandLine, flag, problem).into());
            }
            let folder = RunFolder::find(&arguments.runs, id)?;
            let mut experiment = folder.experiment()?;
            let admission = Admission {
                plugins: arguments.settings.plugin.clone(),
                locked: Locked::No,
                terms: Terms {
                    trust_plugins: arguments.settings.trust_plugins,
                    ..Terms::default()
                },
            };
            let locked = folder.locked();
            let catalogue = plugins_of_run(&mut experiment, folder.path(), &locked, &admission)?;
            describe(&catalogue, &experiment, Some(folder.id()))?
        }
        None => {
            let choice = Choice::new(
                settings(&arguments.settings)?,
                arguments.settings.trust_plugins,
            )?;
            describe(&choice.catalogue, &choice.experiment, None).map_err(choice.origins())?
        }
    };
    if let Some(path) = &arguments.svg {
        file::write(path, description.drawn().as_bytes()).map_err(HostError::io(path))?;
        eprintln!("drawn     {}", path.display());
    }
    if arguments.json {
        return print_json(&description);
    }
    print!("{}", text::text(&description));
    Ok(())
}

/// The brain that these settings make, of a run where it is one's.
fn describe(
    catalogue: &Catalogue,
    experiment: &Experiment,
    run: Option<String>,
) -> Result<Description, HostError> {
    let blueprint = Blueprint::new(catalogue, task_choice(experiment))?;
    let spec = blueprint.spec();
    let graph = build_graph(catalogue, experiment, spec)?;
    let brain = build_brain_of(catalogue, experiment, spec, &graph)?;
    let frozen = regions::frozen(brain.parameters(), &experiment.freeze)?;
    let subject = Subject {
        run,
        brain: &experiment.brain,
        task: &experiment.task,
    };
    let frozen = frozen.ranges();
    Ok(Description::new(&subject, spec, &graph, &brain, frozen))
}
