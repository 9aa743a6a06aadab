"""Examples of the README run as they stand; commands of the other pages at least exist."""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from detailbase_core import cli, demo
from detailbase_core.output.exit_status import FOUND, NOT_FOUND

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text()
NODE_PROGRAMS = {path.name for path in (ROOT / "detailbase_ros" / "bin").iterdir()}


def commands(page: str) -> list[str]:
    """Lines of a page's shell blocks, and commands in its running text."""
    fenced = re.findall(r"^```(\w*)\n(.+?)^```", page, re.DOTALL | re.MULTILINE)
    blocks = [text for language, text in fenced if language in ("", "sh", "bash", "shell")]
    blocks += re.findall(r"(?:^|\n\n)((?: {4}.+(?:\n|$))+)", page)
    text = "\n".join(re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in blocks)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`((?:make|python -m|detailbase) [^`]+)`", page)
    lines += [" ".join(line.split()) for line in inline]
    return [line for line in lines if line and not line.startswith("#")]


def words_of(line: str) -> list[str]:
    """The command's words, without comment, environment and prompt."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    return words


# -- the README's example ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def after_make_demo(tmp_path_factory) -> Path:
    """A folder in which the demo has run."""
    folder = tmp_path_factory.mktemp("checkout")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["demo", "--out", str(folder / "demo")])
        demo.main()  # whether its answers are right is its own test
    shutil.copytree(ROOT / "tests" / "data" / "room_mcap", folder / "demo" / "bag")
    return folder


def test_the_python_example_finds_and_draws(after_make_demo):
    (example,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    run = subprocess.run(
        [sys.executable, "-c", example],
        cwd=after_make_demo,
        env={**_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    for phrase in ("the red table", "the sofa"):
        assert f"\n{phrase} (" in f"\n{run.stdout}"
    assert (after_make_demo / "demo" / "python.png").read_bytes().startswith(b"\x89PNG")


def test_the_ground_command_finds_and_draws(after_make_demo, monkeypatch, capsys):
    grounds = [one for one in commands(README) if one.startswith(".venv/bin/detailbase ground")]
    (line,) = [one for one in grounds if "--picture" in one]
    monkeypatch.chdir(after_make_demo)
    assert cli.main(shlex.split(line)[1:]) == FOUND
    assert "red table #1" in capsys.readouterr().out
    assert Path("demo/ground.png").exists()


SERVERS = {"console"}  # run until Ctrl-C; the console has its own tests


DETAILBASE = [line for line in commands(README) if line.startswith(".venv/bin/detailbase ")]


@pytest.mark.parametrize("line", [one for one in DETAILBASE if "--picture" not in one])
def test_commands_of_the_readme_run(after_make_demo, monkeypatch, capsys, line):
    words = words_of(line)[1:]
    if words[0] in SERVERS:
        assert Path(after_make_demo, words[1]).exists()
        return
    monkeypatch.chdir(after_make_demo)
    assert cli.main(words) in (FOUND, NOT_FOUND)
    assert capsys.readouterr().out


# -- commands everywhere -----------------------------------------------------------------------


def problem(line: str) -> str:
    """The part of a command that does not exist here; "" if all does."""
    words = words_of(line)
    if not words:
        return ""
    program, arguments = words[0].removeprefix(".venv/bin/"), words[1:]
    if program == "make":
        targets = [word for word in arguments if "=" not in word and not word.startswith("-")]
        return "".join(f"make {name}? " for name in targets if name not in make_targets())
    if program in ("python", "python3") and arguments[:1] == ["-m"]:
        return _module_problem(arguments[1], arguments[2:])
    if program == "detailbase":
        command = [word for word in arguments[:1] if not word.startswith("-")]
        return _unknown_flags(arguments, "detailbase_core.cli", *command)
    if words[:3] == ["ros2", "run", "detailbase_ros"]:
        return "" if words[3] in NODE_PROGRAMS else f"ros2 run detailbase_ros {words[3]}? "
    return ""


def _module_problem(module: str, arguments: list[str]) -> str:
    if module.split(".")[0] not in ("training", "detailbase_core", "detailbase_ros"):
        return ""
    path = ROOT.joinpath(*module.split("."))
    if not path.with_suffix(".py").exists() and not (path / "__main__.py").exists():
        return f"python -m {module}? "
    if module.startswith("detailbase_ros"):
        return ""  # may need ROS; its own tests run it
    configs = [word for word in arguments if re.fullmatch(r"config/\w+\.yaml", word)]
    missing = "".join(f"{config}? " for config in configs if not (ROOT / config).exists())
    return missing + _unknown_flags(arguments, module)


def _unknown_flags(arguments: list[str], module: str, *command: str) -> str:
    flags = [word.split("=")[0] for word in arguments if re.match(r"--[a-z]", word)]
    if not flags and not command:
        return ""
    text = help_of(module, *command)
    return "".join(f"{flag}? " for flag in flags if not re.search(rf"{flag}\b", text))


@cache
def help_of(module: str, *words: str) -> str:
    """Output of a module's --help, run as `python -m` would but in this process.

    Raises:
        SystemExit: it knows no --help, or not this command.
    """
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setattr(sys, "argv", [module, *words, "--help"])
        patch.setenv("COLUMNS", "200")
        patch.delitem(sys.modules, module, raising=False)  # else runpy warns of it
        try:
            runpy.run_module(module, run_name="__main__")
        except SystemExit as end:
            if end.code:
                raise
    return said.getvalue()


@cache
def make_targets() -> set[str]:
    """Targets that the Makefile calls phony."""
    phony = re.search(r"^\.PHONY: (.+?)(?<!\\)$", (ROOT / "Makefile").read_text(), re.M | re.S)
    return set(phony[1].replace("\\\n", " ").split())


def _environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "200", "OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_pages_show_exist(page):
    wrong = {line: problem(line) for line in commands(page.read_text())}
    assert not {line: what for line, what in wrong.items() if what}


def test_commands_are_found_and_wrong_ones_told():
    page = "Text\n\n    make demo  # see\n    FOO=1 make nonsense\n\n"
    page += "```\npython -m training.tram\n```\n"
    assert [problem(line) for line in commands(page)] == [
        "python -m training.tram? ",
        "",
        "make nonsense? ",
    ]
    assert problem("detailbase ground a.ply 'the chair' --jsn b") == "--jsn? "
    assert problem("python -m training.train config/nothing.yaml") == "config/nothing.yaml? "
    assert problem("ros2 run detailbase_ros nobody") == "ros2 run detailbase_ros nobody? "
    assert {"make demo", "make test-fast", "make train-toy"} <= set(commands(README))
