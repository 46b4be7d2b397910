"""Definitions are formatted without losing a word or a comment, and stay as they are the next time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import loading
from server.loading.formatting import comments, formatted
from server.loading.marked import parse

SHIPPED = sorted(Path(str(loading.shipped().root)).rglob("*.yaml"))


def fmt(text: str) -> str:
    found = formatted(text, "clerk.yaml")
    assert found.diagnostics == ()
    return found.text


class TestIndentation:
    def test_is_two_for_each_map_and_list(self):
        untidy = "role: clerk\nmay:\n    case:\n    - read\n    -   update\n"

        assert fmt(untidy) == "role: clerk\nmay:\n  case:\n    - read\n    - update\n"

    def test_moves_a_text_of_several_lines_with_its_key(self):
        untidy = "steps:\n- step: judge\n  do: |\n    Read it.\n\n      Twice.\n  then: end\n"

        assert fmt(untidy) == (
            "steps:\n  - step: judge\n    do: |\n      Read it.\n\n        Twice.\n    then: end\n"
        )

    def test_moves_comments_with_what_they_stand_beside(self):
        untidy = "may:\n    # what is theirs\n    case: read   # and no more\n# the end\n"

        assert fmt(untidy) == "may:\n  # what is theirs\n  case: read   # and no more\n# the end\n"


class TestBlanks:
    def test_stand_in_braces_and_after_commas_and_not_in_brackets(self):
        assert fmt("may: {case: [ read,update ] , note: {}}\n") == (
            "may: { case: [read, update], note: {} }\n"
        )

    def test_that_align_columns_stay(self):
        table = "rules:\n  - { rule: sound,   if: x }\n  - { rule: unsound, if: y }\n"

        assert fmt(table) == table

    def test_at_the_ends_of_lines_and_more_than_one_empty_line_go(self):
        assert fmt("\n\nrole: clerk  \n\n\n\ntitle: Clerk\n\n") == "role: clerk\n\ntitle: Clerk\n"


class TestQuotes:
    def test_are_put_around_a_question_with_a_comma(self):
        assert fmt("asks: { sound: Is it sound, or nearly? }\n") == (
            'asks: { sound: "Is it sound, or nearly?" }\n'
        )

    def test_are_put_around_a_list_in_an_expression(self):
        assert fmt("- { rule: known, if: status in [new, open], then: go }\n") == (
            '- { rule: known, if: "status in [new, open]", then: go }\n'
        )

    def test_are_put_around_a_text_with_a_colon(self):
        assert fmt('- { label: "Yes", why: Mind this: it hurts, then: go }\n') == (
            '- { label: "Yes", why: "Mind this: it hurts", then: go }\n'
        )

    def test_that_are_there_stay(self):
        assert fmt("a: { b: 'x, y', c: \"z\" }\n") == "a: { b: 'x, y', c: \"z\" }\n"


def test_a_map_in_braces_that_is_too_wide_is_written_a_key_a_line():
    long = "x" * 90

    assert fmt(f"to: {{ first: {long}, second: {long} }}\n") == (
        f"to:\n  first: {long}\n  second: {long}\n"
    )


def test_what_cannot_be_read_is_told_and_left_alone():
    found = formatted("role: clerk\n\ttitle: Clerk\n", "clerk.yaml")

    assert [item.code for item in found.diagnostics] == ["YML002"]
    assert found.text == "role: clerk\n\ttitle: Clerk\n"


@pytest.mark.slow
@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_shipped_definitions_say_the_same_when_they_are_formatted(file):
    text = file.read_text()

    assert told(fmt(text)) == told(text)
    assert fmt(fmt(text)) == fmt(text)


@pytest.mark.parametrize("file", SHIPPED[::7], ids=lambda file: file.stem)
def test_an_untidy_copy_of_a_shipped_definition_becomes_tidy_again(file):
    text = file.read_text()
    chance = random.Random(file.stem)
    untidy = "".join(
        f"{line}{' ' * chance.randrange(3)}\n" + "\n" * (chance.random() < 0.1)
        if "|" not in text and ">-" not in text
        else f"{line}\n"
        for line in text.split("\n")
    )

    assert told(fmt(untidy)) == told(text)


def told(text: str):
    source, diagnostics = parse(text.encode(), "")
    assert diagnostics == ()
    return source.data, comments(text, source.root)


words = st.text(alphabet="abc xyz?,:#[]{}'\"-|>&*!%@é", min_size=1, max_size=12).map(str.strip)
names = st.text(alphabet="abcdefgh_", min_size=1, max_size=6)
values = st.recursive(
    words | st.booleans() | st.integers(-99, 99) | st.just("two\nlines\n") | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@given(
    data=st.dictionaries(names, values, min_size=1, max_size=4),
    indent=st.integers(2, 6),
    flow=st.sampled_from([None, False]),
    where=st.lists(st.integers(0, 30), max_size=4),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_written_however_says_the_same_and_keeps_its_comments(
    data, indent, flow, where
):
    # given some data, written by another program, with comments here and there
    lines = yaml.dump(
        data, indent=indent, default_flow_style=flow, sort_keys=False, allow_unicode=True
    ).split("\n")
    for number in where:
        if number < len(lines):
            column = len(lines[number]) - len(lines[number].lstrip())
            lines.insert(number, " " * column + "# noted")
    text = "\n".join(lines)
    before, diagnostics = parse(text.encode(), "")
    if diagnostics:
        return

    # when it is formatted
    found = formatted(text, "")

    # then it says the same, and formatting again changes nothing
    after, told = parse(found.text.encode(), "")
    assert told == ()
    assert after.data == before.data
    assert comments(found.text, after.root) == comments(text, before.root)
    assert formatted(found.text, "").text == found.text
