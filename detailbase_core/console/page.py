"""The page of one visitor: a panel to ask in, and the answer drawn into the map."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.console.html import (
    HINT_HTML,
    answer_html,
    objects_html,
    reasons_html,
    runners_up_html,
    spot_html,
)
from detailbase_core.console.live_view import LiveView
from detailbase_core.console.map_layer import MapLayer
from detailbase_core.console.map_view import Ray
from detailbase_core.console.shapes import box_edges, view_of
from detailbase_core.errors import DetailBaseError, shown

if TYPE_CHECKING:
    import viser

    from detailbase_core.console.map_view import MapView
    from detailbase_core.console.scene import LiveState
    from detailbase_core.console.session import ConsoleAnswer, ConsoleSession, FoundObject
    from detailbase_core.types import PointCloud

EXAMPLES = (
    "where is the sofa?",
    "the chairs",
    "the red table in front of the sofa",
    "is there a piano here?",
)
_FLIGHT_S, _FLIGHT_STEPS = 0.5, 20


class Page:
    """The page of one visitor.

    Args:
        client: his browser.
        session: his questions.
        view: the map, shared by all.
    """

    def __init__(self, client: viser.ClientHandle, session: ConsoleSession, view: MapView) -> None:
        self._client, self._session = client, session
        self._busy = threading.RLock()  # callbacks come from several threads, and call each other
        self._shown_objects: list[Any] = []
        self._clicked: int | None = None
        self._answers = 0  # drawn so far
        self._live: LiveView | None = None
        self._add_asking()
        self._add_answer()
        self._add_more()
        self._map = MapLayer(client, view)
        client.scene.on_click()(self._on_click)

    def show_map(self, view: MapView) -> None:
        """Show another version of the map; what was found stays where it was."""
        self._map.show(view)

    def show_state(self, state: LiveState) -> None:
        """Show the robot."""
        if self._live is None:
            self._live = LiveView(self._client)
        self._live.show(state)

    # -- the panel -----------------------------------------------------------------------------

    def _add_asking(self) -> None:
        gui = self._client.gui
        form = gui.add_form(None)
        with form:
            self._sentence = gui.add_text("Sentence", "", hint="What to look for; Enter asks")
            button = gui.add_button("Ask")
        button.on_click(lambda _: form.submit())
        form.on_submit(lambda _: self._ask(self._sentence.value))
        with gui.add_folder("Examples", expand_by_default=True):
            for example in EXAMPLES:
                self._add_example(example)

    def _add_example(self, sentence: str) -> None:
        def ask(_: object) -> None:
            self._sentence.value = sentence
            self._ask(sentence)

        self._client.gui.add_button(sentence, color="gray").on_click(ask)

    def _add_answer(self) -> None:
        gui = self._client.gui
        self._answer_folder = gui.add_folder("Answer")
        with self._answer_folder:
            self._answer_html = gui.add_html("", visible=False)
            self._objects_html = gui.add_html("", visible=False)
            self._fly_folder = gui.add_folder("Fly to", visible=False)
            self._threshold = gui.add_slider(
                "Presence",
                min=min(self._session.scene.least_presence, self._session.presence_threshold),
                max=1.0,
                step=0.01,
                initial_value=self._session.presence_threshold,
                hint="Phrases of less presence count as not there",
            )
            self._why = gui.add_button(
                "Why?", color="gray", disabled=True, hint="Asks again without some of the words"
            )
            self._json = gui.add_button("Download JSON", color="gray", disabled=True)
            self._ply = gui.add_button("Download PLY", color="gray", disabled=True)
            self._picture = gui.add_button("Download picture", color="gray", disabled=True)
        self._threshold.on_update(lambda _: self._change_threshold(self._threshold.value))
        self._why.on_click(lambda _: self._ask("why?"))
        self._json.on_click(lambda _: self._download("answer.json", self._session.answer_json()))
        self._ply.on_click(lambda _: self._download("answer.ply", self._session.answer_ply()))
        self._picture.on_click(lambda _: self._download_picture())

    def _add_more(self) -> None:
        gui = self._client.gui
        with gui.add_folder("History", expand_by_default=False):
            self._history = gui.add_dropdown("Asked", ("",), initial_value="")
            clear = gui.add_button("Clear", color="gray")
        with gui.add_folder("Clicked point"):
            self._spot = gui.add_html(HINT_HTML)
        self._history.on_update(lambda _: self._recall(self._history.value))
        clear.on_click(lambda _: self._clear())

    # -- what a visitor does -------------------------------------------------------------------

    def _ask(self, sentence: str) -> None:
        with self._busy:
            try:
                answer = self._session.ask(sentence, np.array(self._client.camera.position))
            except DetailBaseError as error:
                self._complain(error)
                return
            self._show(answer)

    def _complain(self, error: DetailBaseError) -> None:
        self._client.add_notification("Not answered", shown(error), color="red")

    def _change_threshold(self, value: float) -> None:
        with self._busy:
            try:
                answer = self._session.set_threshold(value)
            except DetailBaseError as error:
                self._complain(error)
                return
            if answer is not None:
                self._show(answer)

    def _recall(self, title: str) -> None:
        with self._busy:
            shown_now = self._session.current
            if shown_now is not None and shown_now.title == title:
                return  # it was put there by _show
            answer = self._session.show(title)
            if answer is not None:
                self._show(answer)

    def _clear(self) -> None:
        with self._busy:
            self._session.clear()
            self._undraw()
            self._answer_html.visible = self._objects_html.visible = False
            self._enable_downloads(False)
            self._history.options = ("",)

    def _enable_downloads(self, enabled: bool) -> None:
        for button in (self._why, self._json, self._ply, self._picture):
            button.disabled = not enabled

    def _download(self, name: str, content: bytes | None) -> None:
        if content is not None:
            self._client.send_file_download(name, content)

    def _download_picture(self) -> None:
        self._client.add_notification("Drawing ...", "", auto_close_seconds=3.0)
        self._download("answer.png", self._session.answer_picture())

    def _on_click(self, event: Any) -> None:
        ray = Ray(np.array(event.ray_origin), np.array(event.ray_direction))
        cloud, index = self._map.pick(ray)
        scene = self._client.scene
        if index is None:
            self._spot.content = spot_html(None)
            scene.remove_by_name("/spot")
            return
        spot = self._session.spot(cloud, index)
        self._spot.content = spot_html(spot)
        place = cloud.xyz[index]
        scene.add_icosphere("/spot", radius=0.015, color=(255, 0, 255), position=place)
        self._clicked = index
        named = self._session.named(spot)
        if self._clicked == index:  # nobody clicked elsewhere meanwhile
            self._spot.content = spot_html(named)

    # -- the answer ----------------------------------------------------------------------------

    def _show(self, answer: ConsoleAnswer) -> None:
        objects = answer.objects
        self._answer_html.content, self._answer_html.visible = answer_html(answer), True
        table = objects_html(objects) + reasons_html(answer) + runners_up_html(answer)
        self._objects_html.content, self._objects_html.visible = table, bool(table)
        self._enable_downloads(True)
        self._history.options = tuple(one.title for one in reversed(self._session.history))
        self._history.value = answer.title
        with self._client.atomic():
            self._undraw()
            for index, found in enumerate(objects):
                self._draw(found, answer.grounding.scene.cloud, f"{self._answer}/{index}")
        self._fly_folder.visible = bool(objects)
        with self._fly_folder:
            self._shown_objects = [self._add_fly_button(found) for found in objects]

    @property
    def _answer(self) -> str:
        """Node of the scene under which the shown answer is drawn."""
        return f"/answer_{self._answers}"

    def _add_fly_button(self, found: FoundObject) -> Any:
        button = self._client.gui.add_button(found.label, color=found.color, hint=found.place)
        button.on_click(lambda _: self._fly_to(found))
        return button

    def _draw(self, found: FoundObject, cloud: PointCloud, name: str) -> None:
        scene = self._client.scene
        points, box = found.instance.point_indices, found.instance.box
        color = np.array(found.color, np.uint8)
        # Their own shades stay, so that what was found keeps its shape.
        shades = (0.35 * cloud.rgb[points] + 0.65 * color).astype(np.uint8)
        size = 1.3 * self._map.view.spacing_m
        scene.add_point_cloud(
            f"{name}/points", cloud.xyz[points], shades, point_size=size, precision="float32"
        )
        scene.add_line_segments(f"{name}/box", box_edges(box), found.color, thickness=0.02)
        top = np.add(box.center, (0.0, 0.0, box.size[2] / 2 + 0.05))
        scene.add_label(f"{name}/label", found.label, position=top, anchor="bottom-center")
        # Lines are thin: a click anywhere in the box means the object.
        body = scene.add_box(
            f"{name}/body",
            color=found.color,
            dimensions=np.maximum(box.size, 0.02),
            opacity=0.08,
            cast_shadow=False,
            receive_shadow=False,
            wxyz=(np.cos(box.yaw / 2), 0.0, 0.0, np.sin(box.yaw / 2)),
            position=box.center,
        )
        body.on_click(lambda _: self._fly_to(found))

    def _undraw(self) -> None:
        self._client.scene.remove_by_name(self._answer)
        # Under another name: what is removed and added again at once may lose its label.
        self._answers += 1
        for handle in self._shown_objects:
            handle.remove()
        self._shown_objects = []
        self._fly_folder.visible = False

    # -- the view ------------------------------------------------------------------------------

    def _fly_to(self, found: FoundObject) -> None:
        camera = self._client.camera
        goal_at, goal_look = view_of(found.instance.box, np.array(camera.position))
        begin_at, begin_look = np.array(camera.position), np.array(camera.look_at)
        for step in range(1, _FLIGHT_STEPS + 1):
            share = step / _FLIGHT_STEPS
            share = share * share * (3 - 2 * share)  # begins and ends slowly
            with self._client.atomic():
                camera.position = begin_at + share * (goal_at - begin_at)
                camera.look_at = begin_look + share * (goal_look - begin_look)
            self._client.flush()
            time.sleep(_FLIGHT_S / _FLIGHT_STEPS)
