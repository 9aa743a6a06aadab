"""The robot and its transform frames, drawn into a visitor's map."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.transform import Rotation

from detailbase_core.console.html import status_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    import viser
    from numpy.typing import NDArray

    from detailbase_core.console.scene import LiveState

MAX_FRAMES = 60  # labels of more would hide the map
_ARROW = np.array([[0.3, 0, 0], [-0.2, 0.2, 0], [-0.1, 0, 0], [-0.2, -0.2, 0]], np.float32)
_FACES = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)  # points ahead, along x
_ARROW_COLOR = (255, 0, 255)


class LiveView:
    """What a visitor sees of a running robot: a status, an arrow, axes of the frames.

    Args:
        client: his browser.
    """

    def __init__(self, client: viser.ClientHandle) -> None:
        self._client = client
        self._axes: dict[str, Any] = {}
        self._poses: dict[str, NDArray[np.float64]] = {}
        self._added = 0
        self._arrow: Any = None
        self._showing = threading.RLock()  # states and the checkbox come from several threads
        self._state: LiveState | None = None
        with client.gui.add_folder("Robot"):
            self._status = client.gui.add_html("")
            self._frames_shown = client.gui.add_checkbox("Frames", initial_value=True)
        self._frames_shown.on_update(lambda _: self._redraw())

    def show(self, state: LiveState) -> None:
        """Show another state; only what has changed is sent."""
        with self._showing, self._client.atomic():
            before, self._state = self._state, state
            if before is None or before.lines != state.lines:
                self._status.content = status_html(state.lines)
            self._show_frames(state.frames if self._frames_shown.value else {})
            self._show_robot(state.frames.get(state.robot))

    def _redraw(self) -> None:
        if self._state is not None:
            self.show(self._state)

    def _show_frames(self, frames: Mapping[str, NDArray[np.float64]]) -> None:
        frames = dict(sorted(frames.items())[:MAX_FRAMES])
        for name in self._axes.keys() - frames.keys():
            self._axes.pop(name).remove()
            del self._poses[name]
        for name, pose in frames.items():
            if name not in self._axes:
                self._axes[name] = self._add_axes(name)
            before = self._poses.get(name)
            if before is None or not np.array_equal(before, pose):
                self._poses[name] = pose
                _move(self._axes[name], pose)

    def _add_axes(self, name: str) -> Any:
        scene, self._added = self._client.scene, self._added + 1
        node = f"/frames/{self._added}"  # names of frames may hold a slash
        axes = scene.add_frame(node, axes_length=0.25, axes_radius=0.008)
        scene.add_label(f"{node}/label", name, anchor="bottom-center")
        return axes

    def _show_robot(self, pose: NDArray[np.float64] | None) -> None:
        if pose is None:
            if self._arrow is not None:
                self._arrow.remove()
            self._arrow = None
            return
        if self._arrow is None:
            self._arrow = self._client.scene.add_mesh_simple(
                "/robot", _ARROW, _FACES, color=_ARROW_COLOR, side="double", flat_shading=True
            )
        _move(self._arrow, pose)


def _move(node: Any, pose: NDArray[np.float64]) -> None:
    x, y, z, w = Rotation.from_matrix(pose[:3, :3]).as_quat()
    node.wxyz = (w, x, y, z)
    node.position = pose[:3, 3]
