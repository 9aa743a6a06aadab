"""A short fuzz of a live node; `make fuzz` goes on for longer."""

from tests.ros.live import fuzz as fuzzing
from tests.ros.live.fuzz import Fuzz, run


def test_a_node_lives_through_damaged_maps_and_odd_requests(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(fuzzing, "ANSWER_S", 100.0)  # beside other tests
    fuzz = Fuzz(tmp_path, seed=1)
    try:
        assert run(fuzz, 0.0, maps=20, least=10), capsys.readouterr().out
    finally:
        code, _ = fuzz.close()
    assert code == 0
    assert fuzz.counts["maps: refused"] > 20
    assert fuzz.counts["sentences: done"] == 10
