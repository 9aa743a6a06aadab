"""Builds detailbase_core._C (csrc/, pybind11, no torch). Everything else is in pyproject.toml."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from pybind11.setup_helpers import ParallelCompile, Pybind11Extension, build_ext
from setuptools import setup
from setuptools.command.build_py import build_py

ParallelCompile("BUILD_JOBS").install()  # all cores, or as many as that says

SANITIZERS = {  # by make sanitize, and make sanitize-threads
    "memory": ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"],
    # OpenMP's runtime is not built for it: its threads would look like races.
    "threads": ["-fsanitize=thread", "-fno-openmp"],
}

if sanitizers := SANITIZERS.get(os.environ.get("SANITIZE", "")):
    # Without optimisation it builds soonest; asserts are on, those of pybind11 as well.
    compile_args = ["-O0", "-UNDEBUG", "-fopenmp", "-fno-omit-frame-pointer", *sanitizers]
    link_args = ["-fopenmp", *sanitizers]
elif platform.system() == "Linux":
    compile_args = ["-O3", "-fopenmp", "-fno-math-errno", "-fno-trapping-math"]
    link_args = ["-fopenmp"]
elif sys.platform == "win32":
    compile_args, link_args = ["/O2", "/openmp"], []
else:  # Apple's clang ships no OpenMP
    compile_args, link_args = ["-O3", "-fno-math-errno", "-fno-trapping-math"], []


class BuildPy(build_py):
    """Brings the message definitions along: recordings of answers need them where no ROS is."""

    def run(self) -> None:
        """Copy modules, then msg/ into detailbase_ros/messages/definitions/."""
        super().run()
        if self.editable_mode:  # the checkout's msg/ is found
            return
        target = Path(self.build_lib, "detailbase_ros", "messages", "definitions")
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(Path("msg").glob("*.msg")):
            shutil.copy(file, target)


setup(
    ext_modules=[
        Pybind11Extension(
            "detailbase_core._C",
            sorted(map(str, Path("csrc").glob("*.cpp"))),
            depends=sorted(map(str, Path("csrc").glob("*.h"))),
            extra_compile_args=compile_args,
            extra_link_args=link_args,
            cxx_std=17,
        )
    ],
    cmdclass={"build_ext": build_ext, "build_py": BuildPy},
)
