"""Arguments that say where the console is served, and to whom."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from detailbase_core.console.gate import is_loopback

if TYPE_CHECKING:
    import argparse

LOOPBACK, PORT = "127.0.0.1", 8080


def add_server_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments that say where the page is served, and to whom."""
    add = command.add_argument
    add("--host", default=LOOPBACK, help=f"address to listen on ({LOOPBACK}: this machine only)")
    add("--port", type=int, default=PORT, help=f"port of the page ({PORT}, or the next free one)")
    add("--token", default="", help="password that browsers must give (default: none)")


def warn_of_visitors(host: str, token: str) -> None:
    """Say on stderr who can ask where the console listens on more than loopback."""
    if is_loopback(host):
        return
    who = f"whoever reaches {host} can ask and download this map: there is no authentication"
    if token:
        who = f"the token and the map cross the network to {host} as they are: there is"
        who += " no encryption"
    else:
        who += " (see --token) and no encryption"
    print(f"detailbase: WARNING: {who}", file=sys.stderr)
