//! `doctor`: what is on this machine, and what is missing.

use super::print_json;
use crate::args::DoctorArguments;
use crate::config::{ConfigError, Source};
use crate::doctor::{Subject, draw_alone, examine};
use crate::error::HostError;

/// Looks at everything; 1 where a run with default settings would not work.
pub fn doctor(arguments: &DoctorArguments) -> Result<u8, HostError> {
    match arguments.alone.as_deref() {
        None => {}
        Some("pictures") => return draw_alone().map(|()| 0),
        Some(other) => {
            let problem = format!("there is no probe {other:?} that runs alone; known: pictures");
            return Err(ConfigError::new(Source::CommandLine, "--alone", problem).into());
        }
    }
    let report = examine(&Subject {
        runs: arguments.runs.clone(),
    });
    if arguments.json {
        print_json(&report)?;
    } else {
        print!("{}", report.text());
    }
    Ok(u8::from(!report.works))
}
