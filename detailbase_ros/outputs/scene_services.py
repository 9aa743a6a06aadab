"""The map as a whole: shown on ~/scene, cleared, saved and loaded by services."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

from detailbase_core.errors import BadFileError, DetailBaseError, shown
from detailbase_core.types import PointCloud
from detailbase_ros.messages.conversions import cloud_to_message
from detailbase_ros.messages.topics import CLEAR_SCENE, LOAD_SCENE, SAVE_SCENE, SCENE

if TYPE_CHECKING:
    from collections.abc import Callable

    from std_srvs.srv import Trigger

    from detailbase_core.grounder import Grounder
    from detailbase_ros.node_config import NodeConfig
    from detailbase_ros.runtime.endpoints import Endpoints
    from detailbase_ros.srv import SceneFile

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SceneServices:
    """Publishes the map and offers ~/clear_scene, ~/save_scene and ~/load_scene.

    Args:
        endpoints: makes publisher, timer and services.
        config: map_frame, scene_period_s, scene_directory.
        grounder: whose map it is.
        on_replace: called after the map was cleared or loaded.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        config: NodeConfig,
        grounder: Grounder,
        on_replace: Callable[[], None],
    ) -> None:
        self._config, self._grounder, self._on_replace = config, grounder, on_replace
        self._folder = Path(config.scene_directory).expanduser()
        self._clock = endpoints.node.get_clock()
        self._shown_version = -1
        self._scene = endpoints.publisher(SCENE)
        group = MutuallyExclusiveCallbackGroup()
        self._timer = endpoints.timer(config.scene_period_s, self._publish, group)
        endpoints.service(CLEAR_SCENE, self._clear, group)
        endpoints.service(SAVE_SCENE, self._save, group)
        endpoints.service(LOAD_SCENE, self._load, group)

    def reconfigure(self, config: NodeConfig) -> None:
        """Take over the live settings of `config`."""
        period_ns = round(config.scene_period_s * 1e9)
        if period_ns != self._timer.timer_period_ns:
            self._timer.timer_period_ns = period_ns
            self._timer.reset()  # or the running period would end first

    def _publish(self) -> None:
        if self._grounder.map.version == self._shown_version:
            return
        cloud, self._shown_version = self._grounder.map.snapshot()
        frame = cloud.frame or self._config.map_frame  # a loaded map may be of another frame
        self._scene.publish(
            cloud_to_message(PointCloud(cloud.xyz, cloud.rgb, frame, cloud.stamp_ns))
        )

    def _clear(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._grounder.clear()
        self._on_replace()
        response.success, response.message = True, "the map is empty"
        return response

    def _save(self, request: SceneFile.Request, response: SceneFile.Response) -> SceneFile.Response:
        return self._with_file(request.name, response, self._write)

    def _load(self, request: SceneFile.Request, response: SceneFile.Response) -> SceneFile.Response:
        return self._with_file(request.name, response, self._read)

    def _write(self, path: Path) -> str:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._grounder.save(path)
        except OSError as error:
            raise BadFileError(
                f"{path}: cannot be written: {error}; see scene_directory, its permissions and "
                "the space on its disk. A file that was there is as it was"
            ) from error
        return str(path)

    def _read(self, path: Path) -> str:
        self._grounder.load(path)
        if self._grounder.map.stamp_ns > self._clock.now().nanoseconds:
            self._grounder.map.forget_times()  # made by another clock: a simulator's, say
        self._on_replace()
        frame = self._grounder.map.frame
        if frame in ("", self._config.map_frame):
            return str(path)
        return (
            f"{path}: made in frame {shown(frame)!r}, but map_frame is {self._config.map_frame!r}: "
            "new scans cannot enter it until map_frame is set accordingly"
        )

    def _with_file(
        self, name: str, response: SceneFile.Response, action: Callable[[Path], str]
    ) -> SceneFile.Response:
        """Do `action` with the file of this name; its faults become the response's message."""
        if not _NAME.fullmatch(name):
            said = shown(name, 64)
            response.message = f"{said!r} is no name: use letters, digits, - and _ (64 at most)"
            return response
        try:
            response.message = action(self._folder / f"{name}.npz")
            response.success = True
        except DetailBaseError as error:
            response.message = shown(error)
        return response
