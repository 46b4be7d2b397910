"""Where each character of a YAML scalar, or of a cell, stands in its file.

What a scalar says and how it is written differ: quotes, escapes, folded lines, indentation. An
expression knows at which of its characters it is wrong; its author wants the line and the column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Place = tuple[int, int]
"""Line and column, from 0."""

_HEADER = re.compile(r"[|>]([+-]?)([1-9]?)([+-]?)[^\n]*\n?")
_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


def places(written: str, value: str, line: int, column: int) -> list[Place]:
    """One place for each character of `value`, and one for its end.

    `written` is the scalar's own text in the file, beginning at `line` and `column`.
    """
    lines = written.replace("\r\n", "\n").split("\n")
    starts = [(line + index, column if index == 0 else 0) for index in range(len(lines))]
    if written[:1] in {"|", ">"}:
        found = list(_block(lines, starts, folded=written[0] == ">"))
    else:
        found = list(_flow(lines, starts, written[:1] if written[:1] in {"'", '"'} else ""))
    if abs(len(found) - len(value)) > 1 or not found:
        # Written in a way that is not followed here: the beginning is true and near enough.
        return [(line, column)] * (len(value) + 1)
    end = (found[-1][0], found[-1][1] + 1)
    return (found + [end] * 2)[: len(value) + 1]


def cell_places(written: str, line: int, column: int) -> list[Place]:
    """The same for a cell of a CSV file, without the quotes around it: a quote inside is doubled."""
    found: list[Place] = []
    at = 0
    while at < len(written):
        found.append((line, column))
        step = 2 if written.startswith('""', at) else 1
        line, column = (line + 1, 0) if written[at] == "\n" else (line, column + step)
        at += step
    return [*found, (line, column)]


def _flow(lines: list[str], starts: list[Place], quote: str) -> Iterator[Place]:
    """Plain and quoted scalars: a line break is a blank, each empty line after it a line break."""
    blank: Place | None = None
    for index, text in enumerate(lines):
        line, column = starts[index]
        left = len(text) - len(text.lstrip(" \t")) if index else len(quote)
        right = len(text.rstrip(" \t")) if index + 1 < len(lines) else len(text) - len(quote)
        if index and left >= len(text):
            yield (line, column)
            blank = None
            continue
        if blank is not None:
            yield blank
        yield from _line(text, left, right, quote, line, column)
        blank = None if quote == '"' and text[:right].endswith("\\") else (line, column + right)


def _line(text: str, left: int, right: int, quote: str, line: int, column: int) -> Iterator[Place]:
    position = left
    while position < right:
        if quote == '"' and text[position] == "\\":
            if position + 1 >= right:
                return
            yield (line, column + position)
            position += _ESCAPE_LENGTHS.get(text[position + 1], 2)
        else:
            yield (line, column + position)
            position += 2 if quote == "'" and text[position] == "'" else 1


def _block(lines: list[str], starts: list[Place], *, folded: bool) -> Iterator[Place]:
    """Scalars after `|` and `>`: every line without its indentation."""
    header = _HEADER.match(lines[0])
    explicit = int(header[2]) if header and header[2] else None
    filled = [text for text in lines[1:] if text.strip()]
    indent = min((len(text) - len(text.lstrip(" ")) for text in filled), default=0)
    if explicit is not None:
        indent = max(indent, explicit)
    body = list(zip(lines[1:], starts[1:], strict=True))
    for index, (text, (line, column)) in enumerate(body):
        for position in range(indent, len(text)):
            yield (line, column + position)
        next_is_empty = index + 1 < len(body) and not body[index + 1][0].strip()
        if not (folded and text.strip() and next_is_empty):
            yield (line, column + max(len(text), indent))
