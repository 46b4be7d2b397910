"""YAML is read with a memory of where everything stands, and nothing in it can do harm."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.loading import marked
from server.loading.marked import SourceFile, parse

TEXT = """\
role: clerk      # a comment
may:
  case: [read, create]
  note: { of: [read], "as": 'it''s' }
"""


def read(text: str) -> SourceFile:
    source, diagnostics = parse(text.encode(), "f.yaml")
    assert not diagnostics
    return source


def codes(content: bytes) -> list[str]:
    return [item.code for item in parse(content, "f.yaml")[1]]


class TestMarks:
    def test_a_value_knows_its_line_and_column(self):
        assert str(read(TEXT).mark("may", "case", 1)) == "f.yaml:3:16"

    def test_a_key_knows_its_own(self):
        assert str(read(TEXT).key_mark("may", "note", "as")) == "f.yaml:4:23"

    def test_what_is_not_there_stands_where_it_would(self):
        source = read(TEXT)

        assert source.mark("may", "note", "nothing") == source.mark("may", "note")
        assert source.key_mark("may", "nothing", "at", "all") == source.mark("may")

    def test_braces_are_told_from_lines(self):
        source = read(TEXT)

        assert source.is_flow("may", "note")
        assert not source.is_flow("may")

    def test_a_repeated_value_stands_where_it_was_first_written(self):
        source = read("a: &x [1, 2]\nb: *x\n")

        assert source.data == {"a": [1, 2], "b": [1, 2]}
        assert str(source.mark("b", 1)) == "f.yaml:1:11"


class TestScalars:
    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("no", "no"),
            ("on", "on"),
            ("Yes", "Yes"),
            ("1:30", "1:30"),
            ("2026-11-24", "2026-11-24"),
            ("0x1F", "0x1F"),
            ("1_000", "1_000"),
            (".inf", ".inf"),
            ("-", "-"),
            ("010", 10),
            ("-7", -7),
            ("true", True),
            ("False", False),
            ("~", None),
            ("", None),
            ("0.10", Decimal("0.10")),
            ("2e3", Decimal("2e3")),
            ('"5"', "5"),
            ("'null'", "null"),
        ],
    )
    def test_only_what_yaml_1_2_calls_one_is_a_number_or_a_truth(self, written, value):
        if value == "-":
            written = "x-"
            value = "x-"

        found = read(f"a: {written}\n").data["a"]

        assert (found, type(found)) == (value, type(value))

    def test_decimals_are_exact(self):
        assert read("a: 0.1234567890123456\n").data["a"] == Decimal("0.1234567890123456")


class TestPinpointing:
    @pytest.mark.parametrize(
        "written",
        [
            "a: x in y",
            'a: "x\\"y\\u00e9 \\x41z"',
            "a: 'it''s all'",
            "a: x y\n  z w\n\n  q",
            'a: "x y\n  z w\\\n   q"',
            "a: |\n  x\n   y\n\n  z\n",
            "a: >-\n  x y\n  z\n\n  q",
            "a: |2\n    x\n  y\n",
            "a: |-\n  é x\n  y",
            "a: { b: c }",
        ],
    )
    def test_each_character_of_a_scalar_is_found_in_the_file(self, written):
        source = read(written)
        path = ("a", "b") if isinstance(source.data["a"], dict) else ("a",)
        value = source.data["a"]["b"] if len(path) > 1 else source.data["a"]
        lines = written.split("\n")

        for offset, character in enumerate(value):
            mark = source.inside(path, offset)
            there = lines[mark.line - 1][mark.column - 1 :]
            if character.isalpha() and not there.startswith("\\"):
                assert there[0] == character

    @given(st.text(st.sampled_from("ab \n\"'\\:#é,[]"), max_size=40), st.integers(0, 50))
    def test_every_offset_is_somewhere_in_the_file(self, text, offset):
        written = "a: |\n" + "".join(f"  x{line}\n" for line in text.split("\n"))
        source = read(written)

        mark = source.inside(("a",), offset)

        assert 1 <= mark.line <= written.count("\n") + 1
        assert mark.column >= 1


class TestHostileFiles:
    @pytest.mark.parametrize(
        "content",
        [
            b"a: " + b"[" * 200_000,
            b"{a: " * 200_000,
            b"- " * 200_000 + b"x",
            b"".join(b" " * depth + b"a:\n" for depth in range(500)),
        ],
        ids=["lists", "maps", "dashes", "lines"],
    )
    def test_nesting_without_end_is_refused(self, content):
        assert codes(content) == ["YML005"]

    def test_aliases_of_aliases_are_counted_each_time(self):
        bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"a{number + 1}: &a{number + 1} [{', '.join([f'*a{number}'] * 10)}]\n"
            for number in range(8)
        )

        assert codes(bomb.encode()) == ["YML005"]

    def test_a_file_that_repeats_itself_is_refused(self):
        assert codes(b"a: &x [*x]\n") == ["YML013"]

    def test_a_file_of_more_than_a_million_bytes_is_not_read(self):
        assert codes(b"a: " + b"x" * marked.LARGEST_FILE) == ["YML005"]

    def test_a_number_that_would_fill_the_memory_is_refused(self):
        assert codes(b"a: 1e999999999\nb: " + b"9" * 5000) == ["YML012", "YML012"]

    @pytest.mark.parametrize("tag", ["!x", "!!python/object/apply:os.system", "!!str", "!"])
    def test_no_tag_is_read(self, tag):
        assert "YML004" in codes(f"a: {tag} [b]\n".encode())

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused_with_a_sentence(self, content):
        _, diagnostics = parse(content, "f.yaml")

        assert all(item.message.endswith((".", "?")) for item in diagnostics)

    @given(st.text(st.sampled_from("ab:-{}[]&*!|>'\"%@`#,?\n \t"), max_size=60))
    def test_any_text_is_read_or_refused_with_a_place_in_it(self, text):
        _, diagnostics = parse(text.encode(), "f.yaml")

        assert all(1 <= item.mark.line <= text.count("\n") + 2 for item in diagnostics)
