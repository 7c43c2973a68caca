//! What `doctor` says of this machine, and of one on which things are missing.

use angora_tests::{Host, Outcome, repository, target};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn report(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn finding<'r>(report: &'r Value, probe: &str) -> &'r Value {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|f| f["probe"] == probe).expect(probe)
}

#[test]
fn this_machine_is_described() {
    let host = Host::new();
    let outcome = host.call(&["doctor", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
    let report = report(&outcome);
    assert_eq!(report["works"], true);
    let facts = |probe: &str| finding(&report, probe)["facts"].clone();
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(facts("cores")["usable"], cores);
    assert_eq!(facts("mujoco")["version"], "3.17.0");
    let library = facts("mujoco")["library"].as_str().unwrap().to_owned();
    assert!(Path::new(&library).is_file(), "{library}");
    assert_eq!(facts("host")["contract"], "1.0.0");
    assert!(
        facts("host")["rustc"]
            .as_str()
            .unwrap()
            .starts_with("rustc 1.")
    );
    let plugins = facts("plugins")["plugins"].as_array().unwrap().clone();
    assert!(
        plugins
            .iter()
            .any(|p| p["name"] == "task-classic-control" && p["version"] == "0.1.0")
    );
    assert_eq!(
        (&facts("disk")["writable"], &facts("disk")["locks"]),
        (&true.into(), &true.into())
    );
    assert!(facts("memory")["total_bytes"].as_u64().unwrap() > 1 << 28);
    // The tests of cameras need it too.
    assert_eq!(finding(&report, "pictures")["status"], "ok", "{report}");
    assert!(
        !host.folder().join("runs").exists(),
        "to look makes nothing"
    );

    let words = host.call(&["doctor"]);
    assert_eq!(words.code, Some(0));
    assert!(
        words
            .stdout
            .contains("ok        mujoco     MuJoCo 3.17.0 ("),
        "{}",
        words.stdout
    );
    assert!(
        words
            .stdout
            .ends_with("a run with default settings works here\n")
    );
}

/// A copy of the program, away from the plugins beside it.
fn copy(host: &Host, name: &str, edit: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let mut bytes = std::fs::read(target().join("angora-host")).unwrap();
    edit(&mut bytes);
    let path = host.folder().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn what_is_missing_is_said_with_what_installs_it() {
    let host = Host::new();
    let program = copy(&host, "away/angora-host", |_| {});
    let output = Command::new(&program)
        .args(["doctor", "--json", "--runs", "/proc/runs"])
        .env_clear()
        // Where EGL looks for drivers.
        .env("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent")
        .current_dir(host.folder())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert_eq!(report["works"], false);
    let cases = [
        (
            "plugins",
            "problem",
            "missing: brain simple",
            "./angora setup",
        ),
        ("disk", "problem", "/proc cannot be written", "--runs DIR"),
        (
            "pictures",
            "absent",
            "no scene can be drawn",
            "libegl1 libgl1-mesa-dri",
        ),
        ("mpi", "absent", "no mpirun", "openmpi-bin libopenmpi-dev"),
        ("slurm", "absent", "no sbatch, srun, scontrol", "submit"),
    ];
    for (probe, status, summary, fix) in cases {
        let finding = finding(&report, probe);
        assert_eq!(finding["status"], status, "{finding}");
        assert!(
            finding["summary"].as_str().unwrap().contains(summary),
            "{finding}"
        );
        assert!(finding["fix"].as_str().unwrap().contains(fix), "{finding}");
    }
    assert_eq!(finding(&report, "mujoco")["status"], "ok");
}

/// Programs that are there, as their makers' own print.
#[test]
fn what_other_programs_say_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let host = Host::new();
    let programs = host.folder().join("programs");
    std::fs::create_dir(&programs).unwrap();
    let program = |name: &str, text: &str| {
        let path = programs.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    program(
        "mpiexec",
        "printf 'HYDRA build details:\\n    Version:      4.0.2\\n'",
    );
    program("sbatch", "echo slurm 24.05.1");
    program("srun", "exit 0");
    program("scontrol", "exit 0");
    program(
        "nvidia-smi",
        "echo 'NVIDIA A100-SXM4-40GB, 40960 MiB, 550.54.15'",
    );
    let path = programs.to_str().unwrap();
    let call = || {
        let environment = [
            ("PATH", path),
            ("SLURM_JOB_ID", "12"),
            ("SLURM_CPUS_PER_TASK", "0"),
        ];
        report(&host.call_in(&environment, &["doctor", "--json"]))
    };
    let seen = call();
    assert_eq!(finding(&seen, "mpi")["facts"]["version"], "MPICH 4.0.2");
    assert_eq!(finding(&seen, "slurm")["facts"]["version"], "slurm 24.05.1");
    assert_eq!(finding(&seen, "slurm")["facts"]["job"], "12");
    assert_eq!(
        finding(&seen, "gpu")["facts"]["gpus"][0]["memory"],
        "40960 MiB"
    );
    let cores = finding(&seen, "cores");
    assert_eq!(cores["fix"], "give runs --threads 0", "{cores}");

    program(
        "nvidia-smi",
        "echo 'Driver/library version mismatch' >&2; exit 18",
    );
    let seen = call();
    let gpu = finding(&seen, "gpu");
    assert_eq!(gpu["status"], "absent");
    assert_eq!(
        gpu["summary"],
        "nvidia-smi fails: Driver/library version mismatch"
    );
    assert_eq!(
        seen["works"], true,
        "a GPU that is not well keeps nobody from a default run"
    );
}

/// A driver that takes the process with it takes the probe only.
#[test]
fn a_crash_is_a_finding() {
    let host = Host::new();
    // The library that EGL is told to load as its driver is ended by its own start.
    let source = host.folder().join("driver.c");
    let driver = host.folder().join("libdriver.so");
    let code =
        "#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }\n";
    std::fs::write(&source, code).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&driver, &source])
        .status();
    assert!(built.unwrap().success());
    let vendor = host.folder().join("vendor.json");
    let description = serde_json::json!({
        "file_format_version": "1.0.0",
        "ICD": { "library_path": driver.to_str().unwrap() },
    });
    std::fs::write(&vendor, description.to_string()).unwrap();
    let environment = [("__EGL_VENDOR_LIBRARY_FILENAMES", vendor.to_str().unwrap())];
    let outcome = host.call_in(&environment, &["doctor", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
    let report = report(&outcome);
    let pictures = finding(&report, "pictures");
    assert_eq!(pictures["status"], "absent");
    assert!(
        pictures["summary"].as_str().unwrap().contains("signal: 6"),
        "{pictures}"
    );
}

/// The cores that this process is bound to, not those of the machine.
#[test]
fn bound_cores_are_counted() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status
        .lines()
        .find_map(|l| l.strip_prefix("Cpus_allowed_list:"))
        .unwrap();
    let first = allowed.trim().split([',', '-']).next().unwrap();
    let output = Command::new("taskset")
        .args(["-c", first])
        .arg(target().join("angora-host"))
        .args(["doctor", "--json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let cores = &finding(&report, "cores")["facts"];
    assert_eq!(
        (&cores["usable"], &cores["set"]),
        (&1.into(), &first.into())
    );
}

/// Without MuJoCo the program does not start at all; the script says why, and what to do.
#[test]
fn without_mujoco_the_script_says_so() {
    let host = Host::new();
    // Where the program looks for it is written in the program.
    let facts = report(&host.call(&["doctor", "--json"]));
    let library = finding(&facts, "mujoco")["facts"]["library"]
        .as_str()
        .unwrap()
        .to_owned();
    let name = Path::new(&library)
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    copy(&host, "debug/angora-host", |bytes| {
        let name = name.as_bytes();
        let places: Vec<usize> = (0..bytes.len() - name.len())
            .filter(|&at| bytes[at] == b'l' && &bytes[at..at + name.len()] == name)
            .collect();
        assert!(!places.is_empty());
        for at in places {
            // No library is called so.
            bytes[at + 3] = b'X';
        }
    });
    let output = Command::new(repository().join("angora"))
        .arg("doctor")
        .env("CARGO_TARGET_DIR", host.folder())
        .env_remove("LD_LIBRARY_PATH")
        .current_dir(host.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the program does not start"), "{said}");
    assert!(said.contains("`./angora setup` fetches MuJoCo"), "{said}");
}

/// The JSON is what `host/docs/doctor.schema.json` says; the parts of JSON Schema that are in it.
#[test]
fn the_json_is_that_of_the_schema() {
    let path = repository().join("host/docs/doctor.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let report = report(&Host::new().call(&["doctor", "--json"]));
    check(&schema, &schema, &report, "report");
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root
            .pointer(reference.strip_prefix('#').unwrap())
            .expect(reference);
        return check(root, target, value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let names: Vec<&Value> = choices.iter().map(|choice| &choice["const"]).collect();
        assert!(
            names.contains(&value),
            "{place}: {value} is none of {names:?}"
        );
        return;
    }
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    assert!(
        types.contains(&is.into()),
        "{place}: {value} is none of {types:?}"
    );
    if let Some(items) = value.as_array() {
        for (i, item) in items.iter().enumerate() {
            check(root, &schema["items"], item, &format!("{place}[{i}]"));
        }
    }
    let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    else {
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(
            object.contains_key(name.as_str().unwrap()),
            "{place} has no {name}"
        );
    }
    for (name, value) in object {
        let property = properties
            .get(name)
            .unwrap_or_else(|| panic!("{place}.{name}"));
        check(root, property, value, &format!("{place}.{name}"));
    }
}
