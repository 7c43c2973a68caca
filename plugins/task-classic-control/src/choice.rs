//! The choice of a discrete action.

use angora_sdk::{Action, Fault, Result};

/// The index of the choice, below `n`.
///
/// # Errors
/// An index that is not below `n`.
pub fn choice(action: Action<'_>, n: usize) -> Result<usize> {
    let index = action.index();
    if index < n {
        Ok(index)
    } else {
        Err(Fault::failed(format!("choice {index} of only {n}")).on("action"))
    }
}
