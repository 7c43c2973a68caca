//! Arguments of `observe`.

use super::RunLockArguments;
use angora_film::Format;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What a film is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FilmFormat {
    /// H.264 in MP4: small, for browsers and talks.
    Mp4,
    /// GIF with 256 colours in each picture: large, for everything that shows pictures.
    Gif,
}

impl From<FilmFormat> for Format {
    fn from(format: FilmFormat) -> Self {
        match format {
            FilmFormat::Mp4 => Self::Mp4,
            FilmFormat::Gif => Self::Gif,
        }
    }
}

/// `observe`.
#[derive(Debug, Args)]
pub struct ObserveArguments {
    /// The run: its id, the beginning of it, its folder, or `latest`; latest by default
    pub run: Option<String>,
    /// An untrained brain in this task, in place of a run
    #[arg(long, conflicts_with_all = ["run", "checkpoint"])]
    pub task: Option<String>,
    /// With --task: the body that stands in the scene
    #[arg(long, requires = "task")]
    pub body: Option<String>,
    /// With --task: the brain
    #[arg(long, requires = "task")]
    pub brain: Option<String>,
    /// Plugin to load, of a run in place of those that it names; may be repeated
    #[arg(long, value_name = "PLUGIN", conflicts_with = "locked")]
    pub plugin: Vec<String>,
    /// Which builds.
    #[command(flatten)]
    pub lock: RunLockArguments,
    /// With --task: any setting of a run: --set task_config.wrist=frozen; may be repeated
    #[arg(long, value_name = "KEY=VALUE", requires = "task")]
    pub set: Vec<String>,
    /// Episodes, one after another in each film
    #[arg(short = 'n', long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub episodes: u64,
    /// Draw actions from the distribution instead of taking its mode
    #[arg(long, visible_alias = "stochastic")]
    pub sampled: bool,
    /// Checkpoint: best, latest, or a name like cycle-000010; defaults to best, or to latest if the
    /// run has chosen none yet
    #[arg(long)]
    pub checkpoint: Option<String>,
    /// Seed of the episodes, which are then those of `evaluate` and `record`
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Control steps after which an episode is cut
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_steps: Option<u64>,
    /// Where to look from: a camera of the scene, angled, front, side, topdown, or
    /// AZIMUTH,ELEVATION,DISTANCE or with ,X,Y,Z behind it (degrees and m); may be repeated, each gives a film
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub viewpoint: Vec<String>,
    /// List the viewpoints of the scene, and draw nothing
    #[arg(long)]
    pub list_viewpoints: bool,
    /// Show the episodes in a window as they are played, and write no films: drag with the mouse and
    /// turn its wheel to look from elsewhere, Space pauses, Escape closes
    #[arg(long, conflicts_with_all = ["format", "name", "to", "overwrite"])]
    pub window: bool,
    /// One film with all viewpoints side by side
    #[arg(long)]
    pub grid: bool,
    /// mp4 or gif
    #[arg(long, value_enum, default_value_t = FilmFormat::Mp4)]
    pub format: FilmFormat,
    /// Width and height of a picture, pixels; both even
    #[arg(long, value_name = "WxH", default_value = "480x480", value_parser = size)]
    pub size: (usize, usize),
    /// How fast time goes by: 0.25 is slow motion
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The scene as it is, without ghosts of goals and lit touch sensors
    #[arg(long)]
    pub bare: bool,
    /// Beginning of the films' names; made of checkpoint and seed by default
    #[arg(long)]
    pub name: Option<String>,
    /// Folder of the films; `videos` in the run's folder by default, in this one with --task
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Replace films that are there
    #[arg(long)]
    pub overwrite: bool,
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Width and height.
pub(super) fn size(text: &str) -> Result<(usize, usize), String> {
    let side = |text: &str| {
        let side: usize = text.trim().parse().ok()?;
        ((16..=4096).contains(&side) && side.is_multiple_of(2)).then_some(side)
    };
    text.split_once('x')
        .and_then(|(width, height)| Some((side(width)?, side(height)?)))
        .ok_or_else(|| "expected WIDTHxHEIGHT, even numbers from 16 to 4096: 640x480".into())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok();
    speed
        .filter(|speed| (0.01..=100.0).contains(speed))
        .ok_or_else(|| "expected a factor from 0.01 to 100".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_speeds_are_read() {
        assert_eq!(size("640x480"), Ok((640, 480)));
        for wrong in ["640", "641x480", "0x0", "640x-2", "8192x16", "ax b"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(speed("0.25"), Ok(0.25));
        for wrong in ["0", "-1", "NaN", "fast"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
