"""The figures of a checkpoint on described scenes: what is counted, and the yardsticks."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from detailbase_core.config import InstanceConfig
from detailbase_core.errors import BadFileError
from detailbase_core.language.learned_parser import WordTags
from detailbase_core.network.batch import Prediction
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.postprocess.object_selection import SelectedObjects
from tests.helpers.toy_scenes import TARGETS, toy_arrays, toy_records, write_scene
from tests.helpers.weight_files import MODEL, save_tiny_checkpoint, tiny_model, tiny_text_encoder
from training import evaluate as evaluate_module
from training.evaluation.aggregate import breakdowns, measures
from training.evaluation.bootstrap import bootstrap_change, bootstrap_gap, room_ious
from training.evaluation.evaluate_scene import FOUND, Examiner
from training.evaluation.evaluate_scenes import Examinee, examination
from training.evaluation.examples import examples
from training.evaluation.matching import Question, SceneJudge
from training.evaluation.records import (
    ABSENT,
    SMALL,
    STRUCTURE,
    THING,
    PhraseOutcome,
    SentenceOutcome,
)
from training.evaluation.results import Results
from training.evaluation.results_table import COUNTS, ROWS, as_table
from training.scenes.descriptions import DescribedPhrase, Description
from training.scenes.scene_files import read_scene

CONFIG = InstanceConfig(min_points=1, connect_distance_m=0.4)  # the toys' points lie far apart


def spoken_records() -> list[dict]:
    """Beside the toys' own: one that is absent, one about the floor, one about two things."""
    return [
        *toy_records(),
        {
            "token": ["the", "plant", "on", "the", "floor"],
            "text": "the plant on the floor",
            "t2o": {"-1": [], "1": [], "4": [2]},
            "style": "spoken",
            "relations": ["on"],
            "phrases": [
                {"begin": 0, "end": 9, "head": 1, "structure": False, "absent": True, "hard": True},
                {"begin": 13, "end": 22, "head": 4, "structure": True},
            ],
        },
        {
            "token": ["both", "things"],
            "text": "both things",
            "t2o": {"-1": [0, 1], "1": [0, 1]},
            "phrases": [{"begin": 0, "end": 11, "head": 1, "structure": False}],
        },
    ]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    return read_scene(write_scene(folder, "toy", toy_arrays(0), spoken_records()))


@pytest.fixture
def perfect(scene, monkeypatch):
    """A model whose masks and presence are the truth."""
    model = tiny_model()

    def ground(superpoints, text, **_):
        logits = torch.full((*text.mask.shape, superpoints.features.shape[1]), -9.0)
        presence = torch.full(text.mask.shape, -9.0)
        asked = sorted(scene.descriptions, key=lambda d: len(d.words))  # fewer than go at once
        for b, description in enumerate(asked):
            for row, ids in description.targets():
                for object_id in ids:
                    points = torch.from_numpy(scene.instance == object_id)
                    logits[0, b, row, scene.point_to_superpoint[points]] = 9.0
                    presence[0, b, row] = 9.0
        return Prediction(logits, presence, presence)

    monkeypatch.setattr(model, "ground", ground)
    return Examiner(model, tiny_text_encoder(), CONFIG)


def test_a_perfect_model_has_perfect_figures(scene, perfect):
    figures = measures(perfect.examine(scene))
    for name in (
        "phrase_mIoU",
        "acc25",
        "acc50",
        "sentence_mIoU",
        "instance_f1",
        "count_exact",
        "presence_f1",
        "presence_recall_hard",
        "oracle_mIoU",
        "all_smIoU",
    ):
        assert figures[name] == 1.0, name
    assert figures["blind_mIoU"] < 1.0
    assert figures["same_category_mIoU"] == 1.0  # no two things are of one kind
    assert figures["phrases"] == len(TARGETS) + 2 + 1
    assert figures["phrases_absent"] == figures["phrases_plural"] == 1
    assert figures["phrases_structure"] == 1
    assert figures["sentences"] == len(scene.descriptions)


