//! Several hosts on one machine: network namespaces with addresses of their own, one process in
//! each. One of them is killed or cut off while it gathers, sums gradients or saves.

use crate::determinism::latest_checkpoint;
use angora_tests::{Host, Launch, Mpi, Outcome};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Hosts.
const N: usize = 3;

/// Namespaces, a bridge between them, and a way for mpirun to start processes there.
struct Network {
    name: String,
    subnet: String,
    agent: PathBuf,
}

fn ip(arguments: &str) -> bool {
    let words = arguments.split_whitespace();
    let output = Command::new("ip").args(words).output();
    output.is_ok_and(|output| output.status.success())
}

/// Words to a host that is gone are given up after some 13 s; by default after 15 minutes, so that
/// mpirun would go on telling it to end.
fn impatient(space: &str) -> bool {
    let set = "echo 5 > /proc/sys/net/ipv4/tcp_retries2";
    let output = Command::new("ip")
        .args(["netns", "exec", space, "sh", "-c", set])
        .output();
    output.is_ok_and(|output| output.status.success())
}

impl Network {
    /// `None`, and a word on it, where this process may not make namespaces.
    fn new(host: &Host, number: u32) -> Option<Self> {
        let name = format!("ang{}x{number}", std::process::id());
        // Addresses of one test do not meet those of another that runs at the same time.
        let subnet = format!("10.{}.{}", 64 + std::process::id() % 128, number);
        let network = Self {
            agent: host.folder().join("agent.sh"),
            name,
            subnet,
        };
        let up = network.up();
        if !up {
            println!("skipped: network namespaces cannot be made here");
            return None;
        }
        // As ssh is called: options, the host, the command.
        let script = format!(
            "#!/bin/bash\nwhile [[ $1 == -* ]]; do shift; done\nhost=$1; shift\nexec ip netns exec {}-${{host##*.}} unshare --uts bash -c \"hostname node${{host##*.}}; $*\"\n",
            network.name
        );
        std::fs::write(&network.agent, script).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&network.agent, mode).unwrap();
        Some(network)
    }

    fn up(&self) -> bool {
        let Self { name, subnet, .. } = self;
        let bridge = format!("b{name}");
        let mut up =
            ip(&format!("link add {bridge} type bridge")) && ip(&format!("link set {bridge} up"));
        for i in 1..=N {
            up = up
                && ip(&format!("netns add {name}-{i}"))
                && ip(&format!(
                    "link add v{name}{i} type veth peer name eth0 netns {name}-{i}"
                ))
                && ip(&format!("link set v{name}{i} master {bridge} up"))
                && ip(&format!("-n {name}-{i} addr add {subnet}.{i}/24 dev eth0"))
                && ip(&format!("-n {name}-{i} link set eth0 up"))
                && ip(&format!("-n {name}-{i} link set lo up"))
                && impatient(&format!("{name}-{i}"));
        }
        up
    }

    /// A process on each host; mpirun itself is on the first.
    /// It gives up on a host after 11 s without a word: later than the processes do, which say more.
    fn launch(&self) -> Launch {
        let Self {
            name,
            subnet,
            agent,
        } = self;
        let hosts: Vec<String> = (1..=N).map(|i| format!("{subnet}.{i}:1")).collect();
        // mpirun ends all when it misses a node: long after our processes have waited rank_timeout_secs,
        // whose message is looked for, also on a busy machine.
        let mpirun = format!(
            "hostname node1; exec mpirun.openmpi --allow-run-as-root --host {} -np {N} --mca plm_rsh_agent {} --mca oob_tcp_if_include {subnet}.0/24 --mca btl_tcp_if_include {subnet}.0/24 --mca btl self,vader,tcp --mca oob_tcp_keepalive_time 40 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 8 \"$0\" \"$@\"",
            hosts.join(","),
            agent.display()
        );
        let words = [
            "ip",
            "netns",
            "exec",
            &format!("{name}-1"),
            "unshare",
            "--uts",
            "bash",
            "-c",
        ];
        let mut prefix: Vec<String> = words.map(str::to_owned).to_vec();
        prefix.push(mpirun);
        Launch::behind(prefix)
    }

    /// Takes the cable out of a host.
    fn cut_off(&self, host: usize) {
        assert!(ip(&format!("-n {}-{host} link set eth0 down", self.name)));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for i in 1..=N {
            // Whatever still runs there is of this test alone.
            let space = format!("{}-{i}", self.name);
            let pids = Command::new("ip").args(["netns", "pids", &space]).output();
            let pids = pids.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
            for pid in pids.unwrap_or_default().split_whitespace() {
                let _ = Command::new("kill").args(["-9", pid]).status();
            }
            ip(&format!("netns del {space}"));
        }
        ip(&format!("link del b{}", self.name));
    }
}

