"""The console's server, without a browser."""

from __future__ import annotations

import urllib.request
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from detailbase_core.console.server import ConsoleServer
from tests.helpers.coloured_blocks import ColouredBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("viser", reason="the extra `console` is not installed")


@contextmanager
def serving() -> Iterator[ConsoleServer]:
    server = ConsoleServer(ColouredBlocks(), port=18180)
    yield server
    server.stop()


def test_it_serves_a_page_on_loopback_and_a_second_one_beside() -> None:
    with serving() as one, serving() as two:
        assert one.url.startswith("http://127.0.0.1:") and one.url != two.url
        for url in (one.url, two.url):
            with closing(urllib.request.urlopen(url)) as page:
                assert page.status == 200 and b"<html" in page.read().lower()


def test_no_browser_can_make_the_map_public() -> None:
    with serving() as server:
        assert server._server.request_share_url() is None
        assert server._server.request_share_url(verbose=False) is None
