"""Who may reach the console: whoever knows its token, and no page of another site."""

from __future__ import annotations

import hashlib
import hmac
import http
import importlib
import ipaddress
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from detailbase_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[[Any, Any], Any]  # websockets' process_request: (connection, request)

MIN_TOKEN = 8  # characters; fewer can be tried out
_FORM = (
    "<!doctype html><title>DetailBase</title>"
    "<body style='font-family:sans-serif;margin:4em'><p>This console wants its token.</p>"
    "<form><input name=token type=password autofocus> <button>Open</button></form>"
)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Gate:
    """Says which requests the server may answer.

    A visitor brings the token once, in the address; a cookie brings it from then on.

    Args:
        token: of at least MIN_TOKEN characters; "" = none is wanted.
        loopback: whether the server listens on this machine alone: a request to another name is
            then of a page whose site has pointed that name at this machine.

    Raises:
        ConfigError: the token is too short.
    """

    token: str = ""
    loopback: bool = True

    def __post_init__(self) -> None:
        if self.token and (len(self.token) < MIN_TOKEN or not self.token.isprintable()):
            raise ConfigError(f"the token needs {MIN_TOKEN} printable characters or more")

    def address(self, url: str) -> str:
        """The page's address with the token."""
        return f"{url}/?{urlencode({'token': self.token})}" if self.token else url

    def refusal(self, path: str, headers: Any) -> Refusal | None:
        """Answer to a request that the server must not answer itself; None where it may.

        Args:
            path: as requested, with its query.
            headers: of the request, by name.
        """
        origin = headers.get("Origin")
        if origin and urlsplit(origin).netloc != headers.get("Host"):
            return Refusal(http.HTTPStatus.FORBIDDEN, {}, "not from a page of another site")
        asked_for = urlsplit(f"//{headers.get('Host')}").hostname or ""
        if self.loopback and not is_loopback(asked_for):
            return Refusal(http.HTTPStatus.FORBIDDEN, {}, "open http://127.0.0.1 with this port")
        if not self.token:
            return None
        given = parse_qs(urlsplit(path).query).get("token", [""])[0]
        if self._is_token(given):
            cookie = f"{self._cookie}={self._proof}; Path=/; HttpOnly; SameSite=Strict"
            return Refusal(http.HTTPStatus.FOUND, {"Location": "/", "Set-Cookie": cookie}, "")
        if hmac.compare_digest(self._brought(headers).encode(), self._proof.encode()):
            return None
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        return Refusal(http.HTTPStatus.UNAUTHORIZED, headers, _FORM)

    def _is_token(self, given: str) -> bool:
        sent, own = (text.encode("utf-8", "replace") for text in (given, self.token))
        return hmac.compare_digest(sent, own)

    @property
    def _proof(self) -> str:
        """What the cookie holds: not the token, which may be used elsewhere, too."""
        return hashlib.sha256(f"detailbase console {self.token}".encode()).hexdigest()

    @property
    def _cookie(self) -> str:
        """Cookies know no ports: each console's has a name of its own."""
        return f"detailbase_{self._proof[:8]}"

    def _brought(self, headers: Any) -> str:
        try:
            cookies = SimpleCookie(headers.get("Cookie") or "")
        except CookieError:
            return ""
        return cookies[self._cookie].value if self._cookie in cookies else ""


@dataclass(frozen=True)
class Refusal:
    """An answer in the server's stead.

    Attributes:
        status: of HTTP.
        headers: beside its length.
        text: the body.
    """

    status: http.HTTPStatus
    headers: dict[str, str]
    text: str


@contextmanager
def guarded_servers(gate: Gate) -> Iterator[None]:
    """Servers of websockets that are started inside the block ask the gate first.

    viser, which starts one, lets nobody look at requests.

    Raises:
        ConfigError: none was started in the block, so that nothing would be guarded.
    """
    websockets_server: Any = importlib.import_module("websockets.asyncio.server")  # viser's
    headers_class: Any = importlib.import_module("websockets.datastructures").Headers
    response_class: Any = importlib.import_module("websockets.http11").Response
    serve, started = websockets_server.serve, 0

    def guarded(inner: Answer | None) -> Answer:
        def process_request(connection: Any, request: Any) -> Any:
            refused = gate.refusal(request.path, request.headers)
            if refused is None:
                return inner(connection, request) if inner is not None else None
            body = refused.text.encode()
            headers = {**refused.headers, "Content-Length": str(len(body))}
            return response_class(
                refused.status, refused.status.phrase, headers_class(headers), body
            )

        return process_request

    def guarded_serve(*arguments: Any, process_request: Answer | None = None, **more: Any) -> Any:
        nonlocal started
        started += 1
        return serve(*arguments, process_request=guarded(process_request), **more)

    websockets_server.serve = guarded_serve
    try:
        yield
    finally:
        websockets_server.serve = serve
    if not started:
        raise ConfigError("this version of viser starts a server that cannot be guarded")
