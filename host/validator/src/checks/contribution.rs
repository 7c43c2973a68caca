//! Whatever a plugin contributes.

use crate::bench::Bench;
use crate::checks::{brain, distribution, preprocessor};
use crate::finding::{Finding, Judgement, Stop, fail};
use crate::play::Player;
use angora_loader::catalogue::MakeError;
use angora_plugin_api::{
    BrainRequest, DistributionRequest, Fault, FaultCode, PluginKind, RewardContext,
};
use serde_json::{Value, json};

/// A key that no plugin has.
const NO_KEY: &str = "no_such_setting";

/// Makes what is checked with any configuration, and otherwise always in the same way.
struct Maker<'b> {
    bench: &'b Bench,
    /// Of a reward: the task in which it is tried.
    context: Option<RewardContext>,
    /// Of a brain: the first senses that it takes.
    request: Option<BrainRequest>,
}

impl<'b> Maker<'b> {
    fn new(bench: &'b Bench) -> Result<Self, Stop> {
        let context =
            match bench.kind {
                PluginKind::Reward => Some(bench.with_reward_task(|blueprint, _| {
                    Ok(super::reward::context(blueprint.spec()))
                })?),
                _ => None,
            };
        let taken = |request: &BrainRequest| bench.catalogue.brain(&bench.id, request).is_ok();
        let request = match bench.kind {
            PluginKind::Brain => brain::requests().into_iter().find(taken),
            _ => None,
        };
        Ok(Self {
            bench,
            context,
            request,
        })
    }

    fn make(&self, config: &Value) -> Result<(), MakeError> {
        let (catalogue, id) = (&self.bench.catalogue, self.bench.id.as_str());
        match self.bench.kind {
            PluginKind::Task => catalogue.task(id, config).map(drop),
            PluginKind::SceneTask => catalogue.scene_task(id, config).map(drop),
            PluginKind::Body => catalogue.body(id, config).map(drop),
            PluginKind::Reward => {
                let context = self.context.clone().unwrap_or_else(super::reward::bare);
                catalogue.reward(id, config, &context).map(drop)
            }
            PluginKind::Preprocessor => {
                let context = preprocessor::context();
                catalogue.preprocessor(id, config, &context).map(drop)
            }
            PluginKind::Brain => {
                let any = || brain::requests().swap_remove(0);
                let request = BrainRequest {
                    config: config.clone(),
                    ..self.request.clone().unwrap_or_else(any)
                };
                catalogue.brain(id, &request).map(drop)
            }
            PluginKind::Distribution => {
                let request = DistributionRequest {
                    config: config.clone(),
                    ..self.taken_action()
                };
                catalogue.distribution(id, &request).map(drop)
            }
        }
    }

    /// The first action that a distribution takes.
    fn taken_action(&self) -> DistributionRequest {
        let mut requests = distribution::requests();
        let taken = |request: &DistributionRequest| {
            let declared = self.bench.catalogue.distribution(&self.bench.id, request);
            declared.is_ok()
        };
        let first = requests.iter().position(taken).unwrap_or(0);
        requests.swap_remove(first)
    }

    /// How a configuration is refused; `None` where it is taken.
    fn refusal(&self, config: &Value) -> Result<Option<Fault>, Stop> {
        match self.make(config) {
            Ok(()) => Ok(None),
            Err(MakeError::Fault(fault)) => Ok(Some(fault.fault.clone())),
            Err(MakeError::Load(error)) => Err((*error).into()),
        }
    }
}

/// `contribution.settings`.
pub fn settings(bench: &Bench) -> Judgement {
    let maker = Maker::new(bench)?;
    let defaults = maker.refusal(&Value::Null)?;
    if maker.refusal(&json!({}))? != defaults {
        return Err(fail("settings of {} are not the defaults"));
    }
    if let Some(fault) = defaults {
        return Err(Stop::OnTheWay(fault.to_string()));
    }
    for config in [json!({ NO_KEY: 1 }), json!([1, 2]), json!("text"), json!(7)] {
        match maker.refusal(&config)? {
            None => {
                return Err(fail(format!(
                    "settings of {config} are taken without a word; a mistyped key would be too"
                )));
            }
            Some(fault) if fault.code == FaultCode::Panic => {
                return Err(fail(format!("settings of {config}: {fault}")));
            }
            Some(fault) => {
                let named = fault.message.contains(NO_KEY) || fault.field == NO_KEY;
                if config.is_object() && !named {
                    return Err(fail(format!(
                        "settings of {config} are refused without naming the key: {fault}"
                    )));
                }
            }
        }
    }
    wrong_values(&maker)
}

/// Each setting that is known with a value of another type: refused, and by name.
fn wrong_values(maker: &Maker<'_>) -> Judgement {
    let bench = maker.bench;
    let known = bench.catalogue.settings(bench.kind, &bench.id)?;
    let Some(known) = known else {
        return Ok(Finding::passed());
    };
    for key in known.settings.iter().map(|setting| &setting.key) {
        let config = json!({ key.as_str(): { "of": ["no", "type"] } });
        match maker.refusal(&config)? {
            None => return Err(fail(format!("the setting {key:?} takes any value"))),
            Some(fault) if fault.code == FaultCode::Panic => {
                return Err(fail(format!("settings of {config}: {fault}")));
            }
            Some(fault) => {
                if fault.field != *key && !fault.message.contains(key.as_str()) {
                    return Err(fail(format!(
                        "a wrong value of {key:?} is refused without naming it: {fault}"
                    )));
                }
            }
        }
    }
    Ok(Finding::passed().with("settings", known.settings.len() as f64, ""))
}

/// `contribution.quiet`: does a little of everything; whoever started the process looks at what
/// was written.
pub fn quiet(bench: &Bench) -> Judgement {
    Maker::new(bench)?.make(&Value::Null)?;
    if matches!(bench.kind, PluginKind::Task | PluginKind::SceneTask) {
        bench.with_task(|blueprint| {
            let mut player = Player::new(blueprint.build(1, 0)?);
            player.episode(1, 20)?;
            Ok(())
        })?;
    }
    if bench.kind == PluginKind::Reward {
        super::reward::exercise(bench)?;
    }
    if bench.kind == PluginKind::Preprocessor {
        preprocessor::exercise(bench)?;
    }
    Ok(Finding::passed())
}
