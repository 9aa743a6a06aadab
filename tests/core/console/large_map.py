"""The page with a map of two million points, in a real browser, timed.

python -m tests.core.console.large_map [--points N]

By hand, not in CI: it prints seconds and frames per second, which depend on the machine.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from detailbase_core.console.server import ConsoleServer
from detailbase_core.mapping.load_scene import LoadedScene
from detailbase_core.types import PointCloud
from tests.helpers.browser import Tab, chromium, wait_until
from tests.helpers.coloured_blocks import ColouredBlocks

FLOOR = 150
FRAMES_PER_SECOND = """new Promise(done => {
  let frames = 0; const start = performance.now();
  (function count() {
    frames += 1; const seconds = (performance.now() - start) / 1000;
    if (seconds > 3) done(frames / seconds); else requestAnimationFrame(count);
  })();
})"""


class LargeMap(ColouredBlocks):
    """The blocks on a floor of 30 m x 30 m.

    Args:
        count: points in all.
    """

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    @cached_property
    def loaded(self) -> LoadedScene:
        blocks, rng = super().loaded, np.random.default_rng(1)
        more = self._count - len(blocks.cloud)
        floor = np.column_stack([rng.uniform(-15, 15, (more, 2)), rng.uniform(0, 0.02, more)])
        xyz = np.concatenate([blocks.cloud.xyz, floor.astype(np.float32)])
        rgb = np.concatenate([blocks.cloud.rgb, np.full((more, 3), FLOOR, np.uint8)])
        return LoadedScene(PointCloud(xyz, rgb, "blocks.ply"), np.eye(4), "made up")


def shows_the_map(tab: Tab) -> bool:
    """Whether the floor fills a tenth of the picture left of the panel."""
    image = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    pixels = np.asarray(image)[:, :600].astype(int)
    return bool((np.abs(pixels - FLOOR) < 60).all(axis=2).mean() > 0.1)


def visit(tab: Tab, start: float) -> None:
    """Look, count frames, ask, and print how long each took."""
    tab.wait_for_text("Examples")
    tab.show()
    wait_until(lambda: shows_the_map(tab), "the map")
    print(f"map seen after {time.monotonic() - start:.1f} s")
    counted = tab.call(
        "Runtime.evaluate", expression=FRAMES_PER_SECOND, awaitPromise=True, returnByValue=True
    )
    print(f"  {counted['result']['value']:.0f} frames a second")
    start = time.monotonic()
    tab.focus("Sentence")
    tab.type("the red block")
    tab.wait_for_text("red block #1 (0.90)")
    print(f"  answer shown after {time.monotonic() - start:.1f} s")
    print(f"  {tab.evaluate('performance.memory.usedJSHeapSize') / 1e6:.0f} MB of scripts' memory")


def main() -> None:
    """Two visitors, the second while the first one's page is open."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=2_000_000)
    server = ConsoleServer(LargeMap(parser.parse_args().points), port=18480)
    try:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            chromium(Path(folder)) as browser,
        ):
            for _ in range(2):
                start = time.monotonic()
                visit(browser.open(server.url), start)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
