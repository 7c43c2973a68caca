//! Tasks as objects of the second revision.

use super::abi_stable::{
    sabi_trait::TD_Opaque,
    std_types::{RSlice, RVec},
};
use super::announced::{requiring, written};
use super::guard::Guarded;
use super::objects::TaskState;
use crate::json::{config, read};
use crate::output::{Events, Layout};
use crate::{Action, Observation, Physics, PhysicsMut, Random, SceneModel, Step};
use angora_plugin_api::Fault;
use angora_plugin_api::v1::fault::Outcome;
use angora_plugin_api::v2::event::TaskOutput;
use angora_plugin_api::v2::scene_task::{
    PhysicsViews, SceneTaskBox, SceneTaskObject, SceneTaskObject_TO,
};
use angora_plugin_api::v2::task::{TaskBox, TaskObject, TaskObject_TO};

pub fn task<T: crate::Task>(id: &str, json: &[u8]) -> Result<TaskBox, Fault> {
    let task = T::new(id, config(json)?)?;
    let object = TaskAdapter(Guarded::new(TaskState { task, layout: None }));
    Ok(TaskObject_TO::from_value(object, TD_Opaque))
}

pub fn scene_task<T: crate::SceneTask>(id: &str, json: &[u8]) -> Result<SceneTaskBox, Fault> {
    let task = T::new(id, config(json)?)?;
    let object = SceneTaskAdapter(Guarded::new(TaskState { task, layout: None }));
    Ok(SceneTaskObject_TO::from_value(object, TD_Opaque))
}

/// Where an observation is written, and the terms of a reward.
fn places<'a>(
    layout: &'a Layout,
    output: &'a mut TaskOutput<'_>,
) -> (Observation<'a>, &'a mut [f64]) {
    let TaskOutput {
        sensation,
        signals,
        reward_terms,
        events,
        event_count,
    } = output;
    let observation = Observation::new(layout, sensation.as_mut_slice(), signals.as_mut_slice())
        .with_events(Events::new(events.as_mut_slice(), event_count));
    (observation, reward_terms.as_mut_slice())
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
        conditions: RSlice<'_, f64>,
        output: &mut TaskOutput<'_>,
    ) -> Outcome<()> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(|| Layout::new(&task.spec()));
            task.set_conditions(conditions.as_slice())?;
            let (mut out, _) = places(layout, output);
            task.reset(&mut Random::new(seed), &mut out)
        })
    }

    fn step(&mut self, action: RSlice<'_, f32>, output: &mut TaskOutput<'_>) -> Outcome<u32> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(|| Layout::new(&task.spec()));
            let (observation, terms) = places(layout, output);
            let mut out = Step::new(observation, terms);
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

    fn reset(
        &mut self,
        seed: u64,
        conditions: RSlice<'_, f64>,
        views: &mut PhysicsViews<'_>,
    ) -> Outcome<()> {
        self.0.call(|state| {
            state.task.set_conditions(conditions.as_slice())?;
            state
                .task
                .reset(&mut Random::new(seed), &mut PhysicsMut::new(views))
        })
    }

    fn accepts(&mut self, views: &PhysicsViews<'_>) -> Outcome<bool> {
        self.0.call(|state| state.task.accepts(Physics::new(views)))
    }

    fn observe(&mut self, views: &PhysicsViews<'_>, output: &mut TaskOutput<'_>) -> Outcome<()> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(Layout::default);
            let (mut out, _) = places(layout, output);
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
        output: &mut TaskOutput<'_>,
    ) -> Outcome<u32> {
        self.0.call(|TaskState { task, layout }| {
            let layout = layout.get_or_insert_with(Layout::default);
            let (observation, terms) = places(layout, output);
            let mut out = Step::new(observation, terms);
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
