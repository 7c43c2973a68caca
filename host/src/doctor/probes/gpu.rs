//! GPUs, through the driver's own program: nothing of the driver is linked or loaded.

use crate::doctor::ask::{Answer, ask, find_program};
use crate::doctor::{Finding, Subject};
use serde_json::{Value, json};

const QUERY: &str = "--query-gpu=name,memory.total,driver_version";

pub fn probe(_: &Subject) -> Vec<Finding> {
    let visible = std::env::var("CUDA_VISIBLE_DEVICES").ok();
    vec![finding().fact("cuda_visible_devices", visible)]
}

fn finding() -> Finding {
    let driver = std::fs::read_to_string("/proc/driver/nvidia/version").ok();
    let Some(program) = find_program("nvidia-smi") else {
        return match driver {
            None => Finding::absent("gpu", "no NVIDIA driver: brains learn on the CPU").fix(
                "with an NVIDIA GPU, install its driver (Debian: apt-get install nvidia-driver nvidia-smi)",
            ),
            Some(_) => Finding::absent("gpu", "the NVIDIA driver is loaded, but nvidia-smi is not here")
                .fix("apt-get install nvidia-smi"),
        };
    };
    match ask(&program, &[QUERY, "--format=csv,noheader"]) {
        Answer::Said(text) => found(&text),
        Answer::Failed { said, ended } => {
            let reason = if said.is_empty() { ended } else { said };
            Finding::absent("gpu", format!("nvidia-smi fails: {reason}"))
                .fix("reboot after an update of the driver, or ask whoever keeps the machine")
        }
        Answer::Silent => Finding::absent("gpu", "nvidia-smi does not come to an end"),
        Answer::Missing => Finding::absent("gpu", "nvidia-smi cannot be started"),
    }
}

/// `NVIDIA A100, 40960 MiB, 550.54`, a line for each.
fn found(text: &str) -> Finding {
    let gpus: Vec<Value> = text
        .lines()
        .map(|line| {
            let mut parts = line.split(", ").map(str::trim);
            let mut next = || parts.next().unwrap_or_default().to_owned();
            json!({ "name": next(), "memory": next(), "driver": next() })
        })
        .collect();
    if gpus.is_empty() {
        return Finding::absent("gpu", "the NVIDIA driver sees no GPU");
    }
    let names: Vec<String> = gpus
        .iter()
        .filter_map(|gpu| {
            Some(format!(
                "{} ({})",
                gpu["name"].as_str()?,
                gpu["memory"].as_str()?
            ))
        })
        .collect();
    let mut summary = names.join(", ");
    let mut finding = Finding::ok("gpu", &summary);
    if !cfg!(feature = "cuda") {
        summary.push_str("; this build has no --device cuda");
        finding = Finding::ok("gpu", summary).fix("cargo build -p angora-host --features cuda");
    }
    finding.fact("gpus", gpus)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Status;

    #[test]
    fn what_nvidia_smi_says_is_read() {
        let two =
            found("NVIDIA A100-SXM4-40GB, 40960 MiB, 550.54.15\nTesla T4, 15360 MiB, 550.54.15");
        assert_eq!(two.status, Status::Ok);
        assert!(
            two.summary
                .starts_with("NVIDIA A100-SXM4-40GB (40960 MiB), Tesla T4 (15360 MiB)")
        );
        assert_eq!(two.facts["gpus"][1]["driver"], "550.54.15");
        assert_eq!(found("").status, Status::Absent);
    }
}
