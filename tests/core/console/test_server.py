"""The console's server, without a browser."""

from __future__ import annotations

import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from detailbase_core.console.gate import Gate, guarded_servers
from detailbase_core.console.server import ConsoleServer
from detailbase_core.errors import ConfigError
from tests.helpers.coloured_blocks import ColouredBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("viser", reason="the extra `console` is not installed")


@contextmanager
def serving(token: str = "") -> Iterator[ConsoleServer]:
    server = ConsoleServer(ColouredBlocks(), port=18180, token=token)
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


def test_with_a_token_nothing_is_served_without_it() -> None:
    with serving("open sesame") as server:
        bare = server.url.partition("/?")[0]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(bare)
        assert refused.value.code == 401 and b"token" in refused.value.read()
        for bad in ("open sesam", "", "open sesame x", "%ff"):
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(f"{bare}/?token={bad.replace(' ', '+')}")
        assert not _connects(bare)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with closing(opener.open(server.url)) as page:
            assert page.url == f"{bare}/" and b"<html" in page.read().lower()
        (cookie,) = next(h.cookiejar for h in opener.handlers if hasattr(h, "cookiejar"))
        assert "sesame" not in cookie.value
        assert _connects(bare, {"Cookie": f"{cookie.name}={cookie.value}"})
        assert not _connects(bare, {"Cookie": f"{cookie.name}={cookie.value[:-1]}0x"})


def test_pages_of_other_sites_reach_nothing() -> None:
    with serving() as server:
        assert _connects(server.url)
        assert _connects(server.url, {"Origin": server.url})
        assert not _connects(server.url, {"Origin": "https://example.org"})
        rebound = urllib.request.Request(server.url, headers={"Host": "example.org:18180"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(rebound)


def test_a_viser_that_cannot_be_guarded_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot be guarded"), guarded_servers(Gate()):
        pass


def _connects(url: str, headers: dict[str, str] | None = None) -> bool:
    """Whether the page's own connection, by which the map comes, is let in."""
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    try:
        connect(url.replace("http", "ws", 1), additional_headers=headers, proxy=None).close()
    except InvalidStatus:
        return False
    return True
