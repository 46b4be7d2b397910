"""README and guides tell of what is there: files, verbs, settings, rooms."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from server.cli import VERBS
from tests.architecture.conftest import CHECKOUT

DOCUMENTS = sorted(
    [
        *CHECKOUT.glob("*.md"),
        *(CHECKOUT / "docs").rglob("*.md"),
    ]
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")
QUOTED = re.compile(r"`([^`\n]+)`")
FOLDERS = ("server/", "admin/", "definitions/", "schemas/", "tests/", "docs/", "deploy/")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IS_COMMAND = re.compile(r"(make|procedura) ")
named = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT))
)


@named
def test_links_lead_to_files(document: Path):
    found = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in found if not (document.parent / link).exists()] == []


@named
def test_files_that_are_named_are_there(document: Path):
    names = {
        name
        for name in QUOTED.findall(document.read_text())
        if name.startswith(FOLDERS) and not re.search(r"[<*{ ]", name)
    }
    built = {"admin/static/vendor/"}
    assert {name for name in names - built if not (CHECKOUT / name).exists()} == set()


@named
def test_commands_that_are_shown_are_understood(document: Path):
    for words in typed(document):
        if words[0] == "make":
            assert {goal for goal in words[1:] if "=" not in goal} <= goals_of_make()
        else:
            assert refused(words[1:]) is None, words


@named
def test_commands_that_are_named_exist(document: Path):
    for words in mentioned(document):
        if words[0] == "make":
            assert set(words[1:]) <= goals_of_make()
        else:
            assert verbs(words[1:]), words


def test_every_command_is_told_of_in_a_guide():
    told = {
        verbs(words[1:])
        for document in DOCUMENTS
        for words in (*typed(document), *mentioned(document))
        if words[0] == "procedura"
    }
    assert every_verb(parser()) - told == set()


def test_every_setting_is_told_of_in_the_guide_for_operators():
    read = re.findall(r"PROCEDURA_\w+", (CHECKOUT / "server" / "settings.py").read_text())
    told = re.findall(r"PROCEDURA_\w+", (CHECKOUT / "docs" / "operators.md").read_text())
    assert set(read) == set(told)


def test_the_picture_of_the_house_shows_every_room():
    (picture,) = (
        block
        for _, block in BLOCK.findall((CHECKOUT / "README.md").read_text())
        if "main.py" in block
    )
    shown = set(re.findall(r"^  ([\w.]+)", picture, re.MULTILINE))
    rooms = {
        path.name
        for path in (CHECKOUT / "server").iterdir()
        if path.name[0] not in "._" and path.suffix != ".typed"
    }
    assert shown == rooms


def test_make_lists_all_its_verbs():
    told = subprocess.run(
        ["make", "--no-print-directory"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"make ([\w-]+)", told)) == set(phony[1].split())


def test_decisions_are_numbered_and_say_situation_choice_and_price():
    records = sorted((CHECKOUT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:3]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text()
        assert text.startswith(f"# {path.name[:3]} ")
        assert all(f"**{part}.**" in text for part in ("Situation", "Choice", "Price")), path.name


def typed(document: Path) -> Iterator[list[str]]:
    """What a document shows to be typed, in blocks without a language."""
    for language, block in BLOCK.findall(document.read_text()):
        for line in block.splitlines() if not language else ():
            if IS_COMMAND.match(line):
                yield shlex.split(line, comments=True)


def mentioned(document: Path) -> Iterator[list[str]]:
    """Commands that a document names within its sentences."""
    for quoted in QUOTED.findall(BLOCK.sub("", document.read_text())):
        if IS_COMMAND.match(quoted):
            yield quoted.split()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("procedura", exit_on_error=False)
    subparsers = made.add_subparsers(required=True)
    for verb in VERBS:
        import_module(f"server.cli.{verb}").register(subparsers)
    return made


def refused(words: list[str]) -> str | None:
    try:
        parser().parse_args(words)
    except (SystemExit, argparse.ArgumentError) as error:
        return str(error)
    return None


def verbs(words: list[str]) -> tuple[str, ...]:
    """The verb and its own verb with which these words begin."""
    found: list[str] = []
    choices = choices_of(parser())
    for word in words:
        if word not in choices:
            break
        found.append(word)
        choices = choices_of(choices[word])
    return tuple(found)


def every_verb(of: argparse.ArgumentParser, before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    choices = choices_of(of)
    if not choices:
        return {before}
    return set().union(*(every_verb(inner, (*before, verb)) for verb, inner in choices.items()))


def choices_of(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return next((dict(item.choices) for item in of._actions if is_verb(item)), {})


def is_verb(action: argparse.Action) -> bool:
    return isinstance(action, argparse._SubParsersAction)


def goals_of_make() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
