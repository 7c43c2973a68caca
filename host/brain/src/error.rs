//! What can be wrong with a brain, a distribution or a device.

/// Why a brain cannot be built. Every message names the place and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrainError {
    /// A node is wrong.
    #[error("node \"{node}\": {problem}")]
    Node {
        /// Its name.
        node: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// `policy` or `value` of the spec is wrong.
    #[error("{output}: {problem}")]
    Output {
        /// `policy` or `value`.
        output: &'static str,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The graph as a whole is too large.
    #[error("graph: {problem}")]
    Size {
        /// How large it is, and how large it may be.
        problem: String,
    },
    /// Privileged information would reach the actions.
    #[error(
        "the sense asymmetric is for the value side only, yet it reaches the policy: {}",
        path.join(" -> ")
    )]
    Asymmetric {
        /// From the sense to `policy`, both included.
        path: Vec<String>,
    },
    /// The distribution does not fit the action, or is unknown.
    #[error("distribution: {0}")]
    Distribution(String),
    /// The device is unknown, or this host was built without it.
    #[error("device: {0}")]
    Device(String),
}

impl BrainError {
    /// An error at a node.
    pub(crate) fn node(node: &str, problem: impl Into<String>) -> Self {
        Self::Node {
            node: node.to_owned(),
            problem: problem.into(),
        }
    }
}
