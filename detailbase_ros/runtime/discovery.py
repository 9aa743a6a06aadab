"""Nodes on the graph that answer sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rclpy.action import get_action_server_names_and_types_by_node
from rclpy.node import NodeNameNonExistentError

from detailbase_ros.messages.topics import GROUND, LOOK

if TYPE_CHECKING:
    from rclpy.node import Node
    from rclpy.topic_endpoint_info import TopicEndpointInfo


def answering_nodes(node: Node) -> dict[str, str]:
    """The nodes that answer sentences, as `node` sees them: full name -> service, sorted.

    Services are looked for node by node: names alone may come from those that only want to call.
    """
    found = {}
    for name, namespace in node.get_node_names_and_namespaces():
        try:
            offered = node.get_service_names_and_types_by_node(name, namespace)
        except NodeNameNonExistentError:  # it has just gone
            continue
        for service, types in offered:
            if GROUND.type_name in types:
                found[f"{namespace.rstrip('/')}/{name}"] = service
    return dict(sorted(found.items()))


def look_action(node: Node, answering: str) -> str | None:
    """Name of the action that looks for sentences while the map grows; None where there is none.

    Args:
        node: that looks at the graph.
        answering: full name of a node that answers sentences.
    """
    namespace, _, name = answering.rpartition("/")
    try:
        offered = get_action_server_names_and_types_by_node(node, name, namespace or "/")
    except NodeNameNonExistentError:
        return None
    return next((action for action, types in offered if LOOK.type_name in types), None)


def count_namesakes(node: Node) -> int:
    """Number of other nodes with this node's name and namespace."""
    own = node.get_name(), node.get_namespace()
    same = [other for other in node.get_node_names_and_namespaces() if other == own]
    return max(0, len(same) - 1)


def full_name(endpoint: TopicEndpointInfo) -> str:
    """Full name of the node that an endpoint belongs to."""
    return f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"
