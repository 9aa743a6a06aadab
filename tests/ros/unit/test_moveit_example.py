"""examples/to_moveit.py makes MoveIt's message of an answer; moveit_msgs, which no wheel has, by
stand-ins with the fields of its .msg files.
"""

from __future__ import annotations

import runpy
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

pytest.importorskip("rclpy")
messages = pytest.importorskip("detailbase_ros.msg")
EXAMPLE = Path(__file__).parents[3] / "examples" / "to_moveit.py"


@dataclass
class CollisionObject:
    header: Any = None
    id: str = ""
    primitives: list = field(default_factory=list)
    primitive_poses: list = field(default_factory=list)
    operation: bytes = b""
    ADD: ClassVar[bytes] = b"\x00"


@dataclass
class SolidPrimitive:
    type: int = 0
    dimensions: list = field(default_factory=list)
    BOX: ClassVar[int] = 1


@dataclass
class PlanningSceneWorld:
    collision_objects: list = field(default_factory=list)


@dataclass
class PlanningScene:
    is_diff: bool = False
    world: PlanningSceneWorld = field(default_factory=PlanningSceneWorld)


@pytest.fixture
def planning_scene(monkeypatch):
    modules = {"moveit_msgs": (CollisionObject, PlanningScene), "shape_msgs": (SolidPrimitive,)}
    for package, kinds in modules.items():
        module = ModuleType(f"{package}.msg")
        for kind in kinds:
            setattr(module, kind.__name__, kind)
        monkeypatch.setitem(sys.modules, package, ModuleType(package))
        monkeypatch.setitem(sys.modules, f"{package}.msg", module)
    return runpy.run_path(str(EXAMPLE))["planning_scene"]


def answer(*phrases):
    """An answer in the frame "odom": (text, scores of its objects) for each phrase."""
    message = messages.GroundedQuery()
    message.header.frame_id = "odom"
    for text, scores in phrases:
        instances = []
        for number, score in enumerate(scores):
            instance = messages.PhraseInstance(score=score)
            instance.pose.position.x = float(number)
            instance.size.x, instance.size.y, instance.size.z = 0.3, 0.2, 0.1
            instances.append(instance)
        message.phrases.append(messages.GroundedPhrase(text=text, instances=instances))
    return message


def test_each_object_is_a_box_of_its_own(planning_scene):
    scene = planning_scene(answer(("red mug", [0.9, 0.7]), ("the table", [0.8])))
    assert scene.is_diff  # else it would replace all that MoveIt knows
    things = scene.world.collision_objects
    assert [thing.id for thing in things] == ["red_mug_1", "red_mug_2", "the_table_1"]
    for thing in things:
        assert thing.header.frame_id == "odom" and thing.operation == CollisionObject.ADD
        (box,), (pose,) = thing.primitives, thing.primitive_poses
        assert box.type == SolidPrimitive.BOX
        assert box.dimensions == pytest.approx([0.3, 0.2, 0.1])
        assert pose.position.x == thing.id.endswith("_2")


def test_what_is_not_sure_is_left_out(planning_scene):
    things = planning_scene(answer(("the mug", [0.9, 0.4])), 0.5).world.collision_objects
    assert [thing.id for thing in things] == ["the_mug_1"]
    assert not planning_scene(answer(("the mug", [])), 0.5).world.collision_objects
