"""Write requirements-tested.txt: the files that the tests run with, by their hashes.

python -m tests.architecture.hash_requirements

After every change of constraints.txt, on x86-64 Linux with Python 3.11, whose wheels these are. pip
looks the versions of constraints.txt up and installs nothing. torch is that of TORCH_INDEX, as for
make.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CONSTRAINTS, HASHED = ROOT / "constraints.txt", ROOT / "requirements-tested.txt"
HEADER = """\
# What the tests run with, file by file: x86-64 Linux, Python 3.11, torch for the CPU, ROS 2 as
# wheels. Made by python -m tests.architecture.hash_requirements from constraints.txt; installed by
# make HASHED=1 (docs/dependencies.md).

"""


def requirement(item: dict[str, Any]) -> str:
    """A line of the file, from an item of pip's report."""
    name, version = item["metadata"]["name"], item["metadata"]["version"]
    digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{name}=={version} --hash=sha256:{digest}"


def main() -> None:
    """Ask pip and write the file."""
    if sys.version_info[:2] != (3, 11):
        sys.exit("The file is for Python 3.11; run this with that")
    index = os.environ.get("TORCH_INDEX")
    report = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed"),
            *("--no-deps", "--report", "-", "-r", str(CONSTRAINTS)),
            *(("--extra-index-url", index) if index else ()),
        ],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    lines = [requirement(item) for item in json.loads(report)["install"]]
    HASHED.write_text(HEADER + "\n".join(sorted(lines, key=str.lower)) + "\n")


if __name__ == "__main__":
    main()
