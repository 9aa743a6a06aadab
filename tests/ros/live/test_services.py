"""Clearing, saving and loading the map on a live graph."""

import numpy as np
import pytest
from sensor_msgs.msg import PointCloud2
from std_srvs.srv import Trigger

from detailbase_core.config import MapConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.types import PointCloud
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.srv import SceneFile
from tests.ros.live.graph import NODE, START_NS, wait_for


def call(graph, service, name):
    client = graph.robot.create_client(SceneFile, f"{NODE}/{service}")
    return graph.robot.call(client, SceneFile.Request(name=name))


def clear(graph):
    client = graph.robot.create_client(Trigger, f"{NODE}/clear_scene")
    return graph.robot.call(client, Trigger.Request())


def test_a_cleared_map_is_empty_and_fills_again(graph):
    graph.fill_map()
    assert clear(graph).success
    answer = graph.robot.ask_and_wait("the chair")
    assert answer.status == GroundedQuery.EMPTY_MAP
    assert (answer.header.stamp.sec, answer.scene_version) == (0, 0)
    graph.robot.send_cloud()  # the same place and time: a cleared map takes it again
    wait_for(lambda: len(graph.grounder.map) > 0)


def test_a_saved_map_comes_back(graph, tmp_path):
    graph.fill_map()
    size = len(graph.grounder.map)
    saved = call(graph, "save_scene", "living-room_2")
    assert saved.success
    assert saved.message == str(tmp_path / "living-room_2.npz")
    clear(graph)
    assert call(graph, "load_scene", "living-room_2").success
    assert len(graph.grounder.map) == size
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


@pytest.mark.parametrize("service", ["save_scene", "load_scene"])
def test_names_stay_inside_the_folder(graph, tmp_path, service):
    for name in ("", "../up", "/etc/passwd", "a b", "name.npz", "x" * 65, "ä"):
        answer = call(graph, service, name)
        assert not answer.success, name
        assert "letters, digits" in answer.message, name
        assert list(tmp_path.iterdir()) == [], name


def test_a_missing_or_broken_file_leaves_the_map_as_it_is(graph, tmp_path):
    graph.fill_map()
    size = len(graph.grounder.map)
    (tmp_path / "broken.npz").write_bytes(b"no map at all")
    for name in ("missing", "broken"):
        answer = call(graph, "load_scene", name)
        assert not answer.success
        assert name in answer.message
    assert len(graph.grounder.map) == size


def test_an_unwritable_folder_is_told(make_graph, tmp_path):
    (tmp_path / "file").write_text("in the way")
    graph = make_graph(scene_directory=str(tmp_path / "file"))
    answer = call(graph, "save_scene", "room")
    assert not answer.success
    assert answer.message


def test_a_loaded_map_keeps_its_own_frame_everywhere(graph, tmp_path):
    other = SceneMap(MapConfig())
    xyz = np.random.default_rng(0).uniform(1, 2, (500, 3)).astype(np.float32)
    cloud = PointCloud(xyz, np.full(xyz.shape, 90, np.uint8), "camera", START_NS)
    other.insert(cloud, np.eye(4), "map")
    other.save(tmp_path / "room.npz")
    scene, instances = [], []
    graph.robot.listen(PointCloud2, f"{NODE}/scene", scene)
    graph.robot.listen(PointCloud2, f"{NODE}/instances", instances)
    client = graph.robot.create_client(SceneFile, f"{NODE}/load_scene")
    loaded = graph.robot.call(client, SceneFile.Request(name="room"))
    assert loaded.success
    assert "'map'" in loaded.message
    answer = graph.robot.ask_and_wait("the chair")
    assert answer.status == GroundedQuery.OK
    wait_for(lambda: graph.robot.markers and instances and scene and scene[-1].width > 0)
    headers = [answer.header, graph.robot.markers[0].markers[1].header]
    headers += [scene[-1].header, instances[0].header]
    assert [header.frame_id for header in headers] == ["map"] * 4


def test_a_map_from_the_future_keeps_its_voxels_but_not_its_times(graph, tmp_path):
    graph.robot.now_ns = 2_000_000_000 * 10**9  # some years ahead
    graph.fill_map()
    size = len(graph.grounder.map)
    assert call(graph, "save_scene", "room").success
    assert call(graph, "load_scene", "room").success
    assert (len(graph.grounder.map), graph.grounder.map.stamp_ns) == (size, 0)
    graph.robot.now_ns = START_NS
    graph.robot.send_tf(stamp_ns=START_NS, parent="odom", child="camera_optical")
    graph.robot.send_cloud()
    wait_for(lambda: graph.grounder.map.stamp_ns == START_NS)
