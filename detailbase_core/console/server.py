"""The console's server: a page for every browser that comes, until it is stopped."""

from __future__ import annotations

import importlib
import logging
import threading
from typing import TYPE_CHECKING, Any

from detailbase_core.console.arguments import LOOPBACK, PORT
from detailbase_core.console.gate import Gate, guarded_servers, is_loopback
from detailbase_core.console.map_layer import first_look
from detailbase_core.console.map_view import MapView
from detailbase_core.console.session import ConsoleSession
from detailbase_core.errors import ConfigError, pip_install

if TYPE_CHECKING:
    import viser

    from detailbase_core.console.scene import LiveState, Searchable


def need_viser() -> Any:
    """The module viser, before anything slow begins.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return importlib.import_module("viser")
    except ImportError as error:
        raise ConfigError(f"the console needs viser ({error}): {pip_install('viser')}") from error


class ConsoleServer:
    """Serves the pages.

    Args:
        scene: that is asked.
        host: address to listen on.
        port: one that is taken gives the next free one.
        presence_threshold: of visitors who have not moved the slider.
        token: that visitors must bring; "" = whoever reaches the address may ask.

    Attributes:
        url: of the page, with the token.

    Raises:
        ConfigError: viser is not installed, or the token is too short.
        OSError: the address cannot be listened on.
    """

    def __init__(
        self,
        scene: Searchable,
        host: str = LOOPBACK,
        port: int = PORT,
        presence_threshold: float = 0.5,
        token: str = "",
    ) -> None:
        from detailbase_core.console.page import Page

        self._pages: dict[int, Page] = {}
        gate, viser_module = Gate(token, is_loopback(host)), need_viser()
        # Browsers open connections ahead that they never use; each would be a traceback.
        logging.getLogger("websockets.server").setLevel(logging.CRITICAL)
        with guarded_servers(gate):
            server: viser.ViserServer = viser_module.ViserServer(
                host=host, port=port, label="DetailBase", verbose=False
            )
        # viser's share button would make the map public through a server of others.
        server.gui.configure_theme(show_logo=False, show_share_button=False, control_width="large")
        # Beside the map, not over it: what was found must not lie under the panel.
        server.gui.main_panel.dock_right()
        server.request_share_url = _no_sharing  # nor may a browser ask for it by itself
        self._scene, self._server, self._view = scene, server, MapView(scene.cloud)
        self._state: LiveState | None = None
        _look_at(server, self._view)

        def welcome(client: viser.ClientHandle) -> None:
            session, view = ConsoleSession(scene, presence_threshold), self._view
            self._pages[client.client_id] = page = Page(client, session, view)
            if self._view is not view:  # replaced meanwhile
                page.show_map(self._view)
            if self._state is not None:
                page.show_state(self._state)

        server.on_client_connect(welcome)
        server.on_client_disconnect(lambda client: self._pages.pop(client.client_id, None))
        name = f"[{host}]" if ":" in host else host
        self.url = gate.address(f"http://{name}:{server.get_port()}")

    def show_map(self) -> None:
        """Show all visitors the scene's cloud as it is now."""
        first = not len(self._view.cloud)
        self._view = MapView(self._scene.cloud)
        if first:
            _look_at(self._server, self._view)
        for page in list(self._pages.values()):
            page.show_map(self._view)

    def show_state(self, state: LiveState) -> None:
        """Show all visitors the robot."""
        self._state = state
        for page in list(self._pages.values()):
            page.show_state(state)

    def wait(self) -> None:
        """Serve until interrupted."""
        threading.Event().wait()

    def stop(self) -> None:
        """End; browsers say that the connection was lost."""
        self._server.stop()


def _no_sharing(**_: object) -> None:
    return None


def _look_at(server: viser.ViserServer, view: MapView) -> None:
    """Have visitors see the map from above its edge at first."""
    server.scene.set_up_direction("+z")
    server.initial_camera.position, server.initial_camera.look_at = first_look(view)
