"""How long a resident waits: first render and usable form in Chromium at slow 3G and a processor four times slower.

python -m tests.benchmarks.bench_first_page [--rounds 3]
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from survey.storage import Storage
from tests.browser.conftest import FLAGS
from tests.conftest import migrate
from tests.factories import StoredWave
from tests.live_server import LiveServer
from tests.published import store_real_wave

# What Chromium's tools call slow 3G: 400 kbit/s both ways, 2,000 ms there and back before the adjustment of 0.8 and 5.
NETWORK = {"offline": False, "latency": 400 * 5, "downloadThroughput": 500 * 1000 / 8 * 0.8, "uploadThroughput": 50_000}
SLOWER = 4
PHONE = {"width": 360, "height": 640}

Measured = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'survey.db'}"
        migrate(url)
        storage = Storage(url)
        wave = store_real_wave(storage)
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        with LiveServer(url, Path(folder)) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            for name, script in (("with script", True), ("without script", False)):
                print(name)
                show([visit(browser, server.url, wave, script=script) for _ in range(rounds)])
            browser.close()
        storage.close()


def visit(browser: Browser, url: str, wave: StoredWave, *, script: bool) -> dict[str, Measured]:
    """A first visit with an empty cache: the notice, then the first question, then the whole form."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=script)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    found: dict[str, Measured] = {}

    def measure(name: str) -> None:
        page.wait_for_load_state("networkidle")
        timing = page.evaluate(
            "() => { const way = performance.getEntriesByType('navigation')[0];"
            " const paint = performance.getEntriesByName('first-contentful-paint')[0];"
            " return [paint ? paint.startTime : NaN, way.domContentLoadedEventEnd, way.loadEventEnd]; }"
        )
        first, usable, loaded = timing
        found[name] = {
            "first render ms": first,
            "usable ms": usable,
            "all loaded ms": loaded,
            "KB": sum(received) / 1000,
            "requests": len(received),
        }
        received.clear()

    page.goto(f"{url}/q/{wave.posters[0].code}/zh-hans")
    measure("notice")
    address = page.locator(".buttons .button").first.get_attribute("href") or ""
    page.goto(url + address)
    measure("first question")
    page.goto(url + address.partition("/ask/")[0] + "/all")
    measure("whole form")
    context.close()
    return found


def show(visits: list[dict[str, Measured]]) -> None:
    """The median of each figure."""
    for name, figures in visits[0].items():
        medians = {figure: statistics.median(visit[name][figure] for visit in visits) for figure in figures}
        print(f"  {name:15}", " · ".join(f"{figure} {value:,.1f}" for figure, value in medians.items()))


if __name__ == "__main__":
    main()