const SMALL: &[&str] = &[
    "run",
    "--quiet",
    "--task",
    "CartPole-v1",
    "--preset",
    "none",
    "--environments",
    "9",
];

#[test]
fn hosts_do_not_change_a_run() {
    let host = Host::new();
    let (Some(_), Some(network)) = (Mpi::find("openmpi"), Network::new(&host, 1)) else {
        return;
    };
    let settings = [
        "--cycles",
        "3",
        "--horizon",
        "64",
        "--set",
        "ppo.minibatch_size=192",
    ];
    let train = |launch: &Launch, runs: &str| {
        let arguments = [SMALL, &settings, &["--runs", runs]].concat();
        let outcome = host.launch(launch, &arguments);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        latest_checkpoint(&host.only_run(runs))
    };
    assert!(train(&network.launch(), "hosts") == train(&Launch::solo(), "solo"));
}

/// Work of which one phase is by far the longest.
const GATHERING: &[&str] = &[
    "--horizon",
    "16384",
    "--set",
    "ppo.epochs=1",
    "--set",
    "ppo.minibatch_size=16384",
];
const SUMMING: &[&str] = &[
    "--brain",
    "wider",
    "--horizon",
    "64",
    "--set",
    "ppo.epochs=20",
    "--set",
    "ppo.minibatch_size=96",
];
const SAVING: &[&str] = &[
    "--brain",
    "wider",
    "--horizon",
    "32",
    "--set",
    "ppo.epochs=1",
    "--set",
    "ppo.minibatch_size=96",
];

fn harmed(
    number: u32,
    work: &[&str],
    harm: impl FnOnce(&Network, u32),
) -> Option<(Outcome, Duration)> {
    let host = Host::new();
    Mpi::find("openmpi")?;
    let network = Network::new(&host, number)?;
    let long = [
        "--cycles",
        "1000000",
        "--set",
        "checkpoint.interval_secs=0",
        "--set",
        "rank_timeout_secs=5",
    ];
    // One at a time computes: where several do, their processes wait for the processors.
    static COMPUTING: Mutex<()> = Mutex::new(());
    let alone = COMPUTING.lock();
    let child = host.start_launched(&network.launch(), &[SMALL, work, &long].concat());
    let run = host.wait_for_checkpoint(2);
    let victim = host.process_of_rank(child.id(), N - 1);
    let start = Instant::now();
    harm(&network, victim);
    drop(alone);
    let outcome = host.finish(child);
    let took = start.elapsed();
    assert_ne!(outcome.code, Some(0), "{}", outcome.stderr);
    // The last checkpoint is whole, and the run goes on from it.
    let latest = std::fs::read_to_string(run.join("checkpoints/latest")).unwrap();
    let done: u64 = latest.trim().trim_start_matches("cycle-").parse().unwrap();
    let cycles = (done + 1).to_string();
    let goes_on = host.call(&[
        "run",
        "--quiet",
        "--resume",
        run.to_str().unwrap(),
        "--cycles",
        &cycles,
    ]);
    assert_eq!(goes_on.code, Some(0), "{}", goes_on.stderr);
    Some((outcome, took))
}

/// Side by side: most of their time they wait for a host that has fallen silent.
fn each_of(cases: &[(u32, &[&str])], check: impl Fn(u32, &[&str]) + Sync) {
    std::thread::scope(|scope| {
        for &(number, work) in cases {
            let check = &check;
            scope.spawn(move || check(number, work));
        }
    });
}

#[test]
fn a_host_whose_process_is_killed_ends_all() {
    each_of(
        &[(2, GATHERING), (3, SUMMING), (4, SAVING)],
        |number, work| {
            let kill = |_: &Network, victim: u32| {
                let status = Command::new("kill")
                    .args(["-9", &victim.to_string()])
                    .status();
                assert!(status.is_ok_and(|status| status.success()));
            };
            if let Some((_, took)) = harmed(number, work, kill) {
                assert!(took < Duration::from_secs(120), "{work:?}: {took:?}");
            }
        },
    );
}

#[test]
fn a_host_that_is_cut_off_ends_all() {
    each_of(
        &[(5, GATHERING), (6, SUMMING), (7, SAVING)],
        |number, work| {
            let cut = |network: &Network, _: u32| network.cut_off(N);
            if let Some((outcome, took)) = harmed(number, work, cut) {
                let said = &outcome.stderr;
                // Who says so first is not known, nor how long the cycles are that patience follows.
                assert!(said.contains(" has waited "), "{said}");
                assert!(said.contains(" s for ranks on other nodes in "), "{said}");
                assert!(took < Duration::from_secs(240), "{work:?}: {took:?}");
            }
        },
    );
}
