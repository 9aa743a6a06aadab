"""The page in a real browser: load, ask, read, click, look."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from detailbase_core.types import Box
from detailbase_ros.search.hit_files import picture_name, write_page
from detailbase_ros.search.hits import Hit
from tests.helpers.browser import Browser, Tab, chromium, find_chromium, wait_until
from tests.helpers.coloured_blocks import ColouredBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IN_CI = bool(os.environ.get("CI"))  # where they must run
if not IN_CI:
    pytest.importorskip("viser", reason="the extra `console` is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_chromium() is None and not IN_CI, reason="no Chromium is installed"),
]

GREEN = (7, 130, 130)  # the second phrase's colour over the green block's own
FLOOR = (150, 150, 150)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    from detailbase_core.console.server import ConsoleServer

    server = ConsoleServer(ColouredBlocks(), port=18080, token="open sesame")
    yield server.url
    server.stop()


@pytest.fixture
def tab(browser: Browser, url: str) -> Iterator[Tab]:
    opened = browser.open(url)
    yield opened
    opened.close()


def ask(tab: Tab, sentence: str) -> None:
    tab.focus("Sentence")
    tab.evaluate("document.activeElement.select()")
    tab.type(sentence)


def map_pixels(tab: Tab) -> np.ndarray:
    """The picture left of the panel."""
    image = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    return np.asarray(image)[:, :600].astype(int)


def share(tab: Tab, rgb: tuple[int, int, int]) -> float:
    """Share of the map's pixels that look like a colour."""
    return float((np.abs(map_pixels(tab) - rgb) < 60).all(axis=2).mean())


def arrow(tab: Tab) -> bool:
    """Whether the robot's arrow is seen, in whatever light: nothing else is magenta."""
    red, green, blue = np.moveaxis(map_pixels(tab), 2, 0)
    return bool(((red > green + 60) & (blue > green + 60)).sum() > 20)


def test_a_visitor_asks_and_reads_and_sees(tab: Tab) -> None:
    ask(tab, "the red block next to the green block, and the piano")
    tab.wait_for_text("Nothing here matches 'the piano'")
    tab.wait_for_text("green block #2 (0.90)")  # the button that flies there
    text = tab.text()
    assert "2.00, 0.50, 0.25" in text and "red block #1" in text
    before = wait_until(lambda: share(tab, GREEN), "the green block")
    tab.press("green block #2 (0.90)")
    wait_until(lambda: share(tab, GREEN) > 2 * before, "a view that it fills more of")


def test_examples_history_and_clear(tab: Tab) -> None:
    tab.press("where is the sofa?")
    tab.wait_for_text("Nothing here matches 'the sofa'")
    ask(tab, "the red block")
    tab.wait_for_text("red block #1 (0.90)")
    titles = "[...document.querySelectorAll('[role=option]')].map(o => o.innerText)"
    tab.wait_for(f"{titles}.includes('1. where is the sofa?')")
    assert "2. the red block" in tab.evaluate(titles)
    tab.press("Clear")
    tab.wait_for("!document.body.innerText.includes('red block #1')")


def test_visitors_have_pages_of_their_own(tab: Tab, browser: Browser, url: str) -> None:
    ask(tab, "the red block")
    tab.wait_for_text("red block #1 (0.90)")
    other = browser.open(url)
    ask(other, "the blue block")
    other.wait_for_text("blue block #1 (0.90)")
    assert "red block #1" not in other.text()
    other.close()
    tab.show()
    assert "blue block" not in tab.text() and "red block #1 (0.90)" in tab.text()


def test_a_sentence_without_words_is_refused(tab: Tab) -> None:
    tab.press("Ask")
    tab.wait_for_text("the sentence is empty")


def test_the_answer_is_downloaded(tab: Tab, tmp_path: Path) -> None:
    ask(tab, "the red block")
    tab.wait_for_text("red block #1 (0.90)")
    tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tab.press("Download JSON")
    tab.wait_for_text("answer.json")
    tab.evaluate("[...document.querySelectorAll('a')].find(a => a.download).click()")
    wait_until((tmp_path / "answer.json").exists, "the download")
    assert json.loads((tmp_path / "answer.json").read_text())["query"] == "the red block"
    tab.press("Download picture")
    tab.wait_for_text("answer.png")
    link = "[...document.querySelectorAll('a')].find(a => a.download === 'answer.png')"
    tab.wait_for(f"({link}?.click(), !!{link})")
    wait_until((tmp_path / "answer.png").exists, "the picture")
    assert Image.open(tmp_path / "answer.png").width == 1600


