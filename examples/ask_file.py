"""Ask many sentences about a file: python examples/ask_file.py SCENE "the lamp" "both chairs"

Prints a JSON line per sentence. The network sees the scene once; each sentence then takes a
fraction of that time.
"""

from __future__ import annotations

import argparse
import json

import detailbase_core as db


def main() -> None:
    """Read, encode, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scene", help="PLY, PCD or NPZ file, rosbag2 folder or MCAP")
    parser.add_argument("sentences", nargs="+", metavar="SENTENCE")
    options = parser.parse_args()

    scene = db.load_scene(options.scene)  # z up, metres, one point per 2 cm voxel
    grounder = db.Grounder()
    encoded = grounder.encode_cloud(scene.cloud)
    for sentence in options.sentences:
        answer = grounder.ground_encoded(encoded, sentence)
        found = {
            phrase.text: [
                {"center_m": one.box.center, "size_m": one.box.size, "yaw_rad": one.box.yaw}
                | {"score": round(one.score, 3), "points": len(one.point_indices)}
                for one in phrase.instances
            ]
            for phrase in answer.phrases
        }
        print(json.dumps({"sentence": sentence, "phrases": found}))


if __name__ == "__main__":
    main()
