//! The script of a job: what sbatch reads, and what a node does.

use crate::slurm::quote::{for_file_pattern, for_sbatch, for_shell};
use crate::slurm::{Launcher, Seeds, Site, TimeLimit};
use std::fmt::Write;

/// A job, everything decided. Paths are absolute.
#[derive(Debug, Clone)]
pub struct Job {
    /// Name of the job, and of its run; of an array, what the runs' names begin with.
    pub name: String,
    /// Where it runs: what relative paths are relative to.
    pub folder: String,
    /// Where its output goes, without the number of the job.
    pub output: String,
    /// The file of this script, for messages.
    pub script: String,
    /// The seeds of an array.
    pub seeds: Option<Seeds>,
    /// How many jobs of the array may run at the same time.
    pub parallel: Option<u64>,
    /// Processes, and what each has.
    pub launch: Launch,
    /// Time limit of each segment.
    pub time: TimeLimit,
    /// Memory of each node.
    pub mem: Option<String>,
    /// Further options of sbatch.
    pub sbatch: Vec<String>,
    /// Variables that the run needs.
    pub environment: Vec<(String, String)>,
    /// The program on the nodes.
    pub program: String,
    /// Arguments of `run` that do not depend on the segment.
    pub arguments: Vec<String>,
}

/// Processes, and what each has.
#[derive(Debug, Clone)]
pub struct Launch {
    /// What starts them.
    pub launcher: Launcher,
    /// Nodes.
    pub nodes: u64,
    /// Processes on each.
    pub tasks_per_node: u64,
    /// Cores of each process.
    pub cpus_per_task: u64,
    /// GPUs on each node.
    pub gpus_per_node: Option<String>,
}

impl Job {
    /// The script.
    #[must_use]
    pub fn script(&self, site: &Site) -> String {
        let mut script = String::from("#!/bin/bash\n");
        self.options(site, &mut script);
        // Before anything that takes time: the signals' own answer would be to end the script.
        script.push_str(TRAPS);
        let version = env!("CARGO_PKG_VERSION");
        let _ = writeln!(
            script,
            "\n# Written by `angora-host submit` {version}. Each segment goes on with the same run; submitted\n# again after its end, it does so too."
        );
        self.run_name(&mut script);
        self.setup(site, &mut script);
        self.command(site, &mut script);
        script.push_str(WAIT);
        let again = format!("sbatch {}", for_shell(&self.script));
        let _ = writeln!(script, "again={}", for_shell(&again));
        let _ = writeln!(script, "most={}", site.max_requeues);
        script.push_str(REQUEUE);
        script
    }

    /// What sbatch reads.
    fn options(&self, site: &Site, script: &mut String) {
        let launch = &self.launch;
        let number = if self.seeds.is_some() { "%A_%a" } else { "%j" };
        let output = format!("{}-{number}.out", for_file_pattern(&self.output));
        let mut options = vec![
            format!("--job-name={}", self.name),
            format!("--chdir={}", self.folder),
            format!("--output={output}"),
            "--open-mode=append".into(),
            format!("--nodes={}", launch.nodes),
            format!("--ntasks-per-node={}", launch.tasks_per_node),
            format!("--cpus-per-task={}", launch.cpus_per_task),
        ];
        let more = [
            ("gpus-per-node", &launch.gpus_per_node),
            ("mem", &self.mem),
            ("account", &site.account),
            ("partition", &site.partition),
            ("qos", &site.qos),
        ];
        for (name, value) in more {
            options.extend(value.iter().map(|value| format!("--{name}={value}")));
        }
        options.push(format!("--time={}", self.time));
        options.push(format!("--signal=B:USR1@{}", site.notice_secs));
        options.push("--requeue".into());
        if let Some(seeds) = &self.seeds {
            let last = seeds.all().len() - 1;
            let parallel = self.parallel.map(|n| format!("%{n}")).unwrap_or_default();
            options.push(format!("--array=0-{last}{parallel}"));
        }
        for option in options {
            let _ = writeln!(script, "#SBATCH {}", for_sbatch(&option));
        }
        for line in site.sbatch.iter().chain(&self.sbatch) {
            let _ = writeln!(script, "#SBATCH {line}");
        }
    }

    /// The run that the segments share.
    fn run_name(&self, script: &mut String) {
        match &self.seeds {
            None => {
                let _ = writeln!(script, "name={}", for_shell(&self.name));
            }
            Some(seeds) => {
                let all: Vec<String> = seeds.all().iter().map(u64::to_string).collect();
                let _ = writeln!(script, "seeds=({})", all.join(" "));
                script.push_str("seed=${seeds[$SLURM_ARRAY_TASK_ID]}\n");
                let _ = writeln!(script, "name={}-seed-$seed", for_shell(&self.name));
            }
        }
    }