def test_without_the_token_the_page_asks_for_it(browser: Browser, url: str) -> None:
    bare = url.partition("/?")[0].replace("127.0.0.1", "localhost")  # where no cookie was set
    tab = browser.open(bare)
    tab.wait_for_text("wants its token")
    tab.show()
    focused = "document.activeElement.name === 'token'"  # in time the page does it itself
    tab.wait_for(f"(document.querySelector('input').focus(), {focused})")
    tab.type("open sesame")
    tab.wait_for_text("Examples")
    assert "sesame" not in tab.evaluate("location.href + document.cookie")
    tab.close()


def test_a_click_tells_what_is_there(tab: Tab) -> None:
    wait_until(lambda: share(tab, FLOOR) > 0.02, "the map")
    rows, columns = np.nonzero((np.abs(map_pixels(tab) - FLOOR) < 60).all(axis=2))
    middle = len(rows) // 2
    tab.click(float(columns[middle]), float(rows[middle]))
    tab.wait_for_text("No answer so far holds this point.")
    tab.wait_for_text("Nothing of the kinds that the console knows.")


def test_a_map_that_grows_and_the_robot_in_it_are_shown(browser: Browser) -> None:
    from detailbase_core.console.scene import LiveState
    from detailbase_core.console.server import ConsoleServer

    scene = ColouredBlocks()
    scene.grown = False
    server = ConsoleServer(scene, port=18280)
    tab = browser.open(server.url)
    tab.wait_for_text("Examples")
    pose = np.eye(4)
    pose[:3, 3] = (0.5, -1.0, 0.1)
    frames = {"base_link": pose, "camera_link": np.eye(4)}
    server.show_state(LiveState(("Map: 8,000 points",), frames, "base_link"))
    tab.wait_for_text("Map: 8,000 points")
    assert share(tab, FLOOR) < 0.015  # edges of the blocks are grey, too
    scene.grown = True
    server.show_map()
    wait_until(lambda: share(tab, FLOOR) > 0.02, "the map")
    wait_until(lambda: arrow(tab), "the robot")
    server.show_state(LiveState(("Map: 8,001 points",), {"camera_link": pose}))
    wait_until(lambda: not arrow(tab), "a state without the robot")
    server.show_state(LiveState(("Map: 8,001 points",), frames, "base_link"))
    second = browser.open(server.url)  # one that comes later
    second.wait_for_text("Map: 8,001 points")
    for each in (tab, second):
        each.close()
    server.stop()


def test_the_page_of_a_search_shows_its_pictures(browser: Browser, tmp_path: Path) -> None:
    box = Box((8.0, 4.0, 5.0), (0.2, 0.1, 0.3), 0.0)
    odd = "<script>document.title = 'run'</script>" + "x" * 300  # a name that would not fit
    hits = [
        Hit(name, "the chair", "odom", box, score, 0.9, 50, 0, None, None)
        for name, score in (("runs/monday.mcap", 0.91), (odd, 0.64), ("runs/none.mcap", 0.5))
    ]
    for number in range(2):
        Image.new("RGB", (1600, 1000), GREEN).save(tmp_path / picture_name(number))
    shown = [picture_name(0), picture_name(1), ""]
    sections = [("the chair", list(zip(hits, shown, strict=True))), ("the unicorn", [])]
    write_page(tmp_path / "index.html", sections, {tmp_path / "broken.mcap": "it is empty"})
    tab = browser.open((tmp_path / "index.html").as_uri())
    tab.wait_for_text("it is empty")
    drawn = "[...document.images].filter(i => (i.scrollIntoView(), i.naturalWidth === 1600)).length"
    tab.show()
    tab.wait_for(f"{drawn} === 2")
    assert (np.abs(map_pixels(tab) - GREEN) < 10).all(axis=2).mean() > 0.2  # they are seen
    figures = tab.evaluate("[...document.querySelectorAll('figure')].map(f => f.innerText)")
    assert [text.splitlines()[0] for text in figures] == [
        "1. score 0.91",
        "2. score 0.64",
        "3. score 0.50",
    ]
    assert "runs/monday.mcap\nx=8.00 y=4.00 z=5.00 in odom" in figures[0]
    text = tab.text()
    assert "Nothing found." in text and "broken.mcap: it is empty" in text
    assert tab.evaluate("document.title") == "detailbase search" and "<script>" in figures[1]
    wide = (
        "[...document.querySelectorAll('html, figure')].filter(e => e.scrollWidth > e.clientWidth)"
    )
    assert tab.evaluate(f"{wide}.length") == 0  # nothing runs off the side
    tab.close()
