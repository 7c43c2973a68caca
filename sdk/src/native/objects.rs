//! Author traits as objects of the contract.

use super::abi_stable::{
    sabi_trait::TD_Opaque,
    std_types::{RSlice, RSliceMut, RVec},
};
use super::guard::Guarded;
use crate::json::{config, read, write};
use crate::native::announced::{requiring, written};
use crate::output::Layout;
use crate::{
    Action, BrainRequest, DistributionRequest, Observation, Physics, PhysicsMut, Random,
    SceneModel, Step,
};
use angora_plugin_api::Fault;
use angora_plugin_api::v1::{
    fault::Outcome,
    reward::{RewardBox, RewardObject, RewardObject_TO},
    scene_task::{PhysicsViews, SceneTaskBox, SceneTaskObject, SceneTaskObject_TO},
    task::{TaskBox, TaskObject, TaskObject_TO},
};

pub(super) struct TaskState<T> {
    pub task: T,
    /// Of the spec; made when it is first needed, so that a fault in `spec` is one of that call.
    pub layout: Option<Layout>,
}

pub fn task<T: crate::Task>(id: &str, json: &[u8]) -> Result<TaskBox, Fault> {
    let task = T::new(id, config(json)?)?;
    let object = TaskAdapter(Guarded::new(TaskState { task, layout: None }));
    Ok(TaskObject_TO::from_value(object, TD_Opaque))
}

struct TaskAdapter<T>(Guarded<TaskState<T>>);

impl<T: crate::Task> TaskObject for TaskAdapter<T> {
    fn spec(&self) -> Outcome<RVec<u8>> {
        self.0
            .read(|state| Ok(written("spec", &state.task.spec())?.into()))
    }

    fn reset(
        &mut self,
        seed: u64,
        mut sensation: RSliceMut<'_, f32>,
        mut signals: RSliceMut<'_, f64>,
    ) -> Outcome<()> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(|| Layout::new(&task.spec()));
            let mut out =
                Observation::new(layout, sensation.as_mut_slice(), signals.as_mut_slice());
            task.reset(&mut Random::new(seed), &mut out)
        })
    }

    fn step(
        &mut self,
        action: RSlice<'_, f32>,
        mut sensation: RSliceMut<'_, f32>,
        mut signals: RSliceMut<'_, f64>,
        mut reward_terms: RSliceMut<'_, f64>,
    ) -> Outcome<u32> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(|| Layout::new(&task.spec()));
            let observation =
                Observation::new(layout, sensation.as_mut_slice(), signals.as_mut_slice());
            let mut out = Step::new(observation, reward_terms.as_mut_slice());
            let ending = task.step(Action::new(action.as_slice()), &mut out)?;
            Ok(ending as u32)
        })
    }

    fn save(&self) -> Outcome<RVec<u8>> {
        self.0.read(|state| Ok(state.task.save()?.into()))
    }

    fn set_progress(&mut self, progress: f64) -> Outcome<()> {
        self.0.call(|state| state.task.set_progress(progress))
    }

    fn restore(&mut self, saved: RSlice<'_, u8>) -> Outcome<()> {
        self.0.call(|state| state.task.restore(saved.as_slice()))
    }
}

pub fn scene_task<T: crate::SceneTask>(id: &str, json: &[u8]) -> Result<SceneTaskBox, Fault> {
    let task = T::new(id, config(json)?)?;
    let object = SceneTaskAdapter(Guarded::new(TaskState { task, layout: None }));
    Ok(SceneTaskObject_TO::from_value(object, TD_Opaque))
}

struct SceneTaskAdapter<T>(Guarded<TaskState<T>>);

impl<T: crate::SceneTask> SceneTaskObject for SceneTaskAdapter<T> {
    fn scene(&self) -> Outcome<RVec<u8>> {
        self.0
            .read(|state| Ok(written("scene", &requiring(state.task.scene()))?.into()))
    }

    fn bind(&mut self, model: RSlice<'_, u8>) -> Outcome<RVec<u8>> {
        self.0.call(|state| {
            let model: SceneModel = read("scene model", model.as_slice())?;
            let spec = state.task.bind(&model)?;
            state.layout = Some(Layout::new(&spec));
            Ok(written("spec", &spec)?.into())
        })
    }

    fn reset(&mut self, seed: u64, views: &mut PhysicsViews<'_>) -> Outcome<()> {
        self.0.call(|state| {
            state
                .task
                .reset(&mut Random::new(seed), &mut PhysicsMut::new(views))
        })
    }