def test_a_random_model_is_measured_by_the_same_yardsticks(scene, perfect):
    figures = measures(Examiner(tiny_model(), tiny_text_encoder(), CONFIG).examine(scene))
    assert figures["phrase_mIoU"] < 0.9
    best = measures(perfect.examine(scene))
    same = ("oracle_mIoU", "same_category_mIoU", *COUNTS, "span_f1", "head_accuracy")
    assert {k: figures[k] for k in same} == {k: best[k] for k in same}


def test_spans_are_compared_where_they_are_told(scene, perfect):
    """The rule parser finds "the plant", "the floor"; "both things" is one more."""
    outcomes = perfect.examine(scene)
    told = [(o.spans_told, o.spans_found, o.spans_right, o.heads_right) for o in outcomes]
    assert told[-2:] == [(2, 2, 2, 2), (1, 1, 1, 1)]
    assert all(t == (0, 0, 0, 0) for t in told[:-2])
    assert measures(outcomes)["span_f1"] == 1.0


def test_a_model_may_be_asked_for_the_phrases_that_it_finds(scene, perfect, monkeypatch):
    """Those that it does not find are answered with nothing; the sentence needs none."""
    expected = measures(perfect.examine(scene))
    perfect.phrases = FOUND

    def finds(keeps):
        def tags(descriptions):
            return [WordTags(d.spans_or_heads() * keeps, None) for d in descriptions]

        monkeypatch.setattr(perfect, "_tags", tags)
        return measures(perfect.examine(scene))

    all_of_them, none = finds(True), finds(False)
    for name in ("phrase_mIoU", "sentence_mIoU", "presence_f1"):
        assert all_of_them[name] == pytest.approx(expected[name])
    assert none["phrase_mIoU"] == none["span_f1"] == 0.0
    assert none["sentence_mIoU"] == expected["sentence_mIoU"]


def test_answers_do_not_depend_on_the_opening(scene):
    """To the bit, where the network hides it and its own tags are right."""
    torch.manual_seed(0)
    options = {"phrase_head": True, "hide_wording": True, "presence_from_masks": True}
    examiner = Examiner(
        DetailBase(dataclasses.replace(MODEL, **options)).eval(), tiny_text_encoder(), CONFIG
    )
    examiner._tags = lambda asked: [WordTags([], (False,) * len(d.words)) for d in asked]

    def answers(*opening):
        said = [
            Description(
                (*opening, "the", "chair", "."),
                (DescribedPhrase(len(opening) + 2, (0,), words=(len(opening), len(opening) + 2)),),
                (0,),
            )
        ]
        (answer,), _ = examiner.ask(dataclasses.replace(scene, descriptions=said))
        return answer.presence.values(), [meant.mask for meant in answer.meant.values()]

    presence, masks = answers()
    for opening in (("where", "is"), ("please", "bring", "me")):
        other, others = answers(*opening)
        assert list(other) == list(presence)
        assert all(map(np.array_equal, masks, others))


def test_scenes_without_descriptions_add_nothing(scene, perfect):
    assert perfect.examine(dataclasses.replace(scene, descriptions=())) == []
    assert set(measures([]).values()) == {0}
    assert breakdowns([]) == {}


# --- one scene's truth ---------------------------------------------------------------------------


@pytest.fixture
def judge(scene):
    """Superpoints 0 and 1 are object 0, 2 and 3 are 1, 4 and 5 are 3, 6 and 7 nobody's."""
    return SceneJudge(scene, CONFIG)


def mask_of(*superpoints: int) -> np.ndarray:
    return np.isin(np.arange(8), superpoints)


def judged(judge: SceneJudge, asked: Question, superpoints: list[int], presence: float):
    mask = mask_of(*superpoints)
    return judge.outcome(asked, SelectedObjects(mask, False), mask, mask_of(), presence)


def test_iou_is_over_points(scene, judge):
    sizes = np.bincount(scene.point_to_superpoint)
    assert judge.iou(mask_of(0, 1), [0]) == 1.0
    assert judge.iou(mask_of(0), [0]) == pytest.approx(sizes[0] / 60)
    assert judge.iou(mask_of(0, 2), [0]) == pytest.approx(sizes[0] / (60 + sizes[2]))
    assert judge.iou(mask_of(), [0]) == 0.0
    assert judge.iou(mask_of(0, 1, 2, 3), [0, 1]) == 1.0


