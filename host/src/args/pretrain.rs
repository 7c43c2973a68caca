//! `pretrain`.

use super::SettingsArguments;
use crate::pretrain::ObjectiveKind;
use clap::Args;
use std::path::PathBuf;

/// `pretrain`.
#[derive(Debug, Args)]
pub struct PretrainArguments {
    /// What the run is going to be made of; task, body, brain, seed, threads, frozen and loaded
    /// regions count.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Region that learns, with those below it and those that feed it; may be repeated, or several
    /// with commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', required = true)]
    pub region: Vec<String>,
    /// What it learns to tell from a picture
    #[arg(long, value_enum, default_value_t = ObjectiveKind::Pose)]
    pub objective: ObjectiveKind,
    /// What pose and classification tell: joint:NAME, site:NAME, body:NAME (places in the world),
    /// rotation:BODY; may be repeated, or several with commas; by default the joints and sites
    /// that play roles of the body, and the bodies that the task moves
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    pub label: Vec<String>,
    /// Random states that are learned from
    #[arg(long, default_value_t = 8192, value_parser = count(2))]
    pub states: usize,
    /// Random states that are held out, to find the error
    #[arg(long, default_value_t = 1024, value_parser = count(1))]
    pub held_out: usize,
    /// Passes over the states
    #[arg(long, default_value_t = 20, value_parser = count(1))]
    pub epochs: usize,
    /// States per update
    #[arg(long, default_value_t = 64, value_parser = count(1))]
    pub minibatch: usize,
    /// Step size of Adam at first; it falls linearly to 0
    #[arg(long, default_value_t = 1e-3, value_parser = positive)]
    pub learning_rate: f64,
    /// Intervals per label of a classification
    #[arg(long, default_value_t = 4, value_parser = count(2))]
    pub bins: usize,
    /// Longest side of a reconstructed picture, pixels
    #[arg(long, default_value_t = 16, value_parser = count(1))]
    pub pixels: usize,
    /// The file to write: NAME.safetensors; the report goes to NAME.json beside it
    /// [default: pretrained/REGION-OBJECTIVE.safetensors]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Replace the files if they are there
    #[arg(long)]
    pub overwrite: bool,
    /// Folder in which runs lie, for --load-region
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Whole numbers from `least` on, as many as could be meant.
fn count(least: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    const MOST: usize = 1_000_000_000;
    move |text| match text.parse() {
        Ok(n) if (least..=MOST).contains(&n) => Ok(n),
        _ => Err(format!("expected a whole number from {least} to {MOST}")),
    }
}

/// Numbers above 0.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(x) if x > 0.0 && f64::is_finite(x) => Ok(x),
        _ => Err("expected a number above 0".into()),
    }
}
