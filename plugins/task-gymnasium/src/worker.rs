//! The Python process that has the environment.

use crate::config::Config;
use angora_bridge::{BridgeError, Client};
use angora_sdk::{Fault, FaultCode, Result};
use serde_json::json;
use std::process::Command;

/// What runs in it, in this order, in one namespace.
const FILES: [(&str, &str); 3] = [
    (
        "channel.py",
        include_str!("../../../sdk/python/angora_gym/channel.py"),
    ),
    ("spaces.py", include_str!("spaces.py")),
    ("worker.py", include_str!("worker.py")),
];

/// Runs what it is sent. Modules are not looked for in the working directory, which may be anybody's.
const BEGIN: &str = "import sys
sys.path[:] = [place for place in sys.path if place]
import json
try:
    import ctypes
    # PR_SET_PDEATHSIG, SIGKILL: it ends with the host even if it never reads from its pipe again.
    ctypes.CDLL(None).prctl(1, 9)
except Exception:
    pass
for name, text in json.loads(sys.stdin.buffer.readline()):
    exec(compile(text, 'task-gymnasium/' + name, 'exec'), globals())";

/// Starts a worker; it makes its environment while others go on.
///
/// # Errors
/// There is no such interpreter.
pub fn start(config: &Config) -> Result<Client> {
    let mut preamble = json!(FILES).to_string();
    preamble.push('\n');
    let mut command = Command::new(&config.python);
    command.args(["-c", BEGIN]).arg(json!(config).to_string());
    Client::start(command, preamble.as_bytes()).map_err(|error| {
        let message = format!(
            "the Python {:?} of a worker: {error}; task_config.python names one that has gymnasium",
            config.python
        );
        Fault::new(FaultCode::Config, message).on("python")
    })
}

/// Why a worker has no environment, as a fault of the setting that it is about.
#[must_use]
pub fn unready(config: &Config, error: &BridgeError) -> Fault {
    let python = &config.python;
    let (field, message) = match error {
        BridgeError::Refused(refusal) => (refusal.field.as_str(), refusal.message.clone()),
        BridgeError::Died { said, .. }
            if ["gymnasium", "numpy"]
                .iter()
                .any(|name| said.contains(&format!("No module named '{name}'"))) =>
        {
            let message = format!(
                "{python:?} has no gymnasium: install it ({python} -m pip install gymnasium), or let task_config.python name the Python that has it"
            );
            ("python", message)
        }
        other => {
            let message = format!("a worker for {:?} in {python:?}: {other}", config.id);
            ("", message)
        }
    };
    Fault::new(FaultCode::Config, message).on(field)
}
