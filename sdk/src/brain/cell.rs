//! The recurrent cells, as settings name them.

use crate::Op;
use serde::{Deserialize, Serialize};

/// Which memory a brain has: the setting `cell` of the first-party brains.
///
/// ```
/// use angora_sdk::{Op, brain::Cell};
/// assert_eq!(Cell::Gru.op(64), Some(Op::Gru { units: 64 }));
/// assert_eq!(Cell::Ffn.op(64), None);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Cell {
    /// None: the brain is feed-forward. Written `ffn`.
    #[default]
    Ffn,
    /// Simple recurrent network. Written `rnn`.
    Rnn,
    /// Gated recurrent unit. Written `gru`.
    Gru,
    /// Long short-term memory. Written `lstm`.
    Lstm,
}

impl Cell {
    /// Every cell.
    pub const ALL: [Self; 4] = [Self::Ffn, Self::Rnn, Self::Gru, Self::Lstm];

    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ffn => "ffn",
            Self::Rnn => "rnn",
            Self::Gru => "gru",
            Self::Lstm => "lstm",
        }
    }

    /// What its node computes; nothing for `ffn`.
    #[must_use]
    pub const fn op(self, units: usize) -> Option<Op> {
        match self {
            Self::Ffn => None,
            Self::Rnn => Some(Op::SimpleRnn { units }),
            Self::Gru => Some(Op::Gru { units }),
            Self::Lstm => Some(Op::Lstm { units }),
        }
    }
}

impl TryFrom<String> for Cell {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = Self::ALL.map(Self::name);
        Self::ALL
            .into_iter()
            .find(|cell| cell.name() == name)
            .ok_or_else(|| {
                format!(
                    "cell is {name:?}; it must be one of {}",
                    known.map(|name| format!("{name:?}")).join(", ")
                )
            })
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> Self {
        cell.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_reads_its_own_name() {
        for cell in Cell::ALL {
            let text = serde_json::to_string(&cell).expect("serialises");
            assert_eq!(text, format!("{:?}", cell.name()));
            assert_eq!(serde_json::from_str::<Cell>(&text).expect("reads"), cell);
        }
    }

    #[test]
    fn an_unknown_cell_is_answered_with_the_known_ones() {
        let error = serde_json::from_str::<Cell>("\"lsmt\"").expect_err("no such cell");
        assert!(
            error.to_string().starts_with(
                "cell is \"lsmt\"; it must be one of \"ffn\", \"rnn\", \"gru\", \"lstm\""
            ),
            "{error}"
        );
    }
}
