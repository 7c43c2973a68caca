//! The senses of a brain.

pub use crate::v1::payload::sense::Sense;

impl Sense {
    /// Every sense, in order.
    pub const ALL: [Self; 5] = [
        Self::Vision,
        Self::Touch,
        Self::Proprioception,
        Self::Goal,
        Self::Asymmetric,
    ];

    /// The name used in specs, brain graphs and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vision => "vision",
            Self::Touch => "touch",
            Self::Proprioception => "proprioception",
            Self::Goal => "goal",
            Self::Asymmetric => "asymmetric",
        }
    }
}

impl std::fmt::Display for Sense {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
