"""Nodes on the graph that answer sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rclpy.node import NodeNameNonExistentError

from detailbase_ros.messages.topics import GROUND

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


def count_namesakes(node: Node) -> int:
    """Number of other nodes with this node's name and namespace."""
    own = node.get_name(), node.get_namespace()
    same = [other for other in node.get_node_names_and_namespaces() if other == own]
    return max(0, len(same) - 1)


def full_name(endpoint: TopicEndpointInfo) -> str:
    """Full name of the node that an endpoint belongs to."""
    return f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"
