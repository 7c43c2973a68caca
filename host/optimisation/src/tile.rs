//! Minibatches of a recurrent brain: tiles of environments x consecutive chunks.

use serde::{Deserialize, Serialize};

/// Which of the tiles that hold a minibatch is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TileRule {
    /// The one with the most environments, so that a minibatch is as diverse as can be.
    #[default]
    MostTrajectories,
    /// The one with the most chunks in a row.
    LongestRuns,
}

/// The shape of a tile. Tiles of one shape cover a batch: `environments` divides the environments
/// of the run, `chunks` the chunks that each of them has in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileShape {
    /// Environments.
    pub environments: usize,
    /// Consecutive chunks of each.
    pub chunks: usize,
}

impl TileShape {
    /// The tile of `size` chunks in a batch of `environments` that have `columns` chunks each;
    /// `None` where no tile has that size.
    #[must_use]
    pub fn find(environments: usize, columns: usize, size: usize, rule: TileRule) -> Option<Self> {
        let fits = |height: &usize| {
            environments.is_multiple_of(*height)
                && size.is_multiple_of(*height)
                && columns.is_multiple_of(size / height)
        };
        let mut heights = 1..=environments.min(size);
        let height = match rule {
            TileRule::MostTrajectories => heights.rfind(fits),
            TileRule::LongestRuns => heights.find(fits),
        }?;
        Some(Self {
            environments: height,
            chunks: size / height,
        })
    }

    /// Every number of chunks that some tile has, ascending.
    #[must_use]
    pub fn sizes(environments: usize, columns: usize) -> Vec<usize> {
        let divisors = |n: usize| (1..=n).filter(move |d| n.is_multiple_of(*d));
        let mut sizes: Vec<usize> = divisors(environments)
            .flat_map(|height| divisors(columns).map(move |width| height * width))
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 12 environments with 128 chunks each and 24 chunks in a minibatch: 12 x 2 has the most
    /// environments; of one environment 24 chunks in a row would be needed, of two 12, and neither
    /// divides 128, but three have 8 each.
    #[test]
    fn the_published_set_up_has_the_tiles_of_both_rules() {
        let find = |rule| TileShape::find(12, 128, 24, rule);
        let tile = |environments, chunks| {
            Some(TileShape {
                environments,
                chunks,
            })
        };
        assert_eq!(find(TileRule::MostTrajectories), tile(12, 2));
        assert_eq!(find(TileRule::LongestRuns), tile(3, 8));
    }

    /// Against the rule as it is written: among all shapes that divide, the extreme one.
    #[test]
    fn a_tile_is_the_extreme_of_all_that_fit() {
        for environments in [1, 2, 3, 4, 6, 7, 8, 12, 16, 30, 36] {
            for columns in [1, 2, 4, 5, 8, 12, 15, 128] {
                let sizes = TileShape::sizes(environments, columns);
                for size in 1..=environments * columns + 1 {
                    let fitting: Vec<usize> = (1..=environments)
                        .filter(|h| {
                            environments % h == 0 && size % h == 0 && columns % (size / h) == 0
                        })
                        .collect();
                    let found = |rule| {
                        let tile = TileShape::find(environments, columns, size, rule)?;
                        assert_eq!(tile.environments * tile.chunks, size);
                        Some(tile.environments)
                    };
                    assert_eq!(found(TileRule::MostTrajectories), fitting.last().copied());
                    assert_eq!(found(TileRule::LongestRuns), fitting.first().copied());
                    assert_eq!(sizes.contains(&size), !fitting.is_empty());
                }
            }
        }
    }
}
