"""The map in a visitor's view: all of it thinly, and all points near what he looks at."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import viser
    from numpy.typing import NDArray

    from detailbase_core.console.map_view import MapView, Ray
    from detailbase_core.types import PointCloud

_DETAIL_STEP_M = 0.5  # the detail follows the view in such steps
_FIRST_VIEW = (-0.7, -0.9, 0.9)  # from the middle, in widths of the map


class MapLayer:
    """The map in one visitor's view, and the slider that cuts it.

    Args:
        client: his browser.
        view: the map.

    Attributes:
        view: the version of the map that is shown.
    """

    def __init__(self, client: viser.ClientHandle, view: MapView) -> None:
        self._client, self.view = client, view
        self._drawing = threading.RLock()  # callbacks and new versions come from several threads
        self._detail_at: NDArray[np.float64] | None = None
        self._set_cut_m = 0.0  # by us; at another one the visitor has moved the slider
        low, high = _cut_limits(view)
        self._cut = client.gui.add_slider(
            "Cut above (m)",
            min=low,
            max=high,
            step=0.1,
            initial_value=self._first_cut(),
            hint="Hides what is higher: ceilings, say",
        )
        self._cut.on_update(lambda _: self._draw())
        self._draw()
        client.camera.on_update(self._follow)

    def show(self, view: MapView) -> None:
        """Show another version of the map."""
        with self._drawing:
            first, untouched = not len(self.view.cloud), self._cut.value == self._set_cut_m
            self.view = view
            self._cut.min, self._cut.max = _cut_limits(view)
            if first or untouched:
                self._cut.value = self._first_cut()
            if first:
                self._client.camera.position, self._client.camera.look_at = first_look(view)
            self._draw()

    def pick(self, ray: Ray) -> tuple[PointCloud, int | None]:
        """The shown version's cloud, and the index of its first shown point that a ray meets."""
        view = self.view  # another one may come meanwhile
        return view.cloud, view.pick(ray, self._cut.value)

    def _first_cut(self) -> float:
        self._set_cut_m = round(self.view.first_cut_m, 1) + 0.1
        return self._set_cut_m

    def _draw(self) -> None:
        with self._drawing:
            view = self.view
            self._add("/map", view.overview(self._cut.value), view.overview_spacing_m)
            if self._detail_at is not None and view.thinned:
                near = view.detail(self._detail_at, self._cut.value)
                self._add("/detail", near, view.spacing_m)

    def _follow(self, camera: Any) -> None:
        """Draw all points round the place that is looked at, where the map is too large for all."""
        at = np.array(camera.look_at)
        with self._drawing:
            before, self._detail_at = self._detail_at, at
            if not self.view.thinned:
                return
            if before is not None and np.linalg.norm(at - before) < _DETAIL_STEP_M:
                self._detail_at = before
                return
            self._add("/detail", self.view.detail(at, self._cut.value), self.view.spacing_m)

    def _add(self, name: str, indices: NDArray[np.int64], size_m: float) -> None:
        cloud, scene = self.view.cloud, self._client.scene
        if not len(indices):
            scene.remove_by_name(name)
            return
        scene.add_point_cloud(
            name, cloud.xyz[indices], cloud.rgb[indices], point_size=size_m, precision="float32"
        )


def first_look(
    view: MapView,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Where to stand, and where to look, to see a map from above its edge."""
    middle, size = view.extent
    away = np.array(_FIRST_VIEW) * max(float(size[:2].max()), 1.0)
    x, y, z = middle.tolist()
    at_x, at_y, at_z = (middle + away).tolist()
    return (at_x, at_y, at_z), (x, y, z)


def _cut_limits(view: MapView) -> tuple[float, float]:
    low, high = view.heights_m
    return round(low, 1), max(round(high, 1), round(low, 1)) + 0.1