def test_all_of_a_category(scene):
    chairs = dataclasses.replace(scene, categories={0: "chair", 1: "chair", 3: "lamp"})
    judge = SceneJudge(chairs, CONFIG)
    assert judge.category_iou([0]) == pytest.approx(0.5)
    assert judge.category_iou([0, 1]) == judge.category_iou([3]) == 1.0
    assert judge.category([0, 1]) == "chair"
    assert judge.category([0, 3]) == ""
    nameless = SceneJudge(dataclasses.replace(scene, categories={}), CONFIG)
    assert nameless.category_iou([0]) == 1.0


def test_kinds(judge):
    assert judge.kind((0,), structure=False) == THING
    assert judge.kind((0, 2), structure=False) == SMALL  # object 2 owns nothing
    assert judge.kind((0,), structure=True) == STRUCTURE
    assert judged(judge, Question(1, ()), [0], 0.9).kind == ABSENT


def test_instances_match_objects_of_their_own(judge):
    two = judged(judge, Question(1, (0, 1)), [0, 1, 2, 3], 0.9)
    assert (two.objects, two.instances, two.matched) == (2, 2, 2)
    one = judged(judge, Question(1, (0, 1)), [0, 1], 0.9)
    assert (one.instances, one.matched) == (1, 1)
    wrong = judged(judge, Question(1, (3,)), [0, 1], 0.9)
    assert (wrong.instances, wrong.matched) == (1, 0)
    denied = judged(judge, Question(1, (0,)), [0, 1], 0.1)
    assert (denied.said_present, denied.instances, denied.iou) == (False, 0, 1.0)


# --- figures from outcomes -----------------------------------------------------------------------


def sentence(room: str, number: int, *phrases: PhraseOutcome, **told) -> SentenceOutcome:
    words = tuple(told.pop("words", ["word"] * 5))
    return SentenceOutcome(room, number, Description(words, (), None, **told), phrases, None)


def thing(iou: float, **more) -> PhraseOutcome:
    return PhraseOutcome(1, THING, iou=iou, objects=1, points=100, **more)


def absent(said_present: bool) -> PhraseOutcome:
    return PhraseOutcome(1, ABSENT, said_present=said_present, instances=int(said_present))


def test_what_is_counted_apart():
    outcomes = [
        sentence(
            "a",
            0,
            thing(0.6),
            PhraseOutcome(2, SMALL, iou=0.2, objects=1),
            PhraseOutcome(3, STRUCTURE, iou=0.9),
        )
    ]
    figures = measures(outcomes)
    assert (figures["phrase_mIoU"], figures["small_mIoU"], figures["structure_mIoU"]) == (
        0.6,
        0.2,
        0.9,
    )
    assert (figures["acc50"], figures["phrases"], figures["phrases_small"]) == (1.0, 1, 1)


def test_presence_is_about_saying_no():
    outcomes = [
        sentence(
            "a",
            0,
            thing(0.5, said_present=False),
            thing(0.5),
            absent(False),
            absent(False),
            absent(True),
        )
    ]
    figures = measures(outcomes)
    assert figures["presence_precision"] == pytest.approx(2 / 3)
    assert figures["presence_recall"] == pytest.approx(2 / 3)
    assert figures["presence_f1"] == pytest.approx(2 / 3)


def test_instances_that_nothing_asked_for_cost():
    outcomes = [sentence("a", 0, thing(0.9, instances=1, matched=1), absent(True))]
    assert measures(outcomes)["instance_f1"] == pytest.approx(2 / 3)


def test_styles_and_long_sentences():
    outcomes = [
        sentence("a", 0, thing(0.8), style="written"),
        sentence("a", 1, thing(0.4), style="spoken"),
        sentence("a", 2, *[thing(0.1)] * 4, words=["w"] * 51),
    ]
    figures = measures(outcomes)
    assert (figures["plain_mIoU"], figures["spoken_mIoU"]) == (0.8, 0.4)
    assert figures["long_mIoU"] == figures["complex_mIoU"] == pytest.approx(0.1)


