"""A headless Chromium, driven over its DevTools protocol (needs websockets, which viser brings)."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
    "--remote-debugging-port=0",
    "--window-size=1000,700",
)
_START_S, _WAIT_S = 60.0, 100.0


def find_chromium() -> str | None:
    """Path of an installed Chromium or Chrome."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One page of the browser."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._ids = connection, itertools.count(1)

    def call(self, method: str, **params: Any) -> Any:
        """One call of the protocol; its result."""
        number = next(self._ids)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._connection.recv(timeout=_WAIT_S))
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """The value of an expression once it is true."""
        return wait_until(lambda: self.evaluate(expression), expression)

    def text(self) -> str:
        """What is written on the page."""
        return str(self.evaluate("document.body?.innerText ?? ''"))

    def wait_for_text(self, text: str) -> None:
        """Wait until this is written somewhere on the page."""
        wait_until(lambda: text in self.text(), text)

    def click(self, x: float, y: float) -> None:
        """Click there, in CSS pixels."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = "none" if kind == "mouseMoved" else "left"
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def focus(self, label: str) -> None:
        """Put the focus into the input with this label."""
        found = f"[...document.querySelectorAll('label')].find(l => l.innerText === {label!r})"
        self.wait_for(
            f"(() => {{ const l = {found}; if (!l) return false;"
            " l.closest('.mantine-Flex-root').querySelector('input').focus(); return true; })()"
        )

    def press(self, button: str) -> None:
        """Press the button with this text."""
        found = f"[...document.querySelectorAll('button')].find(b => b.innerText === {button!r})"
        self.wait_for(
            f"(() => {{ const b = {found}; if (!b || b.disabled) return false;"
            " b.click(); return true; })()"
        )

    def type(self, text: str) -> None:
        """Type into what has the focus, and press Enter."""
        self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
            self.call("Input.dispatchKeyEvent", type=kind, **enter)

    def show(self) -> None:
        """Bring this tab to the front: others are not drawn."""
        self.call("Page.bringToFront")

    def close(self) -> None:
        """Close the tab."""
        self.call("Page.close")
        self._connection.close()

    def screenshot(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


class Browser:
    """A running Chromium."""

    def __init__(self, port: int) -> None:
        self._port = port

    def open(self, url: str) -> Tab:
        """A new tab with a page."""
        from websockets.sync.client import connect

        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/json/new?{url}", method="PUT"
        )
        with urllib.request.urlopen(request) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        return Tab(connect(address, max_size=None))


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser whose profile is in `folder`, ended with the block."""
    program = find_chromium()
    assert program is not None
    command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        try:
            note = folder / "DevToolsActivePort"
            wait_until(
                lambda: note.exists() and note.read_text().count("\n"), "the browser", _START_S
            )
            yield Browser(int(note.read_text().splitlines()[0]))
        finally:
            process.terminate()


def wait_until(ready: Callable[[], Any], what: str, limit_s: float = _WAIT_S) -> Any:
    """The value of a function once it is true; an AssertionError where it never is."""
    end = time.monotonic() + limit_s
    while not (value := ready()):
        assert time.monotonic() < end, f"waited {limit_s:g} s for {what}"
        time.sleep(0.1)
    return value
