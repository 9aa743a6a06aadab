"""Count the files that one scan and one question walk through.

python -m tests.architecture.count_hops

A real run without ROS on a small recording: a scan from its message until it is in the map, and a
question about that map, which has not been encoded yet, until its answer. A file counts where a
function of it is called; a move is a call from one file into another. Only files of
detailbase_core and detailbase_ros count; what they call of other packages does not.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ROOT = Path(__file__).parents[2]
BAG = ROOT / "tests" / "data" / "room_mcap"
PACKAGES = ("detailbase_core", "detailbase_ros")
REPLAY = "detailbase_ros.replay.replay"
SENTENCE = "the small box on the floor next to the wall"


class Walk(NamedTuple):
    """Files in the order in which they were entered, and calls from file to file."""

    files: tuple[str, ...]
    moves: int


class Tracer:
    """Follows calls between our files on this thread.

    Args:
        root: the folder of the packages.
    """

    def __init__(self, root: Path) -> None:
        self._prefixes = tuple(f"{root / package}/" for package in PACKAGES)
        self._root = f"{root}/"
        self._files: dict[str, None] = {}
        self._moves = 0

    @property
    def walk(self) -> Walk:
        """The walk that has been followed so far."""
        return Walk(tuple(self._files), self._moves)

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow what the block calls."""
        sys.setprofile(self._event)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _event(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or frame.f_code.co_name == "<module>":
            return
        name = self._own(frame)
        if name is None:
            return
        self._files.setdefault(name)
        caller = frame.f_back
        while caller is not None and self._own(caller) is None:
            caller = caller.f_back
        self._moves += caller is not None and self._own(caller) != name

    def _own(self, frame: FrameType) -> str | None:
        """The frame's file below the root; None where it is not one of ours."""
        name = frame.f_code.co_filename
        return name.removeprefix(self._root) if name.startswith(self._prefixes) else None


class Silent:
    """Counts and warns of nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


def count_hops(root: Path = ROOT, replay: str = REPLAY) -> dict[str, Walk]:
    """The walks by name: "scan", "question".

    Args:
        root: the sources that are looked at, first on sys.path.
        replay: the module that replays recordings.
    """
    from detailbase_core.grounder import Grounder

    module = import_module(replay)
    config = module.ReplayConfig()
    warmed, measured = (Grounder(config.attentive_grounder) for _ in range(2))
    scans = _scan_walks(module, config, warmed, root)
    scans = _scan_walks(module, config, measured, root)  # all is imported now
    warmed.ground("the chair")
    tracer = Tracer(root)
    with tracer.following():
        measured.ground(SENTENCE)
    return {"scan": max(scans, key=lambda walk: len(walk.files)), "question": tracer.walk}


def _scan_walks(module: Any, config: Any, grounder: Any, root: Path) -> list[Walk]:
    """Feed the recording; the walk of each scan."""
    kind = getattr(module, "BagPlayer", None) or module._Player  # as older commits call it
    player = kind(BAG, config, grounder, Silent())
    take, walks = player._take_scan, []

    def followed(*arguments: Any) -> None:
        tracer = Tracer(root)
        with tracer.following():
            take(*arguments)
        walks.append(tracer.walk)

    player._take_scan = followed
    list(player.play(lambda _: None))
    assert len(grounder.map), "no scan has entered the map"
    return walks


def main() -> None:
    """Print both walks."""
    parser = argparse.ArgumentParser(description="Count the files of one scan and one question.")
    parser.add_argument("--root", type=Path, default=ROOT, help="sources to look at")
    parser.add_argument("--replay", default=REPLAY, help="module that replays recordings")
    options = parser.parse_args()
    root = options.root.resolve()
    sys.path.insert(0, str(root))
    for name, walk in count_hops(root, options.replay).items():
        print(f"{name}: {len(walk.files)} files, {walk.moves} moves from file to file")
        print("".join(f"  {file}\n" for file in walk.files), end="")


if __name__ == "__main__":
    main()
