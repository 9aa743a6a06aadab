"""Text from outside, as it may be shown."""

import pytest

from detailbase_core.errors import SHOWN, shown


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("the chair, ü 椅子 🪑", "the chair, ü 椅子 🪑"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("two\nlines\r", r"two\nlines\r"),
        ("txt.\u202eexe", r"txt.\u202eexe"),
        ("\ud800", r"\ud800"),
        (ValueError("bad\x00"), r"bad\x00"),
    ],
)
def test_controls_are_escaped_and_letters_are_not(text: object, safe: str) -> None:
    assert shown(text) == safe


def test_long_texts_are_cut_and_say_so() -> None:
    text = shown("\n" * 2_000_000)
    assert text == r"\n" * SHOWN + "... (2000000 characters)"
    assert shown("x" * SHOWN) == "x" * SHOWN
