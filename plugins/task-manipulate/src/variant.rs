//! What the ids differ in.

/// A variant of the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// How the brain knows the block's pose.
    pub sight: Sight,
    /// Whether the value side is told more.
    pub asymmetric: bool,
    /// Whether goals follow a chain code.
    pub chain: bool,
}

/// How the brain knows the block's pose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// It is told.
    Told,
    /// It is told with noise.
    Noisy,
    /// It sees through these cameras of the scene.
    Cameras(&'static [&'static str]),
}

impl Variant {
    /// Of an id.
    pub fn of(id: &str) -> Self {
        let sight = if id.contains("TripleCamera") {
            Sight::Cameras(&["over", "left", "right"])
        } else if id.contains("Visual") {
            Sight::Cameras(&["over"])
        } else if id.starts_with("Noisy") {
            Sight::Noisy
        } else {
            Sight::Told
        };
        let chain = id.starts_with("TestCase");
        Self {
            sight,
            asymmetric: id.contains("Asymmetric") || sight == Sight::Noisy || chain,
            chain,
        }
    }

    /// Whether a camera draws what the brain sees.
    pub fn sees(self) -> bool {
        matches!(self.sight, Sight::Cameras(_))
    }
}
