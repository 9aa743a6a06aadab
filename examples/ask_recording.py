"""Ask a recording while its map grows: python examples/ask_recording.py BAG "the red table"

Feeds clouds to the map one by one, as the node would, and asks after every tenth until the
sentence's target is found.
"""

from __future__ import annotations

import argparse

import detailbase_core as db
from detailbase_core.io.bags import read_bag_scans


def main() -> None:
    """Read a cloud, add it, ask."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bag", help="rosbag2 folder, MCAP or SQLite file with clouds and /tf")
    parser.add_argument("sentence")
    parser.add_argument("--every", type=int, default=10, metavar="N", help="ask after N clouds")
    options = parser.parse_args()

    grounder = db.Grounder()
    seconds, count = 0.0, 0
    for count, scan in enumerate(read_bag_scans(options.bag, map_frame="odom"), start=1):
        grounder.add(scan.cloud, scan.sensor_to_map, scan.map_frame)
        seconds = scan.cloud.stamp_ns / 1e9
        if count % options.every == 0 and _found(grounder, options.sentence, seconds):
            return
    if not count:
        print("no clouds with transforms in this recording")
    elif not _found(grounder, options.sentence, seconds):
        print(f"not found in {count} clouds")


def _found(grounder: db.Grounder, sentence: str, seconds: float) -> bool:
    """Ask; print the target, if there is one."""
    target = grounder.ground(sentence).sentence
    for one in target.instances:
        x, y, z = one.box.center
        print(f"at {seconds:.1f} s: x={x:.2f} y={y:.2f} z={z:.2f} score {one.score:.2f}")
    return bool(target.instances)


if __name__ == "__main__":
    main()
