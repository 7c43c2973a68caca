//! No server outlives this process, however that ends.
//!
//! Each server leads a process group of its own. A small shell is told of the groups over a pipe;
//! when the pipe ends, because this process has, the shell kills those that are left, with all
//! that they have started. It is killed by nobody: it leads a group of its own and ignores the
//! signals of terminals and batch systems.
//!
//! Servers are started by a thread that lives as long as the process, so that a server may also
//! ask the system to be killed when the thread that has started it ends (`PR_SET_PDEATHSIG`).

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

const KEEPER: &str = r#"trap '' HUP INT QUIT TERM USR1 USR2
groups=
while read -r word group; do
    case $word in
        begun) groups="$groups $group" ;;
        ended)
            left=
            for other in $groups; do
                [ "$other" = "$group" ] || left="$left $other"
            done
            groups=$left
            ;;
    esac
done
for group in $groups; do
    kill -s KILL -- "-$group"
done"#;

/// The pipe to the shell.
static PIPE: Mutex<Option<ChildStdin>> = Mutex::new(None);

type Job = (Command, Sender<io::Result<Child>>);

/// The thread that starts servers.
static STARTER: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// Starts a server in a process group of its own.
pub(super) fn start(mut command: Command) -> io::Result<Child> {
    command.process_group(0);
    let (answer, answered) = channel();
    let mut starter = STARTER.lock().unwrap_or_else(PoisonError::into_inner);
    let sender = match starter.take() {
        Some(sender) => sender,
        None => begin()?,
    };
    let gone = || io::Error::other("the thread that starts servers has ended");
    sender.send((command, answer)).map_err(|_| gone())?;
    *starter = Some(sender);
    drop(starter);
    let child = answered.recv().map_err(|_| gone())??;
    tell("begun", &child);
    Ok(child)
}

fn begin() -> io::Result<Sender<Job>> {
    let (jobs, given) = channel::<Job>();
    let thread = std::thread::Builder::new().name("servers".into());
    thread.spawn(move || {
        for (mut command, answer) in given {
            // Whoever asked has not gone away.
            let _ = answer.send(command.spawn());
        }
    })?;
    let mut keeper = Command::new("/bin/sh");
    let keeper = keeper
        .args(["-c", KEEPER, "keeper-of-servers"])
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Without a shell servers still end when their pipe does.
    let pipe = keeper
        .spawn()
        .ok()
        .and_then(|mut keeper| keeper.stdin.take());
    *PIPE.lock().unwrap_or_else(PoisonError::into_inner) = pipe;
    Ok(jobs)
}

/// Kills a server and all that it has started, and forgets it.
pub(super) fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // While anything of the group lives, its number is given to nothing else.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
    tell("ended", child);
}

fn tell(word: &str, child: &Child) {
    let mut pipe = PIPE.lock().unwrap_or_else(PoisonError::into_inner);
    let told = pipe
        .as_mut()
        .map(|pipe| writeln!(pipe, "{word} {}", child.id()));
    if told.is_some_and(|told| told.is_err()) {
        *pipe = None;
    }
}
