//! The two ways of seeing: from an image to 256 features.

use angora_sdk::brain::Conv2d;
use angora_sdk::{
    ActivationKind, BrainBuilder, Fault, FaultCode, Initialiser, Padding, Result, Sense,
};

/// A way of seeing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stem {
    /// Three convolutions.
    Small,
    /// The ventral stream of CORnet-Z.
    CornetZ,
}

/// What the stem says.
const FEATURES: usize = 256;

/// Filters, side of the kernel and stride of each convolution (Mnih et al. 2015).
const LARGE: [(usize, usize, usize); 3] = [(32, 8, 4), (64, 4, 2), (64, 3, 1)];
/// Below this side the convolutions of `LARGE` leave nothing.
const LARGE_NEEDS: usize = 36;
/// The same for smaller images, padded so that any size goes.
const LITTLE: [(usize, usize, usize); 3] = [(32, 3, 2), (64, 3, 2), (64, 3, 1)];
/// One kernel.
const LITTLE_NEEDS: usize = 3;

/// An area of the ventral stream: name, filters, side of the kernel, stride (Kubilius et al.
/// 2018).
const AREAS: [(&str, usize, usize, usize); 4] = [
    ("v1", 64, 7, 2),
    ("v2", 128, 3, 1),
    ("v4", 256, 3, 1),
    ("it", 512, 3, 1),
];
/// V1 halves the image twice, each other area once: below this IT would see less than one place.
const AREAS_NEED: usize = 32;

impl Stem {
    /// Adds the stem, with `prefix` before each name; the name of its output.
    ///
    /// # Errors
    /// An image that is too small.
    pub fn build(
        self,
        brain: &mut BrainBuilder,
        prefix: &str,
        [height, width]: [usize; 2],
    ) -> Result<String> {
        let needs = match self {
            Self::Small => LITTLE_NEEDS,
            Self::CornetZ => AREAS_NEED,
        };
        let side = height.min(width);
        if side < needs {
            return Err(too_small(height, width, needs));
        }
        let (seen, initialiser) = match self {
            Self::Small => (
                convolutions(brain, prefix, side < LARGE_NEEDS),
                Initialiser::default(),
            ),
            Self::CornetZ => (areas(brain, prefix), Initialiser::GlorotUniform),
        };
        let seen = brain.flatten(&format!("{prefix}visual.flatten"), &seen);
        Ok(brain.dense_with(
            &format!("{prefix}visual.layer_1"),
            FEATURES,
            ActivationKind::Relu,
            initialiser,
            &[&seen],
        ))
    }
}

fn convolutions(brain: &mut BrainBuilder, prefix: &str, little: bool) -> String {
    let (layers, padding) = if little {
        (LITTLE, Padding::Same)
    } else {
        (LARGE, Padding::Valid)
    };
    let mut seen = Sense::Vision.name().to_owned();
    for (i, (filters, kernel, stride)) in layers.into_iter().enumerate() {
        let form = Conv2d {
            padding,
            ..Conv2d::new(filters, kernel, stride)
        };
        seen = brain.conv2d(&format!("{prefix}visual.conv_{}", i + 1), form, &seen);
    }
    seen
}

fn areas(brain: &mut BrainBuilder, prefix: &str) -> String {
    let mut seen = Sense::Vision.name().to_owned();
    for (area, filters, kernel, stride) in AREAS {
        let form = Conv2d {
            padding: Padding::Same,
            initialiser: Initialiser::GlorotUniform,
            ..Conv2d::new(filters, kernel, stride)
        };
        seen = brain.conv2d(&format!("{prefix}{area}.conv"), form, &seen);
        let pool = format!("{prefix}{area}.pool");
        seen = brain.max_pool(&pool, 3, 2, Padding::Same, &seen);
    }
    seen
}

fn too_small(height: usize, width: usize, needs: usize) -> Fault {
    let instead = if needs > LITTLE_NEEDS {
        "; visual-small takes smaller ones"
    } else {
        ""
    };
    let message = format!(
        "the image is {height} x {width} pixels; this brain needs at least {needs} x \
         {needs}{instead}"
    );
    Fault::new(FaultCode::Unsupported, message).on(Sense::Vision.name())
}
