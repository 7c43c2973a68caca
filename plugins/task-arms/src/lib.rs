//! Arms that reach and push: Reacher and Pusher.
//!
//! The tasks ask a body for roles only: the joints of the arm, and a fingertip or hand.

mod place;
pub mod pusher;
pub mod reacher;

pub use pusher::Pusher;
pub use reacher::Reacher;

angora_sdk::export_plugin! {
    scene_task "Reacher-v5" => Reacher,
    scene_task "Reacher-v4" => Reacher,
    scene_task "Pusher-v5" => Pusher,
}
