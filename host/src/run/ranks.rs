//! What the processes of a run must agree on.
//!
//! Every process goes through the same steps. Where one of them can fail alone (a plugin's fault,
//! a full disk) all are told, so that none waits for one that does not come.

use crate::error::HostError;
use angora_comm::{World, WorldError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Tells all processes how this one has fared; the others' values come back in the order of the
/// ranks.
///
/// # Errors
/// The error of this process, or that of the first one that has failed. An error that a lower rank
/// has too is left to it to print.
pub fn confer<T: Serialize + DeserializeOwned>(
    world: &mut World,
    what: &'static str,
    outcome: Result<T, HostError>,
) -> Result<Vec<T>, HostError> {
    if world.size() == 1 {
        return Ok(vec![outcome?]);
    }
    if let Err(HostError::World(error)) = outcome {
        // The others cannot be told.
        return Err(error.into());
    }
    let word = match &outcome {
        Ok(value) => Word::Value(value),
        Err(error) => Word::Failed(Failure {
            code: error.exit_code(),
            message: error.to_string(),
        }),
    };
    let mine = serde_json::to_vec(&word).map_err(|e| HostError::Run(format!("{what}: {e}")))?;
    let all = world.all_gather_any(what, &mine)?;
    let mut values = Vec::with_capacity(all.len());
    let mut first: Option<(usize, Failure)> = None;
    let mut said_before = false;
    for (rank, bytes) in all.iter().enumerate() {
        match serde_json::from_slice(bytes) {
            Ok(Word::Value(value)) => values.push(value),
            Ok(Word::Failed(failure)) => {
                said_before |= rank < world.rank()
                    && outcome
                        .as_ref()
                        .is_err_and(|own| own.to_string() == failure.message);
                first.get_or_insert((rank, failure));
            }
            Err(error) => {
                let message = format!("rank {rank} has sent something else in {what}: {error}");
                return Err(HostError::Run(message));
            }
        }
    }
    match (outcome, first) {
        (Ok(_), None) => Ok(values),
        (Err(own), _) if !said_before => Err(own),
        (Err(_), None) => Err(HostError::Run(format!(
            "{what}: no answer from this process"
        ))),
        (_, Some((rank, failure))) => Err(HostError::Peer {
            rank,
            host: world.seats()[rank].host.clone(),
            code: failure.code,
            message: failure.message,
        }),
    }
}

/// How a process has fared.
#[derive(serde::Serialize, serde::Deserialize)]
enum Word<T> {
    Value(T),
    Failed(Failure),
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Failure {
    code: u8,
    message: String,
}

/// Goes on where all have succeeded.
///
/// # Errors
/// As [`confer`].
pub fn agree<T>(
    world: &mut World,
    what: &'static str,
    outcome: Result<T, HostError>,
) -> Result<T, HostError> {
    let (value, outcome) = match outcome {
        Ok(value) => (Some(value), Ok(())),
        Err(error) => (None, Err(error)),
    };
    confer(world, what, outcome)?;
    value.ok_or_else(|| HostError::Run(format!("{what} has failed elsewhere")))
}

/// What rank 0 alone does, and what comes of it for everyone.
///
/// # Errors
/// As [`confer`].
pub fn from_leader<T: Serialize + DeserializeOwned>(
    world: &mut World,
    what: &'static str,
    work: impl FnOnce() -> Result<T, HostError>,
) -> Result<T, HostError> {
    // A list of one: in JSON `Some(None)` would be no more than `None`.
    let outcome = if world.leads() {
        work().map(|value| vec![value])
    } else {
        Ok(Vec::new())
    };
    let mut said = confer(world, what, outcome)?;
    let of_leader = said.swap_remove(0).pop();
    of_leader.ok_or_else(|| HostError::Run(format!("{what}: nothing from rank 0")))
}

/// What rank 0 alone does and keeps; the others go on where it succeeds.
///
/// # Errors
/// As [`confer`].
pub fn leader_only<T>(
    world: &mut World,
    what: &'static str,
    work: impl FnOnce() -> Result<T, HostError>,
) -> Result<Option<T>, HostError> {
    let outcome = if world.leads() {
        work().map(Some)
    } else {
        Ok(None)
    };
    agree(world, what, outcome)
}

/// Bytes of rank 0, as they are, to everyone.
///
/// # Errors
/// Others did not come.
pub fn bytes_from_leader(
    world: &mut World,
    what: &'static str,
    bytes: Vec<u8>,
) -> Result<Vec<u8>, WorldError> {
    if world.size() == 1 {
        return Ok(bytes);
    }
    world.broadcast_any(what, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_alone_agrees_with_itself() {
        let mut world = World::solo();
        assert_eq!(confer(&mut world, "a test", Ok(3)).expect("alone"), [3]);
        assert_eq!(agree(&mut world, "a test", Ok("x")).expect("alone"), "x");
        let failed: Result<(), HostError> = Err(HostError::Run("no".into()));
        let error = agree(&mut world, "a test", failed).expect_err("its own error");
        assert_eq!(error.to_string(), "no");
        assert_eq!(
            from_leader(&mut world, "a test", || Ok(1.5)).expect("alone"),
            1.5
        );
    }
}
