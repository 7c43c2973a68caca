//! The five small tasks of classic control, with the numbers of Gymnasium's versions.
//!
//! Each file is a task: its settings (`Config`), its whole state (`State`) and its formulas. A
//! state can be set from outside: `restore` takes what `angora_sdk::state::save` makes of a
//! `State`, which is JSON with the fields of that struct.

pub mod acrobot;
pub mod cart_pole;
mod choice;
pub mod mountain_car;
pub mod mountain_car_continuous;
pub mod pendulum;

pub use acrobot::Acrobot;
pub use cart_pole::CartPole;
pub use mountain_car::MountainCar;
pub use mountain_car_continuous::MountainCarContinuous;
pub use pendulum::Pendulum;

angora_sdk::export_plugin! {
    task "Acrobot-v1" => Acrobot,
    task "CartPole-v1" => CartPole,
    task "MountainCar-v0" => MountainCar,
    task "MountainCarContinuous-v0" => MountainCarContinuous,
    task "Pendulum-v1" => Pendulum,
}
