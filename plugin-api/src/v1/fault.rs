//! A fault as it crosses the boundary.

use crate::fault::{Fault, FaultCode};
use abi_stable::{
    StableAbi,
    std_types::{RResult, RString},
};

/// [`Fault`] with C layout.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct FaultAbi {
    /// A [`FaultCode`] as a number.
    pub code: u32,
    /// Zero.
    pub reserved: u32,
    /// What happened.
    pub message: RString,
    /// The field that it is about.
    pub field: RString,
    /// Source location in the plugin.
    pub location: RString,
}

/// What every call returns that can fail.
pub type Outcome<T> = RResult<T, FaultAbi>;

impl From<Fault> for FaultAbi {
    fn from(fault: Fault) -> Self {
        Self {
            code: fault.code as u32,
            reserved: 0,
            message: fault.message.into(),
            field: fault.field.into(),
            location: fault.location.into(),
        }
    }
}

impl From<FaultAbi> for Fault {
    fn from(fault: FaultAbi) -> Self {
        Self {
            code: FaultCode::from_code(fault.code),
            message: fault.message.into(),
            field: fault.field.into(),
            location: fault.location.into(),
        }
    }
}
