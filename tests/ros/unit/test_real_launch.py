"""The launch files read by launch itself, where a ROS installation brings it (PyPI does not)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.launch_stand_ins import declared, load

launch = pytest.importorskip("launch")
actions = pytest.importorskip("launch.actions")
sources = pytest.importorskip("launch.launch_description_sources")
ros_actions = pytest.importorskip("launch_ros.actions")

ROOT = Path(__file__).parents[3]
FILES = ("detailbase.launch.py", "demo.launch.py")


@pytest.fixture
def context(tmp_path, monkeypatch):
    """A LaunchContext in which this package is installed."""
    index = tmp_path / "share" / "ament_index" / "resource_index" / "packages"
    index.mkdir(parents=True)
    (index / "detailbase_ros").touch()
    (tmp_path / "share" / "detailbase_ros").symlink_to(ROOT)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    for name in ("FASTDDS", "FASTRTPS"):  # set by the launch file, undone after the test
        monkeypatch.setenv(f"{name}_DEFAULT_PROFILES_FILE", "")
    monkeypatch.setenv("RMW_FASTRTPS_USE_QOS_FROM_XML", "")
    return launch.LaunchContext()


def read(name, context):
    source = sources.PythonLaunchDescriptionSource(str(ROOT / "launch" / name))
    return source.get_launch_description(context)


def started(name, context, **given):
    """Everything that the launch file starts, by executable; nothing is run."""
    context.launch_configurations.update(given)
    processes, todo = {}, [read(name, context)]
    while todo:
        entity = todo.pop(0)
        if isinstance(entity, ros_actions.Node):
            entity._perform_substitutions(context)
            processes[entity.node_executable] = entity
        elif isinstance(entity, actions.ExecuteProcess):
            processes["process"] = entity
        else:
            todo += entity.visit(context) or []
    return processes


@pytest.mark.parametrize("name", FILES)
def test_arguments_have_the_defaults_that_the_stand_ins_show(name, context, monkeypatch):
    arguments = {
        argument.name: "".join(part.perform(context) for part in argument.default_value)
        for argument in read(name, context).get_launch_arguments()
    }
    with monkeypatch.context() as patch:
        stand_ins = declared(load(name, patch).generate_launch_description())
    assert set(arguments) == set(stand_ins)
    for argument, default in stand_ins.items():
        assert Path(arguments[argument]).name == Path(default).name
        assert (arguments[argument] == default) or Path(arguments[argument]).exists()


def test_the_node_has_its_parameters_and_names(context):
    nodes = started(FILES[0], context, namespace="robot1", clouds="[/a,/b]", rviz="true")
    assert set(nodes) == {"segmentation_node", "rviz2"}
    node = nodes["segmentation_node"]
    assert (node.node_package, node.expanded_node_namespace) == ("detailbase_ros", "/robot1")
    assert ("/tf", "tf") in node.expanded_remapping_rules


def test_images_start_the_maker_of_clouds(context):
    nodes = started(FILES[0], context, rgbd="true", best_effort="true")
    assert set(nodes) == {"segmentation_node", "point_cloud_xyzrgb_node"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"rviz": "false"}, {"demo_robot_node", "segmentation_node"}),
        ({}, {"demo_robot_node", "segmentation_node", "rviz2"}),
        ({"rviz": "false", "bag": "/data/bag"}, {"segmentation_node"}),
    ],
)
def test_the_demo_starts_the_robot_or_a_recording(context, given, expected):
    assert set(started(FILES[1], context, **given)) == expected
