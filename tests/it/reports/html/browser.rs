//! A browser that a test drives: as much of `WebDriver` (<https://www.w3.org/TR/webdriver2/>) as the tests need.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The keys of `WebDriver` that are no characters (<https://www.w3.org/TR/webdriver2/#keyboard-actions>).
pub(super) const ENTER: &str = "\u{e007}";
pub(super) const ESCAPE: &str = "\u{e00c}";
pub(super) const TAB: &str = "\u{e004}";
pub(super) const END: &str = "\u{e010}";
pub(super) const DOWN: &str = "\u{e015}";
pub(super) const UP: &str = "\u{e013}";

/// A headless Chromium with one page. Both end with it.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    profile: TempDir,
}

impl Browser {
    /// Starts it.
    pub(super) fn start() -> Self {
        // Free a moment ago; the driver says in no other way that can be waited for which one it takes.
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let driver = driver.expect(
            "chromedriver runs: install Chromium and its driver, as tests/run does where it can (Debian: apt-get install chromium chromium-driver)",
        );
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "chromedriver does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Self {
            driver,
            port,
            session: String::new(),
            profile,
        };
        browser.session = browser.new_session();
        browser
    }

    fn new_session(&self) -> String {
        let args = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", self.profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": args},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let made = self.request("POST", "/session", Some(&wanted));
        made["sessionId"].as_str().unwrap().to_owned()
    }

    /// Sends a request and returns the `value` of the answer.
    #[track_caller]
    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (is_good, mut answer) = self.exchange(method, path, body).unwrap();
        assert!(is_good, "{method} {path} {body:?}: {answer:#}");
        answer["value"].take()
    }

    /// Sends a request, and returns whether it went well and the answer. The driver does not close its end, so the length counts.
    fn exchange(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> io::Result<(bool, Value)> {
        let body = body.map_or_else(String::new, Value::to_string);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut reader = BufReader::new(stream);
        let (mut status, mut length) = (String::new(), 0);
        reader.read_line(&mut status)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(io::Error::other)?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer)?;
        Ok((status.contains(" 200 "), serde_json::from_slice(&answer)?))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.request(
            "POST",
            &format!("/session/{}{path}", self.session),
            Some(body),
        )
    }

    /// Opens a file.
    pub(super) fn open(&self, file: &Path) {
        self.post(
            "/url",
            &json!({"url": format!("file://{}", file.display())}),
        );
    }

    /// Runs the body of a function in the page and returns what it returns.
    pub(super) fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Runs the body of a function that calls its last argument when it is done.
    pub(super) fn run_async(&self, script: &str) -> Value {
        self.post("/execute/async", &json!({"script": script, "args": []}))
    }

    /// Returns the text of an element; empty where it is hidden.
    pub(super) fn text(&self, id: &str) -> String {
        let value = self.run(&format!("return document.getElementById('{id}').innerText"));
        value.as_str().unwrap().to_owned()
    }

    /// Waits until `script` returns `expected`.
    #[track_caller]
    pub(super) fn wait(&self, script: &str, expected: &Value) {
        let start = Instant::now();
        loop {
            let value = self.run(script);
            if value == *expected {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "{script}: {value}, not {expected}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses and releases each key of `keys`.
    pub(super) fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()}))
            })
            .collect();
        self.post(
            "/actions",
            &json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]}),
        );
    }

    /// Sends a command of the `DevTools` protocol (<https://chromedevtools.github.io/devtools-protocol/>).
    pub(super) fn devtools(&self, command: &str, params: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({"cmd": command, "params": params}),
        )
    }

    /// Makes the page think that it is shown with these media features.
    pub(super) fn media(&self, media: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({"media": media, "features": features}),
        );
    }

    /// Makes the page so large, in CSS pixels, each of them `scale` real ones wide.
    pub(super) fn size(&self, width: u32, height: u32, scale: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Returns what the console was told since the last call.
    pub(super) fn console(&self) -> Vec<Value> {
        self.log("browser")
    }

    /// Returns the addresses that the page whose address ends with `page` asked for since the last call, but its own and those that
    /// are what they name: <https://chromedevtools.github.io/devtools-protocol/tot/Network/#event-requestWillBeSent>.
    pub(super) fn requests(&self, page: &str) -> Vec<String> {
        let messages = self.log("performance").into_iter().map(|entry| {
            let text = entry["message"].as_str().unwrap();
            serde_json::from_str::<Value>(text).unwrap()["message"].take()
        });
        messages
            .filter(|message| {
                let of_page = message["params"]["documentURL"].as_str();
                message["method"] == "Network.requestWillBeSent"
                    && of_page.is_some_and(|address| address.ends_with(page))
            })
            .map(|message| {
                let address = message["params"]["request"]["url"].as_str();
                address.unwrap().to_owned()
            })
            .filter(|address| !address.ends_with(page) && !address.starts_with("data:"))
            .collect()
    }

    fn log(&self, name: &str) -> Vec<Value> {
        let log = self.post("/se/log", &json!({"type": name}));
        log.as_array().unwrap().clone()
    }

    /// Returns the page as a PDF, as somebody prints it: <https://www.w3.org/TR/webdriver2/#print-page>. A copy goes where pictures go.
    pub(super) fn print(&self, name: &str) -> Vec<u8> {
        let made = self.post("/print", &json!({"background": true}));
        let pdf = data_encoding::BASE64
            .decode(made.as_str().unwrap().as_bytes())
            .unwrap();
        keep(&format!("{name}.pdf"), &pdf);
        pdf
    }

    /// Writes a picture of the page to the folder that `KEYFENCE_TEST_PICTURES` names, for somebody who wants to see it.
    pub(super) fn picture(&self, name: &str) {
        let made = self.request(
            "GET",
            &format!("/session/{}/screenshot", self.session),
            None,
        );
        let png = data_encoding::BASE64
            .decode(made.as_str().unwrap().as_bytes())
            .unwrap();
        keep(&format!("{name}.png"), &png);
    }
}

/// Writes a file to the folder that `KEYFENCE_TEST_PICTURES` names.
fn keep(name: &str, bytes: &[u8]) {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the test says where pictures go"
    )]
    let folder = std::env::var_os("KEYFENCE_TEST_PICTURES");
    if let Some(folder) = folder {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(name), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A test that fails leaves no browser behind, and fails with its own words.
        drop(self.exchange("DELETE", &format!("/session/{}", self.session), None));
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}
