//! A chunk as one run of numbers, to be sent to another process.

use crate::{Rollout, RolloutForm};

impl RolloutForm {
    /// Numbers that a record of a chunk takes, C steps of one environment.
    #[must_use]
    pub fn record_len(&self) -> usize {
        let senses = self.sensation_len - self.image_len;
        let floats = self.chunk_length * (senses + self.action_len + SCALARS) + self.state_len;
        floats + (self.chunk_length * (1 + self.image_len)).div_ceil(size_of::<f32>())
    }
}

/// Log-probability, value, advantage, value target.
const SCALARS: usize = 4;

/// Takes consecutive pieces of a record.
struct Cursor<'r, T>(&'r mut [T]);

impl<'r, T> Cursor<'r, T> {
    fn take(&mut self, n: usize) -> &'r mut [T] {
        let (piece, rest) = std::mem::take(&mut self.0).split_at_mut(n);
        self.0 = rest;
        piece
    }
}

impl Rollout {
    /// Writes all that optimisation needs of the chunk of a column and an environment.
    ///
    /// # Panics
    /// The record is not [`record_len`](RolloutForm::record_len) long.
    pub fn write_record(&self, column: usize, environment: usize, record: &mut [f32]) {
        let form = self.form;
        let (v, a) = (form.image_len, form.action_len);
        let w = form.sensation_len - v;
        let (steps, mut record) = (form.chunk_length, Cursor(record));
        for i in form.transitions(column, environment) {
            record
                .take(w)
                .copy_from_slice(&self.senses[i * w..(i + 1) * w]);
            record.take(a).copy_from_slice(self.action(i));
            record.take(SCALARS).copy_from_slice(&[
                self.action_log_probs[i],
                self.values[i],
                self.advantages[i],
                self.value_targets[i],
            ]);
        }
        let state = self.state(column, environment);
        record.take(form.state_len).copy_from_slice(state);
        let mut bytes = Cursor(bytemuck::cast_slice_mut::<f32, u8>(record.0));
        for (begin, i) in bytes
            .take(steps)
            .iter_mut()
            .zip(form.transitions(column, environment))
        {
            *begin = u8::from(self.begins[i]);
        }
        for i in form.transitions(column, environment) {
            bytes
                .take(v)
                .copy_from_slice(&self.images[i * v..(i + 1) * v]);
        }
    }

    /// Takes up the record of a chunk as that of a column and an environment.
    ///
    /// # Panics
    /// The record is not [`record_len`](RolloutForm::record_len) long.
    pub fn read_record(&mut self, column: usize, environment: usize, record: &mut [f32]) {
        let form = self.form;
        let (v, a) = (form.image_len, form.action_len);
        let w = form.sensation_len - v;
        let (steps, mut record) = (form.chunk_length, Cursor(record));
        for i in form.transitions(column, environment) {
            self.senses[i * w..(i + 1) * w].copy_from_slice(record.take(w));
            self.actions[i * a..(i + 1) * a].copy_from_slice(record.take(a));
            let scalars = record.take(SCALARS);
            self.action_log_probs[i] = scalars[0];
            self.values[i] = scalars[1];
            self.advantages[i] = scalars[2];
            self.value_targets[i] = scalars[3];
        }
        let l = form.state_len;
        let place = (column * form.environments + environment) * l;
        self.states[place..place + l].copy_from_slice(record.take(l));
        let mut bytes = Cursor(bytemuck::cast_slice_mut::<f32, u8>(record.0));
        let begins = bytes.take(steps);
        for (begin, i) in begins.iter().zip(form.transitions(column, environment)) {
            self.begins[i] = *begin != 0;
        }
        for i in form.transitions(column, environment) {
            self.images[i * v..(i + 1) * v].copy_from_slice(bytes.take(v));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_the_same_wherever_it_is_taken_up() {
        let form = RolloutForm {
            horizon: 6,
            environments: 3,
            sensation_len: 7,
            image_len: 5,
            action_len: 2,
            state_len: 4,
            chunk_length: 3,
            forgets: false,
        };
        let mut from = Rollout::new(form);
        let mut n = 0;
        let mut next = || {
            n += 1;
            n as f32
        };
        for numbers in [
            &mut from.senses,
            &mut from.states,
            &mut from.actions,
            &mut from.action_log_probs,
            &mut from.values,
            &mut from.advantages,
            &mut from.value_targets,
        ] {
            numbers.fill_with(&mut next);
        }
        for (i, pixel) in from.images.iter_mut().enumerate() {
            *pixel = i as u8;
        }
        for (i, begin) in from.begins.iter_mut().enumerate() {
            *begin = i % 4 == 0;
        }
        // As another process keeps what it is dealt: one environment, chunk after chunk.
        let mut to = Rollout::new(RolloutForm {
            horizon: 9,
            environments: 1,
            ..form
        });
        let mut record = vec![f32::NAN; form.record_len()];
        from.write_record(1, 2, &mut record);
        to.read_record(2, 0, &mut record);
        let (mut sent, mut taken) = ([0.0; 7], [0.0; 7]);
        for (i, j) in form.transitions(1, 2).zip(to.form.transitions(2, 0)) {
            from.copy_sensation(i, &mut sent);
            to.copy_sensation(j, &mut taken);
            assert_eq!(sent, taken);
            assert_eq!(from.action(i), to.action(j));
            assert_eq!(from.action_log_probs[i], to.action_log_probs[j]);
            assert_eq!(from.values[i], to.values[j]);
            assert_eq!(from.advantages[i], to.advantages[j]);
            assert_eq!(from.value_targets[i], to.value_targets[j]);
            assert_eq!(from.begins[i], to.begins[j]);
        }
        assert_eq!(from.state(1, 2), to.state(2, 0));
    }
}