    /// Modules, lines of the site, variables.
    fn setup(&self, site: &Site, script: &mut String) {
        if !site.modules.is_empty() || !site.setup.is_empty() {
            script.push_str("\nset -e\n");
            if !site.modules.is_empty() {
                script.push_str(FIND_MODULE);
            }
            for module in &site.modules {
                let _ = writeln!(script, "module load {}", for_shell(module));
            }
            for line in &site.setup {
                let _ = writeln!(script, "{line}");
            }
            script.push_str("set +e\n");
        }
        if !self.environment.is_empty() {
            script.push('\n');
        }
        for (name, value) in &self.environment {
            let _ = writeln!(script, "export {name}={}", for_shell(value));
        }
    }

    /// What runs, one word a line.
    fn command(&self, site: &Site, script: &mut String) {
        script.push_str("\ncommand=(\n");
        let launch = &self.launch;
        let tasks = launch.nodes * launch.tasks_per_node;
        let mut words: Vec<String> = match launch.launcher {
            Launcher::None => Vec::new(),
            Launcher::Srun => vec![
                "srun".into(),
                format!("--ntasks={tasks}"),
                // srun has not taken it over from sbatch since SLURM 22.05.
                format!("--cpus-per-task={}", launch.cpus_per_task),
                "--kill-on-bad-exit=1".into(),
            ],
            Launcher::Mpirun => vec!["mpirun".into(), "-np".into(), tasks.to_string()],
        };
        if launch.launcher != Launcher::None {
            words.extend(site.launcher_options.iter().cloned());
        }
        words.push(self.program.clone());
        words.push("run".into());
        for word in &words {
            let _ = writeln!(script, "    {}", for_shell(word));
        }
        script.push_str("    --resume-or-begin \"$name\"\n");
        // What modules and waiting for nodes took is gone already.
        let _ = writeln!(
            script,
            "    --wall-clock \"$(({} - SECONDS))s\"",
            self.time.secs()
        );
        if self.seeds.is_some() {
            script.push_str("    --seed \"$seed\"\n");
        }
        for argument in &self.arguments {
            let _ = writeln!(script, "    {}", for_shell(argument));
        }
        script.push_str(")\n");
    }
}

const TRAPS: &str = r#"trap 'warned=1; woken=1; [ -z "$pid" ] || kill -USR1 "$pid" 2>/dev/null' USR1
trap 'ended=1; woken=1; [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null' TERM
"#;

const FIND_MODULE: &str = r#"# A shell that is no login shell may not know it.
command -v module >/dev/null || for file in /etc/profile.d/{modules,lmod,z00_lmod}.sh; do
    [ ! -r "$file" ] || . "$file"
done
"#;

/// Waiting ends early when a signal comes, so it begins again then. The exit code of a process
/// that has been waited for may be forgotten: 127.
const WAIT: &str = r#"
status=75
if [ -z "$warned$ended" ]; then
    "${command[@]}" &
    pid=$!
    # What came before it had a number.
    [ -z "$warned" ] || kill -USR1 "$pid" 2>/dev/null
    [ -z "$ended" ] || kill -TERM "$pid" 2>/dev/null
    status=127
    while :; do
        woken=
        wait "$pid"
        code=$?
        [ "$code" = 127 ] || status=$code
        [ -n "$woken" ] || break
    done
fi

"#;

const REQUEUE: &str = r#"# 75: saved, and there is more to do. 138: SIGUSR1 came before the run could listen.
[ "$status" != 138 ] || [ -z "$warned" ] || status=75
[ "$status" = 75 ] || exit "$status"
# The number of the first job of an array stands for all of them, so each says which it is.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
job=${job:-$SLURM_JOB_ID}
if [ -n "$ended" ]; then
    echo "job       ended by SLURM, saved; \`$again\` goes on" >&2
elif [ -z "$job" ]; then
    echo "job       saved; \`$again\` goes on" >&2
elif [ "${SLURM_RESTART_COUNT:-0}" -ge "$most" ]; then
    echo "job       saved after $most requeues; \`$again\` goes on" >&2
elif scontrol requeue "$job"; then
    echo "job       $job saved and requeued" >&2
    exit 0
else
    echo "job       saved, but SLURM does not requeue it; \`$again\` goes on" >&2
fi
exit 75
"#;
