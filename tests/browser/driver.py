"""A browser, driven by WebDriver (W3C) with nothing but Python's library."""

import base64
import json
import subprocess
import time
import urllib.error
import urllib.request

KEY_ESCAPE = "\ue00c"


class Failed(Exception):
    """What the driver answered."""


class Browser:
    """A headless Chromium with a window of that size."""

    def __init__(self, width, height):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.address = None
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                self.address = f"http://127.0.0.1:{line.split('port')[-1].strip().rstrip('.')}"
                break
        if self.address is None:
            raise Failed("chromedriver did not start")
        options = {
            # Tests run as root, in containers that have little shared memory.
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--window-size={width},{height}"],
        }
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            # A page that opens a dialog has executed what it should only have shown.
            "unhandledPromptBehavior": "ignore",
        }
        session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = f"/session/{session['sessionId']}"

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Failed(json.load(error)["value"]["message"]) from error

    def _post(self, path, body=None):
        return self._call("POST", self.session + path, body or {})

    def open(self, url):
        """Opens an address; returns the seconds until everything was loaded."""
        self._post("/url", {"url": url})
        return self.run("return (performance.getEntriesByType('navigation')[0].loadEventEnd) / 1000")

    def run(self, script, *arguments):
        """The value of a script that returns one."""
        return self._post("/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script, *arguments):
        """The value of a script that calls its last argument with it."""
        return self._post("/execute/async", {"script": script, "args": list(arguments)})

    def keys(self, text):
        """Types on what has the focus."""
        actions = [{"type": kind, "value": sign} for sign in text for kind in ("keyDown", "keyUp")]
        self._post("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def click(self, selector):
        """Clicks on an element that is visible."""
        found = self._post("/element", {"using": "css selector", "value": selector})
        self._post(f"/element/{next(iter(found.values()))}/click")

    def resize(self, width, height):
        """Makes the visible part of the page that size, also below what a window can have."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", metrics)

    def theme(self, name, media="screen"):
        """Light or dark, for the screen or for paper."""
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.command("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def command(self, name, parameters):
        """A command of Chromium's own protocol."""
        return self._post("/goog/cdp/execute", {"cmd": name, "params": parameters})

    def console(self):
        """What the page wrote to the console since the last time, and errors."""
        return [entry["message"] for entry in self._post("/se/log", {"type": "browser"})]

    def requests(self):
        """The addresses that were asked for since the last time."""
        found = []
        for entry in self._post("/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def has_dialog(self):
        """Whether the page opened a dialog."""
        try:
            self._call("GET", self.session + "/alert/text")
            return True
        except Failed:
            return False

    def screenshot(self, path):
        """Writes the visible part as a PNG."""
        with open(path, "wb") as out:
            out.write(base64.b64decode(self._call("GET", self.session + "/screenshot")))

    def close(self):
        """Ends the browser and the driver."""
        try:
            self._call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()
