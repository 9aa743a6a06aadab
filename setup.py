"""Builds detailbase_core._C (csrc/, pybind11, no torch). Everything else is in pyproject.toml."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from pybind11.setup_helpers import Pybind11Extension, build_ext
from setuptools import setup

if platform.system() == "Linux":
    compile_args = ["-O3", "-fopenmp", "-fno-math-errno", "-fno-trapping-math"]
    link_args = ["-fopenmp"]
elif sys.platform == "win32":
    compile_args, link_args = ["/O2", "/openmp"], []
else:  # Apple's clang ships no OpenMP
    compile_args, link_args = ["-O3", "-fno-math-errno", "-fno-trapping-math"], []

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
    # for recordings of answers, where there is no ROS that knows our messages
    data_files=[("share/detailbase_ros/msg", sorted(map(str, Path("msg").glob("*.msg"))))],
    cmdclass={"build_ext": build_ext},
)
