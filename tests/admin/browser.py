"""A headless Chromium, driven over its own protocol: what a person would do, and what they see."""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 30.0


def found() -> str | None:
    """The browser on PATH, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(await asyncio.wait_for(self._socket.recv(), PATIENCE))
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    async def goto(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until(f"location.href.split('#')[0] !== 'about:blank' && {LOADED}")

    async def ask(self, script: str) -> Any:
        """What a script comes to; None while the page is being exchanged for another."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until it is true. Raises TimeoutError with what the page says."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not await self.ask(script):  # noqa: ASYNC110 (another process)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise TimeoutError(f"{script}: {await self.text()}") from None

    async def type(self, selector: str, text: str) -> None:
        await self.ask(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.call("Input.insertText", text=text)

    async def click(self, selector: str) -> None:
        """Press the mouse where the element is, once it is shown."""
        quoted = json.dumps(selector)
        await self.until(f"!!document.querySelector({quoted})?.getClientRects().length")
        place = await self.ask(
            f"(() => {{ const e = document.querySelector({quoted});"
            " e.scrollIntoView({block: 'center', behavior: 'instant'});"
            " const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=place[0],
                y=place[1],
                button="left",
                clickCount=1,
            )

    async def leaves(self, selector: str) -> None:
        """Click on what leads to another page, and wait for that."""
        await self.ask("window.here = true")
        await self.click(selector)
        await self.until(f"!window.here && {LOADED}")

    async def text(self) -> str:
        return str(await self.ask("document.body ? document.body.innerText : ''"))

    async def screenshot(self) -> bytes:
        """What is seen, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    def _note(self, message: dict[str, Any]) -> None:
        """What the console shows in red: failed scripts, and what the page's policy stopped."""
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(message["params"]["exceptionDetails"]))
        entry = message.get("params", {}).get("entry", {})
        if message.get("method") == "Log.entryAdded" and entry.get("level") == "error":
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")


LOADED = "document.readyState === 'complete'"


@asynccontextmanager
async def browsing(program: str, home: Path) -> AsyncIterator[Browser]:
    """A browser of its own, without a window, a profile or the internet; gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        program,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--remote-debugging-port=0",
        f"--user-data-dir={home}",
        "--window-size=1280,900",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with connect(await _tab(home), max_size=None, proxy=None) as socket:
            browser = Browser(socket)
            for domain in ("Page", "Runtime", "Log"):
                await browser.call(f"{domain}.enable")
            yield browser
    finally:
        process.terminate()
        await process.wait()


async def _tab(home: Path) -> str:
    """Where the browser's only tab is spoken to."""
    announced = home / "DevToolsActivePort"
    async with asyncio.timeout(PATIENCE):
        while not announced.exists() or not announced.read_text().strip():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        port = announced.read_text().split()[0]
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                tabs = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
                for tab in tabs:
                    if tab["type"] == "page":
                        return str(tab["webSocketDebuggerUrl"])
                await asyncio.sleep(0.05)
