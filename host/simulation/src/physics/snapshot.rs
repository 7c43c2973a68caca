//! Saving and restoring a simulation in mid-episode.

use super::{Physics, PhysicsError, Sizes, view, view_mut};
use crate::views::Contact;
use mujoco_rs::wrappers::MjtState;

/// First bytes of a snapshot; the digit is the revision.
const MAGIC: &[u8; 8] = b"angphys2";
/// The first revision, which lacked the last arrays.
const MAGIC_1: &[u8; 8] = b"angphys1";
/// Derived arrays of a snapshot.
const ARRAYS: usize = 17;
/// Those of the first revision.
const ARRAYS_1: usize = 14;
/// Everything that MuJoCo's integration depends on, the solver's warm start included.
const STATE: u32 = MjtState::mjSTATE_INTEGRATION as u32;
/// Bytes of a contact in a snapshot.
const CONTACT_BYTES: usize = 40;

impl Physics {
    /// The simulation as bytes: MuJoCo's integration state (time, positions, velocities,
    /// activations, warm start, inputs, applied forces, mocap poses, plugin state), and every
    /// derived array of [`Views`](crate::views::Views), contacts included, as it stands. The
    /// latter is needed because tasks read them before the next evaluation: after a step they
    /// are older than the positions and cannot be computed again.
    ///
    /// Little endian; not meant to outlive the model.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let state = self.data.state(STATE);
        let derived = self.derived();
        let numbers: usize = derived.iter().map(|array| array.len()).sum();
        let mut bytes = Vec::with_capacity(
            32 + 8 * (state.len() + numbers) + CONTACT_BYTES * self.contacts.len(),
        );
        bytes.extend_from_slice(MAGIC);
        for count in [state.len(), numbers, self.contacts.len()] {
            bytes.extend_from_slice(&(count as u64).to_le_bytes());
        }
        let arrays = std::iter::once(&*state).chain(derived.iter().map(|array| &**array));
        for number in arrays.flatten() {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for contact in &self.contacts {
            bytes.extend_from_slice(&contact.geom1.to_le_bytes());
            bytes.extend_from_slice(&contact.geom2.to_le_bytes());
            for number in std::iter::once(&contact.distance).chain(&contact.position) {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        bytes
    }

    /// Continues from [`save`](Self::save), bit by bit: all that [`views`](Self::views) shows
    /// is as it was, and each following step gives what it would have given. Nothing has to be
    /// evaluated in between; do not call [`forward`](Self::forward), which would make derived
    /// quantities newer than they were. An earlier failure is forgotten.
    ///
    /// # Errors
    /// [`PhysicsError::State`] for bytes that do not belong to this model, which leaves the
    /// simulation as it was; those of [`reset`](Self::reset).
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), PhysicsError> {
        let wrong = |message: &str| PhysicsError::State {
            message: message.into(),
        };
        let mut reader = Reader(bytes);
        let arrays = match reader.take::<8>() {
            Some(magic) if magic == *MAGIC => ARRAYS,
            Some(magic) if magic == *MAGIC_1 => ARRAYS_1,
            _ => return Err(wrong("it is none, or of another revision")),
        };
        let mut count = || reader.take().map(u64::from_le_bytes).map(|n| n as usize);
        let (Some(state_len), Some(derived_len), Some(contact_len)) = (count(), count(), count())
        else {
            return Err(wrong("it is cut short"));
        };
        let derived = self.derived();
        let present: usize = derived[..arrays].iter().map(|array| array.len()).sum();
        if state_len != self.model.state_size(STATE) || derived_len != present {
            return Err(wrong("it belongs to another model"));
        }
        let contact_bytes = contact_len.checked_mul(CONTACT_BYTES);
        if contact_bytes.map(|n| n + 8 * (state_len + derived_len)) != Some(reader.0.len()) {
            return Err(wrong("its length is not what it says"));
        }

        let state: Vec<f64> = reader.numbers(state_len).collect();
        self.reset()?;
        let written = self.data.set_state(&state, STATE);
        written.map_err(|error| wrong(&error.to_string()))?;
        for array in self.derived_mut().into_iter().take(arrays) {
            let len = array.len();
            array
                .iter_mut()
                .zip(reader.numbers(len))
                .for_each(|(to, from)| *to = from);
        }
        for _ in 0..contact_len {
            let mut geom = || reader.take().map_or(-1, i32::from_le_bytes);
            let (geom1, geom2) = (geom(), geom());
            let mut number = || reader.take().map_or(0.0, f64::from_le_bytes);
            let (distance, position) = (number(), [number(), number(), number()]);
            self.contacts.push(Contact {
                geom1,
                geom2,
                distance,
                position,
            });
        }
        Ok(())
    }

    /// The derived arrays that tasks can read, in the order of a snapshot.
    fn derived(&self) -> [&[f64]; ARRAYS] {
        // SAFETY: MuJoCo's own arrays of these lengths; `self` is borrowed.
        self.derived_parts()
            .map(|(data, len)| unsafe { view(data, len) })
    }

    /// The same, to be written.
    fn derived_mut(&mut self) -> [&mut [f64]; ARRAYS] {
        // SAFETY: MuJoCo's own arrays of these lengths, which do not overlap; `self` is
        // borrowed exclusively.
        self.derived_parts()
            .map(|(data, len)| unsafe { view_mut(data, len) })
    }

    /// Place and length of the derived arrays.
    fn derived_parts(&self) -> [(*mut f64, usize); ARRAYS] {
        let Sizes {
            nv,
            nu,
            na,
            nbody,
            ngeom,
            nsite,
            nsensordata,
            ntendon,
            ..
        } = self.sizes;
        let raw = self.data.ffi();
        [
            (raw.sensordata, nsensordata),
            (raw.xpos, 3 * nbody),
            (raw.xquat, 4 * nbody),
            (raw.xipos, 3 * nbody),
            (raw.site_xpos, 3 * nsite),
            (raw.site_xmat, 9 * nsite),
            (raw.geom_xpos, 3 * ngeom),
            (raw.cvel, 6 * nbody),
            (raw.cinert, 10 * nbody),
            (raw.cfrc_ext, 6 * nbody),
            (raw.qfrc_actuator, nv),
            (raw.actuator_force, nu),
            (raw.qfrc_constraint, nv),
            (raw.ten_length, ntendon),
            (raw.act_dot, na),
            (raw.actuator_length, nu),
            (raw.actuator_velocity, nu),
        ]
    }
}

/// Bytes that are read from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// The next `N` bytes.
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next `len` numbers.
    fn numbers(&mut self, len: usize) -> impl Iterator<Item = f64> {
        (0..len).map_while(|_| self.take().map(f64::from_le_bytes))
    }
}
