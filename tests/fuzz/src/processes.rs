//! What a launcher and other processes say.

use crate::text;
use angora_comm::fuzzing;

/// The environment of MPI, processors, and what another process says of itself.
pub fn mpi(data: &[u8]) {
    if let Some(seat) = fuzzing::seat(data) {
        let bytes = 8 * (4 + seat.processors.len());
        assert!(bytes <= data.len(), "{seat:?}");
    }
    let Some(text) = text(data) else { return };
    let _ = fuzzing::processors(text);
    let size = fuzzing::launched(|key| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        let found = lines.find(|(name, _)| *name == key);
        found.map(|(_, value)| value.to_owned())
    });
    assert!(size.is_none_or(|size| size > 1), "{size:?}");
}