def test_errors_by_what_was_asked_for():
    outcomes = [
        sentence("a", 0, thing(0.8, category="chair"), relations=("on", "near")),
        sentence("a", 1, thing(0.4, category="lamp")),
    ]
    found = breakdowns(outcomes)
    assert list(found["category"].items()) == [("lamp", (0.4, 1)), ("chair", (0.8, 1))]
    assert found["relation"] == {"none": (0.4, 1), "on": (0.8, 1), "near": (0.8, 1)}
    assert found["size"] == {"under 200 points": (pytest.approx(0.6), 2)}


def test_the_gap_and_its_interval():
    random = np.random.default_rng(0)
    level = random.uniform(0.2, 0.6, 40)
    ours = [sentence(f"{r}", 0, thing(level[r] + 0.1), thing(level[r])) for r in range(40)]
    theirs = [sentence(f"{r}", 0, thing(level[r]), thing(level[r])) for r in range(40)]
    ours, theirs = room_ious(ours), room_ious(theirs)
    gap = bootstrap_gap([ours], [theirs])
    assert gap.gap == pytest.approx(0.05)
    assert gap.low == pytest.approx(0.05) and gap.high == pytest.approx(0.05)  # alike everywhere
    mixed = room_ious(
        sentence(f"{r}", 0, thing(level[r] + 0.3 * (r % 2)), thing(level[r])) for r in range(40)
    )
    gap = bootstrap_gap([mixed], [theirs])
    assert gap.gap == pytest.approx(0.075)
    assert gap.low < gap.gap < gap.high
    assert gap == bootstrap_gap([mixed], [theirs])
    assert gap.rooms == 40
    fewer = {room: ious for room, ious in ours.items() if room != "3"}
    with pytest.raises(ValueError, match="not asked the same"):
        bootstrap_gap([fewer], [theirs])


def test_the_gap_is_between_the_means_of_runs():
    """Runs whose errors cancel room by room leave a gap without any doubt."""
    theirs = [{"a": (1.0, 2), "b": (2.0, 4), "c": (0.0, 0)}]
    ours = [
        {"a": (1.4, 2), "b": (2.2, 4), "c": (0.0, 0)},
        {"a": (1.0, 2), "b": (2.6, 4), "c": (0.0, 0)},
    ]
    gap = bootstrap_gap(ours, theirs)
    assert gap[:3] == (pytest.approx(0.1), pytest.approx(0.1), pytest.approx(0.1))
    assert gap.rooms == 2  # nothing is asked about c
    assert bootstrap_gap(ours[:1], theirs).low == pytest.approx(0.05)  # b alone


def test_a_change_is_of_the_same_rooms_whose_phrases_may_be_others():
    before = {"a": (1.0, 2), "b": (3.0, 4), "c": (0.0, 0), "elsewhere": (0.0, 9)}
    after = {"a": (0.8, 2), "b": (0.5, 1), "c": (0.0, 0)}
    change = bootstrap_change(after, before)
    assert change.gap == pytest.approx(1.3 / 3 - 4 / 6)
    assert change.low == pytest.approx(0.5 - 0.75)  # b alone
    assert change.high == pytest.approx(0.4 - 0.5)  # a alone
    assert change.rooms == 2
    for nothing in ({"c": (0.0, 0)}, {"new": (1.0, 2)}, {}):
        with pytest.raises(ValueError, match="nothing to compare"):
            bootstrap_change(nothing, before)


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def exam(tmp_path):
    for name in ("seen", "unseen"):
        for seed in range(2):
            write_scene(tmp_path / name, f"toy{seed}", toy_arrays(seed), spoken_records())
    save_tiny_checkpoint(tmp_path / "tiny.safetensors")
    return tmp_path


