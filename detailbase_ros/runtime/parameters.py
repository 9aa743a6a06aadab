"""ROS parameters made from the fields of config dataclasses, and back."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.parameter import Parameter

from detailbase_core.errors import ConfigError, shown
from detailbase_core.settings import Settings, from_dict
from detailbase_ros.node_config import parameters_of
from detailbase_ros.runtime.guarded_callbacks import CAUSE, guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rclpy.node import Node

    from detailbase_ros.runtime.event_counters import EventCounters

C = TypeVar("C", bound=Settings)

_LARGEST_INTEGER = 2**63 - 1


def declare_parameters(node: Node, config_class: type[C]) -> C:
    """Declare one parameter per setting and build the config from their values.

    Args:
        node: gets the parameters, named as in parameters_of().
        config_class: can be built without arguments.

    Raises:
        ConfigError: a given value has the wrong type or is out of range.
    """
    for name, value, metadata in parameters_of(config_class()):
        default = list(value) if isinstance(value, tuple) else value
        # Ranges are checked by the config itself, which explains more; dynamic typing lets a
        # person write `8` where 8.0 is meant.
        node.declare_parameter(name, default, _descriptor(value, metadata))
    return read_parameters(node, config_class)


def given_parameters(node: Node, names: Iterable[str]) -> list[str]:
    """Those of the names that the node was started with, although it does not declare them."""
    given = []
    for name in names:
        parameter = node.declare_parameter(name, None, ParameterDescriptor(dynamic_typing=True))
        if parameter.value is not None:
            given.append(name)
        node.undeclare_parameter(name)
    return given


def read_parameters(
    node: Node, config_class: type[C], changed: Mapping[str, Any] | None = None
) -> C:
    """The config from the node's parameters, with the values of `changed` in their place.

    Raises:
        ConfigError: a value has the wrong type or is out of range.
    """
    changed = changed or {}
    tree: dict[str, Any] = {}
    for name, default, _ in parameters_of(config_class()):
        *folders, leaf = name.split(".")
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        value = changed.get(name, node.get_parameter_or(name).value)
        value = list(value) if isinstance(value, array) else value  # lists of numbers come as that
        branch[leaf] = default if value is None else value  # None: an empty list was given
    return from_dict(config_class, tree)


def watch_parameters(
    node: Node,
    config_classes: Sequence[type[Settings]],
    on_change: Callable[..., None],
    events: EventCounters,
) -> None:
    """Call `on_change(*configs)` with new configs when live parameters change.

    A change that makes no valid config is refused with the reason; parameters that are not
    live are read-only, which rclpy itself refuses. Nothing is taken over before all who have a
    say have agreed.

    Args:
        node: has declared the parameters.
        config_classes: of the settings.
        on_change: takes them over.
        events: is told where that fails.
    """
    known = {name for each in config_classes for name, _, _ in parameters_of(each())}

    def check(parameters: list[Parameter]) -> SetParametersResult:
        changed = {parameter.name: parameter.value for parameter in parameters}
        if known.isdisjoint(changed):  # ROS's own, as those of QoS, of which each topic has four
            return SetParametersResult(successful=True)
        try:
            for parameter in parameters:
                if parameter.name in known and parameter.type_ == Parameter.Type.NOT_SET:
                    raise ConfigError(f"{parameter.name}: needs a value, it cannot be deleted")
            configs = [read_parameters(node, each, changed) for each in config_classes]
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=shown(error))
        except Exception as error:
            events.error_throttled(CAUSE, "parameters: callback failed", error)
            reason = shown(f"{type(error).__name__}: {error}")
            return SetParametersResult(successful=False, reason=reason)
        if not has_post_callback:
            guarded(on_change, "parameters", events)(*configs)
        return SetParametersResult(successful=True)

    def take_over(parameters: list[Parameter]) -> None:
        if any(parameter.name in known for parameter in parameters):
            on_change(*(read_parameters(node, each) for each in config_classes))

    has_post_callback = hasattr(node, "add_post_set_parameters_callback")  # not on Humble
    node.add_on_set_parameters_callback(check)
    if has_post_callback:
        node.add_post_set_parameters_callback(guarded(take_over, "parameters", events))


def _descriptor(value: Any, metadata: Mapping[str, Any]) -> ParameterDescriptor:
    low, high, choices = (metadata.get(key) for key in ("low", "high", "choices"))
    descriptor = ParameterDescriptor(
        description=metadata["doc"],
        read_only=not metadata["live"],
        dynamic_typing=isinstance(value[0] if isinstance(value, tuple) else value, float),
        additional_constraints=f"one of: {', '.join(choices)}" if choices else "",
    )
    if low is None and high is None:
        return descriptor
    if isinstance(value, float):
        limit = sys.float_info.max
        descriptor.floating_point_range = [
            FloatingPointRange(
                from_value=float(-limit if low is None else low),
                to_value=float(limit if high is None else high),
            )
        ]
    elif isinstance(value, int):
        descriptor.integer_range = [
            IntegerRange(
                from_value=int(-_LARGEST_INTEGER if low is None else low),
                to_value=int(_LARGEST_INTEGER if high is None else high),
            )
        ]
    return descriptor
