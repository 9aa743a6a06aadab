"""Transforms from /tf and /tf_static: by tf2_ros where it is installed, else by our own buffer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import yaml
from rclpy.time import Time

from detailbase_core.errors import (
    ExtrapolationError,
    FramesNotConnectedError,
    LookupFailed,
    UnknownFrameError,
)
from detailbase_core.io.transform_messages import transform_from_message
from detailbase_core.transform_history import rigid_matrix
from detailbase_core.transforms import TransformBuffer
from detailbase_ros.messages.topics import TF, TF_STATIC
from detailbase_ros.scans.transform_intake import store_transforms

try:
    import tf2_ros
except ImportError:  # the Python package index has no wheel of it
    tf2_ros = None

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rclpy.callback_groups import CallbackGroup
    from tf2_msgs.msg import TFMessage

    from detailbase_core.transforms import TransformSource
    from detailbase_ros.runtime.endpoints import Endpoints
    from detailbase_ros.runtime.event_counters import EventCounters


def make_transform_source(
    endpoints: Endpoints, group: CallbackGroup, events: EventCounters
) -> TransformSource:
    """tf2_ros where it is installed, else TopicTransforms."""
    if tf2_ros is None:
        return TopicTransforms(endpoints, group, events)
    # tf2 answers; it is silent about a tree that is wrong, so ours listens, too.
    watch = TopicTransforms(endpoints, group, events) if events is not None else None
    return Tf2Transforms(endpoints, watch)


class TopicTransforms:
    """A TransformBuffer fed from the two topics."""

    def __init__(self, endpoints: Endpoints, group: CallbackGroup, events: EventCounters) -> None:
        self._buffer = TransformBuffer()
        self._events = events
        for topic in (TF, TF_STATIC):
            endpoints.subscription(topic, partial(self._store, topic.name), group)

    def _store(self, topic: str, message: TFMessage) -> None:
        store_transforms(message, topic, self._buffer, self._events)

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """See TransformSource."""
        return self._buffer.lookup(target, source, stamp_ns)

    @property
    def frames(self) -> tuple[str, ...]:
        """See TransformSource."""
        return self._buffer.frames

    @property
    def faults(self) -> tuple[str, ...]:
        """See TransformBuffer."""
        return self._buffer.faults

    def clear(self) -> None:
        """See TransformSource."""
        self._buffer.clear()


class Tf2Transforms:
    """tf2_ros' buffer, its exceptions as ours; `watch` warns of what is wrong with the tree."""

    def __init__(self, endpoints: Endpoints, watch: TopicTransforms | None = None) -> None:
        self._buffer, self._watch = tf2_ros.Buffer(), watch
        listener = tf2_ros.TransformListener(self._buffer, endpoints.node, spin_thread=False)
        endpoints.on_close(listener.unregister)

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """See TransformSource."""
        try:
            message = self._buffer.lookup_transform(target, source, Time(nanoseconds=stamp_ns))
        except tf2_ros.ExtrapolationException as error:
            raise ExtrapolationError(str(error)) from error
        except tf2_ros.ConnectivityException as error:
            raise FramesNotConnectedError(str(error)) from error
        except tf2_ros.LookupException as error:
            raise UnknownFrameError(str(error)) from error
        except tf2_ros.TransformException as error:
            raise LookupFailed(str(error)) from error
        transform = transform_from_message(message, static=True)
        return rigid_matrix(transform.translation, transform.rotation_xyzw)

    @property
    def frames(self) -> tuple[str, ...]:
        """See TransformSource."""
        edges = yaml.safe_load(self._buffer.all_frames_as_yaml()) or {}
        return tuple({**edges, **{edge["parent"]: None for edge in edges.values()}})

    def clear(self) -> None:
        """See TransformSource."""
        self._buffer.clear()
        if self._watch is not None:
            self._watch.clear()
