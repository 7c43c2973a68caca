//! What a checkpoint holds.

use crate::CheckpointError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// A tensor with a dotted name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// `policy.layer_1.kernel`.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Values, row major.
    pub values: Vec<f32>,
}

/// One stage's part, with a version of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Version of the section's form.
    pub version: u32,
    /// The content.
    pub data: serde_json::Value,
}

/// Everything of a run at the end of a cycle.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Cycles done.
    pub cycle: u64,
    /// Sections by name.
    pub sections: BTreeMap<String, Section>,
    /// The brain's parameters.
    pub brain: Vec<NamedTensor>,
    /// The optimiser's state.
    pub optimiser: Vec<NamedTensor>,
}

/// What a packed snapshot begins with; the numbers of its tensors follow.
#[derive(Serialize, Deserialize)]
struct Head {
    cycle: u64,
    sections: BTreeMap<String, Section>,
    brain: Vec<(String, Vec<usize>)>,
    optimiser: Vec<(String, Vec<usize>)>,
}

impl Snapshot {
    /// As bytes, for another process of the same run.
    ///
    /// # Errors
    /// Content that JSON cannot hold.
    pub fn pack(&self) -> Result<Vec<u8>, CheckpointError> {
        let names = |tensors: &[NamedTensor]| {
            let named = tensors.iter().map(|t| (t.name.clone(), t.shape.clone()));
            named.collect()
        };
        let head = Head {
            cycle: self.cycle,
            sections: self.sections.clone(),
            brain: names(&self.brain),
            optimiser: names(&self.optimiser),
        };
        let text = serde_json::to_vec(&head).map_err(|e| packed(&e.to_string()))?;
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend(text);
        for tensor in self.brain.iter().chain(&self.optimiser) {
            bytes.extend(tensor.values.iter().flat_map(|x| x.to_le_bytes()));
        }
        Ok(bytes)
    }

    /// From those bytes.
    ///
    /// # Errors
    /// They are something else.
    pub fn unpack(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let short = || packed("it ends too early");
        let (len, rest) = bytes.split_first_chunk::<8>().ok_or_else(short)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| short())?;
        let (text, mut rest) = rest.split_at_checked(len).ok_or_else(short)?;
        let head: Head = serde_json::from_slice(text).map_err(|e| packed(&e.to_string()))?;
        let mut tensors = |names: Vec<(String, Vec<usize>)>| {
            let tensor = |(name, shape): (String, Vec<usize>)| {
                // A size beyond any is more than what is there.
                let bytes = shape.iter().try_fold(4_usize, |n, d| n.checked_mul(*d));
                let bytes = bytes.ok_or_else(short)?;
                let (values, others) = rest.split_at_checked(bytes).ok_or_else(short)?;
                rest = others;
                let values = values.as_chunks::<4>().0.iter();
                Ok(NamedTensor {
                    name,
                    shape,
                    values: values.map(|bytes| f32::from_le_bytes(*bytes)).collect(),
                })
            };
            names
                .into_iter()
                .map(tensor)
                .collect::<Result<Vec<_>, CheckpointError>>()
        };
        Ok(Self {
            cycle: head.cycle,
            brain: tensors(head.brain)?,
            optimiser: tensors(head.optimiser)?,
            sections: head.sections,
        })
    }

    /// Adds a section.
    ///
    /// # Errors
    /// Content that JSON cannot hold.
    pub fn put<T: Serialize>(
        &mut self,
        name: &str,
        version: u32,
        content: &T,
    ) -> Result<(), CheckpointError> {
        let data = serde_json::to_value(content).map_err(|e| CheckpointError::Section {
            section: name.to_owned(),
            reason: e.to_string(),
        })?;
        let section = Section { version, data };
        self.sections.insert(name.to_owned(), section);
        Ok(())
    }

    /// Reads a section of a version.
    ///
    /// # Errors
    /// It is missing, of another version, or of another form.
    pub fn get<T: DeserializeOwned>(&self, name: &str, version: u32) -> Result<T, CheckpointError> {
        let wrong = |reason: String| CheckpointError::Section {
            section: name.to_owned(),
            reason,
        };
        let section = self
            .sections
            .get(name)
            .ok_or_else(|| wrong("it is missing".into()))?;
        if section.version != version {
            return Err(wrong(format!(
                "it has version {}, expected {version}",
                section.version
            )));
        }
        serde_json::from_value(section.data.clone()).map_err(|e| wrong(e.to_string()))
    }
}

fn packed(reason: &str) -> CheckpointError {
    CheckpointError::Section {
        section: "packed".to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_arrives_as_it_was_sent() {
        let tensor = |name: &str, values: &[f32]| NamedTensor {
            name: name.to_owned(),
            shape: vec![values.len()],
            values: values.to_vec(),
        };
        let mut snapshot = Snapshot {
            cycle: 7,
            brain: vec![
                tensor("a", &[1.0, -0.0, f32::MIN_POSITIVE]),
                tensor("b", &[]),
            ],
            optimiser: vec![tensor("first.a", &[0.1, 0.2, 0.3])],
            ..Snapshot::default()
        };
        snapshot.put("counters", 1, &0.1_f64).expect("a number");
        let bytes = snapshot.pack().expect("bytes");
        assert_eq!(Snapshot::unpack(&bytes).expect("the same"), snapshot);
        for end in [0, 5, 20, bytes.len() - 1] {
            assert!(Snapshot::unpack(&bytes[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_shape_that_no_memory_holds_is_refused() {
        for shape in ["[4611686018427387904]", "[4611686018427387904,4]"] {
            let head =
                format!(r#"{{"cycle":1,"sections":{{}},"brain":[["a",{shape}]],"optimiser":[]}}"#);
            let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
            bytes.extend(head.as_bytes());
            assert!(Snapshot::unpack(&bytes).is_err(), "{shape}");
        }
    }
}
