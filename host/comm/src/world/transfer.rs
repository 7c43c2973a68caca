//! Bytes from process to process, among all or among some.
//!
//! A transfer that others did not come to stays under way until the process ends: MPI cannot take
//! it back. Whoever hands over buffers must keep them after such an error
//! ([`std::mem::forget`] of what owns them); those of calls that copy are kept here.
#![allow(unsafe_code, reason = "calls the table of the MPI library")]

use super::table::Table;
use super::{Mpi, Seat, World, WorldError};
use std::ffi::c_int;

/// Some of the processes, who can exchange bytes without the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// For the MPI library; 0 are all.
    id: c_int,
    /// Place of this process among them.
    place: usize,
}

impl World {
    /// The processes of these ranks (ascending), for transfers among them. Every process must call
    /// it, with the same ranks; `None` for those that are not among them.
    ///
    /// # Errors
    /// MPI failed.
    pub fn group(&self, ranks: &[usize]) -> Result<Option<Group>, WorldError> {
        let place = ranks.iter().position(|rank| *rank == self.rank);
        let Some(Mpi(table)) = self.mpi.filter(|_| ranks.len() < self.size()) else {
            // All, who can say whom they have waited for.
            return Ok(place.map(|place| Group { id: 0, place }));
        };
        // SAFETY: every process calls it.
        let id = unsafe { (table.group)(c_int::from(place.is_some())) };
        if id < 0 {
            return Err(self.failed("forming a group", table));
        }
        Ok(place.map(|place| Group { id, place }))
    }

    fn everyone(&self) -> Group {
        Group {
            id: 0,
            place: self.rank,
        }
    }

    /// Everyone's bytes to everyone; `counts` has the number of bytes of each rank.
    ///
    /// # Errors
    /// Others did not come, or MPI failed.
    pub fn all_gather(
        &mut self,
        what: &'static str,
        mine: &[u8],
        all: &mut [u8],
        counts: &[usize],
    ) -> Result<(), WorldError> {
        self.all_gather_among(self.everyone(), what, mine, all, counts)
    }

    /// The same among the processes of a group; `counts` has the bytes of each of them.
    ///
    /// # Errors
    /// As [`all_gather`](Self::all_gather).
    pub fn all_gather_among(
        &mut self,
        group: Group,
        what: &'static str,
        mine: &[u8],
        all: &mut [u8],
        counts: &[usize],
    ) -> Result<(), WorldError> {
        let Some(Mpi(table)) = self.mpi else {
            all.copy_from_slice(mine);
            return Ok(());
        };
        assert_eq!(counts[group.place], mine.len(), "bytes of this rank");
        let (counts, offsets) = spans(what, counts, all.len())?;
        // SAFETY: `finish_transfer` returns when the transfer is done. Where it returns an error the
        // transfer may still be under way: what it uses is never given back (`keep`), by the
        // caller neither (see the module).
        let code = unsafe {
            (table.all_gather)(
                group.id,
                mine.as_ptr(),
                counts[group.place],
                all.as_mut_ptr(),
                counts.as_ptr(),
                offsets.as_ptr(),
            )
        };
        let outcome = self.finish_transfer(group, what, table, code);
        keep(outcome, (counts, offsets)).map(drop)
    }

    /// Everyone's bytes, however many each has. Allocates.
    ///
    /// # Errors
    /// As [`all_gather`](Self::all_gather).
    pub fn all_gather_any(
        &mut self,
        what: &'static str,
        mine: &[u8],
    ) -> Result<Vec<Vec<u8>>, WorldError> {
        let size = self.size();
        let mut lens = vec![0_u8; 8 * size];
        let len = (mine.len() as u64).to_le_bytes().to_vec();
        let outcome = self.all_gather(what, &len, &mut lens, &vec![8; size]);
        let (lens, _) = keep(outcome, (lens, len))?;
        let counts: Vec<usize> = lens
            .chunks_exact(8)
            .map(|bytes| bytes.try_into().map_or(0, u64::from_le_bytes) as usize)
            .collect();
        let (mine, mut all) = (mine.to_vec(), vec![0_u8; counts.iter().sum()]);
        let outcome = self.all_gather(what, &mine, &mut all, &counts);
        let (all, _) = keep(outcome, (all, mine))?;
        let mut rest = all.as_slice();
        let split = |n: &usize| {
            let (bytes, others) = rest.split_at(*n);
            rest = others;
            bytes.to_vec()
        };
        Ok(counts.iter().map(split).collect())
    }

    /// Bytes from each to each: `mine` and `theirs` are consecutive, so many bytes for and from
    /// each rank.
    ///
    /// # Errors
    /// Others did not come, or MPI failed.
    pub fn exchange(
        &mut self,
        what: &'static str,
        mine: &[u8],
        counts: &[usize],
        theirs: &mut [u8],
        their_counts: &[usize],
    ) -> Result<(), WorldError> {
        let all = self.everyone();
        self.exchange_among(all, what, mine, counts, theirs, their_counts)
    }

    /// The same among the processes of a group.
    ///
    /// # Errors
    /// As [`exchange`](Self::exchange).
    pub fn exchange_among(
        &mut self,
        group: Group,
        what: &'static str,
        mine: &[u8],
        counts: &[usize],
        theirs: &mut [u8],
        their_counts: &[usize],
    ) -> Result<(), WorldError> {
        let Some(Mpi(table)) = self.mpi else {
            theirs.copy_from_slice(mine);
            return Ok(());
        };
        let (counts, offsets) = spans(what, counts, mine.len())?;
        let (their_counts, their_offsets) = spans(what, their_counts, theirs.len())?;
        // SAFETY: as in `all_gather`.
        let code = unsafe {
            (table.exchange)(
                group.id,
                mine.as_ptr(),
                counts.as_ptr(),
                offsets.as_ptr(),
                theirs.as_mut_ptr(),
                their_counts.as_ptr(),
                their_offsets.as_ptr(),
            )
        };
        let outcome = self.finish_transfer(group, what, table, code);
        let used = (counts, offsets, their_counts, their_offsets);
        keep(outcome, used).map(drop)
    }

