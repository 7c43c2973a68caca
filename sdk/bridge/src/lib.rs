//! Environments in another process, over shared memory.
//!
//! README.md has the protocol, which is the same for servers and clients in any language:
//! [`greeting`] is what a server says first, [`layout`] where everything lies, [`memory`] the
//! memory itself. [`client`] and [`server`] are the
//! two ends.

pub mod client;
pub mod greeting;
pub mod layout;
pub mod memory;
pub mod server;

pub use client::{BridgeError, Client};
pub use greeting::{Greeting, Refusal};
pub use layout::Layout;
pub use server::{Request, Server, refuse};
