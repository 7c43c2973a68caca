//! Tasks that cannot be solved from what is sensed now: DelayedRecall-v1.

pub mod delayed_recall;

pub use delayed_recall::DelayedRecall;

angora_sdk::export_plugin! {
    task "DelayedRecall-v1" => DelayedRecall,
}
