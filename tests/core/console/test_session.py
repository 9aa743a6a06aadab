"""A visitor's questions, without a browser."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.console.html import (
    answer_html,
    objects_html,
    reasons_html,
    runners_up_html,
    spot_html,
)
from detailbase_core.console.session import MAX_HISTORY, ConsoleSession
from detailbase_core.errors import BadQueryError, ConfigError
from detailbase_core.io.ply import read_ply
from detailbase_core.output.palette import phrase_color
from tests.helpers.coloured_blocks import ABSENT, PRESENCE, ColouredBlocks
from tests.helpers.json_schema import answer_faults

SENTENCE = "the red block next to the green block"


@pytest.fixture
def session() -> ConsoleSession:
    return ConsoleSession(ColouredBlocks())


def test_objects_have_names_places_and_their_phrases_colour(session: ConsoleSession) -> None:
    red, green = session.ask(SENTENCE).objects
    assert (red.name, green.name) == ("red block #1", "green block #2")
    assert (red.color, green.color) == (phrase_color(0), phrase_color(1))
    x, y, z = map(float, green.place.split(", "))
    assert (x, y, z) == pytest.approx((2.0, 0.5, 0.25), abs=0.02)
    assert red.label == "red block #1 (0.90)"


def test_what_is_not_there_is_said_in_words(session: ConsoleSession) -> None:
    answer = session.ask("the red block and the piano")
    assert answer.remarks == [f"Nothing here matches 'the piano' (presence {ABSENT:.2f})."]
    assert session.ask("quickly").remarks == ["Nothing here matches 'quickly' (presence 0.10)."]


def test_a_sentence_without_phrases_shows_its_own_target(session: ConsoleSession) -> None:
    (target,) = session.ask("red").objects
    assert target.name in ("target #1", "red #1")


def test_the_history_is_kept_shown_again_and_cleared(session: ConsoleSession) -> None:
    first, second = session.ask("the red block"), session.ask("the blue block")
    assert [answer.title for answer in session.history] == ["1. the red block", "2. the blue block"]
    assert session.current is second
    assert session.show("1. the red block") is first is session.current
    assert session.show("3. nothing") is None and session.current is first
    for _ in range(MAX_HISTORY):
        session.ask("the red block")
    assert len(session.history) == MAX_HISTORY and session.history[0].number == 3
    session.clear()
    assert session.history == [] and session.current is None
    assert session.ask("the red block").number == MAX_HISTORY + 3  # titles stay unique


def test_a_sentence_that_cannot_be_asked_changes_nothing(session: ConsoleSession) -> None:
    answer = session.ask("the red block")
    with pytest.raises(BadQueryError):
        session.ask(" ")
    assert session.current is answer and session.history == [answer]


def test_the_threshold_answers_the_shown_sentence_anew(session: ConsoleSession) -> None:
    assert session.set_threshold(0.6) is None  # nothing was asked yet
    answer = session.ask("the red block")
    assert answer.objects
    renewed = session.set_threshold(PRESENCE + 0.05)
    assert renewed is not None and not renewed.objects
    assert "Nothing here matches" in renewed.remarks[0]
    assert session.history == [renewed]
    assert session.ask("the red block").objects == []  # later ones, too
    for bad in (-0.1, 1.1, float("nan")):
        with pytest.raises(ConfigError, match="not between 0 and 1"):
            session.set_threshold(bad)


def test_a_follow_up_refers_to_the_visitors_last_answer(session: ConsoleSession) -> None:
    session.ask("the red block")
    answer = session.ask("no, the green one")
    assert answer.title == "2. no, the green one"
    assert answer.remarks == ['Taken as: "the green block".']
    assert "the green block" in answer_html(answer)
    (green,) = answer.objects
    assert green.name == "green block #1"
    chosen = session.ask("the biggest one")
    assert session.set_threshold(0.95) is None and session.current is chosen  # it stays
    content = session.answer_json()
    assert content is not None and answer_faults(json.loads(content)) == []
    assert json.loads(content)["said"] == "the biggest one"
    session.clear()
    assert not session.ask("no, the red one").reply.taken_as


def test_visitors_do_not_see_each_others_questions() -> None:
    scene = ColouredBlocks()
    one, two = ConsoleSession(scene), ConsoleSession(scene)
    one.ask("the red block")
    one.set_threshold(0.9)
    two.ask("the blue block")
    assert [a.title for a in two.history] == ["1. the blue block"]
    assert scene.asked[-1] == ("the blue block", 0.5)


def test_downloads_hold_the_shown_answer(session: ConsoleSession) -> None:
    assert session.answer_json() is None and session.answer_ply() is None
    assert session.answer_picture() is None
    session.ask(SENTENCE)
    session.ask("the piano")
    session.show(f"1. {SENTENCE}")
    content = session.answer_json()
    assert content is not None
    answer = json.loads(content)
    assert answer_faults(answer) == [] and answer["query"] == SENTENCE
    cloud = session.scene.cloud
    ply = session.answer_ply()
    assert ply is not None
    xyz, rgb = read_ply(ply, "answer.ply")
    red = (cloud.rgb == (200, 20, 20)).all(axis=1)
    assert len(xyz) == len(cloud) and rgb is not None
    assert (np.asarray(rgb.rgb if hasattr(rgb, "rgb") else rgb)[red] == phrase_color(0)).all()


def test_a_clicked_point_tells_which_answers_hold_it(session: ConsoleSession) -> None:
    cloud = session.scene.cloud
    index = int(np.flatnonzero((cloud.rgb == (20, 160, 40)).all(axis=1))[0])
    assert session.spot(session.scene.cloud, index).found == ()
    session.ask(SENTENCE)
    session.ask("the green block")
    spot = session.spot(session.scene.cloud, index)
    assert spot.rgb == (20, 160, 40)
    assert spot.found == (("green block #1", "the green block"), ("green block #2", SENTENCE))
    assert session.spot(session.scene.cloud, 0).found == ()


def test_html_shows_phrases_in_their_colours_and_escapes_what_was_typed(
    session: ConsoleSession,
) -> None:
    html = answer_html(session.ask("the red block & the <b>piano</b>"))
    r, g, b = phrase_color(0)
    assert f"background:rgb({r},{g},{b})" in html and ">the red block</span>" in html
    assert "<b>" not in html and "&lt;" in html and "&amp;" in html
    rows = objects_html(session.ask(SENTENCE).objects)
    assert rows.count("<tr>") == 3 and "green block #2" in rows
    assert objects_html([]) == ""


def test_html_tells_what_came_next(session: ConsoleSession) -> None:
    answer = session.ask("the red block next to the piano")
    assert runners_up_html(answer) == ""
    (red,) = answer.objects
    piano = replace(answer.grounding.phrases[1], runners_up=(replace(red.instance, score=0.31),))
    grounding = replace(answer.grounding, phrases=(answer.grounding.phrases[0], piano))
    html = runners_up_html(replace(answer, reply=replace(answer.reply, grounding=grounding)))
    assert "<details>" in html and ">the piano</span>" in html and red.place in html
    assert "0.31" in html and "the red block" not in html


def test_what_decided_is_asked_for_and_shown(session: ConsoleSession) -> None:
    assert reasons_html(session.ask("the red block")) == ""
    answer = session.ask("why?")
    html = reasons_html(answer)
    assert "without &quot;red&quot;: nothing found (presence 0.10)" in html
    content = session.answer_json()
    assert content is not None and answer_faults(json.loads(content)) == []
    (reason,) = json.loads(content)["phrases"][0]["reasons"]
    assert (reason["words"], reason["asked"]) == ("red", "the block")
    assert reason["changed"] and reason["instances"] == []


def test_html_of_a_clicked_point(session: ConsoleSession) -> None:
    assert "No point there" in spot_html(None)
    assert "No answer so far" in spot_html(session.spot(session.scene.cloud, 0))
    cloud = session.scene.cloud
    session.ask("the red block <script>")
    index = int(np.flatnonzero((cloud.rgb == (200, 20, 20)).all(axis=1))[0])
    html = spot_html(session.spot(session.scene.cloud, index))
    assert "red block #1" in html and "<script>" not in html
    assert "Looking what it is" in html


def test_a_clicked_point_is_named_by_everyday_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detailbase_core.conversation.things.find_things.__defaults__", (("red",),))
    scene = ColouredBlocks()
    session = ConsoleSession(scene)
    red = int(np.flatnonzero((scene.cloud.rgb == (200, 20, 20)).all(axis=1))[0])
    spot = session.named(session.spot(session.scene.cloud, red))
    assert spot.kinds == (("red", 0.9),)
    assert "Perhaps: red (0.90)" in spot_html(spot)
    floor = session.named(session.spot(session.scene.cloud, 0))
    assert floor.kinds == () and "Nothing of the kinds" in spot_html(floor)
    assert scene.asked == [("the red", 0.5)]  # looked for once
    session.set_threshold(0.9)
    assert session.named(session.spot(session.scene.cloud, red)).kinds == ()