    /// The bytes of rank 0 to everyone.
    ///
    /// # Errors
    /// Others did not come, or MPI failed.
    pub fn broadcast(&mut self, what: &'static str, bytes: &mut [u8]) -> Result<(), WorldError> {
        let Some(Mpi(table)) = self.mpi else {
            return Ok(());
        };
        let n = count(what, bytes.len())?;
        // SAFETY: as in `all_gather`.
        let code = unsafe { (table.broadcast)(bytes.as_mut_ptr(), n, 0) };
        self.finish_transfer(self.everyone(), what, table, code)
    }

    /// The bytes of rank 0, however many, to everyone. Allocates.
    ///
    /// # Errors
    /// As [`broadcast`](Self::broadcast).
    pub fn broadcast_any(
        &mut self,
        what: &'static str,
        bytes: Vec<u8>,
    ) -> Result<Vec<u8>, WorldError> {
        let mut len = (bytes.len() as u64).to_le_bytes().to_vec();
        let outcome = self.broadcast(what, &mut len);
        let (len, bytes) = keep(outcome, (len, bytes))?;
        let mut bytes = if self.leads() {
            bytes
        } else {
            let len = len.as_slice().try_into().map_or(0, u64::from_le_bytes);
            vec![0; len as usize]
        };
        let outcome = self.broadcast(what, &mut bytes);
        keep(outcome, bytes)
    }

    /// Waits until every process has come here.
    ///
    /// # Errors
    /// Others did not come, or MPI failed.
    pub fn barrier(&mut self, what: &'static str) -> Result<(), WorldError> {
        let (mine, mut all) = (vec![0_u8], vec![0_u8; self.size()]);
        let outcome = self.all_gather(what, &mine, &mut all, &vec![1; self.size()]);
        keep(outcome, (mine, all)).map(drop)
    }

    fn finish_transfer(
        &mut self,
        group: Group,
        what: &'static str,
        table: &Table,
        code: c_int,
    ) -> Result<(), WorldError> {
        if code != 0 {
            return Err(self.failed(what, table));
        }
        // Others do not take part in what a group does, and are not late.
        if let Some(board) = self.board.as_mut().filter(|_| group.id == 0) {
            board.come(self.seats[self.rank].local);
        }
        let mut state = 0;
        let done = self.patience.wait(|| {
            // SAFETY: MPI was started.
            state = unsafe { (table.poll)() };
            state != 0
        });
        match (done, state) {
            (true, 1) => Ok(()),
            (true, _) => Err(self.failed(what, table)),
            (false, _) if group.id == 0 => Err(self.lost(what, self.missing())),
            (false, _) => Err(self.lost(what, "others that learn".to_owned())),
        }
    }

    /// Who has not come to the transfer under way, as far as that can be seen from here.
    fn missing(&self) -> String {
        let node = self.seat().node;
        let late = |seat: &Seat| match &self.board {
            Some(board) => seat.node == node && board.is_late(seat.local),
            None => false,
        };
        let seats = self.seats.iter().enumerate();
        let names: Vec<String> = seats
            .filter(|(_, seat)| late(seat))
            .map(|(rank, seat)| format!("rank {rank} on {}", seat.host))
            .collect();
        match (names.is_empty(), &self.board) {
            (false, _) => names.join(", "),
            (true, Some(_)) => "ranks on other nodes".to_owned(),
            (true, None) => "the other ranks".to_owned(),
        }
    }
}

/// Gives back what a transfer has used. After an error MPI may still read and write it at any
/// time: it is then kept until the process ends.
fn keep<T>(outcome: Result<(), WorldError>, used: T) -> Result<T, WorldError> {
    match outcome {
        Ok(()) => Ok(used),
        Err(error) => {
            std::mem::forget(used);
            Err(error)
        }
    }
}

fn count(what: &'static str, bytes: usize) -> Result<c_int, WorldError> {
    c_int::try_from(bytes).map_err(|_| WorldError::TooLarge { what, bytes })
}

/// Counts and offsets as MPI takes them, of a buffer of so many bytes.
fn spans(
    what: &'static str,
    counts: &[usize],
    len: usize,
) -> Result<(Vec<c_int>, Vec<c_int>), WorldError> {
    assert_eq!(counts.iter().sum::<usize>(), len, "bytes of all ranks");
    count(what, len)?;
    let mut offset = 0;
    let spans = counts.iter().map(|n| {
        let start = offset;
        offset += n;
        (*n as c_int, start as c_int)
    });
    Ok(spans.unzip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn what_a_lost_transfer_uses_is_kept() {
        let buffer = Rc::new([0_u8; 8]);
        drop(keep(Ok(()), buffer.clone()).expect("done"));
        assert_eq!(Rc::strong_count(&buffer), 1, "it is given back");
        let (what, bytes) = ("a test", 9);
        let lost = WorldError::TooLarge { what, bytes };
        keep(Err(lost), buffer.clone()).expect_err("lost");
        assert_eq!(Rc::strong_count(&buffer), 2, "it is kept");
    }
}
