"""The shipped model behind the node: scans of the demo's room in, named objects out."""

import numpy as np

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.synthetic.demo_room import MAP_FRAME, demo_scans
from detailbase_ros.msg import GroundedQuery
from tests.ros.live.graph import wait_for


def test_the_shipped_model_answers_on_the_graph(make_graph):
    grounder = Grounder(GrounderConfig())
    for scan in list(demo_scans())[:8]:
        grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
    graph = make_graph(grounder)
    graph.robot.ask("the green chair at the round table")
    wait_for(lambda: graph.robot.answers, timeout_s=60)
    answer = graph.robot.answers[0]
    assert answer.status == GroundedQuery.OK, answer.message
    assert [p.text for p in answer.phrases] == ["the green chair", "the round table"]
    assert answer.scene_version == 8
    low, high = (f(grounder.map.snapshot()[0].xyz, axis=0) for f in (np.min, np.max))
    found = [thing for phrase in answer.phrases for thing in phrase.instances]
    assert found
    for thing in found:
        c = thing.centroid
        assert (low <= [c.x, c.y, c.z]).all() and ([c.x, c.y, c.z] <= high).all()
        assert 0.0 <= thing.score <= 1.0
    assert set(answer.stage_names) >= {"phrases", "text_encoder", "mask_decoder", "instances"}
    assert min(answer.stage_seconds) >= 0.0
