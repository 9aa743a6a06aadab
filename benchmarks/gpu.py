"""Times the network on a CUDA GPU and prints a table; writes it as JSON where told so.

    python benchmarks/gpu.py --json build/gpu.json

It needs this package, torch and Triton; with spconv (`pip install spconv-cu126==2.3.8`) it times
that, too. Ways of computing the same are measured in turn, and their results are compared with
float32's. First come the kernels' compile times: with TRITON_CACHE_DIR naming an empty folder they
are those of a first use.
"""

from __future__ import annotations

import argparse
import copy
import functools
import json
import platform
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import torch
from helpers.spconv_unet import SpconvUNet
from sparse_peers import installed, published_unet, room

from detailbase_core.config import GrounderConfig, ModelConfig
from detailbase_core.grounder import Grounder
from detailbase_core.network.batch import Question, SceneBatch, TextBatch
from detailbase_core.network.decoder_graphs import DecoderGraphs
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.ops.malloc import tune_malloc
from detailbase_core.synthetic.demo_room import MAP_FRAME, QUESTIONS, demo_scans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from detailbase_core.network.sparse_unet import LevelFeatures, SparseUNet
    from detailbase_core.network.voxelization import Voxels

WARM_UP, TURNS = 20, 50
SENTENCES = tuple(question.sentence for question in QUESTIONS)
Row = dict[str, Any]


def published() -> DetailBase:
    """The published sizes, with random weights and norms that do something."""
    model = DetailBase(ModelConfig()).eval()
    model.unet = published_unet()
    return model.cuda()


def scene(voxels: int) -> SceneBatch:
    """A room of so many voxels, one point in each."""
    cells, features, owner = room(voxels)
    corner = cells.coords[:, 1:]
    # Grids begin at the least coordinates: away from them points lie in the middles of voxels.
    inside = torch.where(corner == corner.amin(0), 0.1, 0.5)
    xyz = ((corner + inside) * 0.02).contiguous()
    scene_of_point = torch.zeros(voxels, dtype=torch.int64)
    batch = SceneBatch(
        xyz,
        xyz,
        features[:, :3].contiguous(),
        scene_of_point,
        owner,
        (int(owner.max()) + 1,),
        (voxels,),
    )
    return batch.to("cuda")


def in_turn(
    ways: dict[str, Callable[[], object]], warm_up: int, turns: int
) -> dict[str, list[float]]:
    """Milliseconds of each way, run one after the other `turns` times; first uses are printed."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(warm_up + turns):
        for name, way in ways.items():
            torch.cuda.synchronize()
            begin = time.perf_counter()
            way()
            torch.cuda.synchronize()
            took = 1e3 * (time.perf_counter() - begin)
            if turn == 0:
                print(f"  first {name}: {took:.0f} ms", flush=True)
            if turn >= warm_up:
                times[name].append(took)
    return times


def rows(what: str, times: dict[str, list[float]], errors: dict[str, float]) -> list[Row]:
    """Figures of each way beside the first one's, printed."""
    found, first = [], median(next(iter(times.values())))
    for name, own in times.items():
        low, _, high = quantiles(own, n=4)
        row = {
            "what": what,
            "way": name,
            "ms": median(own),
            "quartiles": [low, high],
            "times as fast as the first": first / median(own),
            "difference": errors.get(name),
        }
        found.append(row)
        error = "" if row["difference"] is None else f", differs by {row['difference']:.1e}"
        print(
            f"{what} | {name} | {row['ms']:.2f} ms ({low:.2f} to {high:.2f}) | "
            f"{row['times as fast as the first']:.2f}x{error}",
            flush=True,
        )
    return found


def difference(have: Tensor, want: Tensor) -> float:
    """Relative, of all numbers together."""
    return float((have.float() - want.float()).norm() / want.float().norm())


class Peer(torch.nn.Module):
    """spconv's network in the place of a model's U-Net; norms and ReLUs are ours, fused."""

    def __init__(self, unet: SparseUNet) -> None:
        super().__init__()
        self.network = SpconvUNet(unet)
        self.halved = unet.input_conv.half_dtype

    def forward(self, features: Tensor, voxels: Voxels, _: object = None) -> list[LevelFeatures]:
        """As SparseUNet."""
        levels = self.network(features.to(self.halved or features.dtype), voxels)
        return [level._replace(features=level.features.float()) for level in levels]


def encoders(model: DetailBase) -> dict[str, DetailBase]:
    """Ways of encoding by name, float32 step by step first."""
    models = {"float32": model}
    for dtype in (torch.float16, torch.bfloat16):
        halved = copy.deepcopy(model)
        halved.unet.use_precision(dtype)
        models[str(dtype).removeprefix("torch.")] = halved
    for name in ("float32", "float16"):
        as_graph = copy.deepcopy(models[name])
        as_graph.unet.use_graphs()
        models[f"{name} as a graph"] = as_graph
        peer = copy.deepcopy(models[name])
        try:
            peer.unet = Peer(peer.unet)
        except ImportError as error:
            print(f"not measured: spconv: {error}")
        else:
            models[f"{name} by spconv"] = peer
    return models


