//! Author traits as the object of a module.

mod brain;
mod distribution;
mod preprocessor;
mod reward;
mod task;

pub use brain::{Design, brain};
pub use distribution::{Declare, distribution};
pub use preprocessor::{MakePreprocessor, first_preprocessor, preprocessor};
pub use reward::{Configurations, MakeReward, configurations, reward};
pub use task::{MakeTask, task};

use super::bindings::types;
use crate::{Fault, FaultCode};
use std::cell::RefCell;

type Result<T, E = Fault> = std::result::Result<T, E>;

impl From<Fault> for types::Fault {
    fn from(fault: Fault) -> Self {
        Self {
            code: fault.code as u32,
            message: fault.message,
            field: fault.field,
        }
    }
}

/// Cold data, which is JSON.
fn text(json: Vec<u8>) -> Result<String> {
    String::from_utf8(json).map_err(|e| Fault::new(FaultCode::Invalid, e.to_string()))
}

/// The object that `create` has made.
type Place<T> = RefCell<Option<T>>;

/// Calls the object.
fn with<T, R>(place: &Place<T>, call: impl FnOnce(&mut T) -> Result<R>) -> Result<R, types::Fault> {
    let mut object = place.borrow_mut();
    let object = object.as_mut().ok_or_else(|| {
        let message = "it was called before `create`";
        Fault::new(FaultCode::Invalid, message)
    })?;
    Ok(call(object)?)
}
