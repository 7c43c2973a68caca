//! The image and the other senses of a task.

use angora_sdk::{BrainRequest, Fault, FaultCode, Result, SensationSpec, Sense};

/// What each side reads.
#[derive(Debug)]
pub struct Senses {
    /// Height and width of the image, in pixels.
    pub image: [usize; 2],
    /// The senses beside vision that the policy may read.
    pub others: Vec<&'static str>,
    /// What only the value may know.
    pub asymmetric: Option<&'static str>,
}

impl Senses {
    /// The senses of a request.
    ///
    /// # Errors
    /// No image, or another sense that is not a vector.
    pub fn new(request: &BrainRequest) -> Result<Self> {
        let mut image = None;
        let mut others = Vec::new();
        let mut asymmetric = None;
        for spec in request.sensations.iter().filter(|spec| !spec.is_empty()) {
            match (spec.sense, spec.shape.as_slice()) {
                (Sense::Vision, &[height, width, _]) => image = Some([height, width]),
                (Sense::Vision, shape) => return Err(no_image(shape)),
                (Sense::Asymmetric, [_]) => asymmetric = Some(spec.sense.name()),
                (sense, [_]) => others.push(sense.name()),
                (sense, shape) => {
                    let message = format!(
                        "the shape is {shape:?}; beside the image the visual brains read vectors"
                    );
                    return Err(Fault::new(FaultCode::Unsupported, message).on(sense.name()));
                }
            }
        }
        Ok(Self {
            image: image.ok_or_else(|| missing(&request.sensations))?,
            others,
            asymmetric,
        })
    }
}

const INSTEAD: &str = "for tasks without images there are simple, deeper and wider of \
                       brain-feedforward";

fn no_image(shape: &[usize]) -> Fault {
    let message = format!(
        "the shape is {shape:?}; the visual brains read an image [H, W, channels], and {INSTEAD}"
    );
    Fault::new(FaultCode::Unsupported, message).on(Sense::Vision.name())
}

fn missing(senses: &[SensationSpec]) -> Fault {
    let names: Vec<&str> = senses.iter().map(|spec| spec.sense.name()).collect();
    let message = format!(
        "the task has no images, only {}; {INSTEAD}",
        names.join(", ")
    );
    Fault::new(FaultCode::Unsupported, message).on(Sense::Vision.name())
}
