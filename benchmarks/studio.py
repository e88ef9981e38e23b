"""How soon the studio's page is there and shows a first frame, and whether its memory stays what it is.

    python benchmarks/studio.py [--model PATH] [--people 8] [--stories 50] [--json studio.json]

Starts `storygptv app` and looks at it in a headless Chromium (`pip install -e ".[test]"`). Prints a table of: the
page's loading, until it can be used (the median of five visits); from pressing Draw to the first picture on the screen;
how soon a pressed Stop has stopped; then `--people` who draw at once, a story of two frames each, until `--stories` are
drawn, and the memory of the server after five of them and after all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from speed import resident_bytes, shown

PICTURES = "#board .card > img"
USABLE = "document.querySelector('#cast li') && document.querySelector('#status .status')"
WAIT = 300_000  # ms
VISITS, EARLY = 5, 5


def start(model: str, folder: Path) -> tuple[subprocess.Popen, str]:
    """The command in a process of its own, and its address, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("app", "--model", model, "--projects", folder / "stories", "--port", str(port))
    process = subprocess.Popen([sys.executable, "-m", "storygptv", *words], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return process, url
        except OSError:
            if process.poll() is not None:
                raise SystemExit("the studio did not start") from None
            time.sleep(0.1)


def visit(browser: Browser, url: str) -> tuple[Page, float]:
    """A new visitor's page, and the seconds until it could be used."""
    page = browser.new_context().new_page()
    page.set_default_timeout(WAIT)
    began = time.perf_counter()
    page.goto(url)
    page.wait_for_function(USABLE)
    return page, time.perf_counter() - began


def tell(page: Page, title: str, frames: int) -> None:
    page.fill("#title input, #title textarea", title)
    page.fill("#text textarea", "\n".join(["Mia and Leo walk in the park.", *["She waves there."] * (frames - 1)]))


def finished(page: Page) -> None:
    page.wait_for_function("document.querySelector('#status').innerText.includes('drawn.')")


def measure(model: str, people: int, stories: int, folder: Path) -> dict[str, Any]:
    """Everything, in seconds and bytes."""
    process, url = start(model, folder)
    figures: dict[str, Any] = {"machine": f"{platform.machine()}, {os.cpu_count()} cores", "people": people}
    try:
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            visit(browser, url)[0].close()  # the first visit of all compiles
            loads = []
            for _ in range(VISITS):
                page, seconds = visit(browser, url)
                loads.append(seconds)
                page.close()
            figures["seconds_to_load"] = statistics.median(loads)

            page, _ = visit(browser, url)
            tell(page, "One", 20)
            began = time.perf_counter()
            page.click("#draw")
            page.wait_for_selector(PICTURES)
            figures["seconds_to_first_frame"] = time.perf_counter() - began
            began = time.perf_counter()
            page.click("#stop")
            page.wait_for_function("document.querySelector('#status').innerText.includes('Stopped')")
            figures["seconds_to_stop"] = time.perf_counter() - began
            page.close()

            pages = [visit(browser, url)[0] for _ in range(people)]
            began, drawn = time.perf_counter(), 0
            while drawn < stories:
                for n, page in enumerate(pages[: stories - drawn]):
                    page.click("#new")
                    page.wait_for_function("!document.querySelector('#board .card')")
                    tell(page, f"Story {drawn + n}", 2)
                    page.click("#draw")
                for page in pages[: stories - drawn]:
                    finished(page)
                    drawn += 1
                    if drawn == EARLY:
                        figures[f"memory_after_{EARLY}_stories_bytes"] = resident_bytes(process.pid)
            figures[f"seconds_for_{stories}_stories"] = time.perf_counter() - began
            figures[f"memory_after_{stories}_stories_bytes"] = resident_bytes(process.pid)
            browser.close()
    finally:
        process.terminate()
        process.wait()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="toon")
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--stories", type=int, default=50)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(args.model, args.people, args.stories, Path(folder))
    print("\n".join(shown(name, value) for name, value in figures.items()))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