    fn accepts(&mut self, views: &PhysicsViews<'_>) -> Outcome<bool> {
        self.0.call(|state| state.task.accepts(Physics::new(views)))
    }

    fn observe(
        &mut self,
        views: &PhysicsViews<'_>,
        mut sensation: RSliceMut<'_, f32>,
        mut signals: RSliceMut<'_, f64>,
    ) -> Outcome<()> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(Layout::default);
            let mut out =
                Observation::new(layout, sensation.as_mut_slice(), signals.as_mut_slice());
            task.observe(Physics::new(views), &mut out)
        })
    }

    fn before_step(
        &mut self,
        action: RSlice<'_, f32>,
        views: &mut PhysicsViews<'_>,
    ) -> Outcome<()> {
        self.0.call(|state| {
            state
                .task
                .before_step(Action::new(action.as_slice()), &mut PhysicsMut::new(views))
        })
    }

    fn after_step(
        &mut self,
        action: RSlice<'_, f32>,
        views: &mut PhysicsViews<'_>,
        mut sensation: RSliceMut<'_, f32>,
        mut signals: RSliceMut<'_, f64>,
        mut reward_terms: RSliceMut<'_, f64>,
    ) -> Outcome<u32> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(Layout::default);
            let observation =
                Observation::new(layout, sensation.as_mut_slice(), signals.as_mut_slice());
            let mut out = Step::new(observation, reward_terms.as_mut_slice());
            let ending = task.after_step(
                Action::new(action.as_slice()),
                &mut PhysicsMut::new(views),
                &mut out,
            )?;
            Ok(ending as u32)
        })
    }

    fn save(&self) -> Outcome<RVec<u8>> {
        self.0.read(|state| Ok(state.task.save()?.into()))
    }

    fn set_progress(&mut self, progress: f64) -> Outcome<()> {
        self.0.call(|state| state.task.set_progress(progress))
    }

    fn restore(&mut self, saved: RSlice<'_, u8>) -> Outcome<()> {
        self.0.call(|state| state.task.restore(saved.as_slice()))
    }
}

pub fn body<T: crate::Body>(id: &str, json: &[u8]) -> Result<Vec<u8>, Fault> {
    written("body", &requiring(T::describe(id, config(json)?)?))
}

pub fn brain<T: crate::Brain>(id: &str, json: &[u8]) -> Result<Vec<u8>, Fault> {
    let request: BrainRequest = read("brain request", json)?;
    written("brain", &T::design(id, &request)?)
}

pub fn distribution<T: crate::Distribution>(id: &str, json: &[u8]) -> Result<Vec<u8>, Fault> {
    let request: DistributionRequest = read("distribution request", json)?;
    let config = crate::settings::from_value(&request.config)?;
    write("distribution", &T::declare(id, config, &request.action)?)
}

pub fn reward<T: crate::Reward>(id: &str, json: &[u8], context: &[u8]) -> Result<RewardBox, Fault> {
    let reward = T::new(id, config(json)?, read("reward context", context)?)?;
    let object = RewardAdapter(Guarded::new(reward));
    Ok(RewardObject_TO::from_value(object, TD_Opaque))
}

pub fn reward_configurations<T: crate::Reward>(id: &str) -> Result<Vec<u8>, Fault> {
    write("configurations", &T::configurations(id))
}

struct RewardAdapter<T>(Guarded<T>);

impl<T: crate::Reward> RewardObject for RewardAdapter<T> {
    fn spec(&self) -> Outcome<RVec<u8>> {
        self.0
            .read(|reward| Ok(write("spec", &reward.spec())?.into()))
    }

    fn reset(&mut self, seed: u64, signals: RSlice<'_, f64>) -> Outcome<()> {
        self.0
            .call(|reward| reward.reset(&mut Random::new(seed), signals.as_slice()))
    }

    fn evaluate(
        &mut self,
        signals: RSlice<'_, f64>,
        action: RSlice<'_, f32>,
        progress: f64,
        mut terms: RSliceMut<'_, f64>,
    ) -> Outcome<()> {
        self.0.call(|reward| {
            reward.evaluate(
                signals.as_slice(),
                action.as_slice(),
                progress,
                terms.as_mut_slice(),
            )
        })
    }

    fn save(&self) -> Outcome<RVec<u8>> {
        self.0.read(|reward| Ok(reward.save()?.into()))
    }

    fn restore(&mut self, saved: RSlice<'_, u8>) -> Outcome<()> {
        self.0.call(|reward| reward.restore(saved.as_slice()))
    }
}
