"""A definition written out again, as later folders have left it, each line with where it is from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.loading.desk import spelled
from server.loading.diagnostics import Mark
from server.loading.marked import Path, SourceFile, parse

WIDEST = 99
"""Characters of a line; what was written in braces and is wider is written without."""


@dataclass(frozen=True, slots=True)
class Line:
    """`is_grafted` where a later folder has put its own value in place of another's."""

    text: str
    mark: Mark
    is_grafted: bool = False


def written_out(source: SourceFile) -> tuple[Line, ...]:
    """The whole definition."""
    return tuple(_map(source, source.data, (), 0))


def written(data: Mapping[str, Any]) -> str:
    """A definition that no file holds yet, as one would write it."""
    return "".join(f"{line}\n" for line in _written_map(data, 0))


def _written_map(data: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in data.items():
        yield from _written(f"{' ' * indent}{_scalar(key)}:", value, indent + 2, indent > 0)


def _written(head: str, value: Any, indent: int, may_flow: bool) -> Iterator[str]:
    """A key or a dash with what belongs to it; in braces where that fits on the line."""
    short = len(head) + len(_flow(value)) < WIDEST
    if not isinstance(value, dict | list) or not value or (may_flow and short):
        yield f"{head} {_flow(value)}"
    elif isinstance(value, dict):
        yield head
        yield from _written_map(value, indent)
    else:
        yield head
        for item in value:
            if isinstance(item, dict) and len(_flow(item)) + indent + 2 >= WIDEST:
                first, *others = _written_map(item, indent + 2)
                yield f"{' ' * indent}- {first.lstrip()}"
                yield from others
            else:
                yield f"{' ' * indent}- {_flow(item)}"


def _map(source: SourceFile, data: Mapping[str, Any], path: Path, indent: int) -> Iterator[Line]:
    for key, value in data.items():
        yield from _entry(source, f"{' ' * indent}{_scalar(key)}:", value, (*path, key), indent)


def _list(source: SourceFile, data: list[Any], path: Path, indent: int) -> Iterator[Line]:
    for index, value in enumerate(data):
        at = (*path, index)
        inner = list(_inner(source, value, at, indent + 2))
        if isinstance(value, dict | list) and value and not _fits(source, value, at, indent + 2):
            first = inner[0]
            yield Line(f"{' ' * indent}- {first.text.lstrip()}", first.mark, first.is_grafted)
            yield from inner[1:]
        else:
            yield from _entry(source, f"{' ' * indent}-", value, at, indent)


def _inner(source: SourceFile, value: Any, path: Path, indent: int) -> Iterator[Line]:
    if isinstance(value, dict):
        yield from _map(source, value, path, indent)
    elif isinstance(value, list):
        yield from _list(source, value, path, indent)


def _entry(source: SourceFile, head: str, value: Any, path: Path, indent: int) -> Iterator[Line]:
    """A key or a dash with what belongs to it."""
    owner, at = source.owner(path)
    mark = owner.key_mark(*at)
    grafted = owner is not source
    if isinstance(value, str) and "\n" in value:
        yield Line(f"{head} |{'' if value.endswith(chr(10)) else '-'}", mark, grafted)
        for number, text in enumerate(value.rstrip("\n").split("\n"), start=1):
            there = Mark(mark.file, mark.line + number, mark.column)
            yield Line(f"{' ' * (indent + 2)}{text}".rstrip(), there, grafted)
    elif isinstance(value, dict | list) and value and not _fits(source, value, path, len(head)):
        yield Line(head, mark, grafted)
        yield from _inner(source, value, path, indent + 2)
    else:
        yield Line(f"{head} {_flow(value)}", mark, grafted)


def _fits(source: SourceFile, value: Any, path: Path, column: int) -> bool:
    """Whether the value was written in braces, all by one author, and goes on the line."""
    if not isinstance(value, dict | list):
        return True
    if any(graft[: len(path)] == path for graft in source.grafts):
        return False
    short = column + len(_flow(value)) < WIDEST
    return (source.is_flow(*path) or not value) and short


def _flow(value: Any) -> str:
    match value:
        case dict():
            inner = ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case _:
            return _scalar(value, inside=True)


def _scalar(value: Any, *, inside: bool = False) -> str:
    """One scalar, quoted where it would be read as something else; `inside` braces, that is more."""
    if not isinstance(value, str):
        return spelled(value)
    around = f"{{ key: {value} }}" if inside else f"key: {value}"
    source, diagnostics = parse(around.encode(), "")
    is_plain = not diagnostics and source.data == {"key": value}
    return value if is_plain else json.dumps(value, ensure_ascii=False)
