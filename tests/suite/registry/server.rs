//! A real registry server: Debian's docker-registry on a free port, with a password.

use angora_tests::{Host, repository};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// `lab` with the password `grasp: reach`, in bcrypt.
const USERS: &str = "lab:$2b$04$TUcMmobThA2d9RlknSeDgOtmiEDC./Kml7XrNTwhdpd2i6xjadK/y\n";
/// Base64 of user and password, as `docker login` keeps them.
pub const LOGIN: &str = "bGFiOmdyYXNwOiByZWFjaA==";
pub const WRONG_LOGIN: &str = "bGFiOndyb25n";
pub const CREDENTIALS: &str = "lab:grasp: reach";

/// A server that ends with its owner.
pub struct Server {
    child: Child,
    pub port: u16,
    pub folder: TempDir,
}

impl Server {
    /// Starts it; nothing where the tests were told to do without.
    pub fn start() -> Option<Self> {
        if std::env::var("ANGORA_DOCKER_REGISTRY").is_ok_and(|value| value == "off") {
            println!("skipped: ANGORA_DOCKER_REGISTRY is off");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let path = folder.path().display();
        std::fs::write(folder.path().join("users"), USERS).unwrap();
        let config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {path}/data}}, delete: {{enabled: true}}}}\n\
             http: {{addr: 127.0.0.1:{port}}}\n\
             auth: {{htpasswd: {{realm: lab, path: {path}/users}}}}\n"
        );
        let file = folder.path().join("config.yml");
        std::fs::write(&file, config).unwrap();
        let child = Command::new(program())
            .arg("serve")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry, which `./angora test` fetches; ANGORA_DOCKER_REGISTRY=off leaves these tests out");
        let server = Self {
            child,
            port,
            folder,
        };
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(30), "no answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    /// As `--registry` names it.
    pub fn registry(&self) -> String {
        format!("oci://127.0.0.1:{}/angora", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The one that `./angora test` has fetched, or that of the system.
fn program() -> PathBuf {
    let fetched = repository().join("native/docker-registry/usr/bin/docker-registry");
    match fetched.exists() {
        true => fetched,
        false => "docker-registry".into(),
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Gives a user a login, as `docker login` would.
pub fn log_in(host: &Host, port: u16, login: &str) {
    let config = format!("{{\"auths\": {{\"127.0.0.1:{port}\": {{\"auth\": \"{login}\"}}}}}}");
    write_config(host, &config);
}

pub fn write_config(host: &Host, config: &str) {
    let folder: &Path = &host.folder().join(".docker");
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("config.json"), config).unwrap();
}