def test_the_command_writes_all_figures(exam, capsys):
    checkpoint, out = str(exam / "tiny.safetensors"), exam / "out.json"
    status = evaluate_module.main(
        [
            "--checkpoint",
            checkpoint,
            "--versus",
            checkpoint,
            "--device",
            "cpu",
            "--workers",
            "1",
            "--data",
            str(exam / "seen"),
            str(exam / "unseen"),
            "--json",
            str(out),
        ]
    )
    assert status == 0
    table = capsys.readouterr().out
    assert all(label in table for label in (*ROWS.values(), *COUNTS.values()))
    assert "+0.0 points" in table
    results = Results.read(out)
    assert list(results.sets) == ["seen", "unseen"]
    assert results.training == "none" and results.parameters > 1000
    assert results.sets["seen"].measures.keys() == set(ROWS) | set(COUNTS) | {
        f"{group}_{name}"
        for group in ("long", "complex")
        for name in ("mIoU", "acc25", "acc50", "smIoU")
    }
    assert as_table(results) in table
    assert results.sets["unseen"].gap == [0.0, 0.0, 0.0]


def test_any_number_of_processes_finds_the_same(exam, capsys):
    def figures(workers: int) -> dict:
        out = exam / f"{workers}.json"
        assert (
            evaluate_module.main(
                [
                    "--checkpoint",
                    str(exam / "tiny.safetensors"),
                    "--device",
                    "cpu",
                    "--data",
                    str(exam / "seen"),
                    "--workers",
                    str(workers),
                    "--json",
                    str(out),
                ]
            )
            == 0
        )
        return dataclasses.asdict(dataclasses.replace(Results.read(out), command=""))

    assert figures(2) == figures(1)
    (exam / "seen" / "toy1.npz").write_bytes(b"")
    assert (
        evaluate_module.main(
            [
                "--checkpoint",
                str(exam / "tiny.safetensors"),
                "--workers",
                "2",
                "--data",
                str(exam / "seen"),
            ]
        )
        == 1
    )
    assert "toy1.npz: no described scene can be read" in capsys.readouterr().err


def test_a_corrupted_set_is_compared_with_its_own_rooms(exam):
    for seed in range(1, 3):  # room 2 is in the corrupted set alone, room 0 in the other
        write_scene(exam / "seen_grey", f"toy{seed}", toy_arrays(seed), spoken_records())
    with examination([Examinee(str(exam / "tiny.safetensors"), device="cpu")]) as examine:
        sets = evaluate_module.evaluate(examine, [str(exam / n) for n in ("seen", "seen_grey")])
    assert sets["seen"].uncorrupted == {}
    (exam / "seen" / "toy0.npz").unlink()
    with examination([Examinee(str(exam / "tiny.safetensors"), device="cpu")]) as examine:
        alone = evaluate_module.evaluate(examine, [str(exam / "seen")])["seen"].measures
    assert alone["rooms"] == 1
    assert sets["seen_grey"].uncorrupted == alone


def test_the_command_names_what_is_wrong(exam, capsys):
    checkpoint = str(exam / "tiny.safetensors")
    for data, message in (
        ([str(exam / "nowhere")], "no scenes"),
        ([str(exam / "seen"), str(exam / "seen")], "cannot be told apart"),
    ):
        asked = ["--checkpoint", checkpoint, "--workers", "1", "--data", *data]
        assert evaluate_module.main(asked) == 1
        assert message in capsys.readouterr().err
    assert evaluate_module.main(["--checkpoint", "no.safetensors", "--data", str(exam)]) == 1


@pytest.mark.parametrize("content", ["", "[]", '{"sets": {}}', json.dumps({"sets": {"a": {}}})])
def test_other_files_are_no_results(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(BadFileError, match=r"x\.json: no results of training\.evaluate"):
        Results.read(tmp_path / "x.json")


def test_examples_are_good_and_bad_and_from_many_rooms():
    outcomes = [
        sentence(room, n, thing(iou), thing(iou), text=f"text {n}")
        for room in "abc"
        for n, iou in enumerate((0.9, 0.9, 0.5, 0.1))
    ]
    good, bad = examples(outcomes)
    assert sorted(e.scene for e in good[:3]) == sorted(e.scene for e in bad) == list("abc")
    assert {e.text for e in good} == {"text 0", "text 1"}
    assert {e.text for e in bad} == {"text 3"}
    assert bad[0].ious == {"word": 0.1}
