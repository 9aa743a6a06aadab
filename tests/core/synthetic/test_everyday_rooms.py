"""Rooms with all kinds of furniture, and that the frozen exams' rooms know nothing of them."""

from __future__ import annotations

from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.groups.everyday import RULES
from detailbase_core.synthetic.rooms import fingerprint, generate_room
from detailbase_core.synthetic.stock import Stock
from detailbase_core.synthetic.themes import THEMES
from training.sentences.nouns import CATEGORIES

BANK = FurnitureBank.load()


def test_rules_name_rooms_places_and_kinds_that_there_are():
    for rule in RULES:
        assert rule.where in {"wall", "corner", "free", "hang", "ceiling", "on"}
        assert (rule.rooms or set()) <= THEMES.keys()
        assert (rule.on is None) or rule.where == "on"
        assert set(rule.items) <= CATEGORIES


def test_everyday_rooms_hold_further_kinds_and_stay_the_same():
    stock = Stock.of_bank(BANK, "train", everyday=True)
    rooms = [generate_room(seed, stock) for seed in range(4)]
    plain = [generate_room(seed, Stock.of_bank(BANK, "train")) for seed in range(4)]
    kinds = [{t.category for room in some for t in room.furniture} for some in (rooms, plain)]
    assert len(kinds[0] - kinds[1]) >= 10
    again = generate_room(2, Stock.of_bank(BANK, "train", everyday=True))
    assert fingerprint([again]) == fingerprint([rooms[2]])
    for room in rooms:
        for thing in room.furniture:
            assert thing.box.center[2] + thing.box.size[2] / 2 <= room.height + 0.01
            assert thing.model.mount != "ceiling" or thing.supported_by == 7


def test_wide_rooms_are_no_rooms_of_the_frozen_exams():
    seeds = range(990_000, 990_040)
    everyday = Stock.of_bank(BANK, "train", everyday=True)
    wide = {name for name, theme in THEMES.items() if theme.everyday}
    rooms = [generate_room(seed, everyday) for seed in seeds]
    assert {room.theme for room in rooms} >= wide
    assert max(max(room.size[:2]) for room in rooms) > 8.0
    plain = Stock.of_bank(BANK, "train")
    assert not wide & {generate_room(seed, plain).theme for seed in seeds}
