//! The senses of a task, by the area that reads them.

use crate::visual;
use angora_sdk::{BrainBuilder, BrainRequest, Fault, FaultCode, Result, SensationSpec, Sense};

/// Names of senses and of what stands for them; those that the task does not have are left out.
#[derive(Debug)]
pub struct Senses {
    /// Touch and proprioception, which go to the somatosensory cortex; at least one.
    pub body: Vec<&'static str>,
    /// Vision: the sense where it is a vector, else the output of the visual component.
    pub vision: Option<String>,
    /// The goal.
    pub goal: Option<&'static str>,
    /// What only the value may know.
    pub asymmetric: Option<&'static str>,
}

impl Senses {
    /// The senses of a request; adds the visual component where vision is an image.
    ///
    /// # Errors
    /// No sense of the body, a sense of a wrong shape, an image that is too small.
    pub fn new(request: &BrainRequest, brain: &mut BrainBuilder) -> Result<Self> {
        let there: Vec<&SensationSpec> = request
            .sensations
            .iter()
            .filter(|spec| !spec.is_empty())
            .collect();
        for spec in there.iter().filter(|spec| spec.sense != Sense::Vision) {
            if spec.shape.len() != 1 {
                let message = format!(
                    "the shape is {:?}; the sensorimotor brains read this sense as a vector",
                    spec.shape
                );
                return Err(Fault::new(FaultCode::Unsupported, message).on(spec.sense.name()));
            }
        }
        let find = |sense: Sense| there.iter().find(|spec| spec.sense == sense);
        let name = |sense: Sense| find(sense).map(|_| sense.name());
        let body: Vec<_> = [Sense::Touch, Sense::Proprioception]
            .into_iter()
            .filter_map(name)
            .collect();
        if body.is_empty() {
            let names: Vec<&str> = there.iter().map(|spec| spec.sense.name()).collect();
            let message = format!(
                "the somatosensory cortex needs touch or proprioception, and the task has only \
                 {}; for vision alone there is brain-visual",
                names.join(", ")
            );
            return Err(Fault::new(FaultCode::Unsupported, message));
        }
        let vision = match find(Sense::Vision).map(|spec| spec.shape.as_slice()) {
            None => None,
            Some([_]) => Some(Sense::Vision.name().to_owned()),
            Some(&[height, width, _]) => Some(visual::build(brain, height, width)?),
            Some(shape) => {
                let message = format!("the shape is {shape:?}; an image is [H, W, channels]");
                let fault = Fault::new(FaultCode::Unsupported, message);
                return Err(fault.on(Sense::Vision.name()));
            }
        };
        Ok(Self {
            body,
            vision,
            goal: name(Sense::Goal),
            asymmetric: name(Sense::Asymmetric),
        })
    }
}
