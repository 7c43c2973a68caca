//! A real Chromium without a window, through `chromedriver` (W3C WebDriver: HTTP and JSON).

use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use ureq::Agent;

/// Longest time that anything on a page may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(50);

/// A browser with one page.
pub struct Browser {
    agent: Agent,
    driver: Child,
    session: String,
    /// Monitors whose token it has shown.
    entered: RefCell<BTreeSet<String>>,
}

/// The driver: `ANGORA_CHROMEDRIVER`, or the one on the path.
fn driver() -> Command {
    let program = std::env::var_os("ANGORA_CHROMEDRIVER").map(PathBuf::from);
    Command::new(program.unwrap_or_else(|| "chromedriver".into()))
}

impl Browser {
    /// Starts one. `None`, with a line that is counted as skipped, where `ANGORA_BROWSER=off`.
    pub fn start() -> Option<Self> {
        if std::env::var("ANGORA_BROWSER").is_ok_and(|value| value == "off") {
            println!("skipped: a page in the browser, since ANGORA_BROWSER=off");
            return None;
        }
        let mut driver = driver()
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: `./angora test` installs it (Debian: apt-get install chromium chromium-driver); ANGORA_BROWSER=off leaves these tests out");
        let port = port(&mut driver);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE * 2));
        let mut browser = Self {
            agent: config.build().into(),
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            entered: RefCell::default(),
        };
        let answer = browser.post("", &capabilities());
        let id = answer["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        browser.size(1280, 900);
        Some(browser)
    }

    fn try_post(&self, path: &str, body: &Value) -> Result<Value, Value> {
        let url = format!("{}{path}", self.session);
        let mut response = self.agent.post(&url).send_json(body).expect("an answer");
        let answer: Value = response.body_mut().read_json().expect("JSON");
        match &answer["value"] {
            value if value["error"].is_null() => Ok(value.clone()),
            value => Err(value.clone()),
        }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.try_post(path, body);
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Opens an address, and the page anew where only the part after `#` differs. A token in it is
    /// shown once.
    pub fn open(&self, url: &str) {
        let (link, view) = url.split_once('#').unwrap_or((url, ""));
        let plain = link.split('?').next().unwrap_or(link);
        if link != plain && self.entered.borrow_mut().insert(link.to_owned()) {
            self.go(link);
            self.wait("the page behind the token", "location.search === ''");
        }
        self.go("about:blank");
        self.go(&format!("{plain}#{view}"));
    }

    /// Opens an address as it is.
    pub fn go(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// Runs the body of a function in the page; its value.
    pub fn script(&self, body: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// The same of an async function.
    pub fn eventually(&self, body: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; (async () => {{ {body} }})().then(done, (error) => done('failed: ' + error));"
        );
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Waits until an expression is true in the page; its value.
    pub fn wait(&self, what: &str, expression: &str) -> Value {
        let begin = Instant::now();
        loop {
            let value = self.script(&format!("return {expression};"));
            if !matches!(value, Value::Null | Value::Bool(false)) && value != json!(0) {
                return value;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "{what}: never true: {expression}\npage: {}\nconsole: {:?}",
                self.text("#main"),
                self.log("browser")
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// Text of the first element that a selector finds.
    pub fn text(&self, selector: &str) -> String {
        let selector = json!(selector);
        let script = format!("return document.querySelector({selector})?.innerText ?? '';");
        self.script(&script).as_str().unwrap_or("").to_owned()
    }

    /// Clicks on the first element that a selector finds; again where the page was just being drawn
    /// anew.
    pub fn click(&self, selector: &str) {
        let begin = Instant::now();
        while let Err(error) = self.try_click(selector) {
            assert!(begin.elapsed() < PATIENCE, "click on {selector}: {error}");
            std::thread::sleep(PAUSE);
        }
    }

    /// Opens a menu and chooses an item; again where the page was being drawn anew in between, which
    /// closes the menu.
    pub fn choose(&self, menu: &str, item: &str) {
        let begin = Instant::now();
        let text = json!(item);
        let sheet = json!(format!("{menu} .sheet button"));
        let choice = format!(
            "const item = [...document.querySelectorAll({sheet})].find((button) => button.textContent === {text});
             item?.click();
             return Boolean(item);"
        );
        loop {
            self.click(&format!("{menu} > button"));
            if self.script(&choice) == json!(true) {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{menu}: no {item}");
            std::thread::sleep(PAUSE);
        }
    }

    fn try_click(&self, selector: &str) -> Result<(), Value> {
        let body = json!({ "using": "css selector", "value": selector });
        let element = self.try_post("/element", &body)?;
        let id = element
            .as_object()
            .and_then(|object| object.values().next())
            .and_then(Value::as_str)
            .expect("an element");
        self.try_post(&format!("/element/{id}/click"), &json!({}))?;
        Ok(())
    }

    /// Types on the keyboard, wherever the focus is.
    pub fn keys(&self, text: &str) {
        let strokes: Vec<Value> = text
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() }))
            })
            .collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", &json!({ "actions": [keyboard] }));
    }

    /// What the developers' tools would do.
    pub fn tools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("/goog/cdp/execute", &body)
    }

    /// Size of the window, CSS pixels.
    pub fn size(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Whether the system prefers dark colours.
    pub fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.tools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.post("/se/log", &json!({ "type": kind }));
        entries.as_array().cloned().unwrap_or_default()
    }

    /// What must hold of every page: no error on the console, which has breaches of the content
    /// policy as well, and no request that leaves the machine.
    pub fn assert_clean(&self) {
        let errors: Vec<String> = self
            .log("browser")
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect();
        assert!(errors.is_empty(), "errors on the console: {errors:#?}");
        let mut requests = 0;
        for entry in self.log("performance") {
            let text = entry["message"].as_str().unwrap_or("{}");
            let message: Value = serde_json::from_str(text).expect("JSON");
            if message["message"]["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = message["message"]["params"]["request"]["url"].clone();
            let url = url.as_str().unwrap_or("");
            requests += 1;
            let local = [
                "http://127.0.0.1:",
                "blob:http://127.0.0.1:",
                "data:",
                "about:",
            ];
            assert!(
                local.iter().any(|start| url.starts_with(start)),
                "a request leaves the machine: {url}"
            );
        }
        assert!(requests > 5, "the requests of the page were not seen");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver closes its browser with the session.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver chose, which it says first.
fn port(driver: &mut Child) -> u16 {
    let output = driver.stdout.take().expect("its output");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let line = lines
        .find(|line| line.contains("successfully on port"))
        .expect("chromedriver says its port");
    // It must not stop at a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let digits = line.trim_end_matches('.').rsplit(' ').next();
    digits
        .and_then(|text| text.parse().ok())
        .expect("a port number")
}

fn capabilities() -> Value {
    let options = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        // WebGL in software.
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        // Nothing else can be reached, by whoever tries.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--lang=en-GB",
    ];
    let chrome = json!({ "args": options });
    let logs = json!({ "browser": "ALL", "performance": "ALL" });
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": chrome,
        "goog:loggingPrefs": logs,
        "timeouts": { "script": PATIENCE.as_millis() as u64 },
    } } })
}