def encoding(model: DetailBase, voxels: int, given: argparse.Namespace) -> list[Row]:
    """A scene's points to its superpoints' features."""
    batch, found, ways = scene(voxels), {}, {}
    for name, one in encoders(model).items():
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        for _ in range(3):
            found[name] = one.encode_scene(batch).features
        peak, kept = torch.cuda.max_memory_allocated(), torch.cuda.memory_allocated()
        print(f"  {name}: {(peak - before) / 1e6:.0f} MB, kept {(kept - before) / 1e6:.0f}")
        ways[name] = functools.partial(one.encode_scene, batch)
    errors = {name: difference(one, found["float32"]) for name, one in found.items()}
    times = in_turn(ways, given.warm_up, given.turns)
    return rows(f"published network, {voxels:,} voxels to superpoints", times, errors)


def questions(model: DetailBase, sentences: int, given: argparse.Namespace) -> list[Row]:
    """Masks of sentences about a scene that is kept, step by step and as a graph."""
    superpoints = model.encode_scene(scene(given.voxels))
    keys = model.decoder.scene_keys(superpoints)
    rows_, width = 16, model.config.text_dim
    features = torch.randn(1, sentences, rows_, width, device="cuda")
    mask = torch.ones(features.shape[:3], dtype=torch.bool, device="cuda")
    text = TextBatch(features, mask)
    graphs = DecoderGraphs(model.decoder)
    ways: dict[str, Callable[[], Any]] = {
        "step by step": lambda: model.ground(superpoints, text, None, keys),
        "as a graph": lambda: graphs.ground(Question(superpoints, keys, text)),
    }
    found = {name: way().mask_logits.flatten(1, 2) for name, way in ways.items()}
    errors = {name: difference(one, found["step by step"]) for name, one in found.items()}
    times = in_turn(ways, given.warm_up, given.turns)
    return rows(f"published decoder, {sentences} sentences", times, errors)


def shipped(given: argparse.Namespace) -> list[Row]:
    """The shipped model in the demo room, through Grounder."""
    grounders = {}
    for precision in ("float32", "float16"):
        grounder = Grounder(GrounderConfig(precision=precision))
        for scan in demo_scans():
            grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
        grounders[precision] = grounder
    cloud, _ = grounders["float32"].map.snapshot()
    turn = iter(range(1_000_000))  # words that were not asked before
    encode = {n: (lambda g=g: g.encode_cloud(cloud)) for n, g in grounders.items()}
    ask = {
        n: (lambda g=g: g.ground(f"{SENTENCES[next(turn) % len(SENTENCES)]}, {next(turn)}"))
        for n, g in grounders.items()
    }
    ask_32 = {
        n: (lambda g=g: g.ground_many([f"{s}, {next(turn)}" for s in 7 * SENTENCES][:32]))
        for n, g in grounders.items()
    }
    found: list[Row] = []
    few = max(2, given.turns // 2)
    for what, ways in (("encode", encode), ("1 sentence", ask), ("32 at once", ask_32)):
        found += rows(f"shipped model, demo room, {what}", in_turn(ways, given.warm_up, few), {})
    answers = {n: [g.ground(s) for s in SENTENCES] for n, g in grounders.items()}
    print(
        "  stages of the last:",
        {k: f"{1e3 * v:.1f}" for k, v in answers["float16"][-1].stage_seconds.items()},
    )
    print(
        "  stages of encoding:",
        {k: f"{1e3 * v:.1f}" for k, v in grounders["float16"].encode_scene().seconds.items()},
    )
    same = sum(map(alike, answers["float32"], answers["float16"]))
    print(f"  {same} of {len(SENTENCES)} answers hold the same points in float32 and float16")
    return found


def alike(one: Any, other: Any) -> bool:
    """Whether two answers hold the same objects."""
    return [_objects(p) for p in one.phrases] == [_objects(p) for p in other.phrases]


def _objects(phrase: Any) -> list[list[int]]:
    return [instance.point_indices.tolist() for instance in phrase.instances]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=133_000)
    parser.add_argument("--large", type=int, default=351_000, help="voxels of the larger room")
    parser.add_argument("--warm-up", type=int, default=WARM_UP)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    tune_malloc()  # as node and command line do
    torch.manual_seed(0)
    machine = {"gpu": torch.cuda.get_device_name(), "python": platform.python_version()}
    versions = {name: installed(name) for name in ("torch", "triton", "spconv-cu126")}
    print(machine, versions, flush=True)
    found: list[Row] = []
    model = published()
    with torch.inference_mode():
        for voxels in filter(None, (given.voxels, given.large)):
            found += encoding(model, voxels, given)
        for sentences in (1, 32):
            found += questions(model, sentences, given)
    found += shipped(given)
    if given.json:
        told = {"machine": machine, "versions": versions, "rows": found}
        given.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
