//! Reconstruction: the picture itself, averaged over blocks of pixels.

use crate::pretrain::{Score, States};
use std::ops::Range;

/// A coarse grid over a picture; values are 0..1.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Height, width and channels of the sense.
    image: [usize; 3],
    /// Pixels along a block, which is smaller at the far borders where that does not divide.
    block: usize,
    /// Rows and columns of the grid.
    grid: [usize; 2],
    /// Mean picture of the states that are learned from `[rows, columns, channels]`.
    mean: Vec<f32>,
    /// Root mean square of what such a picture differs from it by; 1 where nothing does.
    scale: f32,
}

impl Picture {
    pub fn new(image: [usize; 3], most: usize, states: &States, learned: usize) -> Self {
        let [height, width, channels] = image;
        let block = height.max(width).div_ceil(most);
        let grid = [height.div_ceil(block), width.div_ceil(block)];
        let values = grid[0] * grid[1] * channels;
        let mut picture = Self {
            image,
            block,
            grid,
            mean: vec![0.0; values],
            scale: 1.0,
        };
        let (mut sums, mut squares) = (vec![0.0_f64; values], 0.0);
        let mut seen = vec![0.0; values];
        for state in 0..learned {
            picture.target(states.pixels(state), &mut seen);
            for (sum, value) in sums.iter_mut().zip(&seen) {
                *sum += f64::from(*value);
                squares += f64::from(*value).powi(2);
            }
        }
        let n = learned as f64;
        let of_mean: f64 = sums.iter().map(|sum| (sum / n).powi(2)).sum();
        let variance = (squares / n - of_mean) / values as f64;
        picture.mean = sums.iter().map(|sum| (sum / n) as f32).collect();
        if variance > 1e-12 {
            picture.scale = variance.sqrt() as f32;
        }
        picture
    }

    pub fn values(&self) -> usize {
        self.mean.len()
    }

    pub fn describe(&self) -> String {
        let ([rows, columns], channels) = (self.grid, self.image[2]);
        format!("pictures of {rows} x {columns} x {channels}")
    }

    /// What is asked: the picture less the mean picture, over the scale.
    pub fn target(&self, pixels: &[u8], target: &mut [f32]) {
        let [height, width, channels] = self.image;
        let [_, columns] = self.grid;
        for (i, target) in target.iter_mut().enumerate() {
            let (place, channel) = (i / channels, i % channels);
            let across =
                |at: usize, side: usize| at * self.block..((at + 1) * self.block).min(side);
            let (rows, cells) = (
                across(place / columns, height),
                across(place % columns, width),
            );
            let count = (rows.len() * cells.len()) as f32;
            let mut sum = 0_u32;
            for row in rows {
                for cell in cells.clone() {
                    sum += u32::from(pixels[(row * width + cell) * channels + channel]);
                }
            }
            *target = (sum as f32 / (255.0 * count) - self.mean[i]) / self.scale;
        }
    }

    /// Root mean squared error of a value of 0..1, against that of always giving the mean picture.
    pub fn score(&self, states: &States, of: Range<usize>, predictions: &[f32]) -> Score {
        let mut target = vec![0.0; self.values()];
        let (mut squares, mut of_mean) = (0.0, 0.0);
        for (row, state) in predictions.chunks_exact(self.values()).zip(of.clone()) {
            self.target(states.pixels(state), &mut target);
            for (told, true_value) in row.iter().zip(&target) {
                squares += f64::from(told - true_value).powi(2);
                of_mean += f64::from(*true_value).powi(2);
            }
        }
        let n = (of.len() * self.values()) as f64;
        Score {
            measure: "root mean squared error of a value of 0..1",
            baseline_is: "always the mean picture",
            error: (squares / n).sqrt() * f64::from(self.scale),
            baseline: (of_mean / n).sqrt() * f64::from(self.scale),
            part_measure: "",
            parts: Vec::new(),
        }
    }
}
