//! The tower of Hanoi: plan a way of seven moves through 27 states.

mod hanoi;

pub use hanoi::{Config, Hanoi, MOVES, Tower};

angora_sdk::export_plugin! {
    task "HanoiTower-v1" => Hanoi,
}
