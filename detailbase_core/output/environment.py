"""Versions, devices and backends of this installation."""

from __future__ import annotations

import importlib.util
import os
import platform
from pathlib import Path

import numpy as np
import torch

from detailbase_core import __version__
from detailbase_core.errors import DetailBaseError
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.ops.execution import choose_device, set_threads
from detailbase_core.sparse import available_backends


def info_lines() -> list[str]:
    """Versions, devices, threads, sparse convolution backends and the shipped model."""
    lines = [
        f"detailbase  {__version__}",
        f"python      {platform.python_version()} on {platform.platform()}",
        f"torch       {torch.__version__}, numpy {np.__version__}",
        f"device      {choose_device('auto')} (of {', '.join(_devices())})",
        f"threads     {set_threads(0)} of {os.cpu_count()} cores",
    ]
    for name, state in available_backends().items():
        lines.append(f"backend     {name}: {state}")
    has_ros = importlib.util.find_spec("rclpy") is not None
    lines.append(f"ROS 2       {'rclpy is here' if has_ros else 'no rclpy here; not needed'}")
    return [*lines, f"model       {_model()}"]


def _devices() -> list[str]:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    gpus = [f"cuda:{i} {torch.cuda.get_device_name(i)}" for i in range(count)]
    return ["cpu", *gpus]


def torch_state() -> tuple[str, str]:
    """Version and device, and what to do where a GPU is here that torch cannot use ("" if not)."""
    device = choose_device("auto")
    state = f"{torch.__version__} on {device}"
    if device.type == "cuda":
        return f"{state} ({torch.cuda.get_device_name(device)})", ""
    if not Path("/dev/nvidia0").exists():
        return f"{state}, {set_threads(0)} threads", ""
    return f"{state}, although an NVIDIA GPU is here", (
        "install a CUDA build of torch into this environment, and check the driver with nvidia-smi"
    )


def model_problem(checkpoint: str) -> str:
    """Why a checkpoint ("" = the shipped one) cannot be read; "" where it can."""
    try:
        Checkpoint.read(checkpoint or SHIPPED_CHECKPOINT)
    except DetailBaseError as error:
        return str(error)
    return ""


def _model() -> str:
    try:
        checkpoint = Checkpoint.read(SHIPPED_CHECKPOINT)
    except DetailBaseError as error:
        return f"none shipped ({error})"
    parameters = sum(tensor.numel() for tensor in checkpoint.tensors.values())
    size = SHIPPED_CHECKPOINT.stat().st_size / 1e6
    return f"{SHIPPED_CHECKPOINT.name}, {parameters / 1e6:.1f} M parameters, {size:.1f} MB"
