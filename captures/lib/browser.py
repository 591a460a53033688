"""Visit pages with headless Chromium: browser.py PROFILE_DIR STEP ...

Steps: ready:FILE    create FILE and go on when somebody has removed it
       open:URL      open a page, until its load event
       reload        an ordinary reload (the cache stays in use)
       wait:SECONDS
The browser is driven through its DevTools pipe (JSON messages ended by NUL).
"""

import fcntl
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import time

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--remote-debugging-pipe",
]


class Browser:
    def __init__(self, profile):
        child_in, self.to_child = os.pipe()
        self.from_child, child_out = os.pipe()
        child_in, child_out = (fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (child_in, child_out))

        def wire():  # Chromium reads fd 3 and writes fd 4
            os.dup2(child_in, 3)
            os.dup2(child_out, 4)

        self.process = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=wire, pass_fds=(3, 4), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(child_out)
        self.number, self.buffer, self.events = 0, b"", []

    def read(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.from_child], [], [], left)[0]:
                raise TimeoutError
            data = os.read(self.from_child, 65536)
            if not data:
                raise EOFError("browser closed its pipe")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to_child, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 30
        while True:
            reply = self.read(deadline)
            if reply.get("id") == self.number:
                if "error" in reply:
                    raise RuntimeError(reply["error"])
                return reply["result"]
            self.events.append(reply)

    def wait_event(self, method, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            event = self.events.pop(0) if self.events else self.read(deadline)
            if event.get("method") == method:
                return event

    def close(self):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except (EOFError, OSError, TimeoutError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGKILL)  # its own session, started above


def main():
    profile, *steps = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the browser ends too
    browser = Browser(profile)
    try:
        targets = browser.call("Target.getTargets")["targetInfos"]
        page = next(t["targetId"] for t in targets if t["type"] == "page")
        session = browser.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        browser.call("Page.enable", session)
        for step in steps:
            name, _, value = step.partition(":")
            if name == "wait":
                time.sleep(float(value))
            elif name == "ready":
                pathlib.Path(value).touch()
                while pathlib.Path(value).exists():
                    time.sleep(0.05)
            elif name in ("open", "reload"):
                browser.events.clear()
                if name == "open":
                    browser.call("Page.navigate", session, url=value)
                else:
                    browser.call("Page.reload", session)
                browser.wait_event("Page.loadEventFired")
            else:
                raise SystemExit(f"unknown step {step}")
    finally:
        browser.close()


main()
