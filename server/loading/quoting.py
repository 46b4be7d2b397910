"""Puts quotes around texts in braces that lack them: there commas, colons and brackets are YAML's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from server.loading.marked import Node, parse

MOST = 200
"""Lines that are mended in one file."""
_KEY = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*:(?=\s|$)")
_NEXT = re.compile(r",\s*[A-Za-z_][\w.-]*\s*:(?=\s)")
_YAML_OWN = re.compile(r"[,\[\]{}]|: |:$| #|^[-?:&*!|>%@`'\"]")


def quoted(text: str, file: str) -> str:
    """The text with the quotes that its lines lack; as it was where that does not help."""
    lines = text.split("\n")
    tried: set[int] = set()
    for _ in range(MOST):
        line = next((each for each in _faulty("\n".join(lines), file) if each not in tried), None)
        if line is None:
            break
        tried.add(line)
        lines[line] = _mended(lines[line])
    mended = "\n".join(lines)
    return text if parse(mended.encode(), file)[1] else mended


def _faulty(text: str, file: str) -> Iterator[int]:
    """The lines, from 0, on which a text in braces has come to its end too soon."""
    source, diagnostics = parse(text.encode(), file)
    yield from (item.mark.line - 1 for item in diagnostics if item.code in {"YML001", "YML010"})
    if source.root is not None:
        yield from _split(source.root)


def _split(node: Node) -> Iterator[int]:
    """Where a comma has made a key without a value of the rest of a text."""
    for key, value in (node.entries or {}).values():
        if node.is_flow and value.data is None and value.start == value.end:
            yield key.line
        yield from _split(value)
    for item in node.items or ():
        yield from _split(item)


def _mended(line: str) -> str:
    """A line with its texts in braces quoted; as it was where it cannot be told what is meant."""
    start = line.find("{")
    if start < 0:
        return line
    found = _map(line, start)
    if found is None:
        return line
    written, end = found
    return line[:start] + written + line[end:]


def _map(line: str, start: int) -> tuple[str, int] | None:
    """The map in braces that begins here, as it should be written, and where it ends."""
    position, written = start + 1, "{"
    while True:
        key = _KEY.match(line, position)
        if key is None:
            return None
        begin = key.end() + len(line[key.end() :]) - len(line[key.end() :].lstrip())
        written += line[position:begin]
        found = _value(line, begin)
        if found is None:
            return None
        value, position = found
        written += value
        rest = line[position:]
        blank = len(rest) - len(rest.lstrip())
        sign = rest.lstrip()[:1]
        written += rest[:blank] + sign
        position += blank + 1
        if sign == "}":
            return written, position
        if sign != ",":
            return None


def _value(line: str, start: int) -> tuple[str, int] | None:
    first = line[start : start + 1]
    if first == "{":
        inner = _map(line, start)
        if inner is not None:
            return inner
    end = _end_of_quotes(line, start) if first in {'"', "'"} else None
    if end is None and first == "[":
        end = _end_of_list(line, start)
    if end is not None and line[end:].lstrip()[:1] in {",", "}"}:
        return line[start:end], end
    end = _end_of_text(line, start)
    if end is None:
        return None
    text = line[start:end].rstrip()
    put = json.dumps(text, ensure_ascii=False) if _YAML_OWN.search(text) else text
    return put, start + len(text)


def _end_of_quotes(line: str, start: int) -> int | None:
    quote, position = line[start], start + 1
    while position < len(line):
        if quote == '"' and line[position] == "\\":
            position += 2
            continue
        if line[position] == quote:
            if quote == "'" and line[position + 1 : position + 2] == "'":
                position += 2
                continue
            return position + 1
        position += 1
    return None


def _end_of_list(line: str, start: int) -> int | None:
    depth = 0
    for position in range(start, len(line)):
        depth += {"[": 1, "]": -1}.get(line[position], 0)
        if depth == 0:
            return position + 1
    return None


def _end_of_text(line: str, start: int) -> int | None:
    """Where a text without quotes was meant to end: before the next key, or the closing brace."""
    depth = 0
    for position in range(start, len(line)):
        char = line[position]
        if char in "[{(":
            depth += 1
        elif char in "])" or (char == "}" and depth):
            depth -= 1
        elif char == "}" or (char == "," and depth <= 0 and _NEXT.match(line, position)):
            return position
    return None
