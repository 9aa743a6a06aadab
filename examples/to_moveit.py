"""Ask the node and show MoveIt what was found, as boxes: python3 examples/to_moveit.py "the mug"

Runs in a shell where ROS 2, MoveIt and this package are sourced, beside a running
segmentation_node and move_group. Each object becomes a collision object with an id such as
"the_mug_1": plan around it, or attach it to the gripper by that id. Exit status 1: nothing found.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import rclpy
from moveit_msgs.msg import CollisionObject, PlanningScene
from rclpy.utilities import remove_ros_args
from shape_msgs.msg import SolidPrimitive

from detailbase_ros.srv import GroundQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_ros.msg import GroundedQuery


def planning_scene(answer: GroundedQuery, min_score: float = 0.0) -> PlanningScene:
    """A change of MoveIt's scene: a box for each object of each phrase, in the map frame."""
    scene = PlanningScene(is_diff=True)
    for phrase in answer.phrases:
        sure = [one for one in phrase.instances if one.score >= min_score]
        for number, instance in enumerate(sure, start=1):
            thing = CollisionObject(header=answer.header, operation=CollisionObject.ADD)
            thing.id = f"{phrase.text.replace(' ', '_')}_{number}"
            size = [instance.size.x, instance.size.y, instance.size.z]
            thing.primitives = [SolidPrimitive(type=SolidPrimitive.BOX, dimensions=size)]
            thing.primitive_poses = [instance.pose]
            scene.world.collision_objects.append(thing)
    return scene


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, publish."""
    arguments = sys.argv if arguments is None else arguments
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sentence")
    parser.add_argument("--min-score", type=float, default=0.5, help="leave out what is below")
    parser.add_argument("--node", default="/segmentation_node", help="name of the node")
    options = parser.parse_args(remove_ros_args(list(arguments))[1:])
    rclpy.init(args=list(arguments))
    node = rclpy.create_node("to_moveit")
    publisher = node.create_publisher(PlanningScene, "planning_scene", 1)
    ask = node.create_client(GroundQuery, f"{options.node}/ground")
    if not ask.wait_for_service(timeout_sec=5.0):
        sys.exit("no answer: is segmentation_node running? (ros2 run detailbase_ros doctor)")
    future = ask.call_async(GroundQuery.Request(query=options.sentence))
    rclpy.spin_until_future_complete(node, future, timeout_sec=60.0)
    if not future.done():
        sys.exit("no answer within 60 s")
    scene = planning_scene(future.result().answer, options.min_score)
    found = [thing.id for thing in scene.world.collision_objects]
    if found and not publisher.get_subscription_count():
        sys.exit(f"nobody listens on {publisher.topic_name}: is move_group running?")
    if found:
        publisher.publish(scene)
        publisher.wait_for_all_acked(rclpy.duration.Duration(seconds=2.0))
    print(", ".join(found) or f"nothing found. {future.result().answer.message}".rstrip())
    rclpy.try_shutdown()
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
