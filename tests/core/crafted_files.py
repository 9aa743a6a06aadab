"""Time (of a core) and memory that crafted files cost, each in a process of its own.

    python -m tests.core.crafted_files

Files that declare more than they hold, unpack to more than fits, refer to themselves, or have
numbers of thousands of digits: clouds, maps, settings, checkpoints, recordings, and sentences,
which are no files but come from outside too. Prints a table; exit code 1 where one takes over 2 s
or 500 MB, or ends in anything but a clear refusal (a recording may also be read without its broken
part). What is loaded before (libraries, the network's code) is not counted.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
import zstandard
from mcap.writer import CompressionType

from detailbase_core.config import GrounderConfig, MapConfig
from detailbase_core.errors import DetailBaseError, shown
from detailbase_core.io.bags import read_bag_scans
from detailbase_core.io.cloud_files import read_cloud
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.network.checkpoint import Checkpoint
from detailbase_core.settings import load_yaml
from detailbase_core.types import PointCloud
from tests.core.io.crafted_clouds import CRAFTED, npz_with_header
from tests.core.io.test_odd_bags import drive, write_mcap
from tests.helpers.weight_files import save_tiny_checkpoint

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOST_S, MOST_MB, PATIENCE_S = 2.0, 500.0, 60.0
Case = tuple[str, Callable[[], object]]


class Cost(NamedTuple):
    """Seconds of a core, MB above what was there before, and the first words of the outcome."""

    seconds: float
    megabytes: float
    outcome: str
    good: bool


def clouds(folder: Path) -> list[Case]:
    """Cases of read_cloud()."""
    found = []
    for number, (name, data) in enumerate(CRAFTED.items()):
        path = folder / f"cloud_{number}.ply"
        path.write_bytes(data)
        found.append((f"cloud: {name}", lambda path=path: read_cloud(path)))
    return found


def maps(folder: Path) -> list[Case]:
    """Cases of SceneMap.load(): a sound map with one member replaced, and whole files."""
    sound = SceneMap(MapConfig())
    xyz = np.random.default_rng(0).uniform(0.5, 1.5, (300, 3)).astype(np.float32)
    sound.insert(PointCloud(xyz, np.full(xyz.shape, 90, np.uint8), "a", 1), np.eye(4), "odom")
    sound.save(folder / "sound.npz")
    members = {}
    with zipfile.ZipFile(folder / "sound.npz") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def member(shape: str, data: bytes, dtype: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(npz_with_header(shape, data, dtype))) as archive:
            return archive.read("xyz.npy")

    replaced = {
        "12 TiB declared": ("voxel.npy", member("(1099511627776, 3)", bytes(2000), "<i4")),
        "a member that is no array": ("offset.npy", b"not an array at all"),
        "a broken header": ("color.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f4', "),
        "a frame with a lone surrogate": ("frame.npy", member("()", b"\0\xd8\0\0", "<U1")),
        "480 MB of zeros": ("hits.npy", member("(120000000,)", bytes(480_000_000), "<i4")),
        "a frame of 400 MB": ("frame.npy", member("()", bytes(400_000_000), "<U100000000")),
        "objects": ("stamp_ns.npy", member("()", bytes(8), "|O")),
    }
    found = []
    for number, (name, (which, content)) in enumerate(replaced.items()):
        path = folder / f"map_{number}.npz"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for key, data in members.items():
                archive.writestr(key, content if key == which else data)
        found.append((f"map: {name}", lambda path=path: SceneMap(MapConfig()).load(path)))
    encrypted = bytearray((folder / "sound.npz").read_bytes())
    for at in (encrypted.find(b"PK\x03\x04") + 6, encrypted.find(b"PK\x01\x02") + 8):
        encrypted[at] |= 1
    (folder / "encrypted.npz").write_bytes(encrypted)
    found.append(
        ("map: encrypted", lambda: SceneMap(MapConfig()).load(folder / "encrypted.npz")),
    )
    return found


def settings(folder: Path) -> list[Case]:
    """Cases of load_yaml()."""
    laughs = "".join(f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 60))
    texts = {
        "nested anchors": "a0: &a0 [1, 2]\n" + laughs,
        "an anchor within itself": "&a [*a]",
        "nested 100,000 deep": "[" * 100_000,
        "5,000 digits": "big: " + "9" * 5000,
        "5,000 digits to the base 60": "big: " + "1:" * 5000 + "1",
        "a date that is none": "when: 2020-13-45",
        "5 MB of text": "x: " + "y" * (5 << 20),
    }
    found = []
    for number, (name, text) in enumerate(texts.items()):
        path = folder / f"settings_{number}.yaml"
        path.write_text(text)
        found.append((f"settings: {name}", lambda path=path: load_yaml(GrounderConfig, path)))
    return found


def checkpoints(folder: Path) -> list[Case]:
    """Cases of Checkpoint: read and made a network."""
    sound = Checkpoint.read(save_tiny_checkpoint(folder / "m.safetensors"))
    options: dict[str, dict[str, Any]] = {
        "a width of 2^40": {"query_dim": 2**40},
        "a million layers": {"decoder_layers": 10**6},
        "wide layers that are not there": {"widths": [16_384] * 10, "block_reps": 16},
    }
    found: list[Case] = []
    for name, changed in options.items():
        model = {**json.loads(sound.metadata["model"]), **changed}
        changed_file = replace(sound, metadata={**sound.metadata, "model": json.dumps(model)})
        found.append((f"checkpoint: {name}", changed_file.load))
    digits = replace(sound, metadata={**sound.metadata, "model": '{"a": ' + "9" * 5000 + "}"})
    found.append(("checkpoint: 5,000 digits", digits.load))
    torch.save({"head.weight": torch.zeros(1).expand(1 << 40)}, folder / "repeated.pth")
    header = b'{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}'
    for name, size in (("4 TiB declared", len(header)), ("a header of 2^62 bytes", 2**62)):
        path = folder / f"{size}.safetensors"
        path.write_bytes(size.to_bytes(8, "little") + header + bytes(64))
        found.append((f"checkpoint: {name}", lambda path=path: Checkpoint.read(path).load()))
    found.append(
        ("checkpoint: one number 2^40 times", lambda: Checkpoint.read(folder / "repeated.pth"))
    )
    return found


def recordings(folder: Path) -> list[Case]:
    """Cases of read_bag_scans()."""
    found = []
    for name, kind in (("zstd", CompressionType.ZSTD), ("lz4", CompressionType.LZ4)):
        for size_mb in (60, 250):
            path = folder / f"{name}_{size_mb}.mcap"
            bomb = ("/points", bytes(size_mb * 1_000_000), 1000 * 10**9)
            write_mcap(path, [*drive(3), bomb], compression=kind, chunk_size=1 << 20)
            found.append((f"recording: {size_mb} MB of zeros in a {name} chunk", path))
    path = write_mcap(folder / "declared.mcap", drive(40), chunk_size=2000)
    data = bytearray(path.read_bytes())
    at = data.find(b"\x06", 60)
    while not 0 < int.from_bytes(data[at + 1 : at + 9], "little") < 5000:
        at = data.find(b"\x06", at + 1)
    data[at + 25 : at + 33] = (1 << 50).to_bytes(8, "little")
    path.write_bytes(data)
    found.append(("recording: a chunk of 2^50 bytes declared", path))
    (folder / "bag").mkdir()
    (folder / "bag" / "metadata.yaml").touch()
    (folder / "bag" / "zeros.mcap.zstd").write_bytes(zstandard.compress(bytes(10**9)))
    found.append(("recording: 1 GB of zeros as a zstd file", folder / "bag"))
    return [(name, lambda path=path: list(read_bag_scans(path))) for name, path in found]


def sentences(_: Path) -> list[Case]:
    """Cases of parse_sentence()."""
    texts = {
        "8 MB of dots": "." * 8_000_000,
        "100 words of a million letters": " ".join(["a" * 1_000_000] * 100),
        "4,096 dots": "." * 4096,
    }
    return [
        (f"sentence: {name}", lambda text=text: parse_sentence(text))
        for name, text in texts.items()
    ]


def cost(action: Callable[[], object], may_read: bool) -> Cost:
    """What `action` costs, in a process of its own."""
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(target=_measure, args=(action, theirs))
    child.start()
    if not ours.poll(PATIENCE_S):
        child.kill()
        return Cost(PATIENCE_S, float("nan"), "does not end", False)
    try:
        seconds, megabytes, kind, text = ours.recv()
    except EOFError:
        return Cost(float("nan"), float("nan"), "the process ended", False)
    finally:
        child.join()
    good = kind == "refused" or (kind == "read" and may_read)
    return Cost(seconds, megabytes, f"{kind}: {text}" if text else kind, good)


def _measure(action: Callable[[], object], pipe: Connection) -> None:
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    clear.write_text("5")  # forget the peak so far

    def kilobytes(name: str) -> int:
        return int(status.read_text().split(f"{name}:")[1].split()[0])

    before, begin = kilobytes("VmRSS"), time.process_time()
    kind, text = "read", ""
    try:
        action()
    except DetailBaseError as error:
        kind, text = "refused", str(error)
    except BaseException as error:
        kind, text = type(error).__name__, str(error)
    seconds = time.process_time() - begin
    pipe.send(
        (
            seconds,
            (kilobytes("VmHWM") - before) / 1024,
            kind,
            textwrap.shorten(shown(text), 80, placeholder=" ..."),
        )
    )


def main() -> int:
    """Print the table; 0 = all within the bar."""
    worst = 0
    print("| what | s | MB | outcome |\n| --- | --- | --- | --- |")
    for make in (clouds, maps, settings, checkpoints, recordings, sentences):
        with TemporaryDirectory() as name:
            folder = Path(name)
            for what, action in make(folder):
                spent = cost(action, may_read=make is recordings)
                good = spent.good and spent.seconds < MOST_S and spent.megabytes < MOST_MB
                worst |= not good
                outcome = spent.outcome.replace(f"{folder}/", "").replace("|", "\\|")
                mark = "" if good else " **NOT WELL**"
                print(f"| {what} | {spent.seconds:.2f} | {spent.megabytes:.0f} | {outcome}{mark} |")
    return worst


if __name__ == "__main__":
    sys.exit(main())
